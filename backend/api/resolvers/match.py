"""Matches: the queue, the steps of a review, and the live queue."""

from collections.abc import AsyncGenerator, Awaitable
from contextlib import aclosing
from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.settle import settle
from backend.api.types.connection import CURSOR, After, AfterCursor, Connection, First, connection, page_request
from backend.api.types.error import UserError
from backend.api.types.incident import IncidentId
from backend.api.types.match import Match, MatchStepInput, show_match
from backend.domain import match as domain
from backend.domain.match import MatchAction, MatchState
from backend.services import following, matches

MatchId = Annotated[ID, strawberry.argument(description="The match.")]
StepInput = Annotated[MatchStepInput, strawberry.argument(description="The match, and why.")]


@strawberry.type(description="The match, or why the step could not be taken; then with the match as it is now.")
class MatchPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    match: Match | None = strawberry.field(default=None, description="The match as it is now.")


async def _settled(info: Info, match_id: str, work: Awaitable[domain.Match]) -> MatchPayload:
    context = info.context
    return await settle(
        MatchPayload,
        work,
        lambda match: MatchPayload(errors=[], match=show_match(match)),
        present=lambda: matches.get_match(context.use, context.viewer, match_id),
    )


async def _decided(info: Info, step: MatchStepInput, action: MatchAction) -> MatchPayload:
    use, viewer = info.context.use, info.context.viewer
    return await _settled(info, step.id, matches.decide(use, viewer, step.id, step.version, action, step.reason))


@strawberry.type
class MatchQueries:
    @strawberry.field(description="One match.")
    async def match(self, info: Info, id: Annotated[ID, strawberry.argument(description="The match.")]) -> Match | None:
        return show_match(await matches.get_match(info.context.use, info.context.viewer, id))

    @strawberry.field(description="The matches of an incident, most probable first.")
    async def matches(
        self,
        info: Info,
        incident_id: IncidentId,
        states: Annotated[
            list[MatchState] | None,
            strawberry.argument(description="Only those in one of these states; those under review where left out."),
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Match]:
        context = info.context
        wanted = matches.UNDER_REVIEW if states is None else tuple(states)
        page = await matches.list_matches(context.use, context.viewer, incident_id, wanted, page_request(first, after))
        return connection(page, show_match)


@strawberry.type
class MatchMutations:
    @strawberry.mutation(description="Take a match to look at it; nobody else decides on it for half an hour.")
    async def take_match(self, info: Info, id: MatchId) -> MatchPayload:
        return await _settled(info, id, matches.take_match(info.context.use, info.context.viewer, id))

    @strawberry.mutation(description="Put back in the queue what you took.")
    async def leave_match(self, info: Info, id: MatchId) -> MatchPayload:
        return await _settled(info, id, matches.leave_match(info.context.use, info.context.viewer, id))

    @strawberry.mutation(description="Say that both are the same child. The family learns that there is news.")
    async def confirm_match(self, info: Info, input: StepInput) -> MatchPayload:
        return await _decided(info, input, MatchAction.CONFIRM)

    @strawberry.mutation(description="Say that they are different children.")
    async def reject_match(self, info: Info, input: StepInput) -> MatchPayload:
        return await _decided(info, input, MatchAction.REJECT)

    @strawberry.mutation(description="Take a claim, a confirmation or a rejection back.")
    async def undo_match(self, info: Info, input: StepInput) -> MatchPayload:
        return await _decided(info, input, MatchAction.UNDO)


@strawberry.type(description="Matches that were proposed or changed.")
class MatchNews:
    cursor: str = strawberry.field(description=CURSOR)
    matches: list[Match] = strawberry.field(description="As they are now; none in the first message, and where quiet.")
    entered: strawberry.Private[Awaitable[None] | None] = None


@strawberry.type
class MatchSubscriptions:
    @strawberry.subscription(description="The matches of an incident that are proposed or change, as they are then.")
    async def match_changes(
        self, info: Info, incident_id: IncidentId, after: AfterCursor = None
    ) -> AsyncGenerator[MatchNews, None]:
        context = info.context
        del info  # with all that began this, which may go on for hours
        async with aclosing(await following.follow_matches(context.use, context.viewer, incident_id, after)) as told:
            async for news in told:
                shown = [show_match(match) for match in news.records]
                yield MatchNews(cursor=news.cursor, matches=shown, entered=news.entered)
                del news, shown
