"""Families become rows in three files: reports, registrations and the truth between them."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TextIO

from tests.bench.people.cultures import Culture, all_cultures
from tests.bench.people.families import Child, Family, invent_family
from tests.bench.people.land import Land, distance_km, gulf, near
from tests.bench.people.noise import PROFILES, SEVERITIES, Noise
from tests.bench.people.rows import Journey, Reporter, a_reporter, registration_row, report_row

WITHOUT_MATCH = 0.4
_REGISTERED_BUT_NOT_REPORTED = 0.08
"""Children of families who search, as a share of the pairs: a brother's report is missing."""
_REPORTED_BY_ANOTHER = 0.08
_SIZES, _SIZE_SHARES = (1, 2, 3, 4), (52, 32, 12, 4)
_PAIR, _MISSING, _UNCLAIMED = range(3)
_BANDS = ((3, "0-2"), (6, "3-5"), (10, "6-9"), (14, "10-13"), (18, "14-17"))
_STRIDE = 7919
"""A prime: ids in an order of their own, so that the order of one file says nothing about the other."""
_LONGEST_HOURS = 12 * 24.0


@dataclass(frozen=True, slots=True)
class Written:
    """How many rows, and of them how many pairs."""

    registrations: int
    reports: int
    pairs: int


def write_people(
    folder: Path,
    *,
    registrations: int = 100_000,
    reports: int = 20_000,
    seed: int = 1,
    noise: str = "development",
    scale_km: float = 60.0,
) -> Written:
    """Write `reports.ndjson`, `registrations.ndjson` and `truth.ndjson` into a folder, made if it is not there.

    The same arguments give the same bytes. `noise` names a profile of `noise.PROFILES`; `scale_km` is the distance
    that half of the children pass after three days. Raises `ValueError` if the pairs would not fit into the
    registrations.
    """
    pairs = round(reports * (1 - WITHOUT_MATCH))
    if pairs > registrations:
        raise ValueError(f"{reports} reports need at least {pairs} registrations")
    random = Random(seed)  # noqa: S311 (invented people, no secrets)
    land = gulf(random, scale_km)
    cultures = all_cultures()
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        reports_file, registrations_file, truth_file = (
            stack.enter_context((folder / f"{name}.ndjson").open("w", encoding="utf-8", newline="\n"))
            for name in ("reports", "registrations", "truth")
        )
        books = _Books(reports_file, registrations_file, truth_file, reports, registrations)
        for kinds in _families(random, registrations, reports, pairs):
            severity = random.choice(SEVERITIES)
            _write_family(random, PROFILES[noise][severity], severity, land, cultures, kinds, books)
    return Written(books.registrations, books.reports, books.pairs)


def _families(random: Random, registrations: int, reports: int, pairs: int) -> Iterator[list[int]]:
    """What becomes of each child of each family: families who search, mixed with families who do not."""
    beside = min(registrations - pairs, round(pairs * _REGISTERED_BUT_NOT_REPORTED))
    searching = [_PAIR] * pairs + [_MISSING] * (reports - pairs) + [_UNCLAIMED] * beside
    random.shuffle(searching)
    at, silent = 0, registrations - pairs - beside
    while at < len(searching) or silent:
        size = random.choices(_SIZES, _SIZE_SHARES)[0]
        if random.random() * (len(searching) - at + silent) < silent:
            size = min(size, silent)
            silent -= size
            yield [_UNCLAIMED] * size
        else:
            yield searching[at : at + size]
            at += size


@dataclass(slots=True)
class _Books:
    """The three files, and how many rows each has."""

    reports_file: TextIO
    registrations_file: TextIO
    truth_file: TextIO
    reports_in_all: int
    registrations_in_all: int
    reports: int = 0
    registrations: int = 0
    pairs: int = 0
    families: int = 0
    _dumps: json.JSONEncoder = field(default_factory=lambda: json.JSONEncoder(ensure_ascii=False))

    def report(self, row: dict[str, str]) -> str:
        row_id = _scattered("R", self.reports, self.reports_in_all)
        self.reports += 1
        self._write(self.reports_file, {"id": row_id, **row})
        return row_id

    def registration(self, row: dict[str, str]) -> str:
        row_id = _scattered("S", self.registrations, self.registrations_in_all)
        self.registrations += 1
        self._write(self.registrations_file, {"id": row_id, **row})
        return row_id

    def truth(self, row: dict[str, object]) -> None:
        self.pairs += row["registration_id"] is not None
        self._write(self.truth_file, row)

    def together(self, letter: str) -> str:
        """A mark for siblings, in an order that says nothing about the other side's."""
        self.families += 1
        return _scattered(letter, self.families * (1 if letter == "G" else 3), self.registrations_in_all * 3)

    def _write(self, file: TextIO, row: object) -> None:
        file.write(self._dumps.encode(row) + "\n")


