"""How somebody wants to be told: read and chosen by each for themselves."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import time
from zoneinfo import ZoneInfo

from backend.domain.account import Viewer
from backend.domain.choices import AlertChoices, NewAlertChoices, QuietHours
from backend.domain.errors import ErrorCode, Problem
from backend.domain.event import Event, EventKind
from backend.domain.person import Point
from backend.domain.validation import point_problems, refuse_if_any
from backend.services.access import Action, Where, require, signed_in
from backend.services.audit import tell
from backend.services.changes import stale
from backend.services.collaborators import Collaborators
from backend.services.mailboxes import is_address
from backend.services.nearby_places import keys_of
from backend.services.sessions import require_still_signed_in
from backend.store.devices import put_at
from backend.store.records import Duplicate, Session
from geo.areas import COARSE
from geo.cells import cell

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,4}){0,2}")
_TIME_ZONE = re.compile(r"[A-Z][A-Za-z0-9_+-]*(/[A-Z][A-Za-z0-9_+-]*){0,2}")
_TIME_OF_DAY = re.compile(r"\d\d:\d\d")


async def alert_choices(use: Collaborators, viewer: Viewer | None) -> AlertChoices:
    """The viewer's own, or what holds where nothing was chosen.

    Raises: DomainError UNAUTHENTICATED.
    """
    known = signed_in(viewer)
    now = use.clock()
    return await use.store.alert_choices.get(known.id) or AlertChoices(known.id, 0, now, now)


async def choose_alerts(use: Collaborators, viewer: Viewer | None, new: NewAlertChoices) -> AlertChoices:
    """Choose anew, everything at once; the last choice holds.

    Raises: DomainError UNAUTHENTICATED, INVALID, STALE.
    """
    known = signed_in(viewer)
    refuse_if_any(_problems(new))
    there = await alert_choices(use, known)
    chosen = replace(
        there,
        by_push=new.by_push,
        by_email=new.by_email,
        email=new.email,
        language=new.language,
        quiet=new.quiet,
        version=there.version + 1,
        updated_at=use.clock(),
    )
    return await _keep(use, known, chosen, EventKind.ALERTS_CHOSEN)


async def choose_nearby_place(use: Collaborators, viewer: Viewer | None, point: Point | None) -> AlertChoices:
    """Be told of missing children around a place too, of which no more is kept than a cell about 6 km across; None for
    no place but one's sites.

    Raises: DomainError UNAUTHENTICATED, FORBIDDEN, INVALID, STALE.
    """
    known = require(viewer, Action.CHOOSE_NEARBY_PLACE, Where())
    if point is not None:
        refuse_if_any(point_problems(point, "point"))
    there = await alert_choices(use, known)
    nearby = None if point is None else cell(point.latitude, point.longitude, COARSE)
    chosen = replace(there, nearby=nearby, version=there.version + 1, updated_at=use.clock())
    return await _keep(use, known, chosen, EventKind.NEARBY_PLACE_CHOSEN)


async def _keep(use: Collaborators, viewer: Viewer, chosen: AlertChoices, kind: EventKind) -> AlertChoices:
    """Raises: DomainError STALE."""

    async def write(session: Session) -> None:
        await require_still_signed_in(use, viewer, session)
        if chosen.version == 1:
            await use.store.alert_choices.insert(chosen, session)
        elif not await use.store.alert_choices.replace(chosen, chosen.version - 1, session):
            raise stale()
        await put_at(use.store, viewer.id, keys_of(use, viewer, chosen), session)
        event = Event(id=use.new_id(), kind=kind, subject_id=viewer.id, actor_id=viewer.id, at=use.clock())
        await tell(use, viewer, session, event)

    try:
        await use.store.transact(write)
    except Duplicate:
        raise stale() from None
    return chosen


def _problems(new: NewAlertChoices) -> Iterator[Problem]:
    if new.email is not None and not is_address(new.email):
        yield Problem(ErrorCode.INVALID, "This is not an e-mail address.", "email")
    if not _LANGUAGE.fullmatch(new.language):
        yield Problem(ErrorCode.INVALID, "A language is a BCP 47 tag, such as 'es' or 'pt-BR'.", "language")
    if new.quiet is not None:
        yield from _quiet_problems(new.quiet)


def _quiet_problems(quiet: QuietHours) -> Iterator[Problem]:
    for text, field in ((quiet.start, "start"), (quiet.until, "until")):
        if not _is_time_of_day(text):
            yield Problem(ErrorCode.INVALID, "A time of day has the form 22:00.", f"quiet.{field}")
    if quiet.start == quiet.until:
        yield Problem(ErrorCode.INVALID, "Quiet hours end at another time than they begin.", "quiet.until")
    if not _is_time_zone(quiet.time_zone):
        yield Problem(
            ErrorCode.INVALID, "This time zone is not known: name one such as America/Chicago.", "quiet.timeZone"
        )


def _is_time_zone(name: str) -> bool:
    if not _TIME_ZONE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # KeyError: there is no such zone
        return False
    return True


def _is_time_of_day(text: str) -> bool:
    if not _TIME_OF_DAY.fullmatch(text):
        return False
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return True
