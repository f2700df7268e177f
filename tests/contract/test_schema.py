"""The contract: as generated, described to the last argument, and with every operation of the folder."""

import re
from pathlib import Path

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    build_schema,
    parse,
)
from graphql.language import OperationDefinitionNode

from backend.api import schema as code
from tests.support.client import OPERATIONS
from tests.support.graphql_audit import audit
from tests.support.house import House

CONTRACT = OPERATIONS.parent / "schema.graphql"


WITH_FIELDS = GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType


def named_types() -> list[GraphQLNamedType]:
    schema = build_schema(CONTRACT.read_text(encoding="utf-8"))
    return [one for name, one in schema.type_map.items() if not name.startswith("__")]


def test_the_schema_file_is_what_the_code_says() -> None:
    assert code.build_schema().as_str() in CONTRACT.read_text(encoding="utf-8")


def test_every_type_field_and_argument_has_a_description() -> None:
    described: dict[str, str | None] = {}
    for one in named_types():
        described[one.name] = one.description
        fields = (
            one.fields if isinstance(one, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType) else {}
        )
        for field_name, field in fields.items():
            described[f"{one.name}.{field_name}"] = field.description
            for argument_name, argument in getattr(field, "args", {}).items():
                described[f"{one.name}.{field_name}({argument_name})"] = argument.description
    assert len(described) > 300
    assert [name for name, description in described.items() if not description] == []


@pytest.mark.parametrize("path", sorted(OPERATIONS.glob("*.graphql")), ids=lambda path: path.stem)
def test_a_file_holds_the_one_operation_of_its_name(path: Path) -> None:
    definitions = parse(path.read_text(encoding="utf-8")).definitions
    operations = [one for one in definitions if isinstance(one, OperationDefinitionNode)]
    assert len(definitions) == len(operations) == 1
    assert operations[0].name is not None
    name = operations[0].name.value
    assert name[0].lower() + name[1:] == path.stem


def test_every_query_mutation_and_subscription_has_an_operation() -> None:
    texts = "\n".join(path.read_text(encoding="utf-8") for path in OPERATIONS.glob("*.graphql"))
    roots = [one for one in named_types() if one.name in {"Query", "Mutation", "Subscription"}]
    used = {name for root in roots if isinstance(root, GraphQLObjectType) for name in root.fields}
    unused = {name for name in used if not re.search(rf"\b{name}\b", texts)}
    assert unused == set()


def test_the_folder_of_the_contract_holds_no_python() -> None:
    assert list(OPERATIONS.parent.rglob("*.py")) == []


async def test_the_server_passes_every_audit_of_graphql_over_http(house: House) -> None:
    audits = await audit(f"{house.stranger.url}/graphql")
    assert [one for one in audits if one.status != "ok"] == []
    assert len(audits) == 61
