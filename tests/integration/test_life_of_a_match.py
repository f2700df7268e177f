"""The life of a match between two decisions: it fades and returns, stays rejected, and reopens for a reason only."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from backend.domain.account import Role
from backend.domain.event import EventKind
from backend.domain.match import Match, MatchState
from backend.domain.model import MatchingModel
from backend.services import scoring
from backend.services.models import Rules, change_model, rules_of
from backend.services.scoring import pairs_of_families, score_families, score_registrations
from backend.store.candidates import Candidate, candidates_by_key
from backend.store.key_indexes import Candidates, KeyIndexes
from backend.store.records import Session
from tests.integration.test_matches import step
from tests.support.client import Client
from tests.support.house import HOUSTON, NEW_ORLEANS, Scene, running_house, set_scene
from tests.support.records import child, missing, report
from tests.support.snapshot import everything, settled

SCAR = {"kind": "SCAR", "bodySite": "left knee"}
PLAIN = {"names": {"full": "Marisol Quintanilla"}, "sex": "FEMALE", "age": {"birthDate": "2018-03-09"}}
TELLING = {
    **PLAIN,
    "marks": [SCAR],
    "relatives": [{"relation": "mother", "name": "Rosaura Quintanilla", "phone": "+1 504 555 0177"}],
}


def as_found(site_id: str, **changes: Any) -> dict[str, Any]:
    """A child who says no more than its name."""
    told = child(site_id)
    return told | {"person": {"names": told["person"]["names"], "sex": "FEMALE"}, **changes}


async def a_rejected_match(scene: Scene) -> tuple[dict[str, Any], Client, str]:
    """Rejected while all that was known were names and an age; the family's client, and the report's id."""
    filed = (
        await scene.stranger.ask(
            "fileReport", input=report(scene.incident_id, missing(person=PLAIN), reporter={"name": "A Neighbour"})
        )
    ).made
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    await settled(scene.house.use.store)
    report_id = filed["reports"][0]["id"]
    match = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    rejected = (await scene.officer.ask("rejectMatch", input=step(match, reason="another girl"))).made["match"]
    await settled(scene.house.use.store)
    return rejected, scene.stranger.signed_in(filed["token"]), report_id


async def present(scene: Scene, match_id: str) -> Match:
    match = await scene.house.use.store.matches.get(match_id)
    assert match is not None
    return match


async def change(scene: Scene, family: Client, report_id: str, version: int = 1, **changes: Any) -> None:
    changes = {"id": report_id, "version": version, **changes}
    assert (await family.ask("changeReport", input=changes)).made
    await settled(scene.house.use.store)


async def count(scene: Scene, kind: EventKind) -> int:
    return await scene.house.use.store.events.collection.count_documents({"kind": kind.value})


async def test_evidence_written_after_a_rejection_reopens_it_says_what_is_new_and_repeats_no_alert(
    scene: Scene,
) -> None:
    rejected, family, report_id = await a_rejected_match(scene)
    alerts = scene.house.use.store.alerts.collection
    told_before = await alerts.count_documents({"kind": "REPORT_NEWS"})
    await change(scene, family, report_id, person=TELLING)
    shown = (await scene.coordinator.ask("match", id=rejected["id"])).value
    assert shown["state"] == "POTENTIAL"
    assert shown["reopenedBecause"].startswith("New since it was rejected: ")
    assert "MARKS +" in shown["reopenedBecause"]
    assert (shown["decidedBy"], shown["reason"]) == (None, None)
    assert await count(scene, EventKind.MATCH_REOPENED) == 1
    assert await alerts.count_documents({"kind": "REPORT_NEWS"}) == told_before == 1
    again = (await scene.officer.ask("rejectMatch", input=step(shown))).made["match"]
    assert (again["state"], again["reopenedBecause"]) == ("REJECTED", None)
    await change(scene, family, report_id, version=2, person=TELLING | {"notes": "please hurry"})
    assert (await present(scene, rejected["id"])).state is MatchState.REJECTED
    undone = await scene.officer.ask(
        "undoMatch", input=step(again, version=(await present(scene, again["id"])).version)
    )
    assert undone.made["match"]["state"] == "POTENTIAL"


async def test_the_reason_for_a_reopening_is_for_reviewers_only(scene: Scene) -> None:
    rejected, family, report_id = await a_rejected_match(scene)
    await change(scene, family, report_id, person=TELLING)
    query = "query One($id: ID!) { match(id: $id) { reopenedBecause togetherWith { id } } }"
    outsider = scene.stranger.signed_in(
        (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made["token"]
    )
    await settled(scene.house.use.store)
    for person in (scene.stranger, outsider, family, scene.volunteer, scene.other_volunteer, scene.admin):
        before = await everything(scene.house.use.store)
        answer = await person.ask_text(query, id=rejected["id"])
        assert set(answer.codes) <= {"UNAUTHENTICATED", "NOT_FOUND"}
        assert answer.codes
        assert "MARKS" not in str(answer.body)
        assert await everything(scene.house.use.store) == before
    assert "MARKS" in (await scene.officer.ask_text(query, id=rejected["id"])).value["reopenedBecause"]


async def test_where_and_when_a_child_was_last_seen_reopens_nothing(scene: Scene) -> None:
    rejected, family, report_id = await a_rejected_match(scene)
    version = 1
    for point in (HOUSTON, NEW_ORLEANS):
        for lost_at in ("2026-08-01T00:00:00Z", "2026-09-02T09:00:00Z"):
            place = {"text": "seen here", "point": point}
            await change(scene, family, report_id, version=version, lastSeenPlace=place, lastSeenAt=lost_at)
            version += 1
            assert (await present(scene, rejected["id"])).state is MatchState.REJECTED
            assert (await family.ask("report", id=report_id)).value["nextStep"] == "WAIT"


async def test_what_the_family_is_told_at_a_reopening_depends_on_no_place(scene: Scene) -> None:
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    steps = []
    for point in (NEW_ORLEANS, {"latitude": 61.2, "longitude": -149.9}):
        described = report(scene.incident_id, missing(person=PLAIN), reporter={"name": "A Neighbour"})
        filed = (await scene.stranger.ask("fileReport", input=described)).made
        await settled(scene.house.use.store)
        family, report_id = scene.stranger.signed_in(filed["token"]), filed["reports"][0]["id"]
        match = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
        assert (await scene.officer.ask("rejectMatch", input=step(match))).made
        await change(scene, family, report_id, person=TELLING, lastSeenPlace={"point": point})
        steps.append((await family.ask("report", id=report_id)).value["nextStep"])
    assert steps == ["STAY_REACHABLE", "STAY_REACHABLE"]


async def test_another_model_raises_a_rejected_match_and_reopens_it_not(scene: Scene) -> None:
    rejected, _, _ = await a_rejected_match(scene)
    before = await present(scene, rejected["id"])

    def bolder(rules: Rules) -> MatchingModel:
        return replace(rules.model, candidates=20, expected_siblings=0.016, because="A test.")

    model = await change_model(scene.house.use, scene.incident_id, bolder)
    await settled(scene.house.use.store)
    after = await present(scene, rejected["id"])
    assert after.bits > before.bits + model.reopen_bits
    assert (after.state, after.model_version, before.model_version) == (MatchState.REJECTED, model.version, 1)
    assert await count(scene, EventKind.MATCH_REOPENED) == 0


async def change_incident(scene: Scene, **changes: Any) -> None:
    now = (await scene.coordinator.ask("incident", id=scene.incident_id)).value
    changes = {"id": scene.incident_id, "version": now["version"], **changes}
    assert (await scene.coordinator.ask("changeIncident", input=changes)).made
    await settled(scene.house.use.store)


async def test_other_thresholds_fade_return_and_propose_what_they_say(scene: Scene) -> None:
    sure = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made["reports"][0]["id"]
    vague = {"names": {"given": "Marisela"}, "sex": "FEMALE", "age": {"minimum": 6, "maximum": 10}}
    faint = report(scene.incident_id, missing(person=vague, lastSeenPlace=None), reporter={"name": "Somebody Else"})
    doubtful = (await scene.stranger.ask("fileReport", input=faint)).made["reports"][0]["id"]
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    await settled(scene.house.use.store)
    matches = scene.house.use.store.matches

    async def states() -> dict[str, MatchState]:
        return {match.report_id: match.state for match in await matches.find({})}

    assert await states() == {sure: MatchState.POTENTIAL}
    await change_incident(scene, proposeThreshold=0.0001)
    assert await states() == {sure: MatchState.POTENTIAL, doubtful: MatchState.POTENTIAL}
    await change_incident(scene, proposeThreshold=1.0, alertThreshold=None)
    assert await states() == {sure: MatchState.FADED, doubtful: MatchState.FADED}
    await change_incident(scene, proposeThreshold=0.3)
    assert await states() == {sure: MatchState.POTENTIAL, doubtful: MatchState.FADED}
    assert await count(scene, EventKind.RESCORING_STARTED) == 3


async def test_a_lower_alert_threshold_tells_the_family_once(scene: Scene) -> None:
    await change_incident(scene, alertThreshold=None)
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
    await settled(scene.house.use.store)
    family, report_id = scene.stranger.signed_in(filed["token"]), filed["reports"][0]["id"]
    assert (await family.ask("report", id=report_id)).value["nextStep"] == "WAIT"
    await change_incident(scene, alertThreshold=0.9)
    assert (await family.ask("report", id=report_id)).value["nextStep"] == "STAY_REACHABLE"
    await change_incident(scene, alertThreshold=0.8)
    assert await scene.house.use.store.alerts.collection.count_documents({"kind": "REPORT_NEWS"}) == 1


async def test_another_name_for_the_incident_rescores_nothing(scene: Scene) -> None:
    await change_incident(scene, name="Hurricane Ada, again")
    assert await count(scene, EventKind.RESCORING_STARTED) == 0


TOMAS = {"names": {"given": "Tomás", "family": "Quintanilla"}, "sex": "MALE", "age": {"birthDate": "2014-06-01"}}


async def two_children_of_one_family(scene: Scene) -> tuple[list[str], Client]:
    """The ids of the two reports, and the family's client."""
    filed = (
        await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(), missing(person=TOMAS)))
    ).made
    siblings = [child(scene.site_id), child(scene.site_id, person=TOMAS)]
    assert (await scene.volunteer.ask("registerSiblings", input={"siblings": siblings})).made
    await settled(scene.house.use.store)
    return [one["id"] for one in filed["reports"]], scene.stranger.signed_in(filed["token"])


