"""Which answers of subscriptions are made once for many: those that ask for no more than following itself does."""

import asyncio

import pytest
from graphql import OperationDefinitionNode, parse

from backend.api.documents import schema_of
from backend.api.schema import build_schema
from backend.api.sharing import Answer, Shared, is_alike_for_all, without_cursor
from tests.support.client import operation

SCHEMA = schema_of(build_schema())


def follow(selection: str) -> str:
    return 'subscription { siteChanges(siteId: "1") { cursor registrations { id %s } } }' % selection  # noqa: UP031


def alike(text: str) -> bool:
    document = parse(text)
    first = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return is_alike_for_all(SCHEMA, document, first)


def test_what_all_who_follow_may_see_is_alike() -> None:
    assert alike(operation("siteChanges"))
    assert alike(operation("mapChanges"))
    assert alike(follow("__typename person { names { full } home { text } }"))


@pytest.mark.parametrize(
    "selection",
    ["medicalNotes", "rechecks { id }", "site { name }", "matches { id }", "duplicates { id }", "linkedWith { id }"],
)
def test_what_some_of_those_who_follow_may_not_see_is_not_alike(selection: str) -> None:
    assert not alike(follow(selection))
    assert not alike(follow("... { %s }" % selection))  # noqa: UP031
    hidden = "fragment More on Registration { %s }" % selection  # noqa: UP031
    assert not alike(follow("...More") + hidden)


def test_a_query_is_never_alike() -> None:
    assert not alike(operation("registrations"))


def test_the_cursor_alone_makes_no_difference() -> None:
    assert without_cursor({"siteId": "1", "after": "a"}) == without_cursor({"after": "b", "siteId": "1"})
    assert without_cursor({"siteId": "1"}) != without_cursor({"siteId": "2"})


async def test_an_answer_is_made_once_and_who_gives_up_takes_it_from_nobody() -> None:
    shared, begun, go_on = Shared(), 0, asyncio.Event()

    async def make() -> Answer:
        nonlocal begun
        begun += 1
        await go_on.wait()
        return Answer(str(begun), None)

    asking = [asyncio.create_task(shared.ask("one", make)) for _ in range(3)]
    other = asyncio.create_task(shared.ask("other", make))
    await asyncio.sleep(0)
    asking[0].cancel()
    await asyncio.sleep(0)
    go_on.set()
    assert [(await one).text for one in asking[1:]] == ["2", "2"]
    assert (await other).text == "2"
    assert begun == 2
