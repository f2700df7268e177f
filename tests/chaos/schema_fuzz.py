"""Documents that schemathesis makes of the schema, each asked as everybody: no failure of ours, nothing of others."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from http import HTTPStatus
from random import Random
from typing import Any

import requests
import schemathesis
from graphql import FieldNode, OperationDefinitionNode, parse, value_from_ast_untyped
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as some
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import negative_data_rejection, response_schema_conformance

from tests.chaos.everybody import MAY_READ, STRANGER, Everybody, let_everybody_in
from tests.support.client import OPERATIONS, Client, operation

SCHEMA = OPERATIONS.parent / "schema.graphql"
ANSWER_SECONDS = 8.0
"""Less than the ten seconds after which the server itself gives up, with 503."""
TRACES = ("Traceback (most recent", 'File \\"', "site-packages", ".py:", "pymongo", "strawberry", "INTERNAL")
"""What is in an answer where something of ours failed: `INTERNAL` is the code of a masked failure."""
CHECKS = [response_schema_conformance, negative_data_rejection]
WRONG_ONE_IN = 4
AnyCase = Case[Any]
AnyOperation = APIOperation[Any, Any, Any, Any]
AT = ("", "input.")
COUNTS = [0, 1, 2, 50, -1, 2**31 - 1]


@dataclass(slots=True)
class Told:
    """What the server answered, by who asked; `words` counts answers in which somebody read words that were theirs."""

    documents: int = 0
    requests: int = 0
    words: int = 0
    longest: float = 0.0
    asked: Counter[str] = field(default_factory=Counter)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Size:
    """`documents` are made for each operation in each round, and each is asked as so many of everybody.

    For each round everything is set up anew, since mutations change what the round before could find.
    """

    rounds: int = 4
    documents: int = 6
    askers: int = len(MAY_READ)


async def fuzz_the_schema(
    stranger: Client,
    keeper: Client,
    size: Size,
    random: Random,
    *,
    trusted_only: bool = False,
) -> Told:
    """Ask a server whatever schemathesis makes of its schema; where it runs trusted documents only, with these too."""
    told = Told()
    for _ in range(size.rounds):
        people = await let_everybody_in(stranger, keeper, random)
        told.words += await _is_shown(people)
        with requests.Session() as session:
            asking = _Asking(people, told, asyncio.get_running_loop(), session, size.askers, trusted_only)
            await asyncio.to_thread(_play, asking, size.documents)
    if not told.words:
        told.faults.append("nobody read anything, so that nothing was shown by this")
    return told


async def _is_shown(people: Everybody) -> bool:
    """Whether somebody who may is shown the words: else nothing would be shown by their staying away from others."""
    answers = [await people.clients["officer"].ask("report", id=one) for one in people.ids["report"]]
    return any(word in str(answer.body) for word in people.shown_to("officer") for answer in answers)


def _play(asking: "_Asking", documents: int) -> None:
    """Hypothesis for each operation, in a thread of its own."""
    config = SchemathesisConfig.from_dict(_configuration(asking.people.ids))
    for found in schemathesis.graphql.from_path(SCHEMA, config=config).get_all_operations():
        assert isinstance(found, Ok)
        _ask_for(asking, found.ok(), documents)


def _ask_for(asking: "_Asking", operation: AnyOperation, documents: int) -> None:
    """Most documents are valid. Nothing is shrunk: what was asked has changed what it was asked about."""
    modes = [GenerationMode.POSITIVE] * (WRONG_ONE_IN - 1) + [GenerationMode.NEGATIVE]

    @seed(asking.people.random.getrandbits(32))
    @settings(
        max_examples=documents,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(some.sampled_from(modes).flatmap(lambda mode: operation.as_strategy(generation_mode=mode)))
    def ask(case: AnyCase) -> None:
        asking.ask(case)

    ask()


def _configuration(ids: Mapping[str, list[str]]) -> dict[str, Any]:
    """Of schemathesis: which values stand where. `id` is what the operation has in its name, `siteId` is a site's."""
    values: dict[str, list[Any]] = {**ids, "anything": [one for kind in ids.values() for one in kind], "count": COUNTS}
    roots = [file.stem for file in sorted(OPERATIONS.glob("*.graphql"))]
    places = {f"*.{root}.{at}id": kind for root in roots for kind in ids if kind in root.lower() for at in AT}
    places |= {f"*.*.{at}{kind}Id": kind for kind in ids for at in AT}
    places |= {f"*.*.{at}{name}": "anything" for name in ("recordId", "otherId") for at in AT}
    return {
        "dictionaries": {kind: {"values": known} for kind, known in values.items()},
        "generation": {
            "dictionaries": {
                "string": {"dictionary": "anything", "probability": 0.3},
                "integer": {"dictionary": "count", "probability": 0.5},
            }
        },
        "parameters": {place: {"dictionary": kind, "probability": 0.8} for place, kind in places.items()},
    }


