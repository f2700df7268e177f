import asyncio
from contextlib import suppress

from backend.store.stopping import stop


async def test_a_task_that_misses_a_cancellation_is_stopped_all_the_same() -> None:
    began = asyncio.Event()

    async def work_on() -> None:
        with suppress(asyncio.CancelledError):  # as before Python 3.12 `asyncio.wait_for` may
            began.set()
            await asyncio.sleep(60)
        await asyncio.sleep(60)

    missing, ended = asyncio.create_task(work_on()), asyncio.create_task(asyncio.sleep(0))
    await began.wait()
    async with asyncio.timeout(10):
        await stop([missing, ended], again_seconds=0.05)
    assert missing.cancelled()
    assert ended.done()
