"""Every index, in one place; created at start and by `reunify indexes`."""

from pymongo import ASCENDING, DESCENDING, IndexModel

from backend.domain.match import MatchState
from backend.domain.registration import Confirmation
from backend.store.database import Store
from backend.store.work import WorkState

_WORK = IndexModel([("work.state", ASCENDING), ("work.dueAt", ASCENDING)], name="work")
# A claim, and a version that is replaced, are named beside the id: without an index of both, the embedded database
# reads the whole collection for that (30 ms at 20,000 records).
_CLAIM = IndexModel([("_id", ASCENDING), ("work.claim", ASCENDING)], name="claim")
_VERSION = IndexModel([("_id", ASCENDING), ("version", ASCENDING)], name="version")
# What was written lately, for the index of keys in each process that matches.
_KEPT = IndexModel([("incidentId", ASCENDING), ("keptAt", ASCENDING)], name="kept")
_CONFIRMED = {"state": MatchState.CONFIRMED.value}

INDEXES = {
    "alertChoices": [_VERSION],
    "alerts": [
        IndexModel([("key", ASCENDING)], name="key", unique=True),
        IndexModel([("ownerId", ASCENDING), ("_id", DESCENDING)], name="owner"),
    ],
    "areaAlerts": [
        _VERSION,
        IndexModel([("incidentId", ASCENDING), ("state", ASCENDING), ("_id", DESCENDING)], name="state"),
        IndexModel([("reportId", ASCENDING)], name="report"),
    ],
    "areaRounds": [],
    "attempts": [_VERSION, IndexModel([("expiresAt", ASCENDING)], name="expiry", expireAfterSeconds=0)],
    "credentials": [_VERSION],
    # By the ids of records and of people; the number of a block is its id. Entries wait a few seconds, unindexed.
    "auditBlocks": [IndexModel([("about", ASCENDING)], name="about")],
    "auditHead": [],
    "auditWaiting": [],
    "deliveries": [
        IndexModel([("alertId", ASCENDING), ("deviceId", ASCENDING)], name="alert_device", unique=True),
        # What is due is found in its lane.
        IndexModel(
            [("work.state", ASCENDING), ("work.dueAt", ASCENDING)],
            name="parked",
            partialFilterExpression={"work.state": WorkState.PARKED.value},
        ),
        IndexModel(
            [("lane", ASCENDING), ("work.state", ASCENDING), ("work.dueAt", ASCENDING)],
            name="lane",
        ),
        _CLAIM,
    ],
    "devices": [
        _VERSION,
        # Of the endpoint's keyed hash: the endpoint itself is encrypted, each time otherwise.
        IndexModel(
            [("ownerId", ASCENDING), ("endpointHash", ASCENDING)],
            name="owner_endpoint_hash",
            unique=True,
            partialFilterExpression={"endpointHash": {"$exists": True}},
        ),
        # Those who are near to somewhere are walked through page by page.
        IndexModel([("places", ASCENDING), ("_id", ASCENDING)], name="places"),
    ],
    "duplicates": [
        _VERSION,
        # Two records are one pair, whatever crashes and whoever says it first.
        IndexModel([("firstId", ASCENDING), ("secondId", ASCENDING), ("side", ASCENDING)], name="pair", unique=True),
        IndexModel([("secondId", ASCENDING)], name="second"),
        IndexModel([("incidentId", ASCENDING), ("_id", DESCENDING)], name="incident"),
        IndexModel(
            [
                ("incidentId", ASCENDING),
                ("side", ASCENDING),
                ("state", ASCENDING),
                ("bits", DESCENDING),
                ("_id", DESCENDING),
            ],
            name="queue",
        ),
    ],
    "events": [
        _WORK,
        _CLAIM,
        IndexModel([("subjectId", ASCENDING), ("_id", ASCENDING)], name="subject"),
    ],
    "escalationRounds": [_VERSION],
    "escalations": [IndexModel([("dueAt", ASCENDING)], name="due")],
    "families": [_VERSION, IndexModel([("codeHash", ASCENDING)], name="code", unique=True)],
    "incidents": [],
    "accounts": [
        IndexModel([("incidentIds", ASCENDING), ("_id", DESCENDING)], name="incident"),
        IndexModel([("siteIds", ASCENDING)], name="site"),
    ],
    "intakes": [
        _VERSION,
        IndexModel([("codeHash", ASCENDING)], name="code"),
        IndexModel([("siteId", ASCENDING), ("_id", DESCENDING)], name="site"),
    ],
    "invites": [
        IndexModel([("expiresAt", ASCENDING)], name="expiry", expireAfterSeconds=0),
        IndexModel([("accountId", ASCENDING)], name="account"),
    ],
    "lanes": [],
    "mapDue": [],
    "mapPins": [
        IndexModel([("place", ASCENDING)], name="place"),
        IndexModel([("end", ASCENDING)], name="end"),
        IndexModel([("about", ASCENDING)], name="about"),
        IndexModel([("incidentId", ASCENDING)], name="incident"),
    ],
    "mapRebuilds": [],
    "mapSheets": [
        IndexModel([("kind", ASCENDING)], name="kind"),
        IndexModel([("incidentId", ASCENDING)], name="incident"),
    ],
    "mapState": [],
    "matches": [
        _VERSION,
        IndexModel([("reportId", ASCENDING), ("registrationId", ASCENDING)], name="pair", unique=True),
        IndexModel([("registrationId", ASCENDING), ("bits", DESCENDING)], name="registration"),
        IndexModel(
            [("incidentId", ASCENDING), ("state", ASCENDING), ("bits", DESCENDING), ("_id", DESCENDING)],
            name="queue",
        ),
        # A child has one family: a second confirmation of either side is refused by the database itself.
        IndexModel([("reportId", ASCENDING)], name="one_per_report", unique=True, partialFilterExpression=_CONFIRMED),
        IndexModel(
            [("registrationId", ASCENDING)],
            name="one_per_registration",
            unique=True,
            partialFilterExpression=_CONFIRMED,
        ),
    ],
    "photos": [IndexModel([("recordId", ASCENDING)], name="record")],
    "placeAnswers": [IndexModel([("expiresAt", ASCENDING)], name="expiry", expireAfterSeconds=0)],
    "questions": [
        _VERSION,
        IndexModel([("reportId", ASCENDING)], name="report"),
        IndexModel([("incidentId", ASCENDING), ("state", ASCENDING), ("_id", DESCENDING)], name="incident"),
        IndexModel([("familyId", ASCENDING)], name="family"),
    ],
    "rechecks": [
        _VERSION,
        IndexModel([("registrationId", ASCENDING)], name="registration"),
        IndexModel([("incidentId", ASCENDING), ("state", ASCENDING), ("_id", DESCENDING)], name="incident"),
        IndexModel([("siteId", ASCENDING), ("state", ASCENDING), ("_id", DESCENDING)], name="site"),
    ],
    "recoveredCases": [
        IndexModel([("token", ASCENDING)], name="token"),
        IndexModel([("familyId", ASCENDING)], name="family"),
    ],
    "registrations": [
        _VERSION,
        _KEPT,
        IndexModel([("siteId", ASCENDING), ("_id", DESCENDING)], name="site"),
        IndexModel([("groupId", ASCENDING)], name="group"),
        IndexModel(
            [("incidentId", ASCENDING), ("confirmation", ASCENDING), ("_id", DESCENDING)],
            name="unconfirmed",
            partialFilterExpression={"confirmation": Confirmation.UNCONFIRMED.value},
        ),
        IndexModel([("incidentId", ASCENDING), ("_id", DESCENDING)], name="incident"),
    ],
    "reports": [
        _VERSION,
        _KEPT,
        # Filed again with the same retry key, a report is the one that is there, whoever made its id.
        IndexModel([("familyId", ASCENDING), ("filing", ASCENDING)], name="family", unique=True),
        IndexModel([("incidentId", ASCENDING), ("_id", DESCENDING)], name="incident"),
    ],
    "rescorings": [],
    "reviews": [
        _VERSION,
        IndexModel([("incidentId", ASCENDING), ("state", ASCENDING), ("_id", DESCENDING)], name="queue"),
    ],
    "rotas": [_VERSION],
    "sessions": [
        IndexModel([("expiresAt", ASCENDING)], name="expiry", expireAfterSeconds=0),
        IndexModel([("accountId", ASCENDING)], name="account"),
        IndexModel([("familyId", ASCENDING)], name="family"),
        IndexModel([("intakeId", ASCENDING)], name="intake"),
    ],
    "sightings": [
        _VERSION,
        IndexModel([("incidentId", ASCENDING), ("_id", DESCENDING)], name="incident"),
        IndexModel([("reportId", ASCENDING)], name="report"),
    ],
    # Unique by their ids, and replaced by another rather than changed: where a value under a unique index changes, the
    # embedded database keeps the old one taken.
    "signInNames": [],
    "sites": [_VERSION, IndexModel([("incidentId", ASCENDING), ("_id", DESCENDING)], name="incident")],
    "webhooks": [IndexModel([("incidentId", ASCENDING)], name="incident")],
    "usedChallenges": [IndexModel([("expiresAt", ASCENDING)], name="expiry", expireAfterSeconds=0)],
    "tombstones": [IndexModel([("incidentId", ASCENDING)], name="incident")],
    "takeDowns": [
        _VERSION,
        IndexModel([("reportId", ASCENDING)], name="report"),
        IndexModel([("familyId", ASCENDING)], name="family"),
        IndexModel([("incidentId", ASCENDING), ("_id", DESCENDING)], name="incident"),
    ],
}


DROPPED = {"devices": ("owner_endpoint",)}
"""Indexes of older releases, by collection. This one held what is encrypted now."""


async def create_indexes(store: Store) -> int:
    """Create what is missing, collections included (a transaction cannot); how many indexes there are now."""
    present = set(await store.database.list_collection_names())
    for collection, indexes in INDEXES.items():
        if collection not in present:
            await store.database.create_collection(collection)
        if collection in present and collection in DROPPED:
            await _drop(store, collection)
        if indexes:
            await store.database[collection].create_indexes(indexes)
    return sum(len(indexes) for indexes in INDEXES.values())


async def _drop(store: Store, collection: str) -> None:
    there = await store.database[collection].index_information()
    for name in DROPPED[collection]:
        if name in there:
            await store.database[collection].drop_index(name)
