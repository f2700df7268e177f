"""An index of keys in this process for each side of each incident, read once and kept up with what is written."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from time import monotonic
from typing import Any

from backend.matching.glance import Sketch
from backend.matching.key_index import KeyIndex
from backend.store.cipher import UnreadableError
from backend.store.codec import Document, unpack
from backend.store.records import Records

Candidates = Records[Any]
"""One side: reports or registrations."""

LATE = timedelta(seconds=5)
"""How much later than it says a record may come to be seen: a transaction takes a while, and the clocks of two servers
differ."""
MOST_IN_A_BATCH = 1000
MOST_ASKED_BY_ID = 10_000
"""After an import there may be a million, whose ids alone are more than a question to the database may hold."""
_NEVER = datetime(1970, 1, 2, tzinfo=UTC)
_FIELDS = ("keptAt", "familyId", "groupId", "profile.keys", "profile.packed", "seeker.keys", "seeker.packed")


class SeenAs(StrEnum):
    """What a record is looked at as: the child that it describes, or an adult who may be looking for one."""

    CHILD = "profile"
    SEEKER = "seeker"


@dataclass(slots=True, eq=False)
class _Followed:
    """One side of one incident: what was read of it, and the latest of that, each with the time it was kept at."""

    indexes: dict[SeenAs, KeyIndex] = field(default_factory=lambda: {seen: KeyIndex() for seen in SeenAs})
    latest: dict[str, datetime] = field(default_factory=dict)
    until: datetime | None = None
    until_at: float = 0.0
    read_at: float = 0.0
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)


Reading = asyncio.Task[Mapping[SeenAs, KeyIndex]]
"""To be awaited behind a shield."""


@dataclass(frozen=True, slots=True)
class KeyIndexes:
    """Each process keeps its own. Reading a million records for the first time takes a minute or two."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _followed: dict[tuple[str, str], _Followed] = field(default_factory=dict)
    _reading: set[Reading] = field(default_factory=set)

    def begin(self, records: Candidates, incident_id: str) -> Reading:
        """The indexes of a side of an incident, with all that was committed before this call.

        So of two records that were committed before anybody looked for either's like, whoever looks finds the other:
        two never miss each other, in however many processes they are looked for. Who has more to ask of the database
        can do so meanwhile.
        """
        followed = self._followed.setdefault((records.collection.name, incident_id), _Followed())
        # In a task of its own: a caller who gives up must not stop a first reading that others wait for.
        reading = asyncio.create_task(self._read_up_to(records, incident_id, followed, monotonic()))
        self._reading.add(reading)
        reading.add_done_callback(self._ended)
        return reading

    async def current(self, records: Candidates, incident_id: str, seen: SeenAs) -> KeyIndex:
        return (await asyncio.shield(self.begin(records, incident_id)))[seen]

    def _ended(self, reading: Reading) -> None:
        self._reading.discard(reading)
        if not reading.cancelled():
            reading.exception()  # who gave up meanwhile does not look at it

    async def _read_up_to(
        self, records: Candidates, incident_id: str, followed: _Followed, moment: float
    ) -> Mapping[SeenAs, KeyIndex]:
        async with followed.reading:
            if followed.read_at <= moment:
                began = monotonic()
                await self._read(records, incident_id, followed, began)
                followed.read_at = began
        return followed.indexes

    async def _read(self, records: Candidates, incident_id: str, followed: _Followed, began: float) -> None:
        latest: dict[str, datetime] = {}
        wanted: Document | None = {"incidentId": incident_id}
        is_first = followed.until is None
        if not is_first:
            written = {"incidentId": incident_id, "keptAt": {"$gte": self._last_reading(followed, began) - LATE}}
            latest = {one["_id"]: one["keptAt"] async for one in records.collection.find(written, {"keptAt": 1})}
            unread = [one for one, at in latest.items() if followed.latest.get(one) != at]
            wanted = {"_id": {"$in": unread}} if unread else None
            if len(unread) > MOST_ASKED_BY_ID:
                wanted = written
        if wanted is not None:
            found = records.collection.find(wanted, dict.fromkeys(_FIELDS, 1), batch_size=MOST_IN_A_BATCH)
            async for document in found:
                _put(followed.indexes, _shown(records, document))
                latest[document["_id"]] = document["keptAt"]
        # A clock that is ahead must not make us pass over what others write.
        until = min(max(latest.values(), default=_NEVER), self.clock())
        if followed.until is None or until > followed.until:
            followed.until, followed.until_at = until, began
        if is_first:
            latest = {one: at for one, at in latest.items() if at >= followed.until - LATE}
        followed.latest = latest

    def _last_reading(self, followed: _Followed, began: float) -> datetime:
        """The moment of the last reading, as those who have written since would put it.

        It is what their latest record said, and so long after that as the reading was; or what this clock says of it
        now, where that is earlier: then the clock was set back, and theirs may have been.
        """
        by_theirs = (followed.until or _NEVER) + timedelta(seconds=followed.read_at - followed.until_at)
        by_ours = self.clock() - timedelta(seconds=began - followed.read_at)
        return min(by_theirs, by_ours)


def _shown(records: Candidates, document: Document) -> Document:
    """One that does not open is found by nobody; the log names it, and the others are found all the same."""
    try:
        return records.hiding.show(document)
    except UnreadableError:
        return {"_id": document["_id"]}


def _put(indexes: dict[SeenAs, KeyIndex], document: Document) -> None:
    together = document.get("familyId") or document.get("groupId")
    for seen, index in indexes.items():
        kept: dict[str, Any] | None = document.get(seen)
        if kept is not None:
            keys = unpack(tuple[int, ...], kept["keys"])
            index.put(document["_id"], keys, unpack(Sketch, kept["packed"]), together)
        else:
            index.drop(document["_id"])
