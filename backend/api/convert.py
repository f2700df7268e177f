"""Values of the API to values of the domain and back, field by field by name."""

import dataclasses
import types
import typing
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_domain(kind: type[T], given: object) -> T:
    """The domain's dataclass for an input of the same field names. Text is trimmed; an empty text is an unknown one."""
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
        return value.strip() or None
    if isinstance(value, list | tuple):
        inner, collect = _collection(kind)
        return collect(converted for item in value if (converted := _convert(inner, item)) is not None)
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return kind(**{name: _field(inner, value, name, default) for name, inner, default in _fields(kind)})
    return value


def _field(kind: Any, source: object, name: str, default: Any) -> Any:
    converted = _convert(kind, getattr(source, name, None))
    if converted is None and default is not dataclasses.MISSING:
        return default() if callable(default) else default
    if converted is None and kind is str and getattr(source, name, None) is not None:
        return ""  # a text that must be there was left empty: for the use case to refuse
    return converted


def _collection(kind: Any) -> tuple[Any, Any]:
    return typing.get_args(kind)[0], typing.get_origin(kind)


@cache
def _fields(kind: Any) -> tuple[tuple[str, Any, Any], ...]:
    """Name, type without its None, and default (or the factory of it) of each field that a constructor takes."""
    hints = typing.get_type_hints(kind)
    return tuple(
        (
            field.name,
            _without_none(hints[field.name]),
            field.default if field.default is not dataclasses.MISSING else field.default_factory,
        )
        for field in dataclasses.fields(kind)
        if field.init
    )


def _without_none(hint: Any) -> Any:
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        inner = [part for part in typing.get_args(hint) if part is not type(None)]
        return inner[0] if len(inner) == 1 else hint
    return hint
