"""The short forms of the fuzzing of `make chaos`."""

import os
from collections.abc import AsyncIterator
from pathlib import Path
from random import Random

import pytest

from backend.domain.account import Role
from tests.chaos.bytes_fuzz import read_lists, send_photos
from tests.chaos.everybody import MAY_READ
from tests.chaos.frames import send_frames
from tests.chaos.schema_fuzz import Size, fuzz_the_schema
from tests.support.house import House, running_house, set_scene

SHORT = Size(rounds=1, documents=2, askers=3)


async def test_whatever_is_asked_nobody_is_told_of_a_failure_of_ours_or_reads_what_is_not_theirs(
    generous: House,
) -> None:
    told = await fuzz_the_schema(generous.stranger, await generous.person(Role.ADMIN), SHORT, chances(1))

    assert told.faults == []
    assert told.requests > 200
    assert told.words > 0
    assert set(told.outcomes) == set(MAY_READ)


async def test_photos_that_are_damaged_or_lie_are_refused_and_take_no_more_memory_than_a_large_one(
    generous: House,
) -> None:
    scene = await set_scene(generous)
    tried = await send_photos(scene.volunteer, scene.site_id, 60, chances(2), os.getpid())

    assert tried.faults == []
    assert min(tried.outcomes[status] for status in ("201", "413", "415", "422")) > 0


def test_lists_that_are_damaged_are_told_so_and_break_nothing(tmp_path: Path) -> None:
    tried = read_lists(tmp_path, 100, chances(3))

    assert tried.faults == []
    assert set(tried.outcomes) == {"not usable", "read in part", "read"}


async def test_a_websocket_that_says_anything_at_all_breaks_nothing(generous: House) -> None:
    scene = await set_scene(generous)
    tried = await send_frames(scene.coordinator, scene.incident_id, 60, chances(4), os.getpid())

    assert tried.faults == []
    assert len(tried.outcomes) > 3


def chances(seed: int) -> Random:
    return Random(seed)  # noqa: S311 (chances, not secrets)


@pytest.fixture
async def generous(database_uri: str, database_name: str, tmp_path: Path) -> AsyncIterator[House]:
    """A server that counts nobody's requests."""
    async with running_house(database_uri, database_name, tmp_path, rate_limits=False) as house:
        yield house
