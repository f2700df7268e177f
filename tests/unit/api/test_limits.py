"""What one document may ask for."""

import time

import pytest
from graphql import get_introspection_query

from backend.api.documents import Document, prepare, schema_of
from backend.api.limits import CostPlan, Limits, check_cost
from backend.api.refusal import RefusedError
from tests.support.small_api import small_schema

SCHEMA = schema_of(small_schema())
LIMITS = Limits(introspection=True)


def code_for(source: str, limits: Limits = LIMITS) -> str:
    with pytest.raises(RefusedError) as caught:
        prepare(source, SCHEMA, limits)
    assert caught.value.errors[0]["message"]
    return str(caught.value.errors[0]["extensions"]["code"])


def plan_of(source: str) -> CostPlan:
    [operation] = prepare(source, SCHEMA, LIMITS).operations.values()
    assert operation.cost
    return operation.cost


def test_an_ordinary_document_passes() -> None:
    document = prepare("query Named { child { name siblings { name } } }", SCHEMA, LIMITS)
    assert isinstance(document, Document)
    assert list(document.operations) == ["Named"]


def test_a_flood_of_aliases_is_refused() -> None:
    flood = "{" + " ".join(f"a{number}: token" for number in range(100)) + "}"
    assert code_for(flood) == "TOO_MANY_ALIASES"


def test_aliases_within_fragments_count_too() -> None:
    flood = "{ child { ...F } } fragment F on Child {" + " ".join(f"a{number}: name" for number in range(100)) + "}"
    assert code_for(flood) == "TOO_MANY_ALIASES"


def test_a_field_repeated_many_times_counts_as_an_alias_before_validation_compares_them() -> None:
    assert code_for("{" + "child { gone } " * 200 + "}") == "TOO_MANY_ALIASES"


def test_deep_nesting_is_refused() -> None:
    assert code_for("{ child { " + "siblings { " * 14 + "name" + " }" * 16) == "QUERY_TOO_DEEP"
    assert code_for("{ child { " + "siblings { " * 150 + "name" + " }" * 152) == "QUERY_TOO_DEEP"
    prepare("{ child { siblings { siblings { name } } } }", SCHEMA, Limits(depth=4))
    assert code_for("{ child { siblings { siblings { name } } } }", Limits(depth=3)) == "QUERY_TOO_DEEP"


def test_depth_is_counted_through_fragments() -> None:
    source = "{ child { ...A } } fragment A on Child { siblings { ...B } } fragment B on Child { siblings { name } }"
    prepare(source, SCHEMA, Limits(depth=4))
    assert code_for(source, Limits(depth=3)) == "QUERY_TOO_DEEP"


@pytest.mark.parametrize(
    "cycle",
    [
        "{ child { ...A } } fragment A on Child { siblings { ...A } }",
        "{ child { ...A } } fragment A on Child { ...B } fragment B on Child { ...A }",
        "{ child { name } } fragment A on Child { ... on Child { ...A } }",
    ],
)
def test_fragments_in_a_circle_are_refused_and_hang_nothing(cycle: str) -> None:
    assert code_for(cycle) == "GRAPHQL_VALIDATION_FAILED"


def test_fragments_that_double_at_each_level_are_measured_once_each() -> None:
    levels = 12
    fragments = " ".join(
        f"fragment F{level} on Child {{ siblings {{ ...F{level + 1} ... on Child {{ ...F{level + 1} }} }} }}"
        for level in range(levels)
    )
    source = f"{{ child {{ ...F0 }} }} {fragments} fragment F{levels} on Child {{ name }}"
    started = time.perf_counter()
    assert code_for(source) == "QUERY_TOO_COSTLY"
    assert time.perf_counter() - started < 2


def test_too_many_tokens_are_refused() -> None:
    assert code_for("{" + "token " * 2_000 + "}") == "QUERY_TOO_LONG"


def test_too_many_comments_are_refused() -> None:
    assert code_for("#\n" * 200 + "{ token }") == "QUERY_TOO_LONG"


def test_too_long_a_text_is_refused() -> None:
    assert code_for("{ token }" + " " * 20_000) == "QUERY_TOO_LONG"


