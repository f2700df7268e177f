"""Who is asking, and how one comes in."""

import strawberry

from backend.api.context import ID, Info
from backend.api.types.credential import Credentials, show_credentials
from backend.domain import account as domain
from backend.domain.account import Role
from backend.services.proofs import credential_state


@strawberry.type(description="Who you are to Reunify.")
class Viewer:
    id: ID = strawberry.field(description="Your account, or your family's case.")
    role: Role = strawberry.field(description="What you are.")
    name: str = strawberry.field(description="Your name as you gave it; empty for a family.")
    incident_ids: list[ID] = strawberry.field(description="The incidents you work in.")
    site_ids: list[ID] = strawberry.field(description="The sites you work at.")
    who: strawberry.Private[domain.Viewer]

    @strawberry.field(description="What you sign in with, and whether this session is proven.")
    async def credentials(self, info: Info) -> Credentials:
        return show_credentials(await credential_state(info.context.use, self.who))


def show_viewer(viewer: domain.Viewer) -> Viewer:
    return Viewer(
        who=viewer,
        id=ID(viewer.id),
        role=viewer.role,
        name=viewer.name,
        incident_ids=[ID(incident_id) for incident_id in sorted(viewer.incident_ids)],
        site_ids=[ID(site_id) for site_id in sorted(viewer.site_ids)],
    )


@strawberry.type(description="A phone or browser that wants to be told.")
class Device:
    id: ID = strawberry.field(description="Its id.")
    language: str = strawberry.field(description="The language of its alerts, as a BCP 47 tag.")


@strawberry.input(description="An invite: for volunteers to a site, for everybody else to an incident.")
class CreateInviteInput:
    role: Role = strawberry.field(description="What the invited will be.")
    incident_id: ID | None = strawberry.field(default=None, description="The incident to work in.")
    site_id: ID | None = strawberry.field(default=None, description="The site to work at.")
    uses: int = strawberry.field(default=1, description="How many people may accept it, 1 to 100.")
    hours: int = strawberry.field(default=72, description="How long it is good for, 1 to 720 hours.")


@strawberry.input(description="Accepting an invite.")
class AcceptInviteInput:
    secret: str = strawberry.field(description="The part of the invite's link after `#`.")
    name: str = strawberry.field(description="Your name, as your colleagues should see it.")
    retry_key: str = strawberry.field(
        description="At least 22 random characters: with them, accepting again gives the same token."
    )
    pin: str | None = strawberry.field(
        default=None,
        description="For a volunteer who wants one: 4 to 8 digits, asked for when the phone was left alone.",
    )


@strawberry.input(description="A family signing in again.")
class SignInWithCaseInput:
    code: str = strawberry.field(description="The case code, however it is typed.")
    secret: str = strawberry.field(description="The secret that was given with it.")


@strawberry.input(description="What a browser's PushSubscription says.")
class RegisterDeviceInput:
    endpoint: str = strawberry.field(description="The push service's address for this device.")
    public_key: str = strawberry.field(description="The key `p256dh`, in base64url.")
    auth_secret: str = strawberry.field(description="The key `auth`, in base64url.")
    language: str = strawberry.field(default="en", description="The language of its alerts, as a BCP 47 tag.")
    push_key: str | None = strawberry.field(
        default=None, description="The `pushKey` that it subscribed with; left out, the present one."
    )
    replaces: ID | None = strawberry.field(
        default=None, description="Your device whose subscription the browser changed: this one takes its place."
    )
    id: ID | None = strawberry.field(default=None, description="A UUID of version 7, or left out.")
