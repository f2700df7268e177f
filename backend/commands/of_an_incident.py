"""What the commands on one incident share: which one is meant, and following its rescoring to the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from backend.commands.running import CannotStartError
from backend.domain.errors import not_found
from backend.domain.incident import Incident, IncidentStatus
from backend.services.collaborators import Collaborators
from backend.services.rebuilding import work_off
from backend.services.rescoring import extent_of

IncidentId = Annotated[str | None, typer.Argument(metavar="[INCIDENT]", help="The incident's id.")]


async def the_incident(use: Collaborators, incident_id: str | None) -> Incident:
    """The incident of this id, or the only one that is not closed.

    Raises: DomainError NOT_FOUND; CannotStartError where there are several to choose from, or none.
    """
    if incident_id is not None:
        found = await use.store.incidents.get(incident_id)
        if found is None:
            raise not_found("incident")
        return found
    there = await open_incidents(use)
    if len(there) == 1:
        return there[0]
    if not there:
        raise CannotStartError("There is no incident that is not closed.")
    raise CannotStartError("Say which incident: " + ", ".join(f"{one.id} ({plain(one.name)})" for one in there))


async def show_rescoring(console: Console, use: Collaborators, incident: Incident) -> None:
    """Follow a rescoring that was asked for to its end, with a bar; where no worker is, work on it here."""
    extent = await extent_of(use, incident.id)
    done = 0
    with _progress(console, plain(incident.name)) as bar:
        task = bar.add_task("", total=None)
        async for rescoring in work_off(use, incident.id):
            done = rescoring.done
            total = extent.reports + (extent.registrations if rescoring.reprofile else 0)
            bar.update(task, total=max(total, done), completed=done)
    console.print(f"{plain(incident.name)}: {done} records worked through.")


def screen() -> Console:
    return Console(highlight=False, soft_wrap=True)


def plain(text: str) -> str:
    """What people wrote is no markup, and cannot steer the terminal."""
    printable = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    return printable.replace("[", r"\[")


async def open_incidents(use: Collaborators) -> list[Incident]:
    return await use.store.incidents.find({"status": {"$ne": IncidentStatus.CLOSED.value}})


@contextmanager
def _progress(console: Console, name: str) -> Iterator[Progress]:
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress
