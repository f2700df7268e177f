"""Changing a record: only what was said, and only from the version that was seen."""

import dataclasses
from datetime import datetime
from typing import Any, ClassVar, Protocol, TypeVar

from backend.domain.errors import DomainError, ErrorCode, refusal


class DataclassLike(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


R = TypeVar("R", bound=DataclassLike)


def changed(record: R, changes: DataclassLike, *, version: int, updated_at: datetime) -> R:
    """The record with every value that `changes` (a dataclass) names.

    A value left at its field's default is not named: None for most, UNCHANGED where None would empty the field.
    """
    said = {name: getattr(changes, name) for name in names_said(changes)}
    return dataclasses.replace(record, **said, version=version, updated_at=updated_at)


def names_said(changes: DataclassLike) -> list[str]:
    """The names of the fields that `changes` names: what was changed, and not to what."""
    return [field.name for field in dataclasses.fields(changes) if getattr(changes, field.name) is not field.default]


def require_seen(record: Versioned, version: int) -> None:
    """Raises: DomainError STALE unless `version` is the record's present one."""
    if record.version != version:
        raise stale()


def stale() -> DomainError:
    return refusal(
        ErrorCode.STALE,
        "Somebody else has changed this in the meantime. Please look at it as it is now, and change it again.",
        "version",
    )
