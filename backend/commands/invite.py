"""`reunify invite`: an invite as a link and as a QR code in the terminal."""

import sys
from typing import Annotated

import segno
import typer

from backend.app import invite_link
from backend.commands.running import address_of_the_server, beside_the_server, in_one_line
from backend.domain.account import NewInvite, Role
from backend.services.invites import invite_by_operator
from backend.settings.settings import read_settings


@in_one_line
async def invite(
    role: Annotated[Role, typer.Argument(case_sensitive=False, help="What the invited will be.")],
    *,
    site: Annotated[str | None, typer.Option(help="The id of the site, for a volunteer.")] = None,
    incident: Annotated[str | None, typer.Option(help="The id of the incident, for everybody else.")] = None,
    uses: Annotated[int, typer.Option(min=1, max=100, help="How many people may accept it.")] = 1,
    hours: Annotated[int, typer.Option(min=1, max=720, help="How long it is good for.")] = 72,
) -> None:
    """Invite somebody: prints a link, and the same as a QR code to scan."""
    async with beside_the_server() as use:
        secret = await invite_by_operator(use, NewInvite(role, incident, site, uses, hours))
    link = invite_link(address_of_the_server(read_settings()), secret)
    typer.echo(link)
    segno.make(link, error="m").terminal(out=sys.stdout, compact=True)
