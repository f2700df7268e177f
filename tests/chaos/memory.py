"""The memory of a process, as the system counts it: now, and the most while something was done."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

MEGABYTE = 1_000_000
LOOK_EVERY_SECONDS = 0.02


@dataclass(slots=True)
class Memory:
    """Megabytes resident: before, the most meanwhile, and after."""

    before: float
    most: float
    after: float


def resident(pid: int) -> float:
    """Megabytes of the process in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / MEGABYTE


@asynccontextmanager
async def watched(pid: int) -> AsyncIterator[Memory]:
    """Look all the while; the figures are final once the block is left."""
    memory = Memory(*[resident(pid)] * 3)

    async def look() -> None:
        while True:
            memory.most = max(memory.most, resident(pid))
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    looking = asyncio.create_task(look())
    try:
        yield memory
    finally:
        looking.cancel()
        memory.after = resident(pid)
