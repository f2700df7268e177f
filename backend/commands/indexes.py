"""`reunify indexes`: creates what indexes are missing."""

import typer

from backend.commands.running import beside_the_server, in_one_line
from backend.store.indexes import create_indexes


@in_one_line
async def indexes() -> None:
    """Create the indexes that are missing. `reunify serve` does the same when it starts."""
    async with beside_the_server() as use:
        count = await create_indexes(use.store)
    typer.echo(f"{count} indexes are there.")
