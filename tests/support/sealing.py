"""A sealer of the audit log as a process of its own, to be killed: `python -m tests.support.sealing URI NAME KEY`."""

import asyncio
import sys
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backend.services.collaborators import Collaborators, Keys
from backend.services.sealing import seal_waiting
from backend.store.database import connect
from backend.store.feed import Feed
from tests.support.ciphers import a_cipher
from tests.support.client import new_id


def sealer(uri: str, name: str, key: bytes) -> Collaborators:
    """What sealing works with, on a connection of its own."""
    keys = Keys(token_pepper=b"", cursor=b"", photo=b"", audit=key)
    return Collaborators(
        store=connect(uri, name, a_cipher()),
        feed=Feed(),
        keys=keys,
        clock=lambda: datetime.now(UTC),
        new_id=new_id,
        check_device=lambda _: None,
        check_webhook=lambda _: None,
        push_key="",
        address="",
        lock_after=timedelta(minutes=10),
    )


def with_key(use: Collaborators, key: bytes) -> Collaborators:
    return replace(use, keys=replace(use.keys, audit=key))


async def seal_for_ever(uri: str, name: str, key: bytes) -> None:
    use = sealer(uri, name, key)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        await seal_waiting(use)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(seal_for_ever(sys.argv[1], sys.argv[2], sys.argv[3].encode()))
