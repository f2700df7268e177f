"""`reunify events`: what the worker gave up on, for an operator to look at and to free."""

import json
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from backend.commands.running import beside_the_server, in_one_line
from backend.services.parked import list_parked, retry_parked

app = typer.Typer(help="What the worker gave up on.", no_args_is_help=True)


@app.command()
@in_one_line
async def parked(
    *, as_json: Annotated[bool, typer.Option("--json", help="For machines: one JSON object a line.")] = False
) -> None:
    """List events and deliveries that kept failing."""
    async with beside_the_server() as use:
        rows = await list_parked(use)
    if as_json:
        for row in rows:
            typer.echo(
                json.dumps(
                    {
                        "id": row.id,
                        "kind": row.kind,
                        "attempts": row.attempts,
                        "error": row.error,
                        "since": row.since.isoformat(),
                    }
                )
            )
        return
    if not rows:
        typer.echo("Nothing is parked.")
        return
    table = Table("id", "kind", "attempts", "error", "since")
    for row in rows:
        table.add_row(row.id, row.kind, str(row.attempts), row.error, f"{row.since:%Y-%m-%d %H:%M:%S}")
    Console().print(table)


@app.command()
@in_one_line
async def retry(
    ids: Annotated[list[str] | None, typer.Argument(help="The ids to free; all of them where none is given.")] = None,
) -> None:
    """Free what was parked: the worker tries it again."""
    async with beside_the_server() as use:
        freed = await retry_parked(use, ids)
    typer.echo(f"{freed} freed.")
