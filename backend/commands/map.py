"""`reunify map`: whether the map's counts are those of the records, and making them anew."""

import typer

from backend.commands.of_an_incident import IncidentId, plain, screen, the_incident
from backend.commands.running import CannotStartError, beside_the_server, in_one_line
from backend.domain.incident import Incident
from backend.services.collaborators import Collaborators
from backend.services.map_rebuilding import begin_rebuild, check_map, work_off

WRONG = 1
"""The exit status where the map is not what a recount says."""

app = typer.Typer(help="The map's counts, held against the records.", no_args_is_help=True)


async def _with_records(use: Collaborators, incident_id: str | None) -> Incident:
    """The incident meant. Where records are destroyed, the counts are all that is left of them.

    Raises: DomainError NOT_FOUND; CannotStartError.
    """
    chosen = await the_incident(use, incident_id)
    if chosen.destroying_since is not None:
        raise CannotStartError(f"The records of {chosen.name} are destroyed: its counts cannot be held against them.")
    return chosen


@app.command()
@in_one_line
async def check(incident: IncidentId = None) -> None:
    """Count everything anew and compare, changing nothing: a difference ends with status 1."""
    console = screen()
    async with beside_the_server() as use:
        chosen = await _with_records(use, incident)
        found = await check_map(use.store, chosen.id)
    if found.due:
        console.print(f"{found.due} changes wait to be counted: what they change shows as a difference here.")
    if found.rebuilding:
        console.print("The map is being made anew.")
    if found.is_right:
        console.print(f"{plain(chosen.name)}: {found.pins} things on the map, counted rightly.")
        return
    console.print(
        f"[red]WRONG[/]: {found.wrong_pins} of {found.pins} things, {found.wrong_counts} counts, {found.wrong_past} "
        "sums of the past. `reunify map rebuild` makes them anew."
    )
    raise typer.Exit(WRONG)


@app.command()
@in_one_line
async def rebuild(incident: IncidentId = None) -> None:
    """Count everything anew, beside the running server. The past is then as the records of today tell it."""
    console = screen()
    async with beside_the_server() as use:
        chosen = await _with_records(use, incident)
        await begin_rebuild(use, chosen.id)
        done = 0
        with console.status(plain(chosen.name)) as status:
            async for now in work_off(use, chosen.id):
                done = now.done
                status.update(f"{plain(chosen.name)}: {now.step.value.lower()}, {done} records")
    console.print(f"{plain(chosen.name)}: {done} records counted.")
