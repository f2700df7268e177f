"""Somebody of every role around a few children whose records hold words that nobody else could come to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from backend.app import now
from tests.chaos.waiting import until
from tests.chaos.writers import come_in
from tests.support.client import Client, new_id
from tests.support.house import HOUSTON, NEW_ORLEANS
from tests.support.records import FOUND_AT, report
from tests.support.records import missing as missing_child
from tests.support.second_factor import holder

CHILDREN = 3
MATCHED_SECONDS = 30
STRANGER, OTHER_FAMILY = "stranger", "other family"
NOBODY = frozenset[str]()
FAMILIES = frozenset({"of families"})
CHILDREN_TAKEN_IN = frozenset({"of children"})
MAY_READ: Mapping[str, frozenset[str]] = {
    STRANGER: NOBODY,
    OTHER_FAMILY: NOBODY,
    "volunteer": CHILDREN_TAKEN_IN,
    "volunteer elsewhere": NOBODY,
    "call taker": FAMILIES,
    "coordinator": CHILDREN_TAKEN_IN | FAMILIES,
    "coordinator elsewhere": NOBODY,
    "officer": CHILDREN_TAKEN_IN | FAMILIES,
    "administrator": NOBODY,
}
"""Who is asked as, and which of the records' words may come back; by the table of access."""
DECIDING = frozenset({"coordinator", "coordinator elsewhere", "officer", "administrator"})


@dataclass(slots=True)
class Everybody:
    """`words` are what the records hold, by whose records it is; `ids` are of what lies at the one site, by kind.

    The other site's id is not among them: a child moved there may be seen there.
    """

    stranger: Client
    keeper: Client
    random: Random
    incident_id: str
    other_incident_id: str
    site_id: str
    other_site_id: str
    words: Mapping[str, tuple[str, ...]]
    clients: dict[str, Client] = field(default_factory=dict)
    ids: dict[str, list[str]] = field(default_factory=dict)

    def hidden_from(self, name: str) -> list[str]:
        return [word for whose, words in self.words.items() if whose not in MAY_READ[name] for word in words]

    def shown_to(self, name: str) -> list[str]:
        return [word for whose, words in self.words.items() if whose in MAY_READ[name] for word in words]

    async def enter(self, name: str) -> Client:
        """Let somebody in, again where a mutation signed them out."""
        self.clients[name] = await self._enter(name)
        return self.clients[name]

    async def _enter(self, name: str) -> Client:
        if name == STRANGER:
            return self.stranger
        if name == OTHER_FAMILY:
            filed = await self.stranger.ask("fileReport", input=report(self.other_incident_id))
            return self.stranger.signed_in(filed.made["token"])
        invited = await self.keeper.ask("createInvite", input=self._invite(name))
        client = await come_in(self.stranger, invited.made["link"].rpartition("#")[2])
        if name in DECIDING:
            await holder(client, f"somebody.{self.random.randrange(10**12)}", now)
        return client

    def _invite(self, name: str) -> dict[str, Any]:
        here = {"incidentId": self.incident_id}
        return {
            "volunteer": {"role": "VOLUNTEER", "siteId": self.site_id},
            "volunteer elsewhere": {"role": "VOLUNTEER", "siteId": self.other_site_id},
            "call taker": {"role": "CALL_TAKER", **here},
            "coordinator": {"role": "COORDINATOR", **here},
            "coordinator elsewhere": {"role": "COORDINATOR", "incidentId": self.other_incident_id},
            "officer": {"role": "OFFICER", **here},
            "administrator": {"role": "ADMIN"},
        }[name]


