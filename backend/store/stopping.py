"""Ending tasks that go on until they are cancelled."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_SECONDS = 1.0


async def stop(tasks: Iterable["asyncio.Task[Any]"]) -> None:
    """Cancel tasks and return once all have ended, however they did.

    Before Python 3.12 `asyncio.wait_for`, within which the driver opens a connection, loses a cancellation that comes
    just when it is done: whoever goes on after a while is cancelled again.
    """
    under_way = set(tasks)
    while under_way:
        for task in under_way:
            task.cancel()
        _, under_way = await asyncio.wait(under_way, timeout=AGAIN_SECONDS)
