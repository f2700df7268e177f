"""Registrations: read, made, changed, moved."""

from collections.abc import AsyncGenerator, Awaitable, Hashable
from contextlib import aclosing
from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_domain
from backend.api.settle import settle
from backend.api.types.connection import CURSOR, After, AfterCursor, Connection, First, connection, page_request
from backend.api.types.error import UserError
from backend.api.types.incident import IncidentId
from backend.api.types.recheck import Recheck, show_recheck
from backend.api.types.registration import (
    ChangeRegistrationInput,
    MoveRegistrationInput,
    RegisterPersonInput,
    RegisterSiblingsInput,
    Registration,
    show_registration,
)
from backend.domain import registration as domain
from backend.domain.registration import Confirmation, ConfirmationAction, NewRegistration, RegistrationChanges
from backend.services import confirmations, following, registrations

RegistrationId = Annotated[ID, strawberry.argument(description="The registration.")]
Version = Annotated[int, strawberry.argument(description="The version that was seen.")]


@strawberry.type(description="The registration, or why nothing was changed.")
class RegistrationPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    registration: Registration | None = strawberry.field(default=None, description="The registration as it is now.")


@strawberry.type(description="The registrations in the order given, or why none was made.")
class RegistrationsPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    registrations: list[Registration] = strawberry.field(
        default_factory=list, description="The registrations, in the order given."
    )


def _done(registration: domain.Registration) -> RegistrationPayload:
    return RegistrationPayload(errors=[], registration=show_registration(registration))


async def _decided(info: Info, registration_id: str, version: int, action: ConfirmationAction) -> RegistrationPayload:
    context = info.context
    return await settle(
        RegistrationPayload,
        confirmations.decide_confirmation(context.use, context.viewer, registration_id, version, action),
        _done,
        present=lambda: registrations.get_registration(context.use, context.viewer, registration_id),
    )


@strawberry.type
class RegistrationQueries:
    @strawberry.field(description="One registration.")
    async def registration(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The registration.")]
    ) -> Registration | None:
        return show_registration(await registrations.get_registration(info.context.use, info.context.viewer, id))

    @strawberry.field(description="The registrations of an incident, or of one of its sites, newest first.")
    async def registrations(
        self,
        info: Info,
        incident_id: IncidentId,
        site_id: Annotated[ID | None, strawberry.argument(description="Only those of this site.")] = None,
        confirmation: Annotated[
            Confirmation | None, strawberry.argument(description="Only those of this confirmation.")
        ] = None,
        first: First = 20,
        after: After = None,
    ) -> Connection[Registration]:
        context, request = info.context, page_request(first, after)
        page = await registrations.list_registrations(
            context.use, context.viewer, incident_id, site_id, request, confirmation=confirmation
        )
        return connection(page, show_registration)


@strawberry.type
class RegistrationMutations:
    @strawberry.mutation(description="Register one person at a site.")
    async def register_person(
        self, info: Info, input: Annotated[RegisterPersonInput, strawberry.argument(description="The person.")]
    ) -> RegistrationPayload:
        context = info.context
        new = to_domain(NewRegistration, input)
        return await settle(RegistrationPayload, registrations.register_person(context.use, context.viewer, new), _done)

    @strawberry.mutation(description="Register siblings together: all of them, or none.")
    async def register_siblings(
        self, info: Info, input: Annotated[RegisterSiblingsInput, strawberry.argument(description="The siblings.")]
    ) -> RegistrationsPayload:
        context = info.context
        siblings = tuple(to_domain(NewRegistration, sibling) for sibling in input.siblings)
        return await settle(
            RegistrationsPayload,
            registrations.register_siblings(context.use, context.viewer, siblings, input.group_id),
            lambda made: RegistrationsPayload(errors=[], registrations=[show_registration(one) for one in made]),
        )

    @strawberry.mutation(description="Change a registration.")
    async def change_registration(
        self, info: Info, input: Annotated[ChangeRegistrationInput, strawberry.argument(description="The changes.")]
    ) -> RegistrationPayload:
        context = info.context
        changes = to_domain(RegistrationChanges, input)
        return await settle(
            RegistrationPayload,
            registrations.change_registration(context.use, context.viewer, input.id, input.version, changes),
            _done,
            present=lambda: registrations.get_registration(context.use, context.viewer, input.id),
        )

    @strawberry.mutation(description="Stand for a child whom somebody without an account registered at your site.")
    async def confirm_registration(self, info: Info, id: RegistrationId, version: Version) -> RegistrationPayload:
        return await _decided(info, id, version, ConfirmationAction.CONFIRM)

    @strawberry.mutation(
        description="Say that what somebody without an account registered is false: it is kept, and matched no more."
    )
    async def dismiss_registration(self, info: Info, id: RegistrationId, version: Version) -> RegistrationPayload:
        return await _decided(info, id, version, ConfirmationAction.DISMISS)

    @strawberry.mutation(description="Take a dismissal back: the registration waits to be confirmed again.")
    async def restore_registration(self, info: Info, id: RegistrationId, version: Version) -> RegistrationPayload:
        return await _decided(info, id, version, ConfirmationAction.RESTORE)

    @strawberry.mutation(description="Move a person to another site of the incident.")
    async def move_registration(
        self, info: Info, input: Annotated[MoveRegistrationInput, strawberry.argument(description="Who, and where to.")]
    ) -> RegistrationPayload:
        context = info.context
        return await settle(
            RegistrationPayload,
            registrations.move_registration(context.use, context.viewer, input.id, input.version, input.site_id),
            _done,
            present=lambda: registrations.get_registration(context.use, context.viewer, input.id),
        )


@strawberry.type(description="What changed in the list of those who are at a site.")
class SiteNews:
    cursor: str = strawberry.field(description=CURSOR)
    registrations: list[Registration] = strawberry.field(
        description="Who came or was changed, as it is now; none in the first message, and where it is quiet."
    )
    gone: list[ID] = strawberry.field(description="The ids of those who are at this site no more.")
    rechecks: list[Recheck] = strawberry.field(
        description="Re-checks that were asked, answered or taken back, as they are now."
    )
    alike: strawberry.Private[Hashable] = None
    entered: strawberry.Private[Awaitable[None] | None] = None


@strawberry.type
class RegistrationSubscriptions:
    @strawberry.subscription(description="Who comes to a site, changes and leaves.")
    async def site_changes(
        self,
        info: Info,
        site_id: Annotated[ID, strawberry.argument(description="The site.")],
        after: AfterCursor = None,
    ) -> AsyncGenerator[SiteNews, None]:
        context = info.context
        del info  # with all that began this, which may go on for hours
        async with aclosing(await following.follow_site(context.use, context.viewer, site_id, after)) as told:
            async for news in told:
                yield SiteNews(
                    cursor=news.cursor,
                    registrations=[show_registration(one) for one in news.records],
                    gone=[ID(one) for one in news.gone],
                    rechecks=[show_recheck(one) for one in news.rechecks],
                    alike=news.alike,
                    entered=news.entered,
                )
                del news
