"""Lists that people bring - CSV, NDJSON, PFIF - read into subjects, row by row."""

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from backend.domain.subject import Side, Subject
from backend.exchange.pfif import persons_of
from backend.exchange.rows import COLUMNS, UnreadableRowError, subject_of

DELIMITERS = (",", ";", "\t")
LONGEST_ROW_LINES = 50
"""A row that takes more lines than this is a quote that was never closed."""
_SEPARATORS = re.compile(r"[\s_-]+")
_NDJSON_ENDINGS = frozenset({".ndjson", ".jsonl", ".json"})
_PFIF_ENDINGS = frozenset({".xml", ".pfif"})
_CSV_ENDINGS = frozenset({".csv", ".tsv"})


class UnusableFileError(Exception):
    """A file that cannot be used at all; the message says which, where and why."""

    def __init__(self, path: Path, reason: str, line: int | None = None) -> None:
        where = "" if line is None else f", line {line}"
        super().__init__(f"{path}{where}: {reason}")
        self.path = path
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong at a line (the first line of a file is 1; None: the file as a whole)."""

    line: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ReadList:
    """The rows that could be read, what was odd in them, and the rows that could not."""

    subjects: tuple[Subject, ...]
    warnings: tuple[Trouble, ...]
    rejected: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the file has it: its line, and its cells by header, or why it cannot be read."""

    line: int
    cells: Mapping[str, str]
    broken: str | None = None


def read_list(path: Path, side: Side) -> ReadList:
    """Read a list of reports or registrations; the kind of file goes by its ending, or else by how it begins.

    Never raises for a bad row. Raises `UnusableFileError` for a file that is not there, is not text in UTF-8, is
    malformed as a whole, or has no id column.
    """
    text = _text_of(path)
    if not text.strip():
        raise UnusableFileError(path, "the file is empty")
    return _read(_rows_of(path, text), side)


def _text_of(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise UnusableFileError(path, f"cannot be read: {error.strerror or error}") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise UnusableFileError(path, "is not text in UTF-8; save it as UTF-8 and try again", line) from error


def _rows_of(path: Path, text: str) -> Iterable[Row]:
    ending, start = path.suffix.casefold(), text.lstrip()[0]
    if ending in _PFIF_ENDINGS or (ending not in _CSV_ENDINGS | _NDJSON_ENDINGS and start == "<"):
        return _pfif_rows(path, text)
    if ending in _NDJSON_ENDINGS or (ending not in _CSV_ENDINGS and start == "{"):
        return _ndjson_rows(text)
    return _csv_rows(path, text)


def _read(rows: Iterable[Row], side: Side) -> ReadList:
    subjects: dict[str, Subject] = {}
    lines: dict[str, int] = {}
    warnings: list[Trouble] = []
    rejected: list[Trouble] = []
    unknown: dict[str, None] = {}
    for row in rows:
        unknown.update(dict.fromkeys(header for header in row.cells if _plain(header) not in COLUMNS[side]))
        if row.broken is not None:
            rejected.append(Trouble(row.line, row.broken))
            continue
        try:
            subject, problems = subject_of({_plain(header): cell for header, cell in row.cells.items()}, side)
        except UnreadableRowError as error:
            rejected.append(Trouble(row.line, str(error)))
            continue
        if subject.id in subjects:
            rejected.append(Trouble(row.line, f"its id {subject.id} is already used on line {lines[subject.id]}"))
            continue
        subjects[subject.id] = subject
        lines[subject.id] = row.line
        warnings += (Trouble(row.line, problem) for problem in problems)
    if unknown:
        warnings.insert(0, Trouble(None, f"unknown columns kept aside: {', '.join(unknown)}"))
    return ReadList(tuple(subjects.values()), tuple(warnings), tuple(rejected))


def _plain(header: str) -> str:
    """A header as the tables name it: `Last Seen Lat`, `last_seen_lat` and `LastSeenLat` are one."""
    squeezed = _SEPARATORS.sub("", header).casefold()
    return _COLUMN_OF.get(squeezed, squeezed)


_COLUMN_OF = {column.replace("_", ""): column for columns in COLUMNS.values() for column in columns}


def _csv_rows(path: Path, text: str) -> Iterator[Row]:
    lines = list(StringIO(text, newline=""))
    delimiter = max(DELIMITERS, key=lines[0].count)
    records = _records(lines, delimiter)
    first_line, headers, broken = next(records)
    if broken is not None:
        raise UnusableFileError(path, f"its header cannot be read: {broken}", first_line)
    headers = [header.strip() for header in headers]
    names = [_plain(header) for header in headers]
    if "id" not in names:
        raise UnusableFileError(path, "has no column named id in its header", first_line)
    times = Counter(names)
    twice = sorted({header for header, name in zip(headers, names, strict=True) if name and times[name] > 1})
    if twice:
        raise UnusableFileError(path, f"has a column more than once: {', '.join(twice)}", first_line)
    for line, cells, fault in records:
        if fault is None and not any(cell.strip() for cell in cells):
            continue
        named = {header: cell for header, cell in zip(headers, cells, strict=False) if header}
        spilled = any(cell.strip() for cell in cells[len(headers) :])
        too_many = f"it has {len(cells)} cells where the header has {len(headers)} columns" if spilled else None
        yield Row(line, named, fault or too_many)


def _records(lines: Sequence[str], delimiter: str) -> Iterator[tuple[int, list[str], str | None]]:
    """Line number, cells, and what is wrong, of each record; after a quote left open it goes on at the next line."""
    start = 0
    while start < len(lines):
        reader = csv.reader(lines[start : start + LONGEST_ROW_LINES], delimiter=delimiter)
        cells: list[str] = []
        fault = None
        try:
            cells = next(reader)
        except csv.Error as error:
            fault = str(error)
        taken = lines[start : start + reader.line_num]
        if len(taken) > 1 and sum(line.count('"') for line in taken) % 2:
            fault = "a quote in it is not closed"
        yield start + 1, cells, fault
        start += 1 if fault else reader.line_num


def _ndjson_rows(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            loaded = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield Row(number, {}, f"it is not JSON: {error}")
            continue
        if not isinstance(loaded, dict):
            yield Row(number, {}, "it is not a JSON object")
            continue
        yield Row(number, {str(name): _cell(value) for name, value in loaded.items() if value is not None})


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(_cell(part) for part in value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _pfif_rows(path: Path, text: str) -> Iterator[Row]:
    try:
        persons = persons_of(text)
    except ValueError as error:
        raise UnusableFileError(path, str(error)) from error
    for line, cells in persons:
        yield Row(line, cells)
