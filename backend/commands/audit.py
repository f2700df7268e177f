"""`reunify audit`: whether the log of who wrote and who looked is whole, and who looked at somebody."""

import json
import re
from typing import Annotated

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from backend.commands.of_an_incident import plain, screen
from backend.commands.running import CannotStartError, beside_the_server, in_one_line
from backend.domain.audit import AuditEntry
from backend.services.audit import entries_about
from backend.services.collaborators import Collaborators
from backend.services.sealing import Noted, Verdict, verify
from backend.store.audit import MalformedError

BROKEN = 1
"""The exit status where the log is not whole."""

app = typer.Typer(help="Who wrote and who looked, in a log that shows every later change.", no_args_is_help=True)


@app.command("verify")
@in_one_line
async def verify_log(
    noted: Annotated[
        str | None,
        typer.Option(metavar="NUMBER:SEAL", help="What an earlier verification said to note down."),
    ] = None,
) -> None:
    """Verify the log from its first entry to its last: any change, cut, insertion or reordering ends with status 1."""
    earlier = None if noted is None else _noted(noted)
    console = screen()
    async with beside_the_server() as use:
        with _progress(Console(stderr=True)) as bar:
            task = bar.add_task("", total=None)
            verdict = await verify(use, earlier, lambda done, total: bar.update(task, completed=done, total=total))
    _show(console, verdict)
    if verdict.broken is not None:
        raise typer.Exit(BROKEN)


@app.command()
@in_one_line
async def show(
    record: Annotated[
        str, typer.Argument(metavar="ID", help="A registration, report, match or photo; or an account or a family.")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: one JSON object a line.")] = False,
) -> None:
    """Print who looked at somebody and who changed what, the oldest first; of an account or a family, what it did."""
    async with beside_the_server() as use:
        try:
            entries = await entries_about(use, record)
        except MalformedError:
            raise CannotStartError("The log is damaged: `reunify audit verify` says where.") from None
        names = await _names(use, entries)
    if as_json:
        for entry in entries:
            typer.echo(json.dumps(msgspec.to_builtins(entry)))
        return
    if not entries:
        typer.echo("Nothing in the log is about this id.")
        return
    table = Table("when (UTC)", "who", "what", "which", "why", "device")
    for entry in entries:
        who = _who(entry, names)
        device = "" if entry.session_id is None else entry.session_id[:12]
        what = entry.action if entry.times is None else f"{entry.action}, {entry.times} in all"
        why = "" if entry.reason is None else plain(entry.reason)
        table.add_row(f"{entry.at:%Y-%m-%d %H:%M:%S}", who, what, ", ".join(entry.fields), why, device)
    screen().print(table)


def _noted(text: str) -> Noted:
    found = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", text.strip())
    if found is None:
        raise CannotStartError("What was noted has the form NUMBER:SEAL, such as 1200:5f3c... with 64 letters.")
    return Noted(int(found[1]), found[2])


def _show(console: Console, verdict: Verdict) -> None:
    if verdict.late:
        console.print(
            f"{verdict.late} entries have waited for their seal for more than a minute: is a worker running, with the "
            "same keys?"
        )
    if verdict.broken is not None:
        console.print(f"[red]BROKEN[/]: {plain(verdict.broken)}")
        return
    console.print(f"{verdict.head.entries} entries, whole and in order; {verdict.waiting} wait for their seal.")
    if verdict.head.entries:
        console.print(f"Note this down, elsewhere, for --noted: {verdict.head.entries}:{verdict.head.seal.hex()}")


async def _names(use: Collaborators, entries: list[AuditEntry]) -> dict[str, str]:
    """The names of accounts that are still there."""
    ids = {entry.actor_id for entry in entries if entry.actor_id is not None}
    return {account.id: account.name for account in (await use.store.accounts.get_many(sorted(ids))).values()}


def _who(entry: AuditEntry, names: dict[str, str]) -> str:
    if entry.actor_id is None:
        return "nobody signed in"
    name = names.get(entry.actor_id)
    parts = (entry.role, None if name is None else plain(name), entry.actor_id)
    return " ".join(part for part in parts if part is not None)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("Verifying"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True)
