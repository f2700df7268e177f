"""The short forms of the fuzzing of `make chaos`."""

from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from backend.domain.account import Role
from tests.chaos.everybody import MAY_READ
from tests.chaos.schema_fuzz import Size, fuzz_the_schema
from tests.support.house import House, running_house

SHORT = Size(rounds=1, documents=2, askers=3)


async def test_whatever_is_asked_nobody_is_told_of_a_failure_of_ours_or_reads_what_is_not_theirs(
    generous: House,
) -> None:
    told = await fuzz_the_schema(generous.stranger, await generous.person(Role.ADMIN), SHORT, Random(1))

    assert told.faults == []
    assert told.requests > 200
    assert told.words > 0
    assert set(told.outcomes) == set(MAY_READ)


@pytest.fixture
async def generous(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[House]:
    """A server that counts nobody's requests."""
    async with running_house(database_uri, database_name, tmp_path, rate_limits=False) as house:
        yield house
