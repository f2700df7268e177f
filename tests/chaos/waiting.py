"""Waiting for what other processes do."""

import asyncio
from collections.abc import Awaitable, Callable

LOOK_EVERY_SECONDS = 0.05


async def until(holds: Callable[[], Awaitable[bool]], seconds: float) -> None:
    """Look again and again.

    Raises: TimeoutError.
    """
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 (another process rings no bell here)
            await asyncio.sleep(LOOK_EVERY_SECONDS)
