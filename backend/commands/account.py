"""`reunify account`: what an operator does for somebody who cannot sign in any more."""

import sys
from typing import Annotated

import segno
import typer

from backend.app import invite_link
from backend.commands.running import address_of_the_server, beside_the_server, in_one_line
from backend.services.resets import reset_by_operator
from backend.settings.settings import read_settings

app = typer.Typer(help="The account of somebody who cannot sign in any more.", no_args_is_help=True)


@app.callback()
def _account() -> None:
    """Without this, typer would take the only command for the whole."""


@app.command()
@in_one_line
async def reset(account_id: Annotated[str, typer.Argument(help="The id of the account.")]) -> None:
    """Take password, second factor and sessions away: prints a link by which its holder comes back."""
    async with beside_the_server() as use:
        account, secret = await reset_by_operator(use, account_id)
    link = invite_link(address_of_the_server(read_settings()), secret)
    typer.echo(f"{account.name}, {account.role.value.lower().replace('_', ' ')}, is signed out everywhere.", err=True)
    typer.echo(link)
    segno.make(link, error="m").terminal(out=sys.stdout, compact=True)
