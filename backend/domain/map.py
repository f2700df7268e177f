"""The map of an incident: what is on it, where, and as what it counts."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from geo.bounds import COARSEST, FINEST, sheet_of, wider

REMEMBERED = range(COARSEST, FINEST)
"""The resolutions in which the past is kept: cells of 6 km and wider."""
EVERYWHERE = "all"
"""Stands for the cell of what is counted for the whole incident, things without a place among them."""
NOWHERE = "-"
"""The other end of a line that nobody knows."""


class MapLayer(StrEnum):
    """IN_CARE: people taken in, at their sites, by care status. REPORTS: open ones, where the child was last seen.
    MATCHES: confirmed ones, from where the child was last seen to where it was found. SIGHTINGS: those that are open or
    linked with a report, where somebody saw a child.
    """

    SITES = "SITES"
    IN_CARE = "IN_CARE"
    REPORTS = "REPORTS"
    MATCHES = "MATCHES"
    SIGHTINGS = "SIGHTINGS"


LANDED = "LANDED"
"""A line counted at its other end."""
AGES = "AGES"
"""Children in care by the band of their age."""


@dataclass(frozen=True, slots=True)
class Pin:
    """What a record is on the map. `cell` and `to_cell` are H3 cells of the finest resolution, None if not known;
    `about` are other records whose change may move it. `since` is when it came to be this.
    """

    id: str
    incident_id: str
    layer: MapLayer
    state: str
    cell: str | None
    since: datetime
    to_cell: str | None = None
    site_id: str | None = None
    age_band: int | None = None
    about: tuple[str, ...] = ()


def cells_of(pin: Pin) -> tuple[str, ...]:
    """The cells in which a pin is found: a site in those of every resolution, since few sites are shown one by one from
    afar too.
    """
    if pin.cell is None:
        return ()
    if pin.layer is not MapLayer.SITES:
        return (pin.cell,)
    return tuple(wider(pin.cell, resolution) for resolution in range(COARSEST, FINEST + 1))


Count = tuple[str, str]
"""A sheet, and the name of a count on it: cell, layer and state."""


def counts_of(pin: Pin) -> Iterator[Count]:
    """Everything that a pin is counted in, once each."""
    yield EVERYWHERE, name_of(EVERYWHERE, pin.layer, pin.state if pin.layer is not MapLayer.MATCHES else NOWHERE)
    if pin.age_band is not None:
        yield EVERYWHERE, name_of(EVERYWHERE, AGES, str(pin.age_band))
    if pin.layer is MapLayer.IN_CARE and pin.site_id is not None:
        yield sheet_of_site(pin.site_id), name_of(EVERYWHERE, pin.layer, pin.state)
    for resolution in range(COARSEST, FINEST + 1):
        cell, to_cell = _at(pin.cell, resolution), _at(pin.to_cell, resolution)
        state = pin.state if pin.layer is not MapLayer.MATCHES else to_cell or NOWHERE
        if cell is not None:
            yield sheet_of(cell), name_of(cell, pin.layer, state)
        if to_cell is not None:
            yield sheet_of(to_cell), name_of(to_cell, LANDED, cell or NOWHERE)


def sheet_of_site(site_id: str) -> str:
    return f"site {site_id}"


def name_of(cell: str, layer: str, state: str) -> str:
    return f"{cell}|{layer}|{state}"


@dataclass(frozen=True, slots=True)
class Change:
    """A count that grew or shrank: on a sheet, by its name, at a time."""

    sheet: str
    name: str
    by: int
    at: datetime


def changes_between(before: Pin | None, after: Pin | None, gone_at: datetime) -> list[Change]:
    """What counting `after` in the place of `before` changes; nothing where they count alike."""
    at = gone_at if after is None else after.since
    by: Counter[Count] = Counter()
    by.update(() if after is None else counts_of(after))
    by.subtract(() if before is None else counts_of(before))
    return [Change(sheet, name, count, at) for (sheet, name), count in by.items() if count]


def _at(cell: str | None, resolution: int) -> str | None:
    return None if cell is None else wider(cell, resolution)


class RebuildStep(StrEnum):
    """What is counted anew next; first, what was counted is taken away."""

    CLEARING = "CLEARING"
    CLEARING_COUNTS = "CLEARING_COUNTS"
    SITES = "SITES"
    REGISTRATIONS = "REGISTRATIONS"
    REPORTS = "REPORTS"
    MATCHES = "MATCHES"
    SIGHTINGS = "SIGHTINGS"


@dataclass(frozen=True, slots=True)
class MapRebuild:
    """How far the making anew of a map has come: there is one for each incident where it is under way.

    `id` is the incident; `after` is where the last page of the step ended that was counted, `ends` where those end that
    are left of it, None before that was looked up; `done` is how many records were counted in all.
    """

    id: str
    step: RebuildStep = RebuildStep.CLEARING
    ends: tuple[str, ...] | None = None
    after: str | None = None
    done: int = 0