@dataclass(frozen=True, slots=True)
class _Asking:
    people: Everybody
    told: Told
    loop: asyncio.AbstractEventLoop
    session: requests.Session
    askers: int
    trusted_only: bool

    def ask(self, case: AnyCase) -> None:
        """As a stranger, and as others, in another order each time: who comes first changes what the others find."""
        self.told.documents += 1
        ask = self._ask if self.told.documents % 2 else self._ask_the_trusted_document
        others = self.people.random.sample(sorted(set(self.people.clients) - {STRANGER}), self.askers - 1)
        for name in self.people.random.sample([STRANGER, *others], self.askers):
            ask(name, case)

    def _ask(self, name: str, case: AnyCase) -> None:
        answer = self._call(name, case, {"query": case.body})
        if answer is None:
            return
        if self.trusted_only:
            if "data" in answer.json():
                self._fault(name, case, "a document was run that is not trusted")
            return
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as failures:
            self._fault(name, case, "; ".join(failure.title for failure in failures.exceptions))

    def _ask_the_trusted_document(self, name: str, case: AnyCase) -> None:
        """That of its name, which reads all that an app shows, with its arguments as variables."""
        root = case.operation.label.rpartition(".")[2]
        if (OPERATIONS / f"{root}.graphql").exists():
            digest = sha256(operation(root).encode()).hexdigest()
            extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
            self._call(name, case, {"variables": _arguments(case), "extensions": extensions})

    def _call(self, name: str, case: AnyCase, sent: Mapping[str, Any]) -> requests.Response | None:
        """The answer, after it was looked at; None where there was none."""
        client = self.people.clients[name]
        began = time.perf_counter()
        try:
            answer = self.session.post(
                f"{client.url}/graphql", json=sent, headers=client.headers, timeout=ANSWER_SECONDS
            )
        except requests.RequestException as error:
            self._fault(name, case, type(error).__name__)
            return None
        self.told.longest = max(self.told.longest, time.perf_counter() - began)
        self.told.requests += 1
        self.told.asked[name] += 1
        self._look_at(name, case, answer)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            asyncio.run_coroutine_threadsafe(self.people.enter(name), self.loop).result()
        return answer

    def _look_at(self, name: str, case: AnyCase, answer: requests.Response) -> None:
        if answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            self._fault(name, case, f"{answer.status_code}: {answer.text[:300]}")
        # What the client itself sent may come back in a message: its values were made without the words.
        for trace in TRACES:
            if trace in answer.text and trace not in str(case.body):
                self._fault(name, case, f"{trace} in {answer.text[:300]}")
        text = json.dumps(answer.json(), ensure_ascii=False)
        for word in self.people.hidden_from(name):
            if word in text:
                self._fault(name, case, f"the word {word} came back")
        self.told.words += any(word in text for word in self.people.shown_to(name))
        self.told.outcomes.setdefault(name, Counter()).update(set(_codes(answer.json())) or {"done"})

    def _fault(self, name: str, case: AnyCase, what: str) -> None:
        self.told.faults.append(f"{name}: {what}, asked: {' '.join(str(case.body).split())}")


def _codes(payload: Mapping[str, Any]) -> Iterator[str]:
    """The codes of what was refused, as errors or as data; a mistake in the document has none."""
    for error in payload.get("errors") or ():
        yield error.get("extensions", {}).get("code", "not valid")
    for value in (payload.get("data") or {}).values():
        if isinstance(value, dict):
            yield from (error.get("code", "refused") for error in value.get("errors") or ())


def _arguments(case: AnyCase) -> dict[str, Any]:
    document = parse(str(case.body))
    chosen = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    root = next(one for one in chosen.selection_set.selections if isinstance(one, FieldNode))
    return {argument.name.value: value_from_ast_untyped(argument.value) for argument in root.arguments or ()}
