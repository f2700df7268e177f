"""Cancellation: ending tasks that go on until then, and keeping it from what must not be cut off."""

import asyncio
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from typing import Any, TypeVar

import structlog

T = TypeVar("T")

AGAIN_SECONDS = 15.0
"""Longer than a task may rightly take to end: a statement's time for an answer, and a write after it."""


async def stop(tasks: Iterable["asyncio.Task[Any]"], again_seconds: float = AGAIN_SECONDS) -> None:
    """Cancel tasks and return once all have ended; what one of them had died of is logged.

    Before Python 3.12 `asyncio.wait_for`, within which the driver waits for a server and opens a connection, loses a
    cancellation that comes just when it is done: whoever goes on after a while is cancelled again.
    """
    all_of_them = tuple(tasks)
    under_way = set(all_of_them)
    while under_way:
        for task in under_way:
            task.cancel()
        _, under_way = await asyncio.wait(under_way, timeout=again_seconds)
    for task in all_of_them:
        if not task.cancelled() and (error := task.exception()) is not None:
            structlog.get_logger("tasks").error("task_died", task=task.get_name(), error=type(error).__name__)


async def to_its_end(work: Awaitable[T], milliseconds: float) -> T:
    """What `work` gives. Who is cancelled meanwhile is so once it has ended, or has had so long from then on."""
    under_way = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not under_way.done():
        try:
            await asyncio.wait([under_way])
        except asyncio.CancelledError as error:
            cancelled = error
            asyncio.get_running_loop().call_later(milliseconds / 1000, under_way.cancel)
    if cancelled is None:
        return under_way.result()
    with suppress(BaseException):  # nobody waits for it any more
        under_way.result()
    raise cancelled
