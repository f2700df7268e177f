"""The desk of somebody who decides: a password, an authenticator app, and its code entered when the server asks."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.simulation.authenticator import Authenticator
from backend.simulation.phones import Phone, RefusedError

STEP_UP_NEEDED = "STEP_UP_NEEDED"


@dataclass(frozen=True, slots=True)
class Desk:
    """`phone` is signed in, whatever the device is."""

    phone: Phone
    authenticator: Authenticator
    clock: Callable[[], datetime]

    async def decide(self, operation: str, **variables: object) -> Any:
        """Take a step that needs a proof: where that has run out, enter a code and take it again.

        Raises: RefusedError, aiohttp.ClientError.
        """
        try:
            return await self.phone.ask(operation, **variables)
        except RefusedError as error:
            if error.code != STEP_UP_NEEDED:
                raise
        await self.phone.ask("proveYourself", code=self.authenticator.code(self.clock()))
        return await self.phone.ask(operation, **variables)


async def set_up_desk(phone: Phone, sign_in_name: str, clock: Callable[[], datetime]) -> Desk:
    """Set a password and add an authenticator app, as everybody does who decides, once.

    Raises: RefusedError, aiohttp.ClientError.
    """
    password = secrets.token_urlsafe(24)
    await phone.ask("setPassword", input={"signInName": sign_in_name, "password": password})
    begun = await phone.ask("beginSecondFactor", input={"password": password})
    authenticator = Authenticator(begun["secret"])
    await phone.ask("confirmSecondFactor", code=authenticator.code(clock()))
    return Desk(phone, authenticator, clock)
