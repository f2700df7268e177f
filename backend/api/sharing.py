"""What a subscription tells many at once, made once: where the selection asks for nothing that not all of them may see.

Whether somebody may see a record is asked for each follower, when it is told (`backend/services/following.py`). What is
made once is the answer for the same selection of the same records, as a text; and who looked is entered for each.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)

from backend.api.rules import FIELDS, OPERATIONS

SECONDS_KEPT = 2.0
"""Those who are told the same are told within this; photo links in it last far longer."""
CURSOR_ARGUMENT = "after"
NEVER_ALIKE = frozenset({"Subscription", "Recheck"})
"""What is selected of these decides nothing: news with re-checks are each follower's own, and say so themselves."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The payload of a message as JSON, and the context that it was made in, which knows what it shows."""

    text: str
    context: Any


@dataclass(frozen=True, slots=True)
class Shared:
    """Answers that are being made, or were made just now, each by what it is the answer to."""

    answers: dict[Hashable, asyncio.Task[Answer]] = field(default_factory=dict)

    async def ask(self, of: Hashable, make: Callable[[], Awaitable[Answer]]) -> Answer:
        """The answer; whoever asks first has it made, and who gives up meanwhile takes it from nobody."""
        task = self.answers.get(of)
        if task is None:
            task = self.answers[of] = asyncio.ensure_future(_made(make))
            asyncio.get_running_loop().call_later(SECONDS_KEPT, self.answers.pop, of, None)
        return await asyncio.shield(task)


async def _made(make: Callable[[], Awaitable[Answer]]) -> Answer:
    return await make()


def without_cursor(variables: Mapping[str, Any] | None) -> str:
    """Variables as a text, but for the place in the feed, which changes nothing in what is selected."""
    kept = {name: value for name, value in (variables or {}).items() if name != CURSOR_ARGUMENT}
    return json.dumps(kept, sort_keys=True)


def is_alike_for_all(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) -> bool:
    """Whether a subscription selects nothing that asks for more than following itself does, fragments included.

    Such an answer depends on the records that it is about, and not on who is told.
    """
    if operation.operation is not OperationType.SUBSCRIPTION:
        return False
    types = TypeInfo(schema)
    selected: set[tuple[str, str]] = set()

    class Selecting(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            parent = get_named_type(types.get_parent_type())
            selected.add(("" if parent is None else parent.name, node.name.value))

    visit(document, TypeInfoVisitor(types, Selecting()))
    following = [OPERATIONS["Subscription"].get(name) for parent, name in selected if parent == "Subscription"]
    asked = {action for rule in following if rule is not None for action in rule.actions}
    fields = [
        FIELDS.get(parent, {}).get(name)
        for parent, name in selected
        if parent not in NEVER_ALIKE and not name.startswith("__")
    ]
    return None not in following and all(rule is not None and asked.issuperset(rule.actions) for rule in fields)
