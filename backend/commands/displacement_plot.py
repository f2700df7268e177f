"""What was learnt of displacement, drawn: how many are found beyond which distance, and where the buses went."""

from pathlib import Path

import h3
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from backend.commands.town_names import TownNames
from backend.services.displacement import LearntDisplacement
from geo.bands import NEAREST_KM
from geo.corridors import Corridor
from geo.displacement import Displacement, survival
from geo.distance import distance_km

_INK, _QUIET, _GRID = "#1f2933", "#6b7785", "#e4e8ec"
_LEARNT, _BEFORE, _BUS = "#0b6e75", "#8a8a8a", "#c8553d"
_INCHES = (13.0, 5.4)
_DOTS_PER_INCH = 144
_FURTHEST_KM = 3000.0
_POINTS = 200
_CORRIDORS_DRAWN, _CORRIDORS_NAMED = 30, 6
_LARGEST_DOT = 500.0


def draw(learnt: LearntDisplacement, names: TownNames, path: Path) -> None:
    """Write the picture as PNG. Holds no place of a single child: cells about 17 km across, and corridors of five."""
    figure = Figure(figsize=_INCHES, dpi=_DOTS_PER_INCH, layout="constrained")
    curves, area = figure.subplots(1, 2)
    figure.suptitle(learnt.incident_name, color=_INK, fontsize=13, x=0.01, ha="left", parse_math=False)
    _draw_curves(curves, learnt)
    _draw_map(area, learnt, names)
    figure.savefig(path, format="png")


def _draw_curves(axes: Axes, learnt: LearntDisplacement) -> None:
    """Distances of early finds are stretched to what they would be once people have come to rest."""
    distances = [NEAREST_KM * (_FURTHEST_KM / NEAREST_KM) ** (point / _POINTS) for point in range(_POINTS + 1)]
    before, after = learnt.before, learnt.after
    axes.plot(
        distances, [_beyond(before, one) for one in distances], "--", color=_BEFORE, label=_told("until now", before)
    )
    axes.plot(distances, [_beyond(after, one) for one in distances], color=_LEARNT, lw=2, label=_told("learnt", after))
    seen = sorted(
        max(NEAREST_KM, distance_km(one.lost, one.found) * after.scale_km / after.scale_after(one.days))
        for one in learnt.journeys
    )
    beyond = [1 - place / len(seen) for place in range(len(seen) + 1)]
    if seen:
        axes.step(
            [NEAREST_KM, *seen],
            beyond,
            where="post",
            color=_INK,
            lw=1,
            label=f"{len(seen)} confirmed pairs, those of corridors too",
        )
    axes.set_xscale("log")
    axes.set_xlim(NEAREST_KM, _FURTHEST_KM)
    axes.set_xticks(
        [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000],
        ["2", "5", "10", "20", "50", "100", "200", "500", "1,000", "2,000"],
    )
    axes.minorticks_off()
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    _dress(axes, "Found further away than this", "kilometres from where they were last seen, after three days")
    axes.grid(visible=True, color=_GRID)
    axes.legend(frameon=False, loc="upper right", labelcolor=_INK)


def _beyond(law: Displacement, distance: float) -> float:
    """The part of all found further away, those who were carried anywhere included, corridors left out."""
    anywhere = survival(distance, law.scale_km * law.background, law.shape)
    return (1 - law.anywhere) * law.survival(distance) + law.anywhere * anywhere


def _told(when: str, law: Displacement) -> str:
    return f"{when}: half beyond {law.scale_km:.0f} km, shape {law.shape:.2f}"


def _draw_map(axes: Axes, learnt: LearntDisplacement, names: TownNames) -> None:
    gathered, corridors = learnt.after.gathered, learnt.after.corridors[:_CORRIDORS_DRAWN]
    fullest = max((found.share for found in gathered.cells), default=1.0)
    for found in gathered.cells:
        latitude, longitude = h3.cell_to_latlng(found.cell)
        axes.scatter(
            longitude, latitude, s=_LARGEST_DOT * found.share / fullest, color=_QUIET, alpha=0.35, lw=0, zorder=2
        )
    for corridor in corridors:
        _draw_corridor(axes, corridor)
    for cell in dict.fromkeys(end for one in corridors[:_CORRIDORS_NAMED] for end in (one.from_cell, one.to_cell)):
        latitude, longitude = h3.cell_to_latlng(cell)
        axes.annotate(
            names(cell),
            (longitude, latitude),
            (4, 5),
            textcoords="offset points",
            color=_INK,
            fontsize=8.5,
            zorder=5,
            parse_math=False,
        )
    axes.set_aspect(1.15, adjustable="datalim")
    axes.margins(0.08)
    _dress(
        axes, f"Where the registered are; corridors: {len(learnt.after.corridors)}", "longitude and latitude in degrees"
    )


def _draw_corridor(axes: Axes, corridor: Corridor) -> None:
    (south, west), (north, east) = h3.cell_to_latlng(corridor.from_cell), h3.cell_to_latlng(corridor.to_cell)
    arrow = {"arrowstyle": "-|>", "color": _BUS, "lw": 0.8 + 8 * corridor.share, "connectionstyle": "arc3,rad=0.15"}
    axes.annotate("", (east, north), (west, south), arrowprops=arrow, zorder=4)
    axes.scatter([west, east], [south, north], s=14, color=_BUS, zorder=4)


def _dress(axes: Axes, title: str, below: str) -> None:
    axes.set_title(title, color=_INK, fontsize=11, loc="left")
    axes.set_xlabel(below, color=_QUIET)
    axes.tick_params(colors=_QUIET)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(_GRID)
