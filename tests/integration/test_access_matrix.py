"""Every operation and every field, as everybody: what the policy says must be what the server does."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import GraphQLObjectType

from backend import app
from backend.api.documents import schema_of
from backend.api.rules import FIELDS, OPERATIONS, Gate, RulesIncompleteError, check_rules
from backend.api.schema import build_schema
from backend.domain.account import Role, Viewer
from backend.services.access import TABLE, Action, Reach, Where, may
from backend.services.places import shipped_towns
from backend.services.sessions import viewer_of
from tests.support.client import Client, new_id
from tests.support.doors import a_helper
from tests.support.figures import FIGURE
from tests.support.filling import OUTLINE, fill
from tests.support.house import NEW_ORLEANS, PHONE, House, Scene
from tests.support.map import GULF
from tests.support.matched_pair import Secrets, a_matched_pair
from tests.support.pictures import picture
from tests.support.records import report, sighting
from tests.support.selections import Path, asking_for_everything, shown
from tests.support.snapshot import everything, settled

REFUSED = {"UNAUTHENTICATED", "FORBIDDEN", "NOT_FOUND"}
SCHEMA = schema_of(build_schema())
Table = Mapping[Action, Mapping[Role, Reach]]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks. `viewer` is None for a stranger."""

    name: str
    client: Client
    viewer: Viewer | None


@dataclass(frozen=True, slots=True)
class Target:
    """What an operation is asked for: its variables, where that lies, and for which of its actions it stands."""

    variables: dict[str, Any]
    where: Where
    actions: frozenset[Action]


@dataclass(frozen=True, slots=True)
class Case:
    """One person and one operation or field: what the policy rests on, and what was seen."""

    person: Person
    path: Path
    target: Target
    seen: bool

    def expected(self, table: Table) -> bool:
        viewer, where = self.person.viewer, self.target.where
        for name in self.path:
            where = _seen_from(viewer, name, where)
            if not _allowed(viewer, name, self.target, where, table):
                return False
        return True

    def actions(self) -> Iterator[Action]:
        """What it asks the table for."""
        for name in self.path:
            kind, one = name.split(".")
            yield from (OPERATIONS if kind in OPERATIONS else FIELDS)[kind][one].actions


def _allowed(viewer: Viewer | None, name: str, target: Target, where: Where, table: Table) -> bool:
    kind, one = name.split(".")
    if kind not in OPERATIONS:
        actions = FIELDS[kind][one].actions
        return not actions or _any(viewer, actions, target, where, table)
    rule = OPERATIONS[kind][one]
    if rule.gate is Gate.ANYBODY or (rule.gate is Gate.STRANGER_OR_ALLOWED and viewer is None):
        return True
    return viewer is not None and (rule.gate is Gate.SIGNED_IN or _any(viewer, rule.actions, target, where, table))


def _any(viewer: Viewer | None, actions: tuple[Action, ...], target: Target, where: Where, table: Table) -> bool:
    # Of a rule with several, those that this target stands for: an invite of a volunteer, a pair of reports.
    of = [action for action in actions if action in target.actions] if len(actions) > 1 else actions
    return any(may(viewer, action, where, table) for action in of)


def _seen_from(viewer: Viewer | None, name: str, where: Where) -> Where:
    """Lists of what is one's own hold what the viewer may see, wherever else the target lies."""
    if viewer is None:
        return where
    here = where.incident_id in viewer.incident_ids
    if name == "Subscription.ownReports":
        return Where(family_id=viewer.family_id)
    if name == "Query.incidents":
        return Where(next(iter(viewer.incident_ids), where.incident_id))
    lists = {
        "Query.reports": Where(where.incident_id, family_id=viewer.family_id),
        "Query.questions": Where(where.incident_id, family_id=viewer.family_id),
        "Query.sightings": Where(where.incident_id, owner_id=viewer.id),
        "Incident.sites": Where(where.incident_id, next(iter(viewer.site_ids), where.site_id)),
    }
    return lists.get(name, where) if here else where