async def let_everybody_in(stranger: Client, keeper: Client, random: Random) -> Everybody:
    """Two incidents of their own, the children of one of them with their reports, and somebody of each role.

    `keeper` is an administrator, who is not among them and so stays signed in.
    """
    here, elsewhere = await _incident(keeper), await _incident(keeper)
    taken_in, missing = (
        [_Words.invent(random) for _ in range(CHILDREN)],
        [_Words.invent(random) for _ in range(CHILDREN)],
    )
    people = Everybody(
        stranger=stranger,
        keeper=keeper,
        random=random,
        incident_id=here,
        other_incident_id=elsewhere,
        site_id=await _site(keeper, here, "School", NEW_ORLEANS),
        other_site_id=await _site(keeper, here, "Hospital", HOUSTON),
        words={
            "of children": tuple(word for one in taken_in for word in one.all),
            "of families": tuple(word for one in missing for word in one.all),
        },
    )
    for name in MAY_READ:
        await people.enter(name)
    # The list of towns is read at the first question, which takes seconds: that is no hanging request.
    await keeper.ask("findPlaces", incidentId=here, text="Houma")
    await _add_children(people, taken_in, missing)
    return people


@dataclass(frozen=True, slots=True)
class _Words:
    """Words for one record, of letters that no request is made of by chance."""

    family_name: str
    relative: str
    phone: str
    mark: str
    note: str

    @classmethod
    def invent(cls, random: Random) -> "_Words":
        def word() -> str:
            return "Zq" + "".join(random.choices("bdfghklmnprstvwxz", k=12))

        phone = f"+1555{random.randrange(10**7):07}"
        return cls(word(), word(), phone, word(), word())

    @property
    def all(self) -> tuple[str, ...]:
        return (self.family_name, self.relative, self.phone, self.mark, self.note)

    def person(self, given: str, birth_date: str) -> dict[str, Any]:
        """Given name, age and sex are those of the other side too, so that the two are matched."""
        return {
            "names": {"given": given, "family": self.family_name},
            "sex": "FEMALE",
            "age": {"birthDate": birth_date, "source": "DOCUMENT"},
            "relatives": [{"relation": "mother", "name": self.relative, "phone": self.phone}],
            "marks": [{"kind": "SCAR", "bodySite": "left knee", "text": self.mark}],
        }


async def _incident(keeper: Client) -> str:
    opened = await keeper.ask("openIncident", input={"name": "Chaos", "kind": "HURRICANE", "synthetic": True})
    incident_id: str = opened.made["incident"]["id"]
    return incident_id


async def _site(keeper: Client, incident_id: str, name: str, point: Mapping[str, float]) -> str:
    site = {"incidentId": incident_id, "name": name, "kind": "SCHOOL", "point": point}
    site_id: str = (await keeper.ask("addSite", input=site)).made["site"]["id"]
    return site_id


async def _add_children(people: Everybody, taken_in: list[_Words], missing: list[_Words]) -> None:
    given = [f"Ada{'abcdefgh'[number]}" for number in range(CHILDREN)]
    born = [f"201{number}-03-0{number + 1}" for number in range(CHILDREN)]
    registrations, reports, matches = [], [], list[str]()
    for words, name, birth_date in zip(taken_in, given, born, strict=True):
        child = {
            "id": new_id(),
            "siteId": people.site_id,
            "careStatus": "UNACCOMPANIED",
            "foundAt": FOUND_AT,
            "foundPlace": {"point": NEW_ORLEANS},
            "person": words.person(name, birth_date),
            "medicalNotes": words.note,
        }
        registered = (await people.clients["volunteer"].ask("registerPerson", input=child)).made
        registrations.append(registered["registration"]["id"])
    for words, name, birth_date in zip(missing, given, born, strict=True):
        lost = {"text": words.note, "point": NEW_ORLEANS}
        sought = missing_child(person=words.person(name, birth_date), lastSeenPlace=lost)
        reporter = {"name": words.relative, "relation": "mother", "phone": words.phone}
        filed = report(people.incident_id, sought, reporter=reporter)
        reports.append((await people.stranger.ask("fileReport", input=filed)).made["reports"][0]["id"])

    async def are_matched() -> bool:
        answers = [(await people.clients["officer"].ask("reportMatches", id=one)).value["matches"] for one in reports]
        matches[:] = [match["id"] for found in answers for match in found]
        return all(answers)

    await until(are_matched, MATCHED_SECONDS)
    people.ids.update(
        registration=registrations,
        report=reports,
        match=matches,
        incident=[people.incident_id],
        site=[people.site_id],
    )
