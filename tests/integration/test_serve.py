"""How `reunify serve` ends."""

import asyncio
import base64
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def without_settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("REUNIFY_")}


async def stopped_once_it_answers(process: Process, how: signal.Signals) -> bytes:
    """What the server said after it was asked to stop, as soon as it had started."""
    assert process.stderr is not None
    try:
        async with asyncio.timeout(60):
            while b" is at http://" not in (line := await process.stderr.readline()):
                assert line, "it ended before it had started"
            process.send_signal(how)
            _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return said


ignored = pytest.mark.skipif(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN, reason="run under nohup")


@pytest.mark.parametrize("how", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=ignored)], ids=lambda how: how.name)
async def test_a_server_that_is_asked_to_stop_stops_its_database_first(how: signal.Signals, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend", "serve", "--port", "0", "--data-folder", str(tmp_path)),
        cwd=ROOT,
        env=without_settings(),
        stdout=DEVNULL,
        stderr=PIPE,
    )
    said = await stopped_once_it_answers(process, how)
    assert process.returncode == 0
    assert b"database_stopped" in said


async def test_a_server_with_its_keys_and_database_given_needs_no_data_folder(
    database_uri: str, database_name: str, tmp_path: Path
) -> None:
    folder = tmp_path / "nowhere"
    given = {
        "MONGODB_URI": database_uri,
        "DATABASE_NAME": database_name,
        "VAPID_PRIVATE_KEY": base64.urlsafe_b64encode(bytes(31) + b"\x01").rstrip(b"=").decode(),
        **dict.fromkeys(
            ("TOKEN_PEPPER", "CURSOR_KEY", "PHOTO_KEY", "AUDIT_KEY"),
            "a secret of a test, long enough for a key",
        ),
        "DATA_KEYS": f"{'n' * 43} {'o' * 43}",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend", "serve", "--port", "0", "--data-folder", str(folder)),
        cwd=ROOT,
        env=without_settings() | {f"REUNIFY_{name}": value for name, value in given.items()},
        stdout=DEVNULL,
        stderr=PIPE,
    )
    assert await stopped_once_it_answers(process, signal.SIGTERM) is not None
    assert process.returncode == 0
    assert not folder.exists()
