"""The two programs that can be the embedded database, and how each is started."""

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from backend.store.embedded_error import EmbeddedDatabaseCode, EmbeddedDatabaseError

HOST = "127.0.0.1"
REPLICA_SET = "reunify"
MEGABYTE = 1024**2
UNITS = {"M": MEGABYTE, "G": 1024**3}
SMALLEST_MONGOD_CACHE = 0.25  # gigabytes; less is refused
SECANTUSD_PACKAGE = "secantusdb==0.6.0b17"  # later wheels carry no such program


@dataclass(frozen=True, slots=True)
class Launch:
    """What one start needs: its folder, port and cache, and whether clients must sign in."""

    folder: Path
    port: int
    cache_bytes: int
    signed_in: bool


@dataclass(frozen=True, slots=True)
class Program:
    """A database server: where it is, what it prints once it listens, and how a driver reaches it.

    `name` names its storage folder too: what one program wrote, the other cannot read.
    """

    name: str
    path: Path
    listening: re.Pattern[bytes]
    uri_options: str
    is_replica_set_member: bool
    arguments: Callable[[Launch], list[str]]

    def storage(self, folder: Path) -> Path:
        return folder / self.name

    def command(self, launch: Launch) -> list[str]:
        return [str(self.path), *self.arguments(launch)]


def cache_bytes(size: str) -> int:
    """`512M` or `2G` as bytes. Raises ValueError."""
    number, unit = size[:-1], size[-1:]
    if not number.isdecimal() or unit not in UNITS:
        raise ValueError(f"'{size}' is no size such as 512M or 2G")
    return int(number) * UNITS[unit]


def mongod(path: Path) -> Program:
    """MongoDB's own server as a replica set of one.

    Options as in the manual's page on `mongod`; a member of a replica set must have a key file when clients sign in.
    """

    def arguments(launch: Launch) -> list[str]:
        cache = max(SMALLEST_MONGOD_CACHE, launch.cache_bytes / UNITS["G"])
        sign_in = ["--auth", "--keyFile", str(launch.folder / "mongod.key")] if launch.signed_in else []
        return [
            *("--replSet", REPLICA_SET, "--dbpath", str(launch.folder / "mongod")),
            *("--bind_ip", HOST, "--port", str(launch.port), "--nounixsocket"),
            *("--wiredTigerCacheSizeGB", f"{cache:g}", "--quiet"),
            *sign_in,
        ]

    return Program(
        name="mongod",
        path=path,
        listening=re.compile(rb"Waiting for connections"),
        uri_options=f"replicaSet={REPLICA_SET}",
        is_replica_set_member=True,
        arguments=arguments,
    )


def secantusd(path: Path) -> Program:
    """SecantusDB's server.

    `--sync-on-commit`: without it, acknowledged writes are lost at a kill. `--log-file-max`: with its default of 2 GB,
    opening takes seconds. `--config`: else it takes the first secantusdb.toml it finds, the working directory's too.
    """

    def arguments(launch: Launch) -> list[str]:
        return [
            *("--config", str(launch.folder / "secantusd.toml"), "--storage-path", str(launch.folder / "secantusd-rs")),
            *("--host", HOST, "--port", str(launch.port), "--log-level", "WARNING"),
            *("--sync-on-commit", "--log-file-max", "128MB", "--cache-size", f"{launch.cache_bytes // MEGABYTE}M"),
            *(["--auth"] if launch.signed_in else []),
        ]

    return Program(
        name="secantusd-rs",
        path=path,
        listening=re.compile(rb"listening on "),
        uri_options="directConnection=true",
        is_replica_set_member=False,
        arguments=arguments,
    )


def find_program(folder: Path, path: str) -> Program:
    """The program that wrote this folder; for a fresh one `mongod` before `secantusd-rs`.

    `path` is searched in order, as a shell does. Raises EmbeddedDatabaseError.
    """
    makers = {"mongod": mongod, "secantusd-rs": secantusd}
    written_by = [name for name in makers if (folder / name).exists()]
    for name in written_by or makers:
        if found := shutil.which(name, path=path):
            return makers[name](Path(found).absolute())
    what_helps = (
        f"{written_by[0]}, which wrote {folder}, was not found: put it on the PATH again."
        if written_by
        else "No database program was found: install MongoDB's `mongod`, or `secantusd-rs` with "
        f"`pip install {SECANTUSD_PACKAGE}`, or name a running MongoDB in REUNIFY_MONGODB_URI."
    )
    raise EmbeddedDatabaseError(EmbeddedDatabaseCode.PROGRAM_MISSING, what_helps)


def search_path(path: str | None = None) -> str:
    """Where to look for a program: this Python's own folder, where the `embedded` extra puts one, then the PATH."""
    if path is not None:
        return path
    return os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
