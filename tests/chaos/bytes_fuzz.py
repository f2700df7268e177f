"""Photos, lists and frames that nobody should send: each is refused or taken, nothing crashes, and memory stays."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import aiohttp

from backend.domain.subject import Side
from backend.exchange.lists import UnusableFileError, read_list
from backend.exchange.pairs import match_lists, write_pairs
from backend.matching.context import default_context
from tests.chaos.memory import Memory, watched
from tests.chaos.spoiled import lists, photos
from tests.support.client import Client
from tests.support.records import child

AT_ONCE = 4
PHOTOS_OF_A_CHILD = 8
"""Fewer than a record has room for, so that each is looked into."""
ANSWER_SECONDS = 30.0
ANSWERS = {201, 400, 413, 415, 422}
LIST_SECONDS = 10.0
TOO_MANY = 50
"""Faults, after which more tell nothing new."""
MOST_PAIRED = 40
MEGABYTES_FOR_PHOTOS = 800.0
"""What the server may grow by: two photos are decoded at a time, of 40 million pixels of 4 bytes, each copied once."""
MEGABYTES_FOR_FRAMES = 200.0


@dataclass(slots=True)
class Tried:
    """What was tried, how it ended, and what should not have been."""

    name: str
    count: int = 0
    longest: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    memory: Memory = field(default_factory=lambda: Memory(0, 0, 0))

    def bound(self, megabytes: float) -> None:
        grown = self.memory.most - self.memory.before
        if grown > megabytes:
            self.faults.append(f"the server grew by {grown:.0f} MB, of {megabytes:.0f} at most")

    def add(self, outcome: str, seconds: float) -> None:
        self.count += 1
        self.outcomes[outcome] += 1
        self.longest = max(self.longest, seconds)


async def send_photos(volunteer: Client, site_id: str, count: int, random: Random, pid: int) -> Tried:
    """Through the upload, several at a time; `pid` is the server's."""
    tried, files = Tried("photos"), photos(random)

    async def send() -> None:
        while tried.count < count and len(tried.faults) < TOO_MANY:
            made = (await volunteer.ask("registerPerson", input=child(site_id))).made
            for _ in range(PHOTOS_OF_A_CHILD):
                await _send(tried, volunteer, made["registration"]["id"], *next(files))

    async with watched(pid) as tried.memory, asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(send())
    tried.bound(MEGABYTES_FOR_PHOTOS)
    return tried


async def _send(tried: Tried, volunteer: Client, registration_id: str, name: str, content: bytes) -> None:
    began = time.perf_counter()
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = await volunteer.upload(content, registration=registration_id)
    except (aiohttp.ClientError, TimeoutError) as error:
        tried.faults.append(f"{name}: {type(error).__name__}")
        return
    tried.add(str(answer.status), time.perf_counter() - began)
    if answer.status not in ANSWERS:
        tried.faults.append(f"{name}: {answer.status} {answer.body}")


def read_lists(folder: Path, count: int, random: Random) -> Tried:
    """As `reunify match` does: what can be read is matched and written."""
    tried, files = Tried("lists"), lists(random)
    while tried.count < count:
        ending, content = next(files)
        path = folder / f"list{ending}"
        path.write_bytes(content)
        began = time.perf_counter()
        try:
            outcome = _match(path, folder / "pairs.csv")
        except UnusableFileError:
            outcome = "not usable"
        except Exception as error:  # noqa: BLE001 (which one, and over what, is the result)
            outcome = "crashed"
            tried.faults.append(f"{type(error).__name__}: {error} over {content[:200]!r}")
        tried.add(outcome, time.perf_counter() - began)
    if tried.longest > LIST_SECONDS:
        tried.faults.append(f"one took {tried.longest:.1f} s")
    return tried


def _match(path: Path, out: Path) -> str:
    reports, taken_in = read_list(path, Side.REPORT), read_list(path, Side.REGISTRATION)
    pairs = match_lists(reports.subjects[:MOST_PAIRED], taken_in.subjects[:MOST_PAIRED], default_context())
    write_pairs(pairs, out, "en")
    return "read in part" if reports.rejected or taken_in.rejected else "read"
