"""Whether an alert is still news: much may be decided while it waits for quiet hours, or for a server that is down."""

from collections.abc import Collection

from backend.domain.alert import Alert, AlertKind
from backend.domain.match import Match, MatchState
from backend.domain.subject import Side
from backend.services.area_alerts import are_going
from backend.services.collaborators import Collaborators
from backend.services.links import as_counted, clusters
from backend.services.subjects import is_seeking


async def still_news(use: Collaborators, alerts: Collection[Alert]) -> dict[str, Alert]:
    """Those of the alerts, by id, that are as true as when they were raised: the report is still open, nobody has
    rejected the match or taken its confirmation back, somebody stands for the child, and the link by which it is news
    is there. Of a child missing nearby: its family still agrees to have it told.
    """
    going = await are_going(use, [one.subject_id for one in alerts if one.kind is AlertKind.CHILD_MISSING_NEARBY])
    reports = await use.store.reports.get_many({alert.subject_id for alert in alerts})
    stands = await _standing(use, {alert.match_id for alert in alerts if alert.match_id is not None})
    linked = await clusters(use, Side.REPORT, {match.report_id for match in stands.values()}) if stands else {}
    found = {}
    for alert in alerts:
        report = reports.get(alert.subject_id)
        if report is not None and not is_seeking(report):
            continue
        if alert.kind is AlertKind.CHILD_MISSING_NEARBY and alert.subject_id not in going:
            continue
        if alert.match_id is not None:
            match = stands.get(alert.match_id)
            if match is None or alert.subject_id not in linked[match.report_id]:
                continue
            if alert.of_confirmation and match.state is not MatchState.CONFIRMED:
                continue
        found[alert.id] = alert
    return found


async def _standing(use: Collaborators, match_ids: Collection[str]) -> dict[str, Match]:
    """Those of the matches, as they count, that nobody has taken from the family's screen."""
    if not match_ids:
        return {}
    there = await use.store.matches.get_many(match_ids)
    registrations = await use.store.registrations.get_many({match.registration_id for match in there.values()})
    return {
        match.id: match
        for match in await as_counted(use, list(there.values()))
        if match.state is not MatchState.REJECTED
        and (child := registrations.get(match.registration_id)) is not None
        and not child.held_back
    }
