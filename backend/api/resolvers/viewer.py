"""Coming in and going out: invites, sign-in, devices, and who one is."""

from typing import Annotated

import strawberry

from backend.api.context import ID, Info
from backend.api.convert import to_domain
from backend.api.qr_code import qr_code
from backend.api.settle import settle
from backend.api.types.account import Account, show_account
from backend.api.types.error import UserError
from backend.api.types.viewer import (
    AcceptInviteInput,
    CreateInviteInput,
    Device,
    RegisterDeviceInput,
    SignInWithCaseInput,
    Viewer,
    show_viewer,
)
from backend.domain.account import NewInvite
from backend.domain.device import NewDevice
from backend.services import devices, invites, reports, sessions


@strawberry.type(description="An invite's link, or why there is none.")
class CreateInvitePayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    link: str | None = strawberry.field(default=None, description="To open on the invited phone. Shown only now.")
    qr_code: str | None = strawberry.field(
        default=None, description="The link as a QR code, to hold up to the invited phone: SVG. Shown only now."
    )


def _invite_payload(link: str) -> CreateInvitePayload:
    return CreateInvitePayload(errors=[], link=link, qr_code=qr_code(link))


@strawberry.type(description="The new account and its token, or why there is none.")
class AcceptInvitePayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    account: Account | None = strawberry.field(default=None, description="The account.")
    token: str | None = strawberry.field(default=None, description="A bearer token for it. Shown only now.")


@strawberry.type(description="A token, or why there is none.")
class SignInPayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    token: str | None = strawberry.field(default=None, description="A bearer token for who signed in. Shown only now.")


@strawberry.type(description="Whether it was done.")
class DonePayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")


@strawberry.type(description="The device, or why it is not subscribed.")
class RegisterDevicePayload:
    errors: list[UserError] = strawberry.field(description="Empty where it was done.")
    device: Device | None = strawberry.field(default=None, description="The device.")


@strawberry.type
class ViewerQueries:
    @strawberry.field(description="Who you are; null where you are not signed in.")
    def viewer(self, info: Info) -> Viewer | None:
        viewer = info.context.viewer
        return None if viewer is None else show_viewer(viewer)

    @strawberry.field(description="The public key that a browser needs to subscribe to alerts, in base64url.")
    def push_key(self, info: Info) -> str:
        return info.context.use.push_key


@strawberry.type
class ViewerMutations:
    @strawberry.mutation(description="Invite somebody.")
    async def create_invite(
        self, info: Info, input: Annotated[CreateInviteInput, strawberry.argument(description="Whom, and where.")]
    ) -> CreateInvitePayload:
        context = info.context
        return await settle(
            CreateInvitePayload,
            invites.create_invite(context.use, context.viewer, to_domain(NewInvite, input)),
            lambda made: _invite_payload(context.invite_link(made[1])),
        )

    @strawberry.mutation(description="Accept an invite.")
    async def accept_invite(
        self, info: Info, input: Annotated[AcceptInviteInput, strawberry.argument(description="Invite and name.")]
    ) -> AcceptInvitePayload:
        context = info.context
        return await settle(
            AcceptInvitePayload,
            context.heed(
                invites.accept_invite(
                    context.use, input.secret, input.name, input.retry_key, address=context.address, pin=input.pin
                )
            ),
            lambda made: AcceptInvitePayload(errors=[], account=show_account(made[0]), token=made[1]),
        )

    @strawberry.mutation(description="Sign a family in with its case code and secret.")
    async def sign_in_with_case(
        self, info: Info, input: Annotated[SignInWithCaseInput, strawberry.argument(description="Code and secret.")]
    ) -> SignInPayload:
        context = info.context
        return await settle(
            SignInPayload,
            context.heed(reports.sign_in_with_case(context.use, input.code, input.secret, address=context.address)),
            lambda token: SignInPayload(errors=[], token=token),
        )

    @strawberry.mutation(description="End this session: its token is no good any more.")
    async def sign_out(self, info: Info) -> DonePayload:
        return await settle(
            DonePayload, sessions.sign_out(info.context.use, info.context.viewer), lambda _: DonePayload(errors=[])
        )

    @strawberry.mutation(description="Subscribe this device to your alerts.")
    async def register_device(
        self, info: Info, input: Annotated[RegisterDeviceInput, strawberry.argument(description="The subscription.")]
    ) -> RegisterDevicePayload:
        context = info.context
        return await settle(
            RegisterDevicePayload,
            devices.register_device(context.use, context.viewer, to_domain(NewDevice, input)),
            lambda device: RegisterDevicePayload(errors=[], device=Device(id=ID(device.id), language=device.language)),
        )

    @strawberry.mutation(description="Take one of your devices off.")
    async def remove_device(
        self, info: Info, id: Annotated[ID, strawberry.argument(description="The device.")]
    ) -> DonePayload:
        return await settle(
            DonePayload,
            devices.remove_device(info.context.use, info.context.viewer, id),
            lambda _: DonePayload(errors=[]),
        )
