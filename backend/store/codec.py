"""Domain values to MongoDB documents and back: camelCase names, values left at their default are left out.

A value is a dataclass or a NamedTuple, and either is a document of its fields.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, TypeVar

import msgspec
from cattrs import Converter
from cattrs.cols import is_namedtuple, namedtuple_dict_structure_factory, namedtuple_dict_unstructure_factory
from cattrs.gen import make_dict_structure_fn, make_dict_unstructure_fn, override

T = TypeVar("T")

Document = dict[str, Any]


def to_document(value: object) -> Document:
    """The document of a dataclass; its `id` becomes `_id`."""
    document: Document = _converter().unstructure(value)
    return document


def from_document(kind: type[T], document: Mapping[str, Any]) -> T:
    """The dataclass of a document; fields that `kind` does not have are passed over."""
    return _converter().structure(document, kind)


def pack(value: object) -> bytes:
    """A dataclass as MessagePack, its fields by name: read six times as fast as a document of the same."""
    return msgspec.msgpack.encode(value)


def unpack(kind: type[T], packed: bytes) -> T:
    """The dataclass of what was packed; fields that `kind` does not have are passed over.

    Raises: msgspec.ValidationError for what was packed of another kind.
    """
    any_kind: Any = kind
    value: T = _decoder(any_kind).decode(packed)
    return value


@cache
def _decoder(kind: type[Any]) -> "msgspec.msgpack.Decoder[Any]":
    return msgspec.msgpack.Decoder(kind)


def digest(*values: object) -> str:
    """The SHA-256 of what was said, equal for equal content whatever default fields were added since."""
    content = json.dumps([_converter().unstructure(value) for value in values], sort_keys=True, default=_as_text)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def document_name(field: str) -> str:
    """What a field of a dataclass is called in a document."""
    if field == "id":
        return "_id"
    first, *rest = field.split("_")
    return first + "".join(word.title() for word in rest)


@cache
def _converter() -> Converter:
    converter = Converter(unstruct_collection_overrides={tuple: list, frozenset: sorted})
    converter.register_structure_hook(datetime, lambda value, _: value)
    converter.register_unstructure_hook(datetime, lambda value: value)

    def renamed(names: Iterable[str]) -> dict[str, Any]:
        return {name: override(rename=document_name(name)) for name in names}

    def names(kind: type[Any]) -> dict[str, Any]:
        return renamed(field.name for field in dataclasses.fields(kind))

    def unstructure(kind: type[Any]) -> Callable[[Any], Document]:
        return make_dict_unstructure_fn(kind, converter, _cattrs_omit_if_default=True, **names(kind))

    def structure(kind: type[Any]) -> Callable[[Mapping[str, Any], Any], Any]:
        return make_dict_structure_fn(kind, converter, _cattrs_detailed_validation=False, **names(kind))

    def unstructure_tuple(kind: type[Any]) -> Callable[[Any], Document]:
        omit_if_default = True
        return namedtuple_dict_unstructure_factory(kind, converter, omit_if_default, **renamed(kind._fields))

    def structure_tuple(kind: type[Any]) -> Callable[[Mapping[str, Any], Any], Any]:
        detailed_validation = False
        return namedtuple_dict_structure_factory(kind, converter, detailed_validation, **renamed(kind._fields))

    converter.register_unstructure_hook_factory(is_namedtuple, unstructure_tuple)
    converter.register_structure_hook_factory(is_namedtuple, structure_tuple)
    converter.register_unstructure_hook_factory(dataclasses.is_dataclass, unstructure)
    converter.register_structure_hook_factory(dataclasses.is_dataclass, structure)
    return converter