def _scattered(letter: str, number: int, in_all: int) -> str:
    digits = len(str(in_all)) + 1
    return f"{letter}{(number * _STRIDE + in_all) % 10**digits:0{digits}}"


def _write_family(
    random: Random,
    noise: Noise,
    severity: str,
    land: Land,
    cultures: tuple[Culture, ...],
    kinds: list[int],
    books: _Books,
) -> None:
    family = invent_family(random, cultures, land, len(kinds))
    journeys = _journeys(random, noise, land, family, kinds)
    registered = [place for place, kind in enumerate(kinds) if kind != _MISSING]
    as_group = len(registered) > 1 and journeys[registered[0]] is journeys[registered[1]]
    group = books.together("G") if as_group else ""
    reporter = None
    if any(kind != _UNCLAIMED for kind in kinds):
        reporter = a_reporter(random, noise, family, books.together("F"))
    for place, (child, kind) in enumerate(zip(family.children, kinds, strict=True)):
        registration_id, has_surname, across = None, True, False
        if kind != _MISSING:
            beside = tuple(family.children[other] for other in registered if other != place) if as_group else ()
            row, has_surname = registration_row(random, noise, family, child, journeys[place], beside, group)
            across = not family.culture.latin_script and _is_latin(row)
            registration_id = books.registration(row)
        if kind != _UNCLAIMED and reporter is not None:
            teller = reporter
            if len(kinds) > 1 and random.random() < _REPORTED_BY_ANOTHER:
                teller = a_reporter(random, noise, family, None)
            _write_report(
                random, noise, family, child, teller, journeys[place], books, registration_id, severity,
                has_surname=has_surname, across=across,
            )  # fmt: skip


def _write_report(
    random: Random,
    noise: Noise,
    family: Family,
    child: Child,
    reporter: Reporter,
    journey: Journey,
    books: _Books,
    registration_id: str | None,
    severity: str,
    *,
    has_surname: bool,
    across: bool,
) -> None:
    row, report_has_surname = report_row(random, noise, family, child, reporter, journey)
    own_script = not family.culture.latin_script and not _is_latin(row)
    scripts = {family.culture.script} if own_script else {"latin"}
    if registration_id is not None and not family.culture.latin_script:
        scripts.add("latin" if across else family.culture.script)
    books.truth(
        {
            "report_id": books.report(row),
            "registration_id": registration_id,
            "slices": {
                "age_band": next(name for below, name in _BANDS if child.years < below),
                "script": next((script for script in sorted(scripts) if script != "latin"), "latin"),
                "across_scripts": len(scripts) > 1,
                "severity": severity,
                "surname_missing": not (has_surname and report_has_surname),
                "siblings": "twins" if child.twin else "siblings" if len(family.children) > 1 else "none",
                "locale": family.culture.locale,
            },
            "moved_km": round(distance_km(journey.lost, journey.found), 1),
            "days": round(journey.days, 2),
        }
    )


def _is_latin(row: dict[str, str]) -> bool:
    """Whether the name cells are in Latin letters; a row without a name counts as Latin, it was written in English."""
    name = "".join(row.get(column, "") for column in ("full_name", "given_name", "family_name"))
    return all(ord(sign) < 0x250 or 0x1E00 <= ord(sign) < 0x2070 for sign in name)


def _journeys(random: Random, noise: Noise, land: Land, family: Family, kinds: list[int]) -> list[Journey]:
    """The way of each child; siblings who were not torn apart share theirs."""
    together = len(kinds) > 1 and random.random() >= noise.siblings_apart
    shared = _journey(random, land, family)
    return [shared if together else _journey(random, land, family) for _ in kinds]


def _journey(random: Random, land: Land, family: Family) -> Journey:
    lost = near(random, family.home, 0.3 if random.random() < 0.5 else 8.0)
    lost_hours = random.random() * 36
    found_hours = lost_hours + min(_LONGEST_HOURS, 0.5 + random.lognormvariate(3.2, 1.0))
    found = land.carried(random, family.town, lost, (found_hours - lost_hours) / 24)
    return Journey(lost, lost_hours, found, land.town_at(found), found_hours, land.site_for(random, found))
