"""`reunify matching displacement`: how far this disaster carries people, learnt from confirmed matches."""

from importlib.util import find_spec
from math import log2
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from backend.commands.of_an_incident import IncidentId, plain, screen, show_rescoring, the_incident
from backend.commands.running import CannotStartError, beside_the_server, in_one_line
from backend.commands.town_names import TownNames, town_names
from backend.services.displacement import ENOUGH, LearntDisplacement, keep_displacement, learn_displacement
from geo.displacement import Displacement

CORRIDORS_SHOWN = 15


@in_one_line
async def displacement(
    incident: IncidentId = None,
    *,
    plot: Annotated[Path | None, typer.Option(help="Draw the curves and the corridors into this PNG file.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what was learnt, and change nothing.")] = False,
    force: Annotated[bool, typer.Option("--force", help=f"Learn from fewer than {ENOUGH} pairs too.")] = False,
) -> None:
    """Learn how far people are carried from the confirmed matches, and rescore everything under it."""
    if plot is not None:
        _require_plots(plot)
    async with beside_the_server() as use:
        chosen = await the_incident(use, incident)
        learnt = await learn_displacement(use, chosen.id)
        if learnt.estimate.count < ENOUGH and not (force or dry_run):
            raise CannotStartError(
                f"Only {learnt.estimate.count} confirmed pairs have both places on the map; from {ENOUGH} on they can"
                " be learnt from. --force learns all the same, --dry-run shows what would come of it."
            )
        names = town_names()
        console = screen()
        _show(console, learnt, names)
        if plot is not None:
            # Here, since what draws is no part of an ordinary installation.
            from backend.commands.displacement_plot import draw  # noqa: PLC0415 (see above)

            draw(learnt, names, plot)
            console.print(f"Drawn into {plain(str(plot))}.")
        if dry_run:
            console.print("Nothing was changed.")
            return
        model = await keep_displacement(use, chosen.id, learnt)
        console.print(f"{plain(chosen.name)} is scored under model {model.version} now.")
        await show_rescoring(console, use, chosen)


def _require_plots(file: Path) -> None:
    if find_spec("matplotlib") is None:
        raise CannotStartError("A plot needs one more package: pip install matplotlib.")
    if not file.parent.is_dir():
        raise CannotStartError(f"{file} cannot be written: there is no such folder.")


def _show(console: Console, learnt: LearntDisplacement, names: TownNames) -> None:
    before, after = learnt.before, learnt.after
    table = Table(title=plain(learnt.incident_name), title_justify="left")
    table.add_column()
    table.add_column("until now", justify="right")
    table.add_column("learnt", justify="right")
    for name, one, other in (
        ("half are carried further than", f"{before.scale_km:.0f} km", f"{after.scale_km:.0f} km"),
        ("shape of the curve", f"{before.shape:.2f}", f"{after.shape:.2f}"),
        ("carried anywhere", f"{before.anywhere:.0%}", f"{after.anywhere:.0%}"),
        ("the worst distance costs", _most_against(before), _most_against(after)),
        ("corridors", f"{len(before.corridors)}", f"{len(after.corridors)}"),
        ("registered that were counted", f"{before.gathered.count}", f"{after.gathered.count}"),
        ("a held-out place is foretold with", *_foretold(learnt)),
    ):
        table.add_row(name, one, other)
    console.print(table)
    console.print(f"Learnt from {learnt.estimate.count} confirmed pairs.")
    if after.corridors:
        console.print(_corridors(learnt, names))


def _most_against(law: Displacement) -> str:
    return f"{-log2(law.anywhere):.1f} bits"


def _foretold(learnt: LearntDisplacement) -> tuple[str, str]:
    if learnt.foretold is None:
        return "", ""
    before, after = learnt.foretold
    return f"{before:+.2f} bits", f"{after:+.2f} bits"


def _corridors(learnt: LearntDisplacement, names: TownNames) -> Table:
    shown = learnt.after.corridors[:CORRIDORS_SHOWN]
    table = Table(title=f"Corridors ({len(shown)} of {len(learnt.after.corridors)})", title_justify="left")
    table.add_column("lost near")
    table.add_column("found near")
    table.add_column("of those lost there", justify="right")
    for one in shown:
        table.add_row(names(one.from_cell), names(one.to_cell), f"{one.share:.0%}")
    return table
