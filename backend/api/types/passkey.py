"""Passkeys, and what a mutation on them takes."""

from datetime import datetime

import strawberry

from backend.api.context import ID
from backend.domain import credential as domain


@strawberry.type(description="A passkey of yours, on one of your devices.")
class Passkey:
    id: ID = strawberry.field(description="What the device calls it, in base64url.")
    name: str = strawberry.field(description="The name you gave it.")
    created_at: datetime = strawberry.field(description="When it was added.")
    last_used_at: datetime | None = strawberry.field(description="When it was last used; null where it never was.")


def show_passkey(passkey: domain.Passkey) -> Passkey:
    return Passkey(
        id=ID(passkey.id), name=passkey.name, created_at=passkey.created_at, last_used_at=passkey.last_used_at
    )


@strawberry.input(description="A passkey that a device has made.")
class ConfirmPasskeyInput:
    name: str = strawberry.field(description="What you call the device, in at most 60 characters.")
    answer: str = strawberry.field(
        description="What `navigator.credentials.create` gave, as JSON (`PublicKeyCredential.toJSON`)."
    )
