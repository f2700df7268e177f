"""Somebody with a password and an authenticator app, set up through the API as they would be."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.simulation.authenticator import Authenticator
from tests.support.client import Answer, Client
from tests.support.house import Scene
from tests.support.movable_clock import MovableClock

PASSWORD = "four good words here"
NEVER = "000000"
"""A code that is none."""
STEP = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Holder:
    """`client` is the device on which it was set up; `secret` is what the app holds."""

    client: Client
    stranger: Client
    sign_in_name: str
    authenticator: Authenticator
    recovery_codes: tuple[str, ...]
    clock: Callable[[], datetime]

    def code(self, steps: int = 0) -> str:
        """The code of so many steps from now. That of the present one was used to set the app up."""
        return self.authenticator.code(self.clock() + steps * STEP)

    async def sign_in(self, **changes: Any) -> Answer:
        said = {"signInName": self.sign_in_name, "password": PASSWORD, "code": self.code()}
        return await self.stranger.ask("signInWithPassword", input=said | changes)


async def holder(client: Client, sign_in_name: str, clock: Callable[[], datetime]) -> Holder:
    """Set a password and an authenticator app up; the client's session is proven then."""
    password = {"signInName": sign_in_name, "password": PASSWORD}
    (await client.ask("setPassword", input=password)).made  # noqa: B018 (it says whether it was done)
    begun = (await client.ask("beginSecondFactor", input={"password": PASSWORD})).made
    authenticator = Authenticator(begun["secret"])
    confirmed = (await client.ask("confirmSecondFactor", code=authenticator.code(clock()))).made
    codes = tuple(confirmed["recoveryCodes"])
    return Holder(client, client.signed_in(None), sign_in_name, authenticator, codes, clock)


async def coordinator_of(scene: Scene, clock: MovableClock) -> Holder:
    return await holder(scene.coordinator, "carlos.medina", clock)


async def unproven(scene: Scene) -> None:
    """As if everybody had come in long ago."""
    await scene.house.use.store.sessions.collection.update_many({}, {"$unset": {"provenAt": ""}})


async def credentials_of(client: Client) -> dict[str, Any]:
    return dict((await client.ask("viewer")).value["credentials"])
