"""`reunify destroy`: the records of people of a closed incident, before its days are over, or without a worker."""

from typing import Annotated

import typer

from backend.commands.of_an_incident import plain, screen, the_incident
from backend.commands.running import CannotStartError, beside_the_server, in_one_line
from backend.domain.event import OPERATOR
from backend.domain.incident import destroyed_after
from backend.services.destroying import begin_destroying, work_off


@in_one_line
async def destroy(
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="The incident's id.")],
    name: Annotated[str, typer.Option(help="The incident's name, to say that this one is meant.")] = "",
) -> None:
    """Destroy the records of people of a closed incident, for good: descriptions, contacts, photos, matches.

    Ids, times and figures stay, and the log of who did what. A server does so by itself once the incident has been
    closed for as many days as it says.
    """
    console = screen()
    async with beside_the_server() as use:
        chosen = await the_incident(use, incident)
        if name != chosen.name:
            due = destroyed_after(chosen)
            by_itself = "" if due is None else f", which happens by itself on {due:%Y-%m-%d}"
            raise CannotStartError(f'To destroy the records of {chosen.name}{by_itself}, add --name "{chosen.name}".')
        await begin_destroying(use, chosen.id, OPERATOR)
        stones = 0
        with console.status(plain(chosen.name)) as status:
            async for stones in work_off(use, chosen.id):
                status.update(f"{plain(chosen.name)}: {stones} records destroyed")
    console.print(f"{plain(chosen.name)}: destroyed. Of {stones} registrations and reports, ids and times are left.")
    console.print("What files and backups still hold of them ends with their key: `reunify keys rotate`.")