async def best_match(scene: Scene, report_id: str) -> dict[str, Any]:
    best: dict[str, Any] = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    return best


async def test_what_a_registration_finds_is_kept_where_the_family_misses_several_and_none_of_its_reports_finds_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def from_one_side(
        records: Candidates, indexes: KeyIndexes, subjects: Sequence[Candidate], *rest: Any, **more: Any
    ) -> dict[str, list[Candidate]]:
        if records.collection.name == "registrations":
            return {subject.id: [] for subject in subjects}
        return await candidates_by_key(records, indexes, subjects, *rest, **more)

    filed = (
        await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(), missing(person=TOMAS)))
    ).made
    await settled(scene.house.use.store)
    monkeypatch.setattr(scoring, "candidates_by_key", from_one_side)
    marisol = child(scene.site_id)
    assert (await scene.volunteer.ask("registerPerson", input=marisol)).made
    await settled(scene.house.use.store)
    assert await scene.house.use.store.matches.find_one(
        {"reportId": filed["reports"][0]["id"], "registrationId": marisol["id"]}
    )


async def test_a_baby_who_shares_no_key_with_its_report_is_found_beside_its_sister(scene: Scene) -> None:
    baby = child(scene.site_id, person={"sex": "MALE", "hair": "brown"})
    siblings = [child(scene.site_id), baby]
    assert (await scene.volunteer.ask("registerSiblings", input={"siblings": siblings})).made
    last_seen = {"lastSeenPlace": {"text": "Baton Rouge"}}
    tomas = missing(person={"names": {"given": "Tomás"}, "sex": "MALE"}, **last_seen)
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id, missing(**last_seen), tomas))).made
    await settled(scene.house.use.store)
    rules = await rules_of(scene.house.use, scene.incident_id)
    assert rules is not None
    pairs = await pairs_of_families(scene.house.use, rules, [filed["reports"][0]["familyId"]], None)
    assert (tomas["id"], baby["id"]) in {(pair.report.id, pair.registration.id) for pair in pairs}


