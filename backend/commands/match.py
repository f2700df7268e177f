"""`reunify match`: two lists on files, matched without a server or a database."""

import json
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from backend.domain.subject import Side
from backend.exchange.lists import ReadList, UnusableFileError, read_list
from backend.exchange.pairs import match_lists, write_pairs
from backend.matching.context import CATASTROPHIC_KM, LOCAL_KM, REGIONAL_KM, context_for
from backend.matching.sentences import DEFAULT_LANGUAGE, LANGUAGES

UNUSABLE = 2


class Scale(StrEnum):
    """How far people were carried."""

    LOCAL = "local"
    REGIONAL = "regional"
    CATASTROPHIC = "catastrophic"


_KILOMETRES = {Scale.LOCAL: LOCAL_KM, Scale.REGIONAL: REGIONAL_KM, Scale.CATASTROPHIC: CATASTROPHIC_KM}


def _known_language(language: str) -> str:
    if language not in LANGUAGES:
        raise typer.BadParameter(f"{language!r} is none of {', '.join(LANGUAGES)}.")
    return language


def match(
    reports: Annotated[Path, typer.Argument(help="Missing children: CSV, NDJSON or PFIF 1.4.")],
    registrations: Annotated[Path, typer.Argument(help="Children taken in: CSV, NDJSON or PFIF 1.4.")],
    out: Annotated[Path, typer.Option(help="Where to write the pairs: CSV if it ends in .csv, else NDJSON.")],
    top: Annotated[int, typer.Option(min=1, help="At most so many pairs for each report.")] = 10,
    min_probability: Annotated[float, typer.Option(min=0, max=1, help="No pair less likely than this.")] = 0.0,
    scale: Annotated[Scale, typer.Option(help="How far people were carried.")] = Scale.LOCAL,
    language: Annotated[
        str, typer.Option(help=f"Of the words for the evidence: {', '.join(LANGUAGES)}.", callback=_known_language)
    ] = DEFAULT_LANGUAGE,
    as_json: Annotated[bool, typer.Option("--json", help="A summary for machines on standard output.")] = False,  # noqa: FBT002 - a flag on the command line
) -> None:
    """Find, for each missing child, the children taken in that are most likely the same, with the evidence."""
    started = perf_counter()
    talk = Console(stderr=True, highlight=False, soft_wrap=True)
    if not out.parent.is_dir():
        talk.print(f"[bold red]cannot be written:[/] {_plain(str(out))}: there is no such folder")
        raise typer.Exit(UNUSABLE)
    try:
        lists = read_list(reports, Side.REPORT), read_list(registrations, Side.REGISTRATION)
    except UnusableFileError as error:
        talk.print(f"[bold red]cannot be used:[/] {_plain(str(error))}")
        raise typer.Exit(UNUSABLE) from error
    for path, found in zip((reports, registrations), lists, strict=True):
        _tell_troubles(talk, path, found)
    missing, taken_in = (found.subjects for found in lists)
    columns = (TextColumn("Matching"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=talk, transient=True) as progress:
        task = progress.add_task("Matching", total=len(missing) + len(taken_in))
        pairs = match_lists(
            missing,
            taken_in,
            context_for(len(taken_in), _KILOMETRES[scale]),
            top=top,
            min_probability=min_probability,
            advance=lambda: progress.advance(task),
        )
    try:
        write_pairs(pairs, out, language)
    except OSError as error:
        talk.print(f"[bold red]cannot be written:[/] {_plain(str(out))}: {error.strerror}")
        raise typer.Exit(UNUSABLE) from error
    seconds = perf_counter() - started
    counts = f"{len(missing)} reports, {len(taken_in)} registrations: {len(pairs)} pairs"
    talk.print(f"{counts} in {seconds:.1f} s, in {_plain(str(out))}")
    if as_json:
        typer.echo(json.dumps(_summary(lists, len(pairs), seconds, out), ensure_ascii=False))


def _tell_troubles(talk: Console, path: Path, found: ReadList) -> None:
    for style, word, troubles in (("yellow", "note", found.warnings), ("red", "rejected", found.rejected)):
        for trouble in troubles:
            where = f"{path}" if trouble.line is None else f"{path}, line {trouble.line}"
            talk.print(f"[{style}]{word}:[/] {_plain(where)}: {_plain(trouble.reason)}")


def _plain(text: str) -> str:
    """What a file holds is no markup, and cannot steer the terminal."""
    printable = "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
    return printable.replace("[", r"\[")


def _summary(lists: tuple[ReadList, ReadList], pairs: int, seconds: float, out: Path) -> dict[str, object]:
    summary: dict[str, object] = {"out": str(out), "pairs": pairs, "seconds": round(seconds, 3)}
    for name, found in zip(("reports", "registrations"), lists, strict=True):
        summary[name] = {
            "read": len(found.subjects),
            "rejected": [{"line": trouble.line, "reason": trouble.reason} for trouble in found.rejected],
            "warnings": [{"line": trouble.line, "reason": trouble.reason} for trouble in found.warnings],
        }
    return summary
