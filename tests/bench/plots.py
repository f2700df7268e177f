"""The bench's pictures, as PNG. Each function takes plain figures and a path, so that any run can be drawn again."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from tests.bench.metrics import Ranking, Reliability

PLOTS = Path(__file__).parents[2] / "bench" / "plots"
"""Where `make bench` puts them."""

_INK, _QUIET, _GRID = "#1f2933", "#6b7785", "#e4e8ec"
_COLOURS = ("#0b6e75", "#c8553d", "#7a5195", "#d99a2b", "#58708a", "#8a8a8a")
_SIGNS = ("o", "s", "^", "D", "v", "P")
_INCHES = (8.0, 5.0)
_DOTS_PER_INCH = 144


def recall_curves(path: Path, curves: Mapping[str, Mapping[int, float]]) -> None:
    """Recall within the first k proposals, for each matcher: `{matcher: {k: share}}`. Ours is named first."""
    figure, axes = _chart(
        "The child's registration is among the first k proposals", "k", "share of the reports with a match"
    )
    for place, (matcher, curve) in enumerate(curves.items()):
        depths = sorted(curve)
        axes.plot(depths, [curve[depth] for depth in depths], label=matcher, **_line(place))
    depths = sorted({depth for curve in curves.values() for depth in curve})
    axes.set_xscale("log")
    axes.set_xticks(depths, [str(depth) for depth in depths])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="x", which="minor", length=0)
    least = min(min(curve.values()) for curve in curves.values())
    axes.set_ylim(max(0.0, least - 0.06), 1.005)
    _percent(axes, "y")
    _legend(axes)
    _save(figure, path)


def recall_by_slice(path: Path, matchers: Mapping[str, Mapping[str, Mapping[str, Ranking]]]) -> None:
    """Recall at rank 1 in each slice: `{matcher: {kind: {value: ranking}}}`, one line a slice. Ours is named first."""
    ours = next(iter(matchers.values()))
    lines: list[tuple[str, str] | None] = []
    for kind, values in ours.items():
        lines += [*((kind, value) for value in values), None]
    lines = lines[:-1]
    height = 1.4 + 0.26 * len(lines)
    title = "The child's registration is first, by slice"
    figure, axes = _chart(title, "share of the reports with a match", "", (_INCHES[0], height))
    for place, (matcher, slices) in enumerate(matchers.items()):
        drawn = [(row, line) for row, line in enumerate(lines) if line and line[1] in slices.get(line[0], {})]
        axes.plot(
            [slices[kind][value].recall[1] for _, (kind, value) in drawn],
            [row for row, _ in drawn],
            label=matcher,
            linestyle="none",
            zorder=4 if place == 0 else 3,
            **_point(place),
        )
    rows = [row for row, line in enumerate(lines) if line is not None]
    axes.set_yticks(rows, [_slice_label(ours, line) for line in lines if line is not None], fontsize=8.5)
    axes.set_ylim(len(lines) - 0.3, -0.7)
    axes.set_xlim(right=1.01)
    axes.grid(visible=True, axis="y", color=_GRID, linewidth=0.7)
    _percent(axes, "x")
    _legend(axes)
    _save(figure, path)


def reliability_diagram(path: Path, curves: Mapping[str, Reliability]) -> None:
    """What was promised against what came true; the size of a dot goes with the number of pairs in its bin."""
    figure, axes = _chart(
        "Does a probability mean what it says?", "probability given", "share that was true", (6.4, 6.0)
    )
    axes.plot([0, 1], [0, 1], color=_QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    for place, (name, found) in enumerate(curves.items()):
        promised, true = [part.promised for part in found.bins], [part.true for part in found.bins]
        most = max((part.count for part in found.bins), default=1)
        label = f"{name}: ECE {found.error:.3f}, {found.count:,} pairs"
        axes.plot(promised, true, color=_COLOURS[place], linewidth=1.2, alpha=0.6, zorder=2)
        sizes = [14 + 130 * (part.count / most) ** 0.5 for part in found.bins]
        axes.scatter(
            promised, true, s=sizes, color=_COLOURS[place], edgecolor="white", label=label, zorder=3, alpha=0.9
        )
    axes.set_xlim(-0.03, 1.03)
    axes.set_ylim(-0.03, 1.03)
    axes.set_aspect("equal")
    _percent(axes, "x")
    _percent(axes, "y")
    legend = _legend(axes, columns=1)
    for handle in legend.legend_handles:
        if handle is not None and hasattr(handle, "set_sizes"):
            handle.set_sizes([50])
    _save(figure, path)


def latency_by_size(
    path: Path, measured: Mapping[str, Sequence[tuple[int, float, float]]], limits: Mapping[str, float] | None = None
) -> None:
    """Milliseconds for one new record: `{matcher: [(registrations, p50, p99), ...]}`; `limits` are lines by name."""
    figure, axes = _chart("One new record against all there are", "registrations", "milliseconds")
    for place, (matcher, rows) in enumerate(measured.items()):
        sizes = [size for size, _, _ in rows]
        axes.fill_between(sizes, [row[1] for row in rows], [row[2] for row in rows], color=_COLOURS[place], alpha=0.1)
        axes.plot(sizes, [middle for _, middle, _ in rows], label=f"{matcher}, p50", **_line(place))
        axes.plot(sizes, [slow for _, _, slow in rows], label=f"{matcher}, p99", **(_line(place) | {"linestyle": ":"}))
    for name, limit in (limits or {}).items():
        axes.axhline(limit, color=_QUIET, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
        axes.annotate(name, (0.995, limit), xycoords=("axes fraction", "data"), xytext=(0, 3), ha="right",
                      textcoords="offset points", fontsize=8.5, color=_QUIET)  # fmt: skip
    sizes = sorted({size for rows in measured.values() for size, _, _ in rows})
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.tick_params(axis="both", which="minor", length=0)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.margins(y=0.08)
    _legend(axes)
    _save(figure, path)


def _chart(title: str, across: str, up: str, inches: tuple[float, float] = _INCHES) -> tuple[Figure, Axes]:
    figure = Figure(figsize=inches, dpi=_DOTS_PER_INCH, layout="constrained", facecolor="white")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=12, color=_INK, pad=10)
    axes.set_xlabel(across, fontsize=9.5, color=_QUIET)
    axes.set_ylabel(up, fontsize=9.5, color=_QUIET)
    axes.tick_params(labelsize=9, colors=_QUIET, length=0)
    axes.grid(visible=True, color=_GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_GRID)
    return figure, axes


def _line(place: int) -> dict[str, Any]:
    return {
        "color": _COLOURS[place % len(_COLOURS)],
        "marker": _SIGNS[place % len(_SIGNS)],
        "linewidth": 2.4 if place == 0 else 1.5,
        "markersize": 6 if place == 0 else 5,
        "markeredgecolor": "white",
        "zorder": 5 if place == 0 else 3,
    }


def _point(place: int) -> dict[str, Any]:
    return {
        "color": _COLOURS[place % len(_COLOURS)],
        "marker": _SIGNS[place % len(_SIGNS)],
        "markersize": 7 if place == 0 else 5.5,
        "markeredgecolor": "white",
    }


def _slice_label(rankings: Mapping[str, Mapping[str, Ranking]], line: tuple[str, str]) -> str:
    kind, value = line
    return f"{kind.replace('_', ' ')}: {value}  ({rankings[kind][value].pairs:,})"


def _percent(axes: Axes, which: str) -> None:
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}" if -0.001 < value < 1.001 else ""))


def _legend(axes: Axes, columns: int = 4) -> Legend:
    """Between the title and the chart, where it hides nothing."""
    handles, _ = axes.get_legend_handles_labels()
    lines = -(-len(handles) // columns)
    axes.set_title(axes.get_title(loc="left"), loc="left", fontsize=12, color=_INK, pad=12 + 17 * lines)
    return axes.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=columns, frameon=False, fontsize=9,
        labelcolor=_INK, borderaxespad=0.3,
    )  # fmt: skip


def _save(figure: Figure, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
