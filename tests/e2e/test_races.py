"""Many at once: the races of `make chaos`."""

from random import Random

from tests.chaos.races import run_races
from tests.chaos.writers import open_scene
from tests.support.house import Scene


async def test_of_many_who_want_the_same_at_once_each_gets_the_answer_of_one_after_the_other(scene: Scene) -> None:
    own = await open_scene(scene.stranger, scene.admin)
    races = await run_races(own, scene.admin, Random(1))  # noqa: S311 (chances, not secrets)

    assert {race.name: race.faults for race in races} == {race.name: () for race in races}
    assert len(races) == 4
