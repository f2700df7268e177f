"""A small GraphQL API of the tests' own, to try the transport on: lists, pages, cycles, a mutation, subscriptions."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import strawberry
from graphql import GraphQLError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp
from starlette.websockets import WebSocket

from backend.api.documents import document_store
from backend.api.endpoint import graphql_routes, with_websockets
from backend.api.execution import Engine
from backend.api.limits import Limits
from backend.domain.errors import DomainError, not_found, unauthenticated


@dataclass
class Events:
    """What the test and the resolvers tell each other."""

    log: list[str] = field(default_factory=list)
    contexts: int = 0
    checks: int = 0
    valid: bool = True
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    next_count: asyncio.Queue[int] = field(default_factory=asyncio.Queue)


@dataclass
class SmallContext:
    events: Events
    token: str | None

    async def still_valid(self) -> bool:
        self.events.checks += 1
        return self.events.valid

    def renewed(self) -> "SmallContext":
        self.events.contexts += 1
        return SmallContext(self.events, self.token)


Info = strawberry.Info[SmallContext, None]


@strawberry.type
class PageInfo:
    has_next_page: bool = False


@strawberry.type
class Child:
    name: str

    @strawberry.field
    def siblings(self) -> list["Child"]:
        return [Child(name="Ada")]

    @strawberry.field
    async def friends(self, first: int | None = None, last: int | None = None) -> "ChildConnection":
        _ = last
        return ChildConnection(edges=[ChildEdge(node=Child(name=str(number))) for number in range(first or 1)])


@strawberry.type
class ChildEdge:
    node: Child


@strawberry.type
class ChildConnection:
    edges: list[ChildEdge]
    page_info: PageInfo = strawberry.field(default_factory=PageInfo)


@strawberry.type
class Query:
    @strawberry.field
    async def child(self, name: str = "Ada") -> Child:
        return Child(name=name)

    @strawberry.field
    def children(self, first: int = 10) -> list[Child]:
        return [Child(name=str(number)) for number in range(first)]

    @strawberry.field
    def token(self, info: Info) -> str | None:
        return info.context.token

    @strawberry.field
    async def endless(self, info: Info) -> int:
        try:
            await asyncio.Event().wait()
        finally:
            info.context.events.ended.set()
        return 0

    @strawberry.field
    def hidden(self) -> str | None:
        raise not_found("child")

    @strawberry.field
    def broken(self) -> str | None:
        raise ZeroDivisionError("the secret is 42")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def rename(self, info: Info, name: str) -> Child:
        info.context.events.log.append(name)
        return Child(name=name)


@strawberry.type
class Sluggish:
    ready: bool

    @strawberry.field
    async def value(self) -> int:
        if not self.ready:
            await asyncio.Event().wait()
        return 1


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self, info: Info, to: int) -> AsyncGenerator[int, None]:
        try:
            for number in range(1, to + 1):
                yield number
        finally:
            info.context.events.ended.set()

    @strawberry.subscription
    async def counts(self, info: Info) -> AsyncGenerator[int, None]:
        """Yields what the test puts into the queue."""
        try:
            while True:
                yield await info.context.events.next_count.get()
        finally:
            info.context.events.ended.set()

    @strawberry.subscription
    async def sluggish(self) -> AsyncGenerator[Sluggish, None]:
        yield Sluggish(ready=False)
        yield Sluggish(ready=True)

    @strawberry.subscription
    async def failing(self) -> AsyncGenerator[int, None]:
        yield 1
        raise not_found("child")


def small_schema() -> strawberry.Schema:
    return strawberry.Schema(query=Query, mutation=Mutation, subscription=Subscription)


def mask(error: GraphQLError) -> Mapping[str, Any]:
    original = error.original_error
    if isinstance(original, DomainError):
        return {**error.formatted, "extensions": {"code": original.code.value}}
    return {"message": "Something went wrong here.", "extensions": {"code": "INTERNAL", "id": "1"}}


def small_app(
    events: Events,
    limits: Limits | None = None,
    *,
    folder: Path | None = None,
    any_document: bool = True,
    console: Path | None = None,
) -> ASGIApp:
    """The whole endpoint on `/graphql`; the tokens "expired", "faulty" and "slow" are not let in."""
    schema = small_schema()
    bounds = limits or Limits(introspection=True)

    async def make_context(_connection: Request | WebSocket, token: str | None) -> SmallContext:
        if token == "expired":
            raise unauthenticated()
        if token == "faulty":
            raise ZeroDivisionError("the secret is 42")
        if token == "slow":
            await asyncio.Event().wait()
        return SmallContext(events, token)

    documents = document_store(schema=schema, limits=bounds, folder=folder, any_document=any_document)
    engine = Engine(schema, make_context, bounds, documents, mask)
    return with_websockets(Starlette(routes=graphql_routes(engine, console)), engine)