@dataclass(slots=True)
class Matrix:
    cases: list[Case] = field(default_factory=list)

    def add(self, person: Person, path: Path, target: Target, *, seen: bool) -> None:
        self.cases.append(Case(person, path, target, seen))

    def telling(self) -> list[Case]:
        """All but those of a field that holds nothing for anybody."""
        somebody = {(case.path, id(case.target)) for case in self.cases if case.seen}
        return [case for case in self.cases if (case.path, id(case.target)) in somebody]


def differences(cases: Iterable[Case], table: Table = TABLE) -> Iterator[str]:
    """Where policy and server say otherwise."""
    for case in cases:
        if case.expected(table) != case.seen:
            yield f"{case.person.name}: {' > '.join(case.path)} is {'shown' if case.seen else 'not shown'}"


async def photographed(client: Client, **record: str) -> None:
    sent = await client.upload(picture(), id=new_id(), **record)
    assert sent.status == 201, sent.body


async def everybody(scene: Scene, secrets: Secrets) -> list[Person]:
    """Of each role: the right one, one of another site, of another incident, of another family; and a stranger."""
    house = scene.house
    fire = {"name": "Elsewhere", "kind": "FIRE", "area": OUTLINE, "phone": PHONE}
    opened = (await scene.admin.ask("openIncident", input=fire)).made
    elsewhere = opened["incident"]["id"]
    site = {"incidentId": elsewhere, "name": "Gym", "kind": "SCHOOL", "point": NEW_ORLEANS}
    gym = (await scene.admin.ask("addSite", input=site)).made["site"]["id"]
    filed = (await scene.stranger.ask("fileReport", input=report(scene.incident_id))).made
    same_child = filed["token"]
    await photographed(scene.stranger.signed_in(same_child), report=filed["reports"][0]["id"])
    about = {"reportId": filed["reports"][0]["id"]}
    for asked in ({"kind": "OTHER", "text": "Has she a cat?"}, {"kind": "MARK", "bodySite": "right elbow"}):
        question = (await scene.coordinator.ask("askFamily", input={**about, **asked})).made["question"]
    answer = {"hasMark": True, "text": "A small one"}
    assert (await scene.stranger.signed_in(same_child).ask("answerQuestion", id=question["id"], answer=answer)).made
    own = {"input": sighting(scene.incident_id)}
    (await scene.other_volunteer.ask("recordSighting", **own)).made  # noqa: B018 (it says whether it was done)
    another = (await scene.stranger.ask("fileReport", input=report(elsewhere))).made["token"]
    people = {
        "stranger": scene.stranger,
        "helper": secrets.helper,
        "another helper": await a_helper(scene),
        "helper of another site": await a_helper(scene, scene.other_site_id),
        "family": secrets.family,
        "another family": scene.stranger.signed_in(same_child),
        "family elsewhere": scene.stranger.signed_in(another),
        "volunteer": scene.volunteer,
        "volunteer of another site": scene.other_volunteer,
        "volunteer elsewhere": await house.person(Role.VOLUNTEER, site_id=gym),
        "call taker": scene.call_taker,
        "call taker elsewhere": await house.person(Role.CALL_TAKER, incident_id=elsewhere),
        "coordinator": scene.coordinator,
        "coordinator elsewhere": await house.person(Role.COORDINATOR, incident_id=elsewhere),
        "officer": scene.officer,
        "officer elsewhere": await house.person(Role.OFFICER, incident_id=elsewhere),
        "administrator": scene.admin,
    }
    return [
        Person(name, client, None if client.token is None else await viewer_of(house.use, client.token))
        for name, client in people.items()
    ]


