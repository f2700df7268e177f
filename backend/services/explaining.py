"""Why a pair has the score that it has, for an operator at the server's own console."""

from dataclasses import dataclass

from backend.domain.audit import AuditAction, Part
from backend.domain.errors import conflict, not_found
from backend.matching.keys import shared_keys
from backend.matching.news import probability_for_the_family
from backend.services.audit import Named, saw_at_the_console
from backend.services.collaborators import Collaborators
from backend.services.keeping import ScoredPair
from backend.services.models import Rules, rules_of
from backend.services.scoring import pairs_of_families
from backend.store.candidates import candidate


@dataclass(frozen=True, slots=True)
class Explanation:
    """A pair as it would be scored now, by which rules, the keys that bring it together, and what a family is told by.

    `told` is the probability without place and time, by which news for the family is judged.
    """

    rules: Rules
    pair: ScoredPair
    shared_keys: tuple[str, ...]
    told: float


async def explain_pair(use: Collaborators, report_id: str, registration_id: str) -> Explanation:
    """Score a pair, in the light of its family, whether or not a key brings it together; only the look is entered.

    Raises: DomainError NOT_FOUND; CONFLICT for two records of different incidents.
    """
    report = await candidate(use.store.reports, report_id)
    if report is None:
        raise not_found("report")
    registration = await candidate(use.store.registrations, registration_id)
    if registration is None:
        raise not_found("registration")
    rules = await rules_of(use, report.incident_id)
    if rules is None or registration.incident_id != report.incident_id:
        raise conflict("The report and the registration are of different incidents, and so are never compared.")
    besides = {(report.id, registration.id): (report, registration)}
    pairs = await pairs_of_families(use, rules, [report.owner_id], None, besides)
    shown = [Named(report.id, report.incident_id), Named(registration.id, registration.incident_id)]
    await saw_at_the_console(use, AuditAction.READ_MATCH, Part.EVIDENCE, shown)
    pair = next(one for one in pairs if (one.report.id, one.registration.id) == (report.id, registration.id))
    return Explanation(
        rules=rules,
        pair=pair,
        shared_keys=shared_keys(report.profile, registration.profile),
        told=probability_for_the_family(pair.comparison, rules.context),
    )
