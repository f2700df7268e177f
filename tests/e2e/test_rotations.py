"""The short form of the rotations of `make chaos`."""

from pathlib import Path
from random import Random

from tests.chaos.rotations import QUICK_PACE, rotate_under_load


async def test_while_the_key_is_exchanged_twice_and_once_killed_nothing_is_lost_and_nothing_keeps_the_old_one(
    tmp_path: Path,
) -> None:
    rotated = await rotate_under_load(tmp_path, QUICK_PACE, Random("rotation"))  # noqa: S311 (chances, not secrets)

    assert rotated.faults == ()
    assert len(rotated.keys) == 3
    assert rotated.borne == {rotated.keys[0]}
    assert rotated.stock.pairs > 0
    assert rotated.stock.registrations > rotated.stock.pairs
