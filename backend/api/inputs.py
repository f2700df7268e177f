"""Inputs made of what was sent, by a plan that is made once: strawberry finds out each field's type and name anew for
each value, which took a sixth of what a registration costs.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass
from typing import Any

from graphql import GraphQLInputObjectType, get_nullable_type, is_leaf_type
from strawberry import Schema
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryObjectDefinition


@dataclass(frozen=True, slots=True)
class _Field:
    """A field of an input: its name in the schema and here; `kind` is None where its value is taken as it was sent."""

    sent_as: str
    name: str
    kind: Any


def plan_inputs(schema: Schema) -> None:
    """Have each input of a schema made by its plan; it becomes what strawberry would have made of it."""
    converter = schema.schema_converter
    for named in converter.type_map.values():
        definition = named.definition
        if isinstance(definition, StrawberryObjectDefinition) and definition.is_input:
            definition.from_input = _maker(definition, named.implementation, converter.config.name_converter.from_field)


def _maker(
    definition: StrawberryObjectDefinition, sent: Any, name_of: Callable[[Any], str]
) -> Callable[[type, Mapping[str, Any], InputContext], Any]:
    fields = tuple(_field(one, definition, sent, name_of(one)) for one in definition.fields)
    not_sent = {
        one.python_name: None
        for one in definition.fields
        if one.default_value is MISSING and one.default_factory is MISSING
    }

    def make(kind: type, value: Mapping[str, Any], context: InputContext) -> Any:
        given: dict[str, Any] = dict(not_sent)
        for field in fields:
            if field.sent_as in value:
                one = value[field.sent_as]
                given[field.name] = one if field.kind is None else context.convert(one, field.kind, field.sent_as)
        return kind(**given)

    return make


def _field(field: Any, definition: StrawberryObjectDefinition, sent: GraphQLInputObjectType, sent_as: str) -> _Field:
    plain = is_leaf_type(get_nullable_type(sent.fields[sent_as].type))
    return _Field(sent_as, field.python_name, None if plain else field.resolve_type(type_definition=definition))
