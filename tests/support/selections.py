"""Documents that ask for everything, made of the schema, and what their answers show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type

RECORDS = {"Incident", "Site", "Registration", "Report", "Match", "Duplicate", "Sighting", "Recheck", "Question"}
"""Within another object only their ids are asked for: each is asked for by itself."""

Path = tuple[str, ...]
"""Fields as `Type.field`, from the operation down."""


@dataclass(frozen=True, slots=True)
class Shown:
    path: Path
    anything: bool


def asking_for_everything(schema: GraphQLSchema, root: GraphQLObjectType, name: str, given: Mapping[str, Any]) -> str:
    """An operation with variables for the arguments that are given, which selects every field there is."""
    field = root.fields[name]
    declared = ", ".join(f"${argument}: {field.args[argument].type}" for argument in given)
    passed = ", ".join(f"{argument}: ${argument}" for argument in given)
    what = "query" if root is schema.query_type else "mutation" if root is schema.mutation_type else "subscription"
    head = f"{what} Everything({declared})" if given else what
    return f"{head} {{ {name}{f'({passed})' if given else ''} {_selection(field, top=True)} }}"


def _selection(field: GraphQLField, *, top: bool = False) -> str:
    held = get_named_type(field.type)
    if not isinstance(held, GraphQLObjectType):
        return ""
    if held.name in RECORDS and not top:
        return "{ id }"
    inside = held.name.endswith(("Connection", "Edge", "Payload")) and top
    return "{ " + " ".join(f"{name} {_selection(one, top=inside)}" for name, one in held.fields.items()) + " }"


def shown(kind: GraphQLObjectType, name: str, value: Any) -> Iterator[Shown]:
    """For each field that was asked for, whether anything of it came."""
    yield from _shown(kind, name, [value], (), top=True)


def _shown(kind: GraphQLObjectType, name: str, values: Sequence[Any], path: Path, *, top: bool) -> Iterator[Shown]:
    path = (*path, f"{kind.name}.{name}")
    held = get_named_type(kind.fields[name].type)
    is_list = isinstance(held, GraphQLObjectType)
    there = [
        one for value in values for one in (value if is_list and isinstance(value, list) else [value]) if _says(one)
    ]
    yield Shown(path, bool(there))
    if isinstance(held, GraphQLObjectType) and (top or held.name not in RECORDS):
        inside = held.name.endswith(("Connection", "Edge", "Payload")) and top
        for one in held.fields:
            yield from _shown(held, one, [value.get(one) for value in there], path, top=inside)


def _says(value: Any) -> bool:
    """A page of nothing shows nothing."""
    return value is not None and not (isinstance(value, dict) and value.get("edges") == [])
