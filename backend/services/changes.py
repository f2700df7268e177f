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
    said = {
        field.name: value
        for field in dataclasses.fields(changes)
        if (value := getattr(changes, field.name)) is not field.default
    }
    return dataclasses.replace(record, **said, version=version, updated_at=updated_at)


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
