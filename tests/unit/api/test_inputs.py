"""Inputs are what strawberry would make of them, without its looking up each field's type for each value."""

from enum import Enum
from typing import Any

import pytest
import strawberry
from strawberry import UNSET
from strawberry.types.field import StrawberryField

from backend.api.inputs import plan_inputs


@strawberry.enum
class Colour(Enum):
    RED = "RED"
    BLUE = "BLUE"


@strawberry.input
class Garment:
    kind: str
    colour: Colour | None = None


@strawberry.input
class Child:
    name: str
    first_language: str | None
    height: float | None = UNSET
    garments: list[Garment] = strawberry.field(default_factory=list)
    colours: list[Colour] | None = None
    favourite: Garment | None = None


@strawberry.type
class Query:
    @strawberry.field
    def told(self, child: Child) -> str:
        return repr(child)


ASKED = "query ($child: Child!) { told(child: $child) }"
CHILDREN: list[dict[str, Any]] = [
    {"name": "Ana"},
    {"name": "Ana", "firstLanguage": None, "height": None, "colours": None, "favourite": None},
    {"name": "Ana", "firstLanguage": "es", "height": 101.5, "garments": [], "colours": ["RED", "BLUE"]},
    {"name": "Ana", "garments": [{"kind": "shoe"}, {"kind": "sock", "colour": "RED"}], "favourite": {"kind": "hat"}},
]


def _told(schema: strawberry.Schema) -> list[Any]:
    answers = [schema.execute_sync(ASKED, variable_values={"child": child}) for child in CHILDREN]
    return [(answer.data, answer.errors) for answer in answers]


def test_a_planned_input_is_what_it_would_have_been_and_no_type_is_looked_up_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    schema = strawberry.Schema(query=Query)
    before = _told(schema)
    assert all(errors is None for _, errors in before)

    def looked_up(*_: object, **__: object) -> None:
        raise AssertionError("a type was looked up")

    plan_inputs(schema)
    monkeypatch.setattr(StrawberryField, "resolve_type", looked_up)
    assert _told(schema) == before


def test_an_input_that_does_not_fit_is_refused_as_before() -> None:
    schema = strawberry.Schema(query=Query)
    plan_inputs(schema)
    refused = schema.execute_sync(ASKED, variable_values={"child": {"name": "Ana", "colours": ["GREEN"]}})
    assert refused.errors is not None
    assert "GREEN" in refused.errors[0].message
