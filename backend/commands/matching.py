"""`reunify matching`: why a pair has its score, and making an incident's scores anew, beside the running server."""

from collections.abc import Iterator
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backend.commands.displacement import displacement
from backend.commands.of_an_incident import (
    IncidentId,
    open_incidents,
    plain,
    screen,
    show_rescoring,
    the_incident,
)
from backend.commands.running import beside_the_server, in_one_line
from backend.domain.evidence import Level
from backend.matching.calibration import log_loss, reliability
from backend.matching.context import shipped_data
from backend.services.calibrating import Refit, keep_refit, refit
from backend.services.explaining import Explanation, explain_pair
from backend.services.rebuilding import begin_rebuilding

app = typer.Typer(help="How records are matched, in an incident.", no_args_is_help=True)
app.command()(displacement)


@app.command()
@in_one_line
async def explain(
    report: Annotated[str, typer.Argument(help="The report's id.")],
    registration: Annotated[str, typer.Argument(help="The registration's id.")],
) -> None:
    """Show what speaks for a pair and against it, to the last bit. It prints what is written of both children."""
    async with beside_the_server() as use:
        explanation = await explain_pair(use, report, registration)
    console = screen()
    console.print(_evidence_table(explanation))
    for line in _findings(explanation):
        console.print(line)


@app.command()
@in_one_line
async def calibrate(
    incident: IncidentId = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="With fewer than 20 decided pairs, too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and change nothing.")] = False,
) -> None:
    """Refit bits to probabilities on the pairs that were confirmed and rejected, and score everything anew.

    The shipped calibration stays what it is; the incident gets its own.
    """
    async with beside_the_server() as use:
        chosen = await the_incident(use, incident)
        learnt = await refit(use, chosen.id, force=force)
        console = screen()
        _show_refit(console, learnt)
        if dry_run:
            console.print("Nothing was changed.")
            return
        model = await keep_refit(use, learnt)
        console.print(f"{plain(chosen.name)} is scored under model {model.version} now.")
        await show_rescoring(console, use, chosen)


@app.command()
@in_one_line
async def rebuild(incident: IncidentId = None) -> None:
    """Derive profiles of an older release anew, and score everything again; of all incidents where none is named.

    It may be stopped at any moment: started again, or by the running server itself, it goes on where it was.
    """
    console = screen()
    async with beside_the_server() as use:
        chosen = await open_incidents(use) if incident is None else [await the_incident(use, incident)]
        for one in chosen:
            await begin_rebuilding(use, one.id)
            await show_rescoring(console, use, one)
    if not chosen:
        console.print("There is no incident that is not closed.")


_STYLES = {Level.AGREE: "green", Level.CLOSE: "green", Level.DISAGREE: "yellow", Level.CONFLICT: "red"}


def _evidence_table(explanation: Explanation) -> Table:
    table = Table("feature", "level", "report", "registration", caption_justify="left")
    table.add_column("bits", justify="right")
    table.add_column("sum", justify="right")
    total = explanation.rules.context.prior_bits
    table.add_row("(prior)", "", "", "", f"{total:+.2f}", f"{total:+.2f}", style="dim")
    for piece in explanation.pair.comparison.evidence:
        total += piece.bits
        said, found = (plain(value or "") for value in (piece.report_value, piece.registration_value))
        level = Text(piece.level.value, _STYLES.get(piece.level, "dim"))
        bits = "" if piece.level is Level.UNKNOWN else f"{piece.bits:+.2f}"
        table.add_row(piece.feature.value, level, said, found, bits, f"{total:+.2f}")
    return table


def _findings(explanation: Explanation) -> Iterator[str]:
    rules, pair = explanation.rules, explanation.pair
    incident, model = rules.incident, rules.model
    yield (
        f"probability {pair.comparison.probability:.4f}, from {pair.comparison.bits:+.2f} bits; "
        f"a coordinator sees it from {incident.propose_threshold:g}"
    )
    if incident.alert_threshold is None:
        yield "for the family: nothing is told of a score in this incident, only of what a person confirmed"
    else:
        told = "news" if pair.is_news else "no news"
        yield (
            f"for the family: {told}, by {explanation.told:.4f} without place and time; "
            f"told from {incident.alert_threshold:g}"
        )
    own = "of its own" if model.slope is not None else "as shipped"
    yield (
        f"model {model.version}: prior for {model.candidates} registrations, half of the people found within "
        f"{model.displacement.scale_km:g} km, calibration {own}"
    )
    if model.data != shipped_data():
        yield "weights or name frequencies were exchanged since that model was made: reunify matching rebuild"
    if pair.known is not None:
        known = pair.known
        yield f"match {known.id}: {known.state.value}, {known.bits:+.2f} bits under model {known.model_version}"
    if explanation.shared_keys:
        yield f"shared keys: {plain('; '.join(explanation.shared_keys))}"
    else:
        yield "no shared key: by itself, this pair would never have been compared"


def _show_refit(console: Console, learnt: Refit) -> None:
    decided = learnt.decided
    rejected = len(decided) - learnt.confirmed
    console.print(f"{len(decided)} decided pairs: {learnt.confirmed} confirmed, {rejected} rejected")
    table = Table("", "before", "after")
    before, after = learnt.before.weights.calibration, learnt.after.weights.calibration
    table.add_row("slope", f"{before.slope:.3f}", f"{after.slope:.3f}")
    table.add_row("offset, bits", f"{before.offset:+.3f}", f"{after.offset:+.3f}")
    table.add_row("log loss", f"{log_loss(decided, learnt.before):.4f}", f"{log_loss(decided, learnt.after):.4f}")
    console.print(table)
    for name, context in (("before", learnt.before), ("after", learnt.after)):
        bands = Table(f"probability, {name}", "pairs", "given", "confirmed")
        for band in reliability(decided, context):
            given = f"{band.low:g} to {band.high:g}"
            bands.add_row(given, str(band.count), f"{band.expected:.3f}", f"{band.observed:.3f}")
        console.print(bands)
