"""Relatives under one roof or two: adults who were taken in and may be looking for a child who was taken in."""

from collections.abc import Sequence
from dataclasses import dataclass

from backend.domain.account import Viewer
from backend.domain.audit import AuditAction, Part
from backend.domain.evidence import Comparison
from backend.domain.registration import Registration
from backend.matching.compare import compare
from backend.services.audit import saw
from backend.services.collaborators import Collaborators
from backend.services.models import Rules, rules_of
from backend.services.registrations import get_registration, visible_registrations
from backend.services.subjects import is_seeker
from backend.store.candidates import Candidate, candidate, candidates_by_key
from backend.store.key_indexes import SeenAs

LEAST_PROBABILITY = 0.02
"""Far below what is proposed for a match: an adult who names no child leaves little to compare, and nobody is told. It
is that of a report's pair, and only an order here: nobody has measured how often such two belong together.
"""
MOST = 10


@dataclass(frozen=True, slots=True)
class PossibleRelative:
    """An adult for a child, or a child for an adult.

    In the evidence the report's value is what the adult says, the registration's what the child does.
    """

    registration: Registration
    comparison: Comparison


async def possible_relatives(
    use: Collaborators, viewer: Viewer | None, registration_id: str
) -> Sequence[PossibleRelative]:
    """Of a child the adults, of an adult the children, who may belong to it and whom the viewer may see, likeliest
    first, at most `MOST`. Advice, made anew each time: nothing is kept of it.

    An adult is compared as if it had reported what it said of itself: see `subjects.seeker_subject`.

    Raises: DomainError UNAUTHENTICATED, NOT_FOUND.
    """
    registration = await get_registration(use, viewer, registration_id)
    rules = await rules_of(use, registration.incident_id)
    if rules is None:
        return ()
    asked, sought = (SeenAs.SEEKER, SeenAs.CHILD) if is_seeker(registration) else (SeenAs.CHILD, SeenAs.SEEKER)
    records = use.store.registrations
    subject = await candidate(records, registration.id, seen=asked)
    if subject is None:
        return ()
    others = await candidates_by_key(records, use.store.key_indexes, [subject], seen=sought)
    compared = [(other.id, _compared(rules, subject, other, asked)) for other in others[subject.id]]
    likely = [pair for pair in compared if pair[1].probability >= LEAST_PROBABILITY]
    likely.sort(key=lambda pair: (-pair[1].bits, pair[0]))
    seen = await visible_registrations(use, viewer, [other_id for other_id, _ in likely])
    found = [
        PossibleRelative(other, comparison)
        for other, (_, comparison) in zip(seen, likely, strict=True)
        if other is not None
    ][:MOST]
    shown = [one.registration for one in found]
    await saw(use, viewer, AuditAction.READ_REGISTRATION, Part.DESCRIPTION, shown)
    await saw(use, viewer, AuditAction.READ_REGISTRATION, Part.EVIDENCE, [registration, *shown] if shown else [])
    return found


def _compared(rules: Rules, subject: Candidate, other: Candidate, asked: SeenAs) -> Comparison:
    adult, child = (subject, other) if asked is SeenAs.SEEKER else (other, subject)
    return compare(adult.profile, child.profile, rules.context)
