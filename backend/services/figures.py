"""Figures that may be passed on: what there was at the last midnight, in wide cells, with small counts hidden.

One resolution, one moment a day, no bounds to choose, sums rounded as their parts are: there is nothing to take from
one another that would tell of one child. Who may ask is to be found with READ_INCIDENT.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime

from backend.domain.account import Viewer
from backend.domain.map import AGES, EVERYWHERE, MapLayer
from backend.domain.person import Point
from backend.domain.registration import CareStatus
from backend.services.access import Action, Where, require
from backend.services.collaborators import Collaborators
from backend.store import map as kept
from geo.bounds import centre_of
from geo.hiding import ADULT_BAND, YEARS_A_BAND, hidden

CHILDREN_ALONE = {CareStatus.UNACCOMPANIED.value, CareStatus.SEPARATED.value}
PUBLISHED = 6
"""H3 resolution of cells about 6 km across."""


@dataclass(frozen=True, slots=True)
class HiddenCounts:
    """Children missed, children in care without their parents, and children found, as they may be shown; None: none."""

    missing: str | None
    in_care: str | None
    found: str | None


@dataclass(frozen=True, slots=True)
class CellFigures:
    cell: str
    centre: Point
    counts: HiddenCounts


@dataclass(frozen=True, slots=True)
class AgeFigures:
    """`years` is such as "5-9"; `in_care` counts children in care, with their parents or without."""

    years: str
    in_care: str


@dataclass(frozen=True, slots=True)
class Figures:
    as_of: datetime
    totals: HiddenCounts
    cells: tuple[CellFigures, ...]
    ages: tuple[AgeFigures, ...]


async def figures_of(use: Collaborators, viewer: Viewer | None, incident_id: str) -> Figures:
    """Raises: DomainError UNAUTHENTICATED, FORBIDDEN."""
    require(viewer, Action.READ_INCIDENT, Where(incident_id=incident_id))
    as_of = use.clock().astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    found = await kept.counts_of_a_day(use.store, incident_id, PUBLISHED, as_of)
    by_cell: defaultdict[str, Counter[str]] = defaultdict(Counter)
    ages: Counter[int] = Counter()
    for name, count in found.items():
        cell, layer, state = name.split("|")
        if layer == AGES:
            ages[int(state)] += count
        elif layer == MapLayer.IN_CARE and state in CHILDREN_ALONE:
            by_cell[cell]["in care"] += count
        elif layer in (MapLayer.REPORTS, MapLayer.MATCHES):
            by_cell[cell][layer] += count
    totals = by_cell.pop(EVERYWHERE, Counter())
    shown = ((cell, _hidden(counts)) for cell, counts in sorted(by_cell.items()))
    return Figures(
        as_of=as_of,
        totals=_hidden(totals),
        cells=tuple(
            CellFigures(cell, Point(*centre_of(cell)), counts)
            for cell, counts in shown
            if counts != HiddenCounts(None, None, None)
        ),
        ages=tuple(
            AgeFigures(_years(band), text)
            for band, count in sorted(ages.items())
            if (text := hidden(count)) is not None
        ),
    )


def _hidden(counts: Counter[str]) -> HiddenCounts:
    return HiddenCounts(
        missing=hidden(counts[MapLayer.REPORTS]),
        in_care=hidden(counts["in care"]),
        found=hidden(counts[MapLayer.MATCHES]),
    )


def _years(band: int) -> str:
    return f"{band}+" if band == ADULT_BAND else f"{band}-{band + YEARS_A_BAND - 1}"
