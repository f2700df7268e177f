"""Values of the API to values of the domain and back, field by field by name."""

import dataclasses
import types
import typing
from functools import cache
from typing import Any, TypeVar

from strawberry import UNSET

from backend.domain.changes import Unchanged
from backend.domain.text import cleaned

T = TypeVar("T")


def to_domain(kind: type[T], given: object) -> T:
    """The domain's dataclass for an input of the same field names. Text is cleaned; an empty text is an unknown one."""
    return typing.cast("T", _convert(kind, given))


def to_api(kind: type[T], value: object) -> T:
    """The API's type for a domain value of the same field names."""
    return typing.cast("T", _convert(kind, value))


def _convert(kind: Any, value: object) -> Any:
    if value is None:
        return None
    if isinstance(value, str) and not isinstance(value, kind if isinstance(kind, type) else str):
        return kind(value)
    if isinstance(value, str) and type(value) is str:
        return cleaned(value) or None
    if isinstance(value, list | tuple):
        inner, collect = _collection(kind)
        return collect(converted for item in value if (converted := _convert(inner, item)) is not None)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return kind(**{field.name: _field_value(field, getattr(value, field.name, None)) for field in _fields(kind)})
    return value


@dataclasses.dataclass(frozen=True, slots=True)
class _Field:
    """A field that a constructor takes: its type without None, whether None is a value of it, and what stands in for
    one that was not given.
    """

    name: str
    kind: Any
    may_be_none: bool
    default: Any


def _field_value(field: _Field, given: object) -> Any:
    if given is UNSET:
        return field.default
    converted = _convert(field.kind, given)
    if converted is not None or field.may_be_none:
        return converted
    if field.default is not dataclasses.MISSING:
        return field.default() if callable(field.default) else field.default
    # A text that must be there was left empty: for the use case to refuse.
    return "" if field.kind is str and given is not None else None


def _collection(kind: Any) -> tuple[Any, Any]:
    return typing.get_args(kind)[0], typing.get_origin(kind)


@cache
def _fields(kind: Any) -> tuple[_Field, ...]:
    hints = typing.get_type_hints(kind)
    return tuple(
        _Field(
            name=field.name,
            kind=_without_none(hints[field.name]),
            may_be_none=type(None) in typing.get_args(hints[field.name]),
            default=field.default if field.default is not dataclasses.MISSING else field.default_factory,
        )
        for field in dataclasses.fields(kind)
        if field.init
    )


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        inner = [part for part in typing.get_args(hint) if part not in {type(None), Unchanged}]
        return inner[0] if len(inner) == 1 else hint
    return hint
