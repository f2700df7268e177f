"""`reunify match` on the two small lists, as an office would run it."""

import csv
import json
import re
from collections import defaultdict
from pathlib import Path
from time import process_time

import pytest
import typer
from typer.testing import CliRunner

from backend.commands.match import match
from backend.domain.subject import Side
from backend.exchange.lists import read_list
from backend.exchange.pairs import RankedPair, match_lists
from backend.matching.context import default_context
from backend.matching.keys import asked_keys, keys
from backend.matching.profile import profile

LISTS = Path(__file__).parent.parent / "data" / "two-lists"
REPORTS, REGISTRATIONS = LISTS / "reports.csv", LISTS / "registrations.csv"


@pytest.fixture(scope="module")
def truth() -> set[tuple[str, str]]:
    with (LISTS / "truth.csv").open(encoding="utf-8") as lines:
        return {(row["report_id"], row["registration_id"]) for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def pairs() -> list[RankedPair]:
    reports, registrations = read_list(REPORTS, Side.REPORT), read_list(REGISTRATIONS, Side.REGISTRATION)
    return match_lists(reports.subjects, registrations.subjects, default_context())


@pytest.fixture
def command() -> typer.Typer:
    application = typer.Typer()
    application.command()(match)
    return application


def share_within(pairs: list[RankedPair], truth: set[tuple[str, str]], most: int) -> float:
    found = {(pair.report_id, pair.registration_id) for pair in pairs if pair.rank <= most}
    return len(found & truth) / len(truth)


def test_nine_of_ten_true_pairs_are_first_and_nearly_all_in_the_first_five(
    pairs: list[RankedPair], truth: set[tuple[str, str]]
) -> None:
    assert share_within(pairs, truth, 1) >= 0.9
    assert share_within(pairs, truth, 5) >= 0.97


def test_true_pairs_share_a_key_and_few_others_do(truth: set[tuple[str, str]]) -> None:
    reports, registrations = read_list(REPORTS, Side.REPORT), read_list(REGISTRATIONS, Side.REGISTRATION)
    missed = {subject.id: {one.key for one in asked_keys(profile(subject))} for subject in reports.subjects}
    found = {subject.id: set(keys(profile(subject))) for subject in registrations.subjects}
    shared = {(one, other) for one in missed for other in found if not missed[one].isdisjoint(found[other])}
    assert len(shared & truth) >= 0.99 * len(truth)
    assert len(shared) < 0.15 * len(missed) * len(found)


def test_unrelated_pairs_are_almost_never_likelier_than_not(
    pairs: list[RankedPair], truth: set[tuple[str, str]]
) -> None:
    wrong = [pair for pair in pairs if (pair.report_id, pair.registration_id) not in truth]
    assert sum(pair.comparison.probability > 0.5 for pair in wrong) <= 0.01 * len(wrong)
    right = [pair for pair in pairs if (pair.report_id, pair.registration_id) in truth]
    assert sum(pair.comparison.probability > 0.5 for pair in right) >= 0.9 * len(right)


def test_ranks_follow_the_bits_and_each_report_has_at_most_the_top(pairs: list[RankedPair]) -> None:
    by_report: dict[str, list[RankedPair]] = defaultdict(list)
    for pair in pairs:
        by_report[pair.report_id].append(pair)
    assert len(by_report) == 160
    for ranked in by_report.values():
        assert [pair.rank for pair in ranked] == list(range(1, len(ranked) + 1))
        assert len(ranked) <= 10
        bits = [pair.comparison.bits for pair in ranked]
        assert bits == sorted(bits, reverse=True)


def test_adding_an_unrelated_record_never_changes_the_score_of_a_pair(pairs: list[RankedPair]) -> None:
    reports, registrations = read_list(REPORTS, Side.REPORT), read_list(REGISTRATIONS, Side.REGISTRATION)
    fewer = match_lists(reports.subjects[:40], registrations.subjects[:200], default_context(), top=250)
    scores = {(pair.report_id, pair.registration_id): pair.comparison.bits for pair in fewer}
    related = {subject.together for subject in (*reports.subjects[40:], *registrations.subjects[200:])} - {None}
    alone = {
        subject.id
        for subject in (*reports.subjects[:40], *registrations.subjects[:200])
        if subject.together not in related
    }
    checked = 0
    for pair in pairs:
        key = pair.report_id, pair.registration_id
        if key in scores and alone.issuperset(key):
            checked += 1
            assert pair.comparison.bits == scores[key]
    assert checked > 100


def test_the_command_writes_ranked_pairs_with_evidence_in_seconds_and_names_the_broken_rows(
    command: typer.Typer, tmp_path: Path, truth: set[tuple[str, str]]
) -> None:
    out = tmp_path / "pairs.ndjson"
    started = process_time()  # of this process alone, whatever else the machine does
    done = CliRunner().invoke(command, [str(REPORTS), str(REGISTRATIONS), "--out", str(out), "--json"])
    assert process_time() - started < 10
    assert done.exit_code == 0, done.output
    told = re.sub(r"\s+", " ", done.stderr)
    assert "reports.csv, line 59" in told
    assert "registrations.csv, line 122" in told
    summary = json.loads(done.stdout)
    assert summary["reports"]["read"] == 160
    assert [row["line"] for row in summary["reports"]["rejected"]] == [59]
    assert summary["registrations"]["read"] == 250
    assert [row["line"] for row in summary["registrations"]["rejected"]] == [122]
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert len(rows) == summary["pairs"]
    assert set(rows[0]) == {"report_id", "registration_id", "rank", "probability", "bits", "evidence"}
    assert set(rows[0]["evidence"][0]) == {"feature", "level", "bits", "words"}
    assert not any("\u2068" in piece["words"] for row in rows for piece in row["evidence"])  # quotes nobody
    first = {(row["report_id"], row["registration_id"]) for row in rows if row["rank"] == 1}
    assert len(first & truth) >= 0.8 * len(truth)


def test_the_command_writes_csv_and_keeps_to_the_top_and_the_floor(command: typer.Typer, tmp_path: Path) -> None:
    out = tmp_path / "pairs.csv"
    options = ["--out", str(out), "--top", "2", "--min-probability", "0.3", "--language", "es"]
    done = CliRunner().invoke(command, [str(REPORTS), str(REGISTRATIONS), *options])
    assert done.exit_code == 0, done.output
    with out.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert 80 < len(rows) < 200
    assert max(int(row["rank"]) for row in rows) <= 2
    assert min(float(row["probability"]) for row in rows) >= 0.3
    evidence = [piece for row in rows for piece in json.loads(row["evidence"])]
    assert {piece["words"] for piece in evidence if piece["feature"] == "SEX" and piece["level"] == "AGREE"} == {
        "El sexo es el mismo"
    }


@pytest.mark.parametrize(
    ("reports", "out", "reason"),
    [
        ("nothing.csv", "pairs.csv", "No such file"),
        (str(LISTS / "truth.csv"), "pairs.csv", "no column named id"),
        (str(REPORTS), "no/such/folder/pairs.csv", "there is no such folder"),
    ],
)
def test_the_command_ends_with_status_2_and_one_line_when_a_file_cannot_be_used(
    command: typer.Typer, tmp_path: Path, reports: str, out: str, reason: str
) -> None:
    done = CliRunner().invoke(command, [reports, str(REGISTRATIONS), "--out", str(tmp_path / out)])
    assert done.exit_code == 2
    assert reason in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / out).exists()


def test_what_a_file_holds_is_neither_markup_nor_steering(command: typer.Typer, tmp_path: Path) -> None:
    odd = tmp_path / "odd.csv"
    odd.write_text("id,[bold]x[/],full_name,age\nR-1,y,Ana,\x1b[31mred [/]\n", encoding="utf-8")
    done = CliRunner().invoke(command, [str(odd), str(REGISTRATIONS), "--out", str(tmp_path / "pairs.csv")])
    assert done.exit_code == 0, done.output
    assert "[bold]x[/]" in done.stderr
    assert "\x1b[31m" not in done.stderr
