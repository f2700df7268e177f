"""How `reunify serve` ends."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


ignored = pytest.mark.skipif(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN, reason="run under nohup")


@pytest.mark.parametrize("how", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=ignored)], ids=lambda how: how.name)
async def test_a_server_that_is_asked_to_stop_stops_its_database_first(how: signal.Signals, tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend", "serve", "--port", "0", "--data-folder", str(tmp_path)),
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("REUNIFY_")},
        stdout=DEVNULL,
        stderr=PIPE,
    )
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
    assert process.returncode == 0
    assert b"database_stopped" in said
