"""What is not there and what is not one's to see are answered alike: same bytes, same work, for every operation."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from backend.domain.account import Role
from backend.store.records import Records
from tests.support.client import Client, new_id, operation
from tests.support.house import Scene
from tests.support.map import counted
from tests.support.matched_pair import a_matched_pair
from tests.support.records import report
from tests.support.snapshot import everything

_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{64}")
OF_THE_WORKER = {"areaRounds", "deliveries", "escalationRounds", "escalations", "events", "lanes", "rescorings"}
"""What is looked at now and then, whoever asks for what."""
MAY = {
    "coordinator of another incident": {"openIncident"},
    "family of another incident": set[str](),
    "volunteer of another site": {"incident", "publicFigures"},
}
"""What each may do, or see a part of."""


@contextmanager
def noted(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the store is asked for meanwhile: that it takes equally long is more than a clock can say of every one."""
    asked: list[str] = []
    with monkeypatch.context() as patched:
        for name in ("find_one", "find", "find_readable", "get_many", "get_field", "beside"):
            was: Any = getattr(Records, name)

            async def noting(records: Any, *of: Any, was: Any = was, name: str = name, **more: Any) -> Any:
                if records.collection.name not in OF_THE_WORKER:
                    asked.append(f"{name} {records.collection.name}")
                return await was(records, *of, **more)

            patched.setattr(Records, name, noting)
        yield asked


async def answered(client: Client, name: str, variables: dict[str, Any]) -> str:
    """The answer without the ids that were asked for."""
    if operation(name).startswith("subscription"):
        async with client.follow(name, **variables) as subscription:
            shown = str((await subscription.next_message())["payload"])
    else:
        answer = await client.ask(name, **variables)
        shown = f"{answer.status} {answer.body}"
    return _ID.sub("ID", shown)


def of_others(given: Any, kept: dict[str, str]) -> Any:
    """The same of records that there never were: each id is another, once and for all, but those in `kept`."""
    if isinstance(given, dict):
        return {name: of_others(value, kept) for name, value in given.items()}
    if isinstance(given, list):
        return [of_others(value, kept) for value in given]
    return kept.setdefault(given, new_id()) if isinstance(given, str) and _ID.fullmatch(given) else given


@pytest.mark.parametrize("who", MAY)
async def test_what_is_absent_and_what_is_forbidden_take_the_same_work_and_bytes_by_every_operation(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, who: str
) -> None:
    secrets = await a_matched_pair(scene)
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    elsewhere = opened["incident"]["id"]
    kept: dict[str, str] = {}
    if who.startswith("coordinator"):
        person = await scene.house.person(Role.COORDINATOR, incident_id=elsewhere)
    elif who.startswith("family"):
        filed = (await scene.stranger.ask("fileReport", input=report(elsewhere))).made
        person = scene.stranger.signed_in(filed["token"])
    else:
        person, kept = scene.other_volunteer, {one: one for one in (scene.incident_id, scene.other_site_id)}
    await counted(scene.house.use.store)  # the worker looks at what it counts
    before = await everything(scene.house.use.store)
    wrong = []
    for name, variables in secrets.variables.items():
        if name in MAY[who]:
            continue
        seen = []
        for given in (variables, of_others(variables, kept)):
            with noted(monkeypatch) as asked:
                seen.append((await answered(person, name, given), asked))
        if seen[0] != seen[1]:
            wrong.append((name, *seen))
    assert wrong == []
    assert await everything(scene.house.use.store) == before
