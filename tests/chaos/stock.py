"""Taking stock after a round: what devices were told was saved, against what is there and what their phones showed."""

from collections import Counter
from collections.abc import AsyncIterator, Hashable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from backend.domain.alert import Alert, AlertKind, Delivery, DeliveryState
from backend.domain.event import EventKind
from backend.domain.match import Match
from backend.services.map_rebuilding import check_map
from backend.store.database import Store, connect
from backend.store.map import count_due
from backend.store.work import WorkState
from notifications.messages import Message
from tests.chaos.phones import Phones
from tests.chaos.waiting import until
from tests.chaos.writers import Ledger
from tests.support.ciphers import cipher_of_folder

DATABASE = "reunify"
SETTLED_SECONDS = 90


@dataclass(frozen=True, slots=True)
class Stock:
    """The counts of a round. `shown` are notifications on phones: messages of one topic show as one, and `repeats` are
    those that came again. `lost` and `doubled` say, in a line each, what is missing and what is there once too often;
    `odd` are answers that neither said "saved" nor "try again".
    """

    registrations: int
    reports: int
    sent_again: int
    pairs: int
    matches: int
    alerts: int
    deliveries: int
    shown: int
    repeats: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    odd: tuple[str, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        return self.lost + self.doubled + self.odd


@dataclass(slots=True)
class Comparison:
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    def once_each(self, what: str, wanted: Iterable[Hashable], there: Iterable[Hashable]) -> None:
        """What is wanted must be there, and nothing may be there twice."""
        counts = Counter(there)
        self.lost.extend(f"{what} {key}" for key in wanted if not counts[key])
        self.doubled.extend(f"{what} {key}, {count} times" for key, count in counts.items() if count > 1)

    def nothing_else(self, what: str, wanted: Iterable[Hashable], there: Iterable[Hashable]) -> None:
        """Nothing may be there that nobody asked for: a second copy under another key."""
        self.doubled.extend(f"{what} {key}, which nobody asked for" for key in set(there) - set(wanted))


@asynccontextmanager
async def store_at(uri: str, folder: Path) -> AsyncIterator[Store]:
    """The store of the product whose data folder this is."""
    store = connect(uri, DATABASE, cipher_of_folder(folder))
    try:
        yield store
    finally:
        await store.close()


async def until_settled(store: Store) -> None:
    """Wait until the worker has nothing left to do, but not for ever: work that stays shows in the stock."""

    async def is_settled() -> bool:
        waiting = {"work.state": WorkState.WAITING.value}
        # Deliveries come from events, so these go first.
        done = await store.events.find_one(waiting) is None and await store.deliveries.find_one(waiting) is None
        return done and not await count_due(store)

    with suppress(TimeoutError):
        await until(is_settled, SETTLED_SECONDS)


async def take_stock(store: Store, incident_id: str, ledger: Ledger, phones: Phones) -> Stock:
    here = {"incidentId": incident_id}
    registrations = [record.id for record in await store.registrations.find(here)]
    reports = [record.id for record in await store.reports.find(here)]
    matches = await store.matches.find(here)
    alerts = [one for one in await store.alerts.find(here) if one.kind is AlertKind.REPORT_NEWS]
    deliveries = await store.deliveries.find({"alertId": {"$in": [alert.id for alert in alerts]}})
    pairs = [(child.report_id, child.registration_id) for child in ledger.pairs]

    found = Comparison()
    for what, wanted, there in (
        ("registration", ledger.registrations, registrations),
        ("report", ledger.reports, reports),
    ):
        found.once_each(what, wanted, there)
        found.nothing_else(what, wanted, there)
    found.once_each("match", pairs, [(match.report_id, match.registration_id) for match in matches])
    await _compare_events(store, found, registrations, reports, matches, alerts)
    _compare_alerts(found, ledger, matches, alerts, deliveries)
    shown, repeats = _compare_messages(found, ledger, phones, alerts, deliveries)
    for records in (store.events.collection, store.deliveries.collection):
        async for left in records.find({"work.state": {"$ne": WorkState.DONE.value}}):
            found.lost.append(f"work {left['work']} of {left['_id']}")
    mapped = await check_map(store, incident_id)
    if not mapped.is_right or mapped.due:
        found.lost.append(f"the map is not what a recount says: {mapped}")
    return Stock(
        registrations=len(ledger.registrations),
        reports=len(ledger.reports),
        sent_again=ledger.sent_again,
        pairs=len(pairs),
        matches=len(matches),
        alerts=len(alerts),
        deliveries=len(deliveries),
        shown=shown,
        repeats=repeats,
        lost=tuple(found.lost),
        doubled=tuple(found.doubled),
        odd=tuple(f"{count} x {answer}" for answer, count in ledger.surprises.items()),
    )


async def _compare_events(
    store: Store,
    found: Comparison,
    registrations: list[str],
    reports: list[str],
    matches: list[Match],
    alerts: list[Alert],
) -> None:
    """Each record has its event, once: an event told twice would be handled twice."""
    wanted = [
        *((EventKind.PERSON_REGISTERED, record_id) for record_id in registrations),
        *((EventKind.REPORT_FILED, record_id) for record_id in reports),
        *((EventKind.MATCH_PROPOSED, match.id) for match in matches),
        *((EventKind.MATCH_LIKELY, match.id) for match in matches if match.alerted_at),
        *((EventKind.ALERT_RAISED, alert.id) for alert in alerts),
    ]
    events = await store.events.find({"subjectId": {"$in": [subject for _, subject in wanted]}})
    kinds = {kind for kind, _ in wanted}
    found.once_each("event", wanted, [(event.kind, event.subject_id) for event in events if event.kind in kinds])


def _compare_alerts(
    found: Comparison, ledger: Ledger, matches: list[Match], alerts: list[Alert], deliveries: list[Delivery]
) -> None:
    """One alert for each likely match, those of all pairs among them; one delivery for each phone that was there."""
    pair_of = {match.id: (match.report_id, match.registration_id) for match in matches}
    alerted = {pair_of.get(alert.key.split(":")[1]): alert for alert in alerts}
    likely = [pair_of[match.id] for match in matches if match.alerted_at]
    pairs = [(child.report_id, child.registration_id) for child in ledger.pairs]
    found.once_each("alert", {*pairs, *likely}, [pair_of.get(alert.key.split(":")[1]) for alert in alerts])
    found.nothing_else("alert", likely, alerted)
    wanted = [
        (alerted[pair].id, ledger.phones[pair[0]])
        for pair in pairs
        if pair in alerted and pair[0] in ledger.phone_first
    ]
    found.once_each("delivery", wanted, [(delivery.alert_id, delivery.device_id) for delivery in deliveries])


def _compare_messages(
    found: Comparison, ledger: Ledger, phones: Phones, alerts: list[Alert], deliveries: list[Delivery]
) -> tuple[int, int]:
    """Each delivery was sent, and reached its phone; how many notifications phones showed, and how many came again."""
    topics = {alert.id: Message(kind=alert.kind.value, id=alert.subject_id, language="en").topic for alert in alerts}
    unsent = [delivery for delivery in deliveries if delivery.state is not DeliveryState.SENT]
    found.lost.extend(f"delivery {delivery.id} is {delivery.state}" for delivery in unsent)
    sent = {(delivery.device_id, topics[delivery.alert_id]) for delivery in deliveries}
    came = Counter({
        (device_id, topic): count
        for device_id in ledger.phones.values()
        for topic, count in phones.taken[device_id].items()
    })  # fmt: skip
    found.once_each("message", sent, list(came))
    found.nothing_else("message", sent, came)
    return len(came), came.total() - len(deliveries)
