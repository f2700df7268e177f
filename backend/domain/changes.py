"""What a change leaves as it is, told apart from what it empties."""

from enum import Enum
from typing import Final, Literal, TypeAlias


class _Unchanged(Enum):
    UNCHANGED = "UNCHANGED"


UNCHANGED: Final = _Unchanged.UNCHANGED
"""The value of a field that a change does not name, where None would empty it."""
Unchanged: TypeAlias = Literal[_Unchanged.UNCHANGED]