async def targets_of(scene: Scene, secrets: Secrets) -> dict[str, list[Target]]:
    """For each operation the pair of the scene, as its own input names it."""
    family = await viewer_of(scene.house.use, secrets.family.token or "")
    assert family is not None
    volunteer = (await scene.volunteer.ask("viewer")).value["id"]
    where = Where(scene.incident_id, scene.site_id, family.family_id, volunteer, near_id=volunteer)
    stands_for = frozenset(Action) - {Action.INVITE_CALL_TAKER, Action.INVITE_STAFF, Action.READ_REPORT_DUPLICATE}
    of_reports = (await scene.coordinator.ask("reportDuplicates", **secrets.variables["reportDuplicates"])).value
    report_pair = of_reports["duplicates"][0]["id"]
    reports_only = frozenset(Action) - {Action.READ_REGISTRATION_DUPLICATE}
    targets: dict[str, list[Target]] = {}
    for name, variables in secrets.variables.items():
        whole = Where(scene.incident_id) if "incidentId" in variables else where
        targets[name] = [Target(_of_no_version(variables), whole, stands_for)]
    targets["registrations"].append(
        Target({"incidentId": scene.incident_id, "siteId": scene.site_id}, where, stands_for)
    )
    asked = {"states": ["OPEN", "ANSWERED"]}
    targets["rechecks"] = [
        Target({**secrets.variables["rechecks"], **asked}, where, stands_for),
        Target({"incidentId": scene.incident_id, **asked}, Where(scene.incident_id), stands_for),
    ]
    targets["questions"] = [
        Target({"incidentId": scene.incident_id, **asked}, Where(scene.incident_id), stands_for),
    ]
    helper = await viewer_of(scene.house.use, secrets.helper.token or "")
    assert helper is not None
    own = Where(scene.incident_id, scene.site_id, owner_id=helper.id)
    targets["registration"].append(Target({"id": secrets.unconfirmed_id}, own, stands_for))
    changed = {"id": secrets.unconfirmed_id, "version": 999, "person": {"names": {"given": "Changed"}}}
    targets["changeRegistration"].append(Target({"input": changed}, own, stands_for))
    appeal = {"reportId": secrets.variables["report"]["id"], "text": "She is mine"}
    targets["appealTakeDown"] = [Target(appeal, where, stands_for)]
    targets["sightings"] = [
        Target(
            {"incidentId": scene.incident_id, "states": ["OPEN", "LINKED", "DISMISSED"]},
            Where(scene.incident_id),
            stands_for,
        )
    ]
    targets["duplicate"].append(Target({"id": report_pair}, where, reports_only))
    targets["duplicates"].append(
        Target({"incidentId": scene.incident_id, "side": "REPORT"}, Where(scene.incident_id), reports_only)
    )
    for role, action in ((Role.CALL_TAKER, Action.INVITE_CALL_TAKER), (Role.OFFICER, Action.INVITE_STAFF)):
        invited = {"input": {"role": role.value, "incidentId": scene.incident_id}}
        targets["createInvite"].append(Target(invited, Where(scene.incident_id), frozenset({action})))
    nobody_missing = report(scene.incident_id) | {"children": []}
    targets["fileReport"] = [Target({"input": nobody_missing}, where, stands_for)]
    nothing_seen = {"incidentId": scene.incident_id, "place": {"point": {"latitude": 91, "longitude": 0}}}
    targets["recordSighting"] = [Target({"input": nothing_seen}, where, stands_for)]
    targets["findPlaces"] = [Target({"incidentId": scene.incident_id, "text": "Houma"}, where, stands_for)]
    targets["mapTowns"] = [Target({"incidentId": scene.incident_id, "bounds": GULF}, where, stands_for)]
    targets["nameOfPlace"] = [Target({"point": NEW_ORLEANS}, where, stands_for)]
    password = {"signInName": "mallory", "password": "four words of mine"}
    targets["setPassword"] = [Target({"input": password}, where, stands_for)]
    targets["beginSecondFactor"] = [Target({"input": {"password": password["password"]}}, where, stands_for)]
    for name in ("confirmSecondFactor", "proveYourself"):
        targets[name] = [Target({"code": "000000"}, where, stands_for)]
    targets["chooseAlerts"] = [Target({"input": {}}, where, stands_for)]
    targets["chooseNearbyPlace"] = [Target({"point": NEW_ORLEANS}, where, stands_for)]
    targets["setPin"] = [Target({"input": {"pin": "1111"}}, where, stands_for)]
    targets["beginPasskey"] = [Target({"password": password["password"]}, where, stands_for)]
    targets["confirmPasskey"] = [Target({"input": {"name": "Phone", "answer": "{}"}}, where, stands_for)]
    targets["proveWithPasskey"] = [Target({"answer": "{}"}, where, stands_for)]
    one_s_own = ("viewer", "ownSessions", "ownReports", "passkeyChallenge", "alertChoices")
    for name in ("incidents", "pushKey", "mapTiles", "openIncidents", *one_s_own):
        targets[name] = [Target({}, where, stands_for)]
    return targets