def test_too_many_directives_are_refused() -> None:
    assert code_for("{ child { " + "... @skip(if: true) { name } " * 31 + "} }") == "TOO_MANY_DIRECTIVES"


def test_too_many_root_fields_are_refused_also_when_fragments_hide_them() -> None:
    source = "{ ...A } fragment A on Query { token ...B } fragment B on Query { hidden broken }"
    prepare(source, SCHEMA, Limits(root_fields=3))
    assert code_for(source, Limits(root_fields=2)) == "TOO_MANY_ROOT_FIELDS"


def test_introspection_is_a_setting() -> None:
    prepare(get_introspection_query(), SCHEMA, LIMITS)
    closed = Limits(introspection=False)
    assert code_for("{ __schema { queryType { name } } }", closed) == "INTROSPECTION_DISABLED"
    assert (
        code_for('{ ...A } fragment A on Query { __type(name: "Child") { name } }', closed) == "INTROSPECTION_DISABLED"
    )
    prepare("{ __typename }", SCHEMA, closed)


def test_circular_introspection_is_refused() -> None:
    source = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
    assert code_for(source) == "GRAPHQL_VALIDATION_FAILED"


def test_without_introspection_no_message_suggests_a_name_of_the_schema() -> None:
    with pytest.raises(RefusedError) as caught:
        prepare("{ tokem }", SCHEMA, Limits(introspection=False))
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "cost"),
    [
        ("{ token }", 1),
        ("{ child { name } }", 2),
        # A list without a page: 1 + 5 times what is in it.
        ("{ child { siblings { name } } }", 2 + 5 * 1),
        # A page of its own size, of the schema's default, of the limits' default.
        ("{ children(first: 3) { name } }", 1 + 3 * 1),
        ("{ children { name } }", 1 + 10 * 1),
        ("{ child { friends { edges { node { name } } } } }", 2 + 20 * 3),
        # Only the connection's own page counts, not its inner list again.
        ("{ child { friends(first: 7) { edges { node { name } } pageInfo { hasNextPage } } } }", 2 + 7 * 5),
        # The larger one of two.
        ("{ child { friends(first: 1, last: 9) { edges { node { name } } } } }", 2 + 9 * 3),
        # A negative page multiplies nothing away.
        ("{ children(first: -5) { name } }", 2),
        ("{ child { ...F } } fragment F on Child { name siblings { name } }", 3 + 5),
        ("{ __schema { types { name } } token }", 2),
    ],
)
def test_the_cost_is_the_number_of_values_in_the_largest_answer(source: str, cost: int) -> None:
    prepare(source, SCHEMA, Limits(cost=cost, introspection=True))
    assert code_for(source, Limits(cost=cost - 1, introspection=True)) == "QUERY_TOO_COSTLY"


@pytest.mark.parametrize(
    ("variables", "cost"),
    [
        ({"n": 3}, 1 + 3 * 1),
        ({"n": 3.0}, 1 + 3 * 1),
        ({"n": 1_000_000}, 1 + 1_000_000),
        ({}, 1 + 30),
        ({"n": None}, 1 + 30),
        ({"n": "3"}, 1 + 30),
        ({"n": True}, 1 + 30),
        ({"n": float("inf")}, 1 + 30),
    ],
)
def test_a_page_size_in_a_variable_counts_with_its_value(variables: dict[str, object], cost: int) -> None:
    plan = plan_of("query ($n: Int = 30) { children(first: $n) { name } }")
    assert plan.total(variables) == cost
    check_cost(plan, variables, Limits(cost=cost))
    with pytest.raises(RefusedError, match=f"about {cost} values"):
        check_cost(plan, variables, Limits(cost=cost - 1))


def test_variables_multiply_through_nested_pages_and_fragments() -> None:
    plan = plan_of(
        "query ($n: Int!, $m: Int!) { children(first: $n) { ...F } }"
        " fragment F on Child { friends(last: $m) { edges { node { name } } } }"
    )
    assert plan.total({"n": 10, "m": 100}) == 1 + 10 * (1 + 100 * 3)
