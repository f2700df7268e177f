"""The embedded database's own folder: its lock, its password, and the record of the server that runs on it."""

import asyncio
import contextlib
import fcntl
import json
import os
import secrets
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from backend.store.embedded_error import EmbeddedDatabaseCode, EmbeddedDatabaseError
from backend.store.private_file import private_folder, write_private

LOG_BYTES = 1024**2
PATIENCE_SECONDS = 15.0
LOOK_EVERY_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """The server last started on a folder. `storage` is in its command line, by which it is known again."""

    pid: int
    port: int
    storage: str
    uri_options: str


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Says in one line what keeps us from the folder. Raises EmbeddedDatabaseError for an OSError."""
    try:
        yield
    except OSError as error:
        raise EmbeddedDatabaseError(
            EmbeddedDatabaseCode.FOLDER_NOT_USABLE,
            f"Cannot use the data folder {folder}: {error.strerror or error}.",
        ) from error


def prepare(folder: Path) -> None:
    """Makes the folder and the files that the programs read. Raises EmbeddedDatabaseError."""
    with writing(folder):
        private_folder(folder)
        (folder / "lock").touch()
        (folder / "secantusd.toml").write_text("# The command line says it all.\n", encoding="utf-8")
        if not (folder / "mongod.key").exists():
            write_private(folder / "mongod.key", secrets.token_hex(256))


@contextlib.contextmanager
def held(folder: Path) -> Iterator[None]:
    """Keeps every other process off the folder; the kernel lets go when this one ends, however it ends.

    Raises EmbeddedDatabaseError at once, naming the holder.
    """
    with (folder / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            raise EmbeddedDatabaseError(
                EmbeddedDatabaseCode.FOLDER_IN_USE,
                f"The data folder {folder} is in use by process {file.read().strip() or 'unknown'}: "
                "stop that one, or choose another with REUNIFY_DATA_FOLDER.",
            ) from error
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield


def read_password(folder: Path) -> str | None:
    """The password of the database's user; None as long as there is none, or it was lost."""
    try:
        return (folder / "password").read_text(encoding="utf-8").strip() or None
    except FileNotFoundError:
        return None


def write_password(folder: Path, password: str) -> None:
    write_private(folder / "password", password)


def write_record(folder: Path, record: ServerRecord) -> None:
    write_private(folder / "server.json", json.dumps(asdict(record)))


def forget_record(folder: Path) -> None:
    (folder / "server.json").unlink(missing_ok=True)


def living_server(folder: Path) -> ServerRecord | None:
    """The recorded server, if that very program still runs on this folder."""
    try:
        record = ServerRecord(**json.loads((folder / "server.json").read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None
    return record if record.storage in command_line(record.pid) else None


def command_line(pid: int) -> str:
    """A process's program and arguments; empty once it has ended."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except (FileNotFoundError, ProcessLookupError):
            return ""
    ask = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(ask, capture_output=True, text=True, check=False).stdout  # noqa: S603 -- ps, and a number


async def stop_orphan(folder: Path) -> int | None:
    """Ends the server that a killed process left on the folder, and says which it was. Call it holding the folder."""
    record = living_server(folder)
    if record is None:
        return None
    for ending in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.kill(record.pid, ending)
        if await ended(folder):
            break
    return record.pid


async def ended(folder: Path) -> bool:
    """Waits for the recorded server's end. It is nobody's child here, so nothing reports it: look again and again."""
    for _ in range(round(PATIENCE_SECONDS / LOOK_EVERY_SECONDS)):
        if living_server(folder) is None:
            return True
        await asyncio.sleep(LOOK_EVERY_SECONDS)
    return False


def append_to_log(folder: Path, output: bytes) -> None:
    """Keeps the server's own words, at most twice LOG_BYTES of them."""
    path = folder / "server.log"
    try:
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(folder / "server.log.1")
        with path.open("ab") as file:
            file.write(output)
    except OSError:
        return  # a full disk must not end the supervision of the very server that reports it
