"""The words of evidence: in the language asked for or of the phone, for whoever sees its values, and nobody else."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from backend.domain.account import Role
from tests.support.client import Answer, Client
from tests.support.house import Scene
from tests.support.push_service import FakePushService
from tests.support.records import child, report
from tests.support.snapshot import settled

EVIDENCE = "evidence { feature level bits reportValue registrationValue words(language: $language) }"
PATHS = {
    "match": f"match(id: $id) {{ {EVIDENCE} }}",
    "incident": f"matches(incidentId: $id) {{ edges {{ node {{ {EVIDENCE} }} }} }}",
    "report": f"report(id: $id) {{ matches {{ {EVIDENCE} }} }}",
    "registration": f"registration(id: $id) {{ matches {{ {EVIDENCE} }} }}",
}
"""Every way to the evidence of a match, by what its `id` is of."""
TOLD = ("Marisol", "Quintanilla", "names match", "Canal", "last seen")


@dataclass(frozen=True, slots=True)
class Pair:
    """A match of one report and one registration; `ids` as `PATHS` has them."""

    ids: dict[str, str]
    family: Client


async def a_pair(scene: Scene) -> Pair:
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    registered = (await scene.volunteer.ask("registerPerson", input=child(scene.site_id))).made["registration"]
    await settled(scene.house.use.store)
    report_id = filed["reports"][0]["id"]
    match = (await scene.coordinator.ask("reportMatches", id=report_id)).value["matches"][0]
    ids = {"match": match["id"], "incident": scene.incident_id, "report": report_id, "registration": registered["id"]}
    return Pair(ids, scene.stranger.signed_in(filed["token"]))


async def ask(person: Client, path: str, pair: Pair) -> Answer:
    query = f"query Words($id: ID!, $language: String) {{ {PATHS[path]} }}"
    return await person.ask_text(query, id=pair.ids[path], language="en")


async def words_for(person: Client, match_id: str, **variables: Any) -> dict[str, str | None]:
    evidence = (await person.ask("match", id=match_id, **variables)).value["evidence"]
    return {piece["feature"]: piece["words"] for piece in evidence}


async def subscribe(person: Client, language: str) -> None:
    phone = FakePushService("http://127.0.0.1:9").subscribe()
    keys = {"endpoint": phone.endpoint, "publicKey": phone.p256dh, "authSecret": phone.auth}
    assert (await person.ask("registerDevice", input={**keys, "language": language})).made


@pytest.mark.parametrize("path", PATHS)
async def test_who_may_see_both_values_reads_them_in_the_words(scene: Scene, path: str) -> None:
    pair = await a_pair(scene)
    for reviewer in (scene.coordinator, scene.officer):
        answer = json.dumps((await ask(reviewer, path, pair)).data, ensure_ascii=False)
        assert "“\u2068Marisol\u2069” in the registration" in answer


@pytest.mark.parametrize("path", PATHS)
async def test_who_may_not_see_the_values_gets_no_words_either(scene: Scene, path: str) -> None:
    pair = await a_pair(scene)
    other_report = report(scene.incident_id)
    other_report["children"][0]["person"] = {"names": {"given": "Somebody Else"}, "sex": "MALE"}
    other = (await scene.stranger.ask("fileReport", input=other_report)).made
    opened = (await scene.admin.ask("openIncident", input={"name": "Elsewhere", "kind": "FIRE"})).made
    outsider = await scene.house.person(Role.OFFICER, incident_id=opened["incident"]["id"])
    refused = {
        "a stranger": scene.stranger,
        "the family itself": pair.family,
        "another family": scene.stranger.signed_in(other["token"]),
        "the volunteer of the site": scene.volunteer,
        "a volunteer of another site": scene.other_volunteer,
        "a call taker": scene.call_taker,
        "an administrator": scene.admin,
        "an officer of another incident": outsider,
    }
    for who, person in refused.items():
        answer = await ask(person, path, pair)
        assert answer.codes, who
        assert set(answer.codes) <= {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}, who
        assert not [word for word in TOLD if word in str(answer.body)], who


async def test_the_words_quote_nothing_that_the_answer_does_not_show(scene: Scene) -> None:
    pair = await a_pair(scene)
    for piece in (await scene.officer.ask("match", id=pair.ids["match"])).value["evidence"]:
        assert (piece["words"] is None) is (piece["level"] == "UNKNOWN")
        for quoted in (piece["words"] or "").split("\u2068")[1:]:
            assert quoted.partition("\u2069")[0] in (piece["reportValue"], piece["registrationValue"])


async def test_words_come_in_the_language_that_is_asked_for_and_else_in_english(scene: Scene) -> None:
    match_id = (await a_pair(scene)).ids["match"]
    english = await words_for(scene.coordinator, match_id)
    assert english["AGE"] == "The ages match"
    assert (await words_for(scene.coordinator, match_id, language="es-MX"))["AGE"] == "Las edades coinciden"
    assert await words_for(scene.coordinator, match_id, language="tlh") == english


async def test_words_come_in_the_language_of_the_viewer_s_newest_device_unless_another_is_asked_for(
    scene: Scene,
) -> None:
    match_id = (await a_pair(scene)).ids["match"]
    await subscribe(scene.coordinator, "fr")
    await subscribe(scene.coordinator, "uk")
    assert (await words_for(scene.coordinator, match_id))["AGE"] == "Вік збігається"
    assert (await words_for(scene.coordinator, match_id, language="vi"))["AGE"] == "Tuổi khớp nhau"
    assert (await words_for(scene.officer, match_id))["AGE"] == "The ages match"
