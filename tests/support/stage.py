"""A scene that was set once for a test process, through the API, and stands in a test's database from its start."""

import shutil
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from backend.app import now
from tests.support.client import Client
from tests.support.house import House, Scene, running_house, set_scene
from tests.support.map import counted

KEYS = "keys.json"
SESSIONS = "sessions"


@dataclass(frozen=True, slots=True)
class Stage:
    """`documents` by collection, the file of the `keys` that they were written with, and what the scene names."""

    documents: dict[str, list[dict[str, Any]]]
    keys: Path
    set_at: datetime
    ids: dict[str, str]
    tokens: dict[str, str | None]


async def built(database_uri: str, database_name: str, folder: Path) -> Stage:
    """Set the scene on an empty database of its own; the folder stays."""
    async with running_house(database_uri, database_name, folder) as house:
        scene, set_at = await set_scene(house), now()
        await counted(house.use.store)
        named = {one.name: getattr(scene, one.name) for one in fields(scene)}
    async with running_house(database_uri, database_name, folder, worker=False) as idle:
        # Nobody writes any more.
        database = idle.use.store.database
        documents = {
            name: found
            for name in await database.list_collection_names()
            if (found := [one async for one in database[name].find()])
        }
    return Stage(
        documents=documents,
        keys=folder / KEYS,
        set_at=set_at,
        ids={name: value for name, value in named.items() if isinstance(value, str)},
        tokens={name: value.token for name, value in named.items() if isinstance(value, Client)},
    )


def set_up(stage: Stage, folder: Path) -> dict[str, list[dict[str, Any]]]:
    """What is in the database before a house starts in this folder. Everybody has just come in."""
    shutil.copy(stage.keys, folder / KEYS)
    passed = now() - stage.set_at
    return stage.documents | {SESSIONS: [later(one, passed) for one in stage.documents[SESSIONS]]}


def later(document: dict[str, Any], by: timedelta) -> dict[str, Any]:
    return {name: value + by if isinstance(value, datetime) else value for name, value in document.items()}


def scene_on(stage: Stage, house: House) -> Scene:
    """The people in a house whose stage was set up."""
    people = {name: house.stranger.signed_in(token) for name, token in stage.tokens.items()}
    named: dict[str, Any] = people | stage.ids
    return Scene(house=house, **named)
