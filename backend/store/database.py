"""The connection to MongoDB, every collection by its noun, and transactions."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, TypeVar

from pymongo import AsyncMongoClient
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConnectionFailure, ExecutionTimeout, PyMongoError

from backend.domain.account import Account, Invite
from backend.domain.account import Session as AccountSession
from backend.domain.alert import Alert, Delivery, Lane
from backend.domain.area_alert import AreaAlert, AreaRound
from backend.domain.choices import AlertChoices
from backend.domain.credential import Attempts, Credential, SignInName, UsedChallenge
from backend.domain.device import Device
from backend.domain.duplicate import Duplicate
from backend.domain.escalation import Escalation, Round
from backend.domain.event import Event
from backend.domain.incident import Incident
from backend.domain.intake import Intake
from backend.domain.match import Match
from backend.domain.model import Rescoring
from backend.domain.photo import Photo
from backend.domain.place import PlaceAnswer
from backend.domain.question import Question
from backend.domain.recheck import Recheck
from backend.domain.recovery import RecoveredCase
from backend.domain.registration import Registration
from backend.domain.report import Family, Report
from backend.domain.review import Review
from backend.domain.rota import Rota
from backend.domain.sighting import Sighting
from backend.domain.site import Site
from backend.domain.take_down import TakeDown
from backend.domain.tombstone import Tombstone
from backend.domain.webhook import Webhook
from backend.store.cipher import Cipher
from backend.store.codec import Document
from backend.store.hidden import Hiding
from backend.store.key_indexes import KeyIndexes
from backend.store.records import R, Records, Session
from backend.store.stopping import to_its_end

T = TypeVar("T")

ANSWER_WITHIN_MILLISECONDS = 10_000
"""How long a request waits for a database that is away (restarting, electing) before the client is told to retry."""

LOCKED_SECONDS = 60.0
"""How long a database keeps locked what a process was writing that was killed (`transactionLifetimeLimitSeconds`)."""

LONGEST_PAUSE_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class Store:
    """One field a noun; `database` for what is not a plain record (photo files, the change stream), and `cipher` by
    which its fields are hidden. What somebody else is writing is waited for as long as `patience_seconds`.
    """

    client: AsyncMongoClient[Document]
    database: AsyncDatabase[Document]
    cipher: Cipher
    accounts: Records[Account]
    alert_choices: Records[AlertChoices]
    alerts: Records[Alert]
    area_alerts: Records[AreaAlert]
    area_rounds: Records[AreaRound]
    attempts: Records[Attempts]
    credentials: Records[Credential]
    deliveries: Records[Delivery]
    devices: Records[Device]
    duplicates: Records[Duplicate]
    escalations: Records[Escalation]
    events: Records[Event]
    families: Records[Family]
    incidents: Records[Incident]
    intakes: Records[Intake]
    invites: Records[Invite]
    lanes: Records[Lane]
    matches: Records[Match]
    photos: Records[Photo]
    place_answers: Records[PlaceAnswer]
    questions: Records[Question]
    rechecks: Records[Recheck]
    recovered_cases: Records[RecoveredCase]
    registrations: Records[Registration]
    reports: Records[Report]
    rescorings: Records[Rescoring]
    reviews: Records[Review]
    rotas: Records[Rota]
    escalation_rounds: Records[Round]
    sessions: Records[AccountSession]
    sightings: Records[Sighting]
    sign_in_names: Records[SignInName]
    sites: Records[Site]
    webhooks: Records[Webhook]
    used_challenges: Records[UsedChallenge]
    take_downs: Records[TakeDown]
    tombstones: Records[Tombstone]
    key_indexes: KeyIndexes = field(default_factory=KeyIndexes)
    patience_seconds: float = ANSWER_WITHIN_MILLISECONDS / 1000

    async def transact(self, change: Callable[[Session], Coroutine[Any, Any, T]]) -> T:
        """Run `change` in a transaction, again where that is safe; all of it is kept or nothing is.

        After a commit that failed nothing is done again: only the same change sent once more, under its ids, finds out
        whether it was kept (`is_away`). Who is cancelled meanwhile is so once the statement under way has ended: one
        that is cut off may be read by the database after the transaction's end, and begin another that nobody ends.
        """
        give_up = monotonic() + self.patience_seconds
        pause = 0.0
        async with self.client.start_session() as session:
            while True:
                await session.start_transaction()
                try:
                    result = await to_its_end(change(session), ANSWER_WITHIN_MILLISECONDS)
                except BaseException as error:
                    with suppress(PyMongoError):  # it may have ended already
                        await to_its_end(session.abort_transaction(), ANSWER_WITHIN_MILLISECONDS)
                    if not _may_be_done_again(error) or monotonic() > give_up:
                        raise
                    await asyncio.sleep(pause)
                    pause = min(2 * pause or 0.001, LONGEST_PAUSE_SECONDS)
                else:
                    await to_its_end(session.commit_transaction(), ANSWER_WITHIN_MILLISECONDS)
                    return result

    async def make_durable(self) -> None:
        """Return once everything that can be read now is also safe from a crash.

        What a first attempt wrote may be visible before it is on the disk of a majority. Whoever tells a second
        attempt that it is saved waits here first: a write acknowledged later implies all that came before it.
        """
        await self.database["durability"].update_one({"_id": "latest"}, {"$inc": {"writes": 1}}, upsert=True)

    async def answers(self) -> bool:
        """Whether the database can be written to at this moment."""
        try:
            await self.client.admin.command("ping")
        except PyMongoError:
            return False
        return True

    async def close(self) -> None:
        await self.client.close()


DO_AGAIN = "TransientTransactionError"
"""What MongoDB calls an error of a transaction of which nothing was kept, and which may succeed if done again."""

AWAY_LABELS = ("RetryableWriteError", "UnknownTransactionCommitResult")
"""What the driver calls errors of a server that is restarting or electing. After a commit that was cut off, only the
same change sent again, under its ids, finds out whether it was kept.
"""


def is_away(error: BaseException) -> bool:
    """Whether an error means that the database does not answer just now, and the same may well work in a moment."""
    return (
        isinstance(error, ConnectionFailure | ExecutionTimeout)
        or _may_be_done_again(error)
        or (isinstance(error, PyMongoError) and any(error.has_error_label(label) for label in AWAY_LABELS))
    )


def is_taken(error: BaseException) -> bool:
    """Whether an error means that the database does answer, but somebody else has not ended writing the same."""
    return _may_be_done_again(error) and not isinstance(error, ConnectionFailure)


def _may_be_done_again(error: BaseException) -> bool:
    # The embedded server calls it an internal error, without the label, if it ends a transaction in mid-statement.
    return isinstance(error, PyMongoError) and (
        error.has_error_label(DO_AGAIN) or "transaction already closed" in str(error)
    )


def connect(uri: str, name: str, cipher: Cipher) -> Store:
    """The store in the database `name` of the replica set at `uri`."""
    return store_of(client_at(uri), name, cipher)


def client_at(uri: str) -> AsyncMongoClient[Document]:
    """Every write of it is acknowledged by a majority of the replica set, from its journal."""
    return AsyncMongoClient(
        uri,
        tz_aware=True,
        w="majority",
        journal=True,
        retryWrites=True,
        serverSelectionTimeoutMS=ANSWER_WITHIN_MILLISECONDS,
    )


def store_of(client: AsyncMongoClient[Document], name: str, cipher: Cipher) -> Store:
    database = client[name]

    def records(collection: str, kind: type[R]) -> Records[R]:
        return Records(database[collection], kind, Hiding(cipher, collection))

    return Store(
        client=client,
        database=database,
        cipher=cipher,
        accounts=records("accounts", Account),
        alerts=records("alerts", Alert),
        area_alerts=records("areaAlerts", AreaAlert),
        area_rounds=records("areaRounds", AreaRound),
        attempts=records("attempts", Attempts),
        credentials=records("credentials", Credential),
        deliveries=records("deliveries", Delivery),
        devices=records("devices", Device),
        duplicates=records("duplicates", Duplicate),
        escalations=records("escalations", Escalation),
        events=records("events", Event),
        families=records("families", Family),
        incidents=records("incidents", Incident),
        invites=records("invites", Invite),
        matches=records("matches", Match),
        photos=records("photos", Photo),
        questions=records("questions", Question),
        rechecks=records("rechecks", Recheck),
        recovered_cases=records("recoveredCases", RecoveredCase),
        registrations=records("registrations", Registration),
        reports=records("reports", Report),
        rescorings=records("rescorings", Rescoring),
        rotas=records("rotas", Rota),
        escalation_rounds=records("escalationRounds", Round),
        sessions=records("sessions", AccountSession),
        sign_in_names=records("signInNames", SignInName),
        sites=records("sites", Site),
        intakes=records("intakes", Intake),
        reviews=records("reviews", Review),
        used_challenges=records("usedChallenges", UsedChallenge),
        take_downs=records("takeDowns", TakeDown),
        tombstones=records("tombstones", Tombstone),
        place_answers=records("placeAnswers", PlaceAnswer),
        sightings=records("sightings", Sighting),
        alert_choices=records("alertChoices", AlertChoices),
        lanes=records("lanes", Lane),
        webhooks=records("webhooks", Webhook),
    )
