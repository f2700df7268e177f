"""Two lists matched: for each report the registrations most likely to be the same child, with the evidence."""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from backend.domain.evidence import Level
from backend.domain.subject import Subject
from backend.matching.compare import Comparison, compare
from backend.matching.context import Context
from backend.matching.key_index import KeyIndex
from backend.matching.keys import asked_by_number, key_number, keys
from backend.matching.profile import Profile, profile
from backend.matching.ranking import IN_LISTS
from backend.matching.sentences import DEFAULT_LANGUAGE, sentence
from backend.matching.together import PROMISING, joint

COLUMNS = ("report_id", "registration_id", "rank", "probability", "bits", "evidence")
TOO_FEW = 30
SMALL = 5_000
"""In a list no longer than this, a report with too few candidates is held against all of like age and sex."""
LIKE_AGE_YEARS = 3.0


@dataclass(frozen=True, slots=True)
class RankedPair:
    """A report and a registration; `rank` 1 is the best for that report."""

    report_id: str
    registration_id: str
    rank: int
    comparison: Comparison


def match_lists(
    reports: Sequence[Subject],
    registrations: Sequence[Subject],
    context: Context,
    *,
    top: int = 10,
    min_probability: float = 0.0,
    advance: Callable[[], None] = lambda: None,
    met: Callable[[str, Iterable[str]], None] = lambda _report, _candidates: None,
) -> list[RankedPair]:
    """The best pairs of each report, in the order of the reports, at most `top` each and none below `min_probability`.

    `advance` is called once for each registration profiled and once for each report matched; `met` with the id of each
    report and those of the registrations that it was compared with.
    """
    listed = _Registrations(registrations, advance)
    ranked: dict[str, list[RankedPair]] = {}
    for family in _families(reports):
        compared: dict[tuple[str, str], Comparison] = {}
        for report in family:
            described = profile(report)
            found = {one: compare(described, listed.profiles[one], context) for one in listed.candidates(described)}
            promising = [one for one, comparison in found.items() if comparison.probability >= PROMISING]
            for one in listed.registered_beside(promising):
                if one not in found:
                    found[one] = compare(described, listed.profiles[one], context)
            met(report.id, found)
            compared |= {(report.id, one): comparison for one, comparison in found.items()}
            advance()
        likely: dict[str, list[tuple[str, Comparison]]] = defaultdict(list)
        for (report_id, registration_id), comparison in joint(compared, listed.groups, context).items():
            likely[report_id].append((registration_id, comparison))
        for report_id, pairs in likely.items():
            ranked[report_id] = list(_ranked(report_id, pairs, top, min_probability))
    return [pair for report in reports for pair in ranked.get(report.id, ())]


class _Registrations:
    """The profiles of all registrations, and which of them share a key."""

    def __init__(self, registrations: Sequence[Subject], advance: Callable[[], None] = lambda: None) -> None:
        self.groups: Mapping[str, str | None] = {subject.id: subject.together for subject in registrations}
        self.profiles: dict[str, Profile] = {}
        self._index = KeyIndex()
        self._by_group: dict[str, list[str]] = defaultdict(list)
        for subject in registrations:
            described = self.profiles[subject.id] = profile(subject)
            self._index.put(subject.id, tuple(map(key_number, keys(described))), described, subject.together)
            if subject.together is not None:
                self._by_group[subject.together].append(subject.id)
            advance()

    def candidates(self, report: Profile) -> Iterable[str]:
        """The likeliest at a glance of those who share a key with the report.

        In a list so short that a report may be held against all of it, whoever is of like age and sex too.
        """
        asked = asked_by_number(report)
        likely = dict.fromkeys(self._index.likeliest(report, asked, IN_LISTS))
        if len(likely) < TOO_FEW and len(self.profiles) <= SMALL:
            likely |= dict.fromkeys(one for one, other in self.profiles.items() if _could_be(report, other))
        return likely

    def registered_beside(self, registration_ids: Iterable[str]) -> Iterator[str]:
        """Who was taken in together with one of these."""
        groups = (self.groups[one] for one in registration_ids)
        for group in dict.fromkeys(group for group in groups if group is not None):
            yield from self._by_group[group]


def _could_be(one: Profile, other: Profile) -> bool:
    """Whether neither sex nor age rules a pair out at a glance."""
    if one.sex is not None and other.sex is not None and one.sex is not other.sex:
        return False
    if one.born is None or other.born is None or one.born.dated != other.born.dated:
        return True
    gap = max(one.born.earliest, other.born.earliest) - min(one.born.latest, other.born.latest)
    return gap <= LIKE_AGE_YEARS


def _families(reports: Sequence[Subject]) -> Iterator[list[Subject]]:
    families: dict[str, list[Subject]] = defaultdict(list)
    for report in reports:
        families[f"alone {report.id}" if report.together is None else f"family {report.together}"].append(report)
    yield from families.values()


def _ranked(
    report_id: str, found: Iterable[tuple[str, Comparison]], top: int, min_probability: float
) -> Iterator[RankedPair]:
    likely = [(candidate, comparison) for candidate, comparison in found if comparison.probability >= min_probability]
    likely.sort(key=lambda pair: (-pair[1].bits, pair[0]))
    for rank, (candidate, comparison) in enumerate(likely[:top], start=1):
        yield RankedPair(report_id, candidate, rank, comparison)


def write_pairs(pairs: Iterable[RankedPair], path: Path, language: str = DEFAULT_LANGUAGE) -> None:
    """Write pairs as CSV if the name ends in `.csv`, else as NDJSON. Raises `OSError` if it cannot be written."""
    with path.open("w", encoding="utf-8", newline="") as out:
        if path.suffix.casefold() == ".csv":
            _write_csv(pairs, out, language)
        else:
            out.writelines(json.dumps(row_of(pair, language), ensure_ascii=False) + "\n" for pair in pairs)


def _write_csv(pairs: Iterable[RankedPair], out: IO[str], language: str) -> None:
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for pair in pairs:
        row = row_of(pair, language)
        writer.writerow(row | {"evidence": json.dumps(row["evidence"], ensure_ascii=False)})


def row_of(pair: RankedPair, language: str = DEFAULT_LANGUAGE) -> dict[str, object]:
    """A pair as a row of the output, with what its evidence says in words of a language.

    Evidence that is unknown says nothing and is left out. The words quote nothing of the two lists: what is passed on
    has ids and no names.
    """
    return {
        "report_id": pair.report_id,
        "registration_id": pair.registration_id,
        "rank": pair.rank,
        "probability": round(pair.comparison.probability, 6),
        "bits": round(pair.comparison.bits, 3),
        "evidence": [
            {
                "feature": piece.feature,
                "level": piece.level,
                "bits": round(piece.bits, 3),
                "words": sentence(piece._replace(report_value=None, registration_value=None), language),
            }
            for piece in pair.comparison.evidence
            if piece.level is not Level.UNKNOWN
        ],
    }
