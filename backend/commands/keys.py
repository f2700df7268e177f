"""`reunify keys`: exchanging the key that what is kept of people is encrypted under, beside the running server."""

from collections.abc import AsyncIterator

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from backend.commands.of_an_incident import screen
from backend.commands.running import CannotStartError, beside_the_server, in_one_line
from backend.services.collaborators import Collaborators
from backend.services.rotation import begin_rotation, drop_old_keys, list_keys, records_to_look_at, work_off_rotation
from backend.settings.keys import add_data_key, keep_newest_data_key
from backend.settings.settings import Settings, read_settings
from backend.store.renewing import Renewal

MOST_NAMED = 20

app = typer.Typer(help="The keys that what is kept of people is encrypted under.", no_args_is_help=True)


@app.command()
@in_one_line
async def show() -> None:
    """List the keys that something may be encrypted under, by their ids."""
    async with beside_the_server() as use:
        present, keys = use.store.cipher.present_id, await list_keys(use)
    table = Table("key", "since", "")
    for key in keys:
        state = "old" if key.id != present else "present" if key.everywhere else "present, not yet everywhere"
        table.add_row(key.id, f"{key.since:%Y-%m-%d %H:%M:%S}", state)
    Console().print(table)


@app.command()
@in_one_line
async def rotate() -> None:
    """Make a new key, and encrypt everything under it; also what an older release left unencrypted.

    Servers and workers go on meanwhile. It may be stopped at any moment: run again, it goes on with the same key.
    """
    settings, console = read_settings(), screen()
    async with beside_the_server() as use:
        key = await begin_rotation(use, lambda: add_data_key(settings))
        found, renewed = await _follow(console, use, work_off_rotation(use))
    console.print(f"{renewed} records and photos were encrypted anew, under the key {key.id}.")
    _refuse_unreadable(found)
    console.print("Nothing is under an older key. Some minutes from now, `reunify keys drop-old` takes these away.")


@app.command("drop-old")
@in_one_line
async def drop_old() -> None:
    """Make sure that nothing is under an older key, and take the older keys away.

    A backup from before can then be read with a copy of the keys from before only.
    """
    settings, console = read_settings(), screen()
    async with beside_the_server() as use:
        await _follow(console, use, drop_old_keys(use, lambda: _drop(settings, console)))


def _drop(settings: Settings, console: Console) -> None:
    if settings.data_keys is None:
        keep_newest_data_key(settings)
        console.print("The older keys were taken out of keys.json.")
    else:
        console.print("Nothing needs the older keys: take all but the first out of REUNIFY_DATA_KEYS, on every host.")


async def _follow(console: Console, use: Collaborators, looks: AsyncIterator[Renewal]) -> tuple[Renewal, int]:
    """The last look, and how many were encrypted anew in all of them."""
    columns = (TextColumn("Encrypting"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    found, renewed, before = Renewal(), 0, 0
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=await records_to_look_at(use))
        async for look in looks:
            before = before if look is found else 0
            renewed, found, before = renewed + look.renewed - before, look, look.renewed
            bar.update(task, completed=look.looked_at)
    return found, renewed


def _refuse_unreadable(found: Renewal) -> None:
    if found.unreadable:
        named = ", ".join(found.unreadable[:MOST_NAMED])
        raise CannotStartError(f"{len(found.unreadable)} records do not open, and were left as they are: {named}")
