"""Relay-style connections: a page of a list, with a cursor for each entry."""

from collections.abc import Callable
from typing import Annotated, Generic, TypeVar

import strawberry

from backend.services.paging import Page, PageRequest
from backend.store.records import R

Node = TypeVar("Node")

First = Annotated[int, strawberry.argument(description="How many entries, 1 to 100.")]
After = Annotated[str | None, strawberry.argument(description="The cursor after which the page begins.")]

AfterCursor = Annotated[
    str | None, strawberry.argument(description="The cursor of the last message, to go on where it was cut off.")
]
CURSOR = "Where this message stands: pass it as `after` to go on from here."


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether more entries follow.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last entry: pass it as `after`.")


@strawberry.type(description="One entry of a list.")
class Edge(Generic[Node]):
    cursor: str = strawberry.field(description="The place of this entry in the list.")
    node: Node = strawberry.field(description="The entry itself.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[Node]):
    edges: list[Edge[Node]] = strawberry.field(description="The entries of this page, with their cursors.")
    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")


def page_request(first: int, after: str | None) -> PageRequest:
    return PageRequest(first, after)


def connection(page: Page[R], show: Callable[[R], Node]) -> Connection[Node]:
    """A page of domain records as the API shows it."""
    edges = [Edge(cursor=cursor, node=show(record)) for record, cursor in zip(page.records, page.cursors, strict=True)]
    return Connection(
        edges=edges, page_info=PageInfo(has_next_page=page.more, end_cursor=edges[-1].cursor if edges else None)
    )