def _of_no_version(variables: dict[str, Any]) -> dict[str, Any]:
    """The same of a version that there never was: who may, is told so and changes nothing."""
    given = variables.get("input", variables)
    if "version" not in given:
        return variables
    changed = {**given, "version": 999}
    return {"input": changed} if "input" in variables else changed


async def asked_of_everything(scene: Scene, secrets: Secrets) -> Matrix:
    matrix, people = Matrix(), await everybody(scene, secrets)
    await settled(scene.house.use.store)
    targets = await targets_of(scene, secrets)
    for person in people:
        await _queries(matrix, person, targets)
    for person in people:
        await _mutations(matrix, scene, person, targets)
        await _subscriptions(matrix, person, targets)
    return matrix


async def _queries(matrix: Matrix, person: Person, targets: dict[str, list[Target]]) -> None:
    root = SCHEMA.query_type
    assert root is not None
    for name in root.fields:
        for target in targets.get(name, ()):
            document = asking_for_everything(SCHEMA, root, name, target.variables)
            answer = await person.client.ask_text(document, **target.variables)
            value = (answer.body["data"] or {}).get(name)
            for one in shown(root, name, value):
                if one.path[-1] in NOT_ASKED:
                    continue
                matrix.add(person, one.path, target, seen=one.anything)


async def _mutations(matrix: Matrix, scene: Scene, person: Person, targets: dict[str, list[Target]]) -> None:
    store = scene.house.use.store
    allowed: list[tuple[str, Target]] = []
    before = await everything(store)
    for name, target in _of(SCHEMA.mutation_type, targets):
        path = (f"Mutation.{name}",)
        if Case(person, path, target, seen=True).expected(TABLE):
            allowed.append((name, target))
            continue
        answer = await person.client.ask(name, **target.variables)
        matrix.add(person, path, target, seen=not REFUSED & set(answer.codes))
    assert await everything(store) == before, person.name
    for name, target in allowed:
        if OPERATIONS["Mutation"][name].gate is Gate.SIGNED_IN:
            continue  # it reaches what is one's own alone, and nothing of this target: see the tests of each
        answer = await person.client.ask(name, **target.variables)
        matrix.add(person, (f"Mutation.{name}",), target, seen=not REFUSED & set(answer.codes))
    await settled(store)


async def _subscriptions(matrix: Matrix, person: Person, targets: dict[str, list[Target]]) -> None:
    for name, target in _of(SCHEMA.subscription_type, targets):
        path = (f"Subscription.{name}",)
        # A refusal comes, however long it takes; who is not refused may hear nothing for ever.
        seconds = 0.3 if Case(person, path, target, seen=True).expected(TABLE) else 5.0
        async with person.client.follow(name, **target.variables) as subscription:
            try:
                refused = (await subscription.next_message(seconds))["type"] == "error"
            except TimeoutError:
                refused = False
        matrix.add(person, path, target, seen=not refused)


def _of(root: GraphQLObjectType | None, targets: dict[str, list[Target]]) -> Iterator[tuple[str, Target]]:
    assert root is not None
    for name in root.fields:
        for target in targets.get(name, ()):
            yield name, target


@pytest.fixture
async def matrix(scene: Scene) -> Matrix:
    await asyncio.to_thread(shipped_towns)  # before the clock of a first request runs: a busy machine takes its time
    secrets = await a_matched_pair(scene)
    await photographed(scene.volunteer, registration=secrets.variables["registration"]["id"])
    await photographed(secrets.family, report=secrets.variables["report"]["id"])
    secrets.variables["nearbyAlert"] = {"id": await fill(scene, secrets)}
    return await asked_of_everything(scene, secrets)


