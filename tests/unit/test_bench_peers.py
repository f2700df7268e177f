from backend.domain.subject import Side
from backend.exchange.rows import subject_of
from tests.bench.peers.common import TOP, Task, ranked, sample
from tests.bench.peers.describe import Described, describe, years_apart
from tests.bench.peers.fulltext import match_by_full_text


def described(side: Side, **cells: str) -> Described:
    subject, problems = subject_of(cells, side)
    assert not problems
    return describe(subject)


def report(**cells: str) -> Described:
    return described(Side.REPORT, **({"id": "R1", "reported_at": "2026-05-06T10:00Z"} | cells))


def registration(registration_id: str, **cells: str) -> Described:
    return described(Side.REGISTRATION, **({"id": registration_id, "registered_at": "2026-05-06T10:00Z"} | cells))


def test_the_full_text_peer_puts_a_plain_match_first_and_the_sibling_behind_it() -> None:
    asked = report(given_name="Elena", family_name="Marsh", sex="F", age="6", relatives="mother: Ruth Marsh")
    found = match_by_full_text(
        Task(
            [asked],
            [
                registration("S1", given_name="Owen", family_name="Marsh", sex="M", age="9", relatives="Ruth Marsh"),
                registration("S2", given_name="Elena", family_name="Marsh", sex="F", age="6"),
                registration("S3", given_name="Thomas", family_name="Reed", sex="M", age="12"),
            ],
            seconds=0.0,
        )
    )
    assert [pair.registration_id for pair in found.pairs] == ["S2", "S1"]
    assert found.candidates == {"R1": 2}


def test_peers_see_names_of_any_script_in_latin_letters() -> None:
    assert report(full_name="王小明").given == "xiaoming"
    assert report(full_name="王小明").family == "wang"
    assert report(given_name="Глафира").given == "glafira"
    assert "muhammad" in report(given_name="محمد").given_words


def test_peers_are_told_nickname_classes_and_not_that_a_mother_is_called_mama() -> None:
    assert "william" in report(given_name="Bill").nicknames
    assert report(given_name="Bill", relatives="mother: Mama").relative_words == []


def test_peers_compare_ages_as_intervals_of_birth() -> None:
    assert years_apart(report(age="6"), registration("S1", age_min="6", age_max="8")) == 0
    assert round(years_apart(report(age="6"), registration("S1", age="9")) or 0) == 2
    assert years_apart(report(), registration("S1", age="9")) is None


def test_only_the_best_of_a_report_are_kept_in_order() -> None:
    rows = [("R1", f"S{number:02}", float(number)) for number in range(TOP + 5)] + [("R2", "S01", 0.5)]
    kept = ranked(rows)
    assert [(pair.registration_id, pair.rank) for pair in kept[:2]] == [("S14", 1), ("S13", 2)]
    assert [pair.rank for pair in kept] == [*range(1, TOP + 1), 1]


def test_a_sample_of_reports_leaves_the_registrations_whole() -> None:
    task = Task([report(id=f"R{number}") for number in range(5)], [registration("S1", age="9")], seconds=0.0)
    fewer = sample(task, 2, seed=1)
    assert len(fewer.reports) == 2
    assert fewer.registrations == task.registrations
