"""Rescoring a whole incident, page by page, beside the daily work: each page and its place in one transaction."""

from dataclasses import dataclass, replace
from datetime import timedelta

from backend.domain.event import WORKED, EventKind
from backend.domain.model import Rescoring, RescoringStep
from backend.matching.profile import PROFILE_VERSION
from backend.services.collaborators import Collaborators
from backend.services.models import Rules, rules_of
from backend.services.scoring import score_families
from backend.services.subjects import fields_of_registration, fields_of_report
from backend.services.suggestions import rescore_duplicates
from backend.store.duplicates import page_of_pairs
from backend.store.profiles import keep_beside, page_of_profiles
from backend.store.records import Session
from backend.store.sightings import linked_sightings
from backend.store.work import is_claimed_since_before

REPORTS_A_PAGE = 10
"""A tenth of a second of work: a record that comes in meanwhile waits no longer for its turn."""
REGISTRATIONS_A_PAGE = 100
PAIRS_A_PAGE = 100
LOOK_AGAIN = timedelta(milliseconds=250)

AT_ONCE = timedelta(0)
SCORING = tuple(sorted(kind.value for kind in WORKED - {EventKind.RESCORING_STARTED}))


@dataclass(frozen=True, slots=True)
class Extent:
    """How many records a rescoring has to go through."""

    registrations: int
    reports: int


async def rescoring_of(use: Collaborators, incident_id: str) -> Rescoring | None:
    """How far the rescoring of an incident has come, the last one if none is under way."""
    return await use.store.rescorings.get(incident_id)


async def extent_of(use: Collaborators, incident_id: str) -> Extent:
    here = {"incidentId": incident_id}
    return Extent(
        registrations=await use.store.registrations.collection.count_documents(here),
        reports=await use.store.reports.collection.count_documents(here),
    )


async def rescore_page(use: Collaborators, incident_id: str, run: str, session: Session) -> timedelta | None:
    """Work on the next page of a run.

    Returns how soon to come back for the one after it; None where nothing is left, or another run has taken over.
    Of two that work on the same page at once the database lets one through, and the other finds the next page.
    """
    rescoring = await use.store.rescorings.get(incident_id, session)
    if rescoring is None or rescoring.run != run or rescoring.step is RescoringStep.DONE:
        return None
    rules = await rules_of(use, incident_id, session)
    if rules is None:
        return None
    # What is being scored by the rules of before would otherwise be written behind the page that it belongs to.
    if await is_claimed_since_before(use.store.events.collection, rescoring.since, use.clock(), SCORING, session):
        return LOOK_AGAIN
    following = rescoring
    if rescoring.step is RescoringStep.REGISTRATIONS:
        following = await _reprofile_registrations(use, rescoring, session)
    elif rescoring.step is RescoringStep.REPORTS:
        following = await _rescore_reports(use, rules, rescoring, session)
    if following.step is RescoringStep.DUPLICATES:  # with the last reports the first pairs, which few incidents outgrow
        following = await _rescore_duplicates(use, rules, following, session)
    following = replace(following, version=rescoring.version + 1, updated_at=use.clock())
    if not await use.store.rescorings.replace(following, rescoring.version, session):
        raise RuntimeError("a rescoring moved on inside the transaction that read it")
    return None if following.step is RescoringStep.DONE else AT_ONCE


async def _reprofile_registrations(use: Collaborators, rescoring: Rescoring, session: Session) -> Rescoring:
    records = use.store.registrations
    page = await page_of_profiles(
        records, rescoring.id, rescoring.after, REGISTRATIONS_A_PAGE, PROFILE_VERSION, session
    )
    sites = {
        site.id: site
        for site in await use.store.sites.find(
            {"_id": {"$in": sorted({one.site_id for one in page.old})}}, session=session
        )
    }
    now = use.clock()
    fields = {one.id: fields_of_registration(one, sites[one.site_id], now) for one in page.old if one.site_id in sites}
    await keep_beside(records, fields, session)
    return _moved_on(rescoring, page.ids, REGISTRATIONS_A_PAGE, RescoringStep.REPORTS)


async def _rescore_reports(use: Collaborators, rules: Rules, rescoring: Rescoring, session: Session) -> Rescoring:
    records = use.store.reports
    page = await page_of_profiles(records, rescoring.id, rescoring.after, REPORTS_A_PAGE, PROFILE_VERSION, session)
    if rescoring.reprofile:
        now = use.clock()
        linked = await linked_sightings(use.store, [one.id for one in page.old], session) if page.old else {}
        fields = {one.id: fields_of_report(one, now, linked.get(one.id, ())) for one in page.old}
        await keep_beside(records, fields, session)
    await score_families(use, rules, page.families, session)
    return _moved_on(rescoring, page.ids, REPORTS_A_PAGE, RescoringStep.DUPLICATES)


async def _rescore_duplicates(use: Collaborators, rules: Rules, rescoring: Rescoring, session: Session) -> Rescoring:
    """Of the pairs that are there: who was never suggested is looked for when one of two records changes."""
    found, last = await page_of_pairs(use.store.duplicates, rescoring.id, rescoring.after, PAIRS_A_PAGE, session)
    await rescore_duplicates(use, rules, found, session)
    return replace(rescoring, step=RescoringStep.DONE if last is None else rescoring.step, after=last)


def _moved_on(rescoring: Rescoring, ids: tuple[str, ...], first: int, following: RescoringStep) -> Rescoring:
    done = rescoring.done + len(ids)
    if len(ids) < first:
        return replace(rescoring, step=following, after=None, done=done)
    return replace(rescoring, after=ids[-1], done=done)
