"""Somebody who follows the list of a site and is cut off again and again, at one server or another."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from tests.support.client import Client


@dataclass(slots=True)
class Follower:
    """`told` are the registrations that were told, in their order; `reloads` how often it had to load anew."""

    servers: Sequence[Client]
    site_id: str
    told: list[str] = field(default_factory=list)
    cursor: str | None = None
    cuts: int = 0
    reloads: int = 0
    began: asyncio.Event = field(default_factory=asyncio.Event)


async def follow_with_cuts(
    follower: Follower, cuts: int, longest_seconds: float, random: Random, enough: asyncio.Event
) -> None:
    """Follow, be cut off at a random moment, and go on from the last cursor; after so many cuts, to the end."""
    while follower.cuts < cuts and not enough.is_set():
        try:
            async with asyncio.timeout(random.uniform(0, longest_seconds) if follower.cursor else None):
                await _follow(follower, random, until_first=follower.cursor is None)
        except TimeoutError:
            follower.cuts += 1
    await _follow(follower, random, until_first=False)


async def _follow(follower: Follower, random: Random, *, until_first: bool) -> None:
    server = random.choice(follower.servers)
    async with server.follow("siteChanges", siteId=follower.site_id, after=follower.cursor) as news:
        while True:
            message = await news.next_message(60)
            if message["type"] == "error":
                follower.reloads += 1
                follower.cursor = None
                return
            value = message["payload"]["data"]["siteChanges"]
            # Without a pause: what was heard and where it stands are kept together, as an app would.
            follower.told += [one["id"] for one in value["registrations"]]
            follower.cursor = value["cursor"]
            follower.began.set()
            if until_first:
                return
