"""Look-ups gathered over one request, so that a list of records costs one query a kind and not one a record."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from strawberry.dataloader import DataLoader

from backend.domain.account import Viewer
from backend.domain.area_alert import AreaAlert, AreaProgress
from backend.domain.duplicate import Duplicate
from backend.domain.errors import DomainError
from backend.domain.incident import Incident
from backend.domain.match import Match
from backend.domain.person import Point
from backend.domain.photo import Photo
from backend.domain.question import Question
from backend.domain.recheck import Recheck
from backend.domain.registration import Registration
from backend.domain.report import NextStep, Report
from backend.domain.review import Review
from backend.domain.sighting import Sighting
from backend.domain.site import Site
from backend.domain.take_down import TakeDown
from backend.services import (
    area_alerts,
    devices,
    duplicates,
    incidents,
    matches,
    photos,
    places,
    progress,
    questions,
    rechecks,
    registrations,
    reports,
    reviews,
    rotas,
    sightings,
    sites,
    take_downs,
)
from backend.services.collaborators import Collaborators
from backend.services.links import counted
from backend.services.map import occupancy

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class MatchesOf:
    """The matches of a record are looked up within its incident."""

    incident_id: str
    record_id: str


@dataclass(frozen=True, slots=True)
class Loaders:
    incidents: DataLoader[str, Incident | None]
    sites: DataLoader[str, Site | None]
    in_care: DataLoader[tuple[str, str], int | None]
    registrations: DataLoader[str, Registration | None]
    reports: DataLoader[str, Report | None]
    photos: DataLoader[Registration | Report, list[Photo]]
    next_steps: DataLoader[Report, NextStep]
    reviews: DataLoader[Report, Review | None]
    take_downs: DataLoader[Report, TakeDown | None]
    matches: DataLoader[str, Match | None]
    matches_of_reports: DataLoader[MatchesOf, list[Match]]
    matches_of_registrations: DataLoader[MatchesOf, list[Match]]
    same_child_as: DataLoader[Match, str | None]
    duplicates: DataLoader[Registration | Report, list[Duplicate]]
    linked_registrations: DataLoader[Registration, list[Registration]]
    linked_reports: DataLoader[Report, list[Report]]
    sightings: DataLoader[Report, list[Sighting]]
    reviewers: DataLoader[str, str | None]
    rechecks: DataLoader[Registration, list[Recheck]]
    questions: DataLoader[Report, list[Question]]
    languages: DataLoader[Viewer | None, str | None]
    names_of_places: DataLoader[tuple[Point, str | None], str | None]
    area_progress: DataLoader[AreaAlert, AreaProgress | None]


def new_loaders(use: Collaborators, viewer: Viewer | None) -> Loaders:
    """Empty loaders for one viewer: what they hold is what this viewer may see."""
    return Loaders(
        incidents=DataLoader(lambda ids: incidents.get_incidents(use, viewer, ids)),
        sites=DataLoader(lambda ids: sites.get_sites(use, viewer, ids)),
        in_care=DataLoader(lambda places: occupancy(use, viewer, places)),
        registrations=DataLoader(lambda ids: registrations.get_registrations(use, viewer, ids)),
        reports=DataLoader(lambda ids: reports.get_reports(use, viewer, ids)),
        photos=DataLoader(
            lambda records: photos.photos_of_records(use, viewer, records), cache_key_fn=lambda record: record.id
        ),
        next_steps=DataLoader(
            lambda wanted: progress.next_steps(use, viewer, wanted), cache_key_fn=lambda report: report.id
        ),
        reviews=DataLoader(
            lambda wanted: reviews.reviews_of(use, viewer, wanted), cache_key_fn=lambda report: report.id
        ),
        take_downs=DataLoader(
            lambda wanted: take_downs.take_downs_of(use, viewer, wanted), cache_key_fn=lambda report: report.id
        ),
        matches=DataLoader(lambda ids: matches.get_matches(use, viewer, ids)),
        matches_of_reports=DataLoader(
            lambda wanted: _matches(wanted, lambda *of: matches.matches_of_reports(use, viewer, *of))
        ),
        matches_of_registrations=DataLoader(
            lambda wanted: _matches(wanted, lambda *of: matches.matches_of_registrations(use, viewer, *of))
        ),
        same_child_as=DataLoader(lambda found: _same_child_as(use, found), cache_key_fn=lambda match: match.id),
        duplicates=DataLoader(
            lambda records: duplicates.duplicates_of(use, viewer, records), cache_key_fn=lambda record: record.id
        ),
        linked_registrations=DataLoader(
            lambda records: duplicates.linked_with(use, viewer, records), cache_key_fn=lambda record: record.id
        ),
        linked_reports=DataLoader(
            lambda records: duplicates.linked_with(use, viewer, records), cache_key_fn=lambda record: record.id
        ),
        sightings=DataLoader(
            lambda records: sightings.sightings_of_reports(use, viewer, records), cache_key_fn=lambda report: report.id
        ),
        reviewers=DataLoader(lambda ids: rotas.names_of(use, ids)),
        rechecks=DataLoader(
            lambda records: rechecks.rechecks_of_registrations(use, viewer, records),
            cache_key_fn=lambda registration: registration.id,
        ),
        questions=DataLoader(
            lambda records: questions.questions_of_reports(use, viewer, records), cache_key_fn=lambda report: report.id
        ),
        languages=DataLoader(lambda viewers: devices.languages_of(use, viewers)),
        names_of_places=DataLoader(lambda asked: places.names_of_places(use, asked)),
        area_progress=DataLoader(
            lambda alerts: area_alerts.progress_of_alerts(use, viewer, alerts), cache_key_fn=lambda alert: alert.id
        ),
    )


async def _same_child_as(use: Collaborators, found: Sequence[Match]) -> list[str | None]:
    return [one.same_child_as for one in await counted(use, found)]


async def _matches(
    wanted: Sequence[MatchesOf], look_up: Callable[[str, Sequence[str]], Awaitable[dict[str, list[Match]]]]
) -> Sequence[list[Match] | DomainError]:
    found: dict[MatchesOf, list[Match] | DomainError] = {}
    for incident_id in {one.incident_id for one in wanted}:
        here = [one for one in wanted if one.incident_id == incident_id]
        try:
            by_record = await look_up(incident_id, [one.record_id for one in here])
        except DomainError as error:
            found.update(dict.fromkeys(here, error))
        else:
            found.update({one: by_record[one.record_id] for one in here})
    return [found[one] for one in wanted]