async def test_records_scored_together_make_the_matches_that_they_make_one_by_one(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    async with running_house(database_uri, database_name, tmp_path, worker=False) as house:
        scene, use = await set_scene(house), house.use
        family = report(scene.incident_id, missing(), missing(person=TOMAS))
        filed = [
            (await scene.stranger.ask("fileReport", input=one)).made
            for one in (family, report(scene.incident_id, missing()))
        ]
        siblings = [child(scene.site_id), child(scene.site_id, person=TOMAS)]
        assert (await scene.volunteer.ask("registerSiblings", input={"siblings": siblings})).made
        assert (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made
        registrations = [one.id for one in await use.store.registrations.find({})]
        families = [one["reports"][0]["familyId"] for one in filed]

        async def scored(*rounds: tuple[list[str], list[str]]) -> list[tuple[object, ...]]:
            """What is there when these registrations, and then these families, were scored in each round."""

            async def write(session: Session) -> None:
                rules = await rules_of(use, scene.incident_id, session)
                assert rules is not None
                for registered, missed_by in rounds:
                    await score_registrations(use, rules, registered, session)
                    await score_families(use, rules, missed_by, session)

            await use.store.transact(write)
            found = await use.store.matches.find({}, order=(("reportId", 1), ("registrationId", 1)))
            pair_of = {match.id: (match.report_id, match.registration_id) for match in found}
            await use.store.matches.collection.delete_many({})
            return [
                (pair_of[one.id], one.state, one.evidence, sorted(pair_of[other] for other in one.together_with))
                for one in found
            ]

        alone = await scored(*(([one], []) for one in registrations), *(([], [one]) for one in families))
        assert len(alone) >= 5
        assert await scored((registrations, [])) == alone
        assert await scored(([], families)) == alone


async def test_the_matches_of_brother_and_sister_name_each_other(scene: Scene) -> None:
    (girl, boy), _ = await two_children_of_one_family(scene)
    hers, his = await best_match(scene, girl), await best_match(scene, boy)
    assert [one["id"] for one in hers["togetherWith"]] == [his["id"]]
    assert [one["id"] for one in his["togetherWith"]] == [hers["id"]]
    shown = (await scene.officer.ask("match", id=hers["id"])).value["togetherWith"]
    assert shown[0]["registration"]["person"]["names"]["given"] == "Tomás"
    for other in (await scene.coordinator.ask("reportMatches", id=girl)).value["matches"][1:]:
        assert other["togetherWith"] == []


async def test_what_is_found_together_is_for_those_only_who_may_review_it(scene: Scene) -> None:
    (girl, _), family = await two_children_of_one_family(scene)
    match = await best_match(scene, girl)
    query = "query One($id: ID!) { match(id: $id) { togetherWith { id registration { id siteId } } } }"
    elsewhere = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made["incident"][
        "id"
    ]
    outsider = await scene.house.person(Role.COORDINATOR, incident_id=elsewhere)
    for person in (scene.stranger, family, scene.volunteer, scene.other_volunteer, scene.call_taker, outsider):
        answer = await person.ask_text(query, id=match["id"])
        assert answer.codes
        assert answer.value is None
        through_report = await person.ask("reportMatches", id=girl)
        assert through_report.value is None or through_report.value["matches"] is None
    seen = (await scene.officer.ask_text(query, id=match["id"])).value["togetherWith"]
    assert [one["registration"]["siteId"] for one in seen] == [scene.site_id]


async def test_a_brother_s_match_that_fades_is_named_no_more(scene: Scene) -> None:
    (girl, boy), family = await two_children_of_one_family(scene)
    assert (await family.ask("withdrawReport", id=boy, version=1)).made
    await settled(scene.house.use.store)
    assert (await best_match(scene, girl))["togetherWith"] == []
