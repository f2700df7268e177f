"""What the documents say is there: links, commands, paths, settings, codes and the table of who may do what."""

import os
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from backend.api.access_page import access_page
from backend.command_line import build
from backend.domain.account import Role
from backend.domain.errors import ErrorCode
from backend.services.access import TABLE
from backend.settings.settings import FILE_SUFFIX, setting_rows

TOP = Path(__file__).parents[2]
OWN_DATA = TOP / "data"
FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"(?<=\n\n)(?: {4,}\S.*\n)+")
SPAN = re.compile(r"`([^`\n]+)`")
FOLDERS = r"backend|bench|deploy|docs|geo|graphql|notifications|tests|web"
FORBIDDEN = (r"(?<![\w.])/(work|root|home|tmp)\b", r"\bshared/", r"\b(pypi|npmjs)\b", r"\bIssue \d")


def documents() -> list[Path]:
    found: list[Path] = []
    for folder, inner, files in os.walk(TOP):
        # Hidden folders, what others wrote, and where a server was tried.
        inner[:] = [
            name for name in inner if name[0] != "." and name != "node_modules" and Path(folder, name) != OWN_DATA
        ]
        found += [Path(folder) / name for name in files if name.endswith(".md")]
    return sorted(found)


DOCUMENTS = documents()
each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(TOP)))


@cache
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def lines_of_code(path: Path) -> Iterator[str]:
    """Every line of a code block, and every span of code between backticks."""
    text = text_of(path)
    for block in (*FENCED.findall(text), *INDENTED.findall(text)):
        yield from block.replace("\\\n", " ").splitlines()
    yield from SPAN.findall(FENCED.sub("", text))


def anchors(path: Path) -> set[str]:
    """What a heading is called in a link, as the usual Markdown renderers make it."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", text_of(path)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def test_the_documents_are_there() -> None:
    names = {str(path.relative_to(TOP)) for path in DOCUMENTS}
    expected = {"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"}
    expected |= {f"docs/{name}.md" for name in ("ACCESS", "API", "MATCHING", "OPERATING")}
    assert expected <= names


@each_document
def test_every_relative_link_leads_to_a_file_and_a_heading_that_are_there(path: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text_of(path)):
        file, _, heading = target.partition("#")
        if "://" in file:
            continue
        leads_to = (path.parent / file).resolve() if file else path
        assert leads_to.exists(), target
        assert not heading or heading in anchors(leads_to), target


@each_document
def test_every_path_of_the_repository_that_is_named_is_there(path: Path) -> None:
    for span in SPAN.findall(text_of(path)):
        if re.fullmatch(rf"({FOLDERS})/[\w./*-]*", span) and not span.startswith(("deploy/secrets", "web/dist")):
            assert list(TOP.glob(span.rstrip("/"))), span


@each_document
def test_every_make_target_is_one(path: Path) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):.*## ", text_of_makefile(), re.MULTILINE))
    for line in lines_of_code(path):
        for named in re.findall(r"\bmake((?: [a-z][a-z-]*)+)", line.partition("#")[0]):
            assert set(named.split()) <= targets, line


def text_of_makefile() -> str:
    return (TOP / "Makefile").read_text(encoding="utf-8")


@each_document
def test_every_command_of_reunify_and_each_of_its_options_is_one(path: Path) -> None:
    for line in lines_of_code(path):
        for said in re.findall(r"(?:^|[\s/])reunify ([a-z][^#]*)", line):
            check_command(shlex.split(said), line)


def check_command(words: list[str], line: str) -> None:
    command: Any = typer.main.get_command(build())  # click's classes are typer's own copy, which has no public name
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, line
        command = command.commands[words.pop(0)]
    known = options_of(command) | {"--help"}
    for word in words:
        assert not word.startswith("-") or word.partition("=")[0] in known, line


def options_of(command: Any) -> set[str]:
    own = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    return own.union(*(options_of(inner) for inner in getattr(command, "commands", {}).values()))


@pytest.mark.parametrize("name", ["MATCHING", "OPERATING"])
def test_every_option_that_stands_alone_is_one_of_some_command(name: str) -> None:
    known = options_of(typer.main.get_command(build()))
    alone = [span.split()[0] for span in SPAN.findall(text_of(TOP / "docs" / f"{name}.md")) if span.startswith("--")]
    assert alone
    assert set(alone) <= known


def test_the_commands_of_the_documents_are_found_at_all() -> None:
    told = [line for path in DOCUMENTS for line in lines_of_code(path)]
    assert sum("make " in line for line in told) > 20
    assert sum("reunify " in line for line in told) > 20


def test_every_command_is_in_the_operators_document() -> None:
    command: Any = typer.main.get_command(build())
    operating = text_of(TOP / "docs" / "OPERATING.md")
    assert [name for name in command.commands if f"`reunify {name}" not in operating] == []


def test_the_table_of_settings_is_that_of_the_code() -> None:
    rows = re.findall(r"^\| `REUNIFY_.*$", text_of(TOP / "docs" / "OPERATING.md"), re.MULTILINE)
    assert rows == [f"| `{row.name}` | {row.default} | {row.description} |" for row in setting_rows()]


@each_document
def test_every_variable_that_is_named_is_a_setting(path: Path) -> None:
    known = {row.name for row in setting_rows()}
    named = set(re.findall(r"\bREUNIFY_[A-Z_]*[A-Z]\b", text_of(path)))
    assert {name.removesuffix(FILE_SUFFIX) for name in named} <= known


def test_the_api_document_explains_every_code_and_no_other() -> None:
    sources = "\n".join(file.read_text(encoding="utf-8") for file in sorted((TOP / "backend" / "api").glob("*.py")))
    codes = {code.value for code in ErrorCode} | set(re.findall(r'"([A-Z][A-Z_]{4,})"', sources))
    tables = "\n".join(line for line in text_of(TOP / "docs" / "API.md").splitlines() if line.startswith("| `"))
    explained = {name for row in tables.splitlines() for name in SPAN.findall(row.split("|")[1])}
    limits = set(re.findall(r"`((?:TOO_MANY|QUERY|BODY)_[A-Z_]+|TIMEOUT)` \|", text_of(TOP / "docs" / "API.md")))
    assert explained | limits == codes


def test_the_page_of_the_policy_is_what_the_code_says() -> None:
    page = text_of(TOP / "docs" / "ACCESS.md")
    assert page == access_page()
    for action, reaches in TABLE.items():
        cells = (reaches[role].value.lower() if role in reaches else "" for role in Role)
        assert f"| `{action.value}` | {' | '.join(cells)} |" in page


@each_document
def test_no_document_names_a_machine_or_an_address_that_is_none_of_the_readers(path: Path) -> None:
    for pattern in FORBIDDEN:
        assert re.search(pattern, text_of(path)) is None, pattern
    for host in re.findall(r"\bhttps?://([^/:\s`'\"<>)]+)", text_of(path)):
        assert re.fullmatch(r"127\.0\.0\.1|0\.0\.0\.0|192\.0\.2\.\d+|(.+\.)?example\.org", host), host


def test_the_changelog_begins_with_this_version() -> None:
    version = re.search(r'^version = "(.+)"$', (TOP / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE)
    first = re.search(r"^## \[(.+)\]", text_of(TOP / "CHANGELOG.md"), re.MULTILINE)
    assert version is not None
    assert first is not None
    assert first[1] == version[1]
