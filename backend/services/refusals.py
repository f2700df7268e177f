"""Looks that were refused to somebody who is signed in, counted in memory until they are entered in the audit log.

Nothing is written while such a request is answered, so that its time does not tell whether the record is there; and
whoever tries a thousand ids makes one entry of it, not a thousand.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from backend.domain.account import Viewer

MOST_IDS = 20
"""Ids that one entry names; of more, it has the number."""
MOST_SESSIONS = 1000
"""Whose refusals are held at a time; those of all others are one entry, which names nobody."""
_AN_ID = re.compile(r"[0-9a-fA-F-]{32,36}")
_OTHERS = ""


@dataclass(slots=True)
class Refused:
    """What one session was refused since the last entry: how often, and which ids it asked for."""

    viewer: Viewer | None
    reason: str | None
    times: int = 0
    record_ids: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class Refusals:
    """What waits to be entered, by session."""

    waiting: dict[str, Refused] = field(default_factory=dict)

    def count(self, viewer: Viewer, record_id: str, reason: str | None) -> None:
        """Whatever else a client may send in the place of an id is not kept."""
        known = viewer.session_id in self.waiting or len(self.waiting) < MOST_SESSIONS
        if not known:
            self.waiting.setdefault(_OTHERS, Refused(None, None)).times += 1
            return
        refused = self.waiting.setdefault(viewer.session_id, Refused(viewer, reason))
        refused.times += 1
        if len(refused.record_ids) < MOST_IDS and _AN_ID.fullmatch(record_id):
            refused.record_ids[record_id] = None

    def put_back(self, taken: Iterable[Refused]) -> None:
        """What could not be entered waits on; the names of new ones stand behind it."""
        for refused in taken:
            key = _OTHERS if refused.viewer is None else refused.viewer.session_id
            since = self.waiting.get(key)
            if since is not None:
                refused.times += since.times
                refused.record_ids = dict.fromkeys([*refused.record_ids, *since.record_ids][:MOST_IDS])
            self.waiting[key] = refused

    def take(self) -> list[Refused]:
        """All that waits, which from now on waits no more."""
        taken, self.waiting = list(self.waiting.values()), {}
        return taken