async def test_the_server_does_what_the_policy_says_and_every_rule_counts(
    matrix: Matrix, record_property: Callable[[str, object], None]
) -> None:
    telling = matrix.telling()
    assert "\n".join(differences(telling)) == ""
    resting: dict[tuple[Role, Action], list[Case]] = defaultdict(list)
    for case in telling:
        if case.person.viewer is not None:
            for action in set(case.actions()):
                resting[case.person.viewer.role, action].append(case)
    for action, roles in TABLE.items():
        for role in roles:
            without = {**TABLE, action: {other: reach for other, reach in roles.items() if other is not role}}
            noticed = any(differences(resting[role, action], without))
            assert noticed, f"nobody would notice that {role} may not {action}"
    asked = {name for case in matrix.cases for name in case.path}
    figures = f"{len(matrix.cases):,} cases, {len(asked)} operations and fields, 0 differences"
    record_property(FIGURE, f"Access matrix: {figures}")
    shown_to_somebody = {name for case in matrix.cases if case.seen for name in case.path}
    for kind, rules in {**FIELDS, **OPERATIONS}.items():
        if not kind.endswith(("Payload", "News")):
            assert {f"{kind}.{name}" for name in rules} - NOT_ASKED <= asked
    guarded = {f"{kind}.{name}" for kind, fields in FIELDS.items() for name, rule in fields.items() if rule.actions}
    # What nothing in the scene has is shown to nobody, so that nothing of it would be known but the rule.
    assert guarded - NOT_ASKED - shown_to_somebody == ASKED_ELSEWHERE


NOT_ASKED = {
    *(
        f"Mutation.{name}"
        for name in ("acceptInvite", "enterIntake", "signInWithCase", "signInWithPassword", "signOut", "registerDevice")
    ),
    *(f"Mutation.{name}" for name in ("passkeyChallengeToSignIn", "removePasskey", "unlock", "renewSession")),
    "Credentials.provenUntil",
    "Query.nearbyAlerts",
    *(f"UserError.{name}" for name in FIELDS["UserError"]),
    *(f"Device.{name}" for name in FIELDS["Device"]),
    "Report.takeDown",
    *(f"ReportTakeDown.{name}" for name in FIELDS["ReportTakeDown"]),
    *(f"QuietHours.{name}" for name in FIELDS["QuietHours"]),
}
"""What is anybody's or one's own to call, and what only such an answer holds: tested each by itself."""


ASKED_ELSEWHERE = {
    *("Match.reopenedBecause", "Match.sameChildAs", "Match.togetherWith"),
    *("Incident.closedAt", "Incident.destroyedAt"),
}
"""What takes several matches of a child or a family (`test_life_of_a_match.py`, `test_links.py`), or an incident that
is over (`test_destroying.py`).
"""


@pytest.mark.parametrize("kind", FIELDS)
def test_a_field_without_a_rule_lets_no_server_start(kind: str) -> None:
    for name in FIELDS[kind]:
        without = {**FIELDS, kind: {other: rule for other, rule in FIELDS[kind].items() if other != name}}
        with pytest.raises(RulesIncompleteError, match=f"{kind}.{name}"):
            check_rules(SCHEMA, fields=without)


def test_an_operation_without_a_rule_and_a_rule_without_a_field_let_no_server_start() -> None:
    for kind, rules in OPERATIONS.items():
        for name in rules:
            without = {**OPERATIONS, kind: {other: rule for other, rule in rules.items() if other != name}}
            with pytest.raises(RulesIncompleteError, match=rf"{kind}\.{name}"):
                check_rules(SCHEMA, operations=without)
    rules = OPERATIONS["Query"]
    allowed = rules["registration"]
    with pytest.raises(RulesIncompleteError, match=r"Query\.gone"):
        check_rules(SCHEMA, operations={**OPERATIONS, "Query": {**rules, "registration": allowed, "gone": allowed}})


def test_the_server_checks_the_rules_before_it_starts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "check_rules", lambda schema: check_rules(schema, fields={}))
    with pytest.raises(RulesIncompleteError):
        app.build_app(house.settings, house.use)
