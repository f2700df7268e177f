import asyncio
import json
import os
import re
import signal
import socket
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from pymongo import AsyncMongoClient
from pymongo.errors import OperationFailure, PyMongoError

from backend.store.database import connect, is_away
from backend.store.embedded import EmbeddedDatabase, embedded_database, running_database
from backend.store.embedded_error import EmbeddedDatabaseCode, EmbeddedDatabaseError
from backend.store.embedded_folder import LOG_BYTES, append_to_log, command_line, living_server
from backend.store.embedded_program import Launch, cache_bytes, find_program, mongod, search_path
from backend.store.records import Session
from tests.support.ciphers import a_cipher

SMALL = "64M"
OWNER = """
import asyncio, pathlib, sys
from backend.store.embedded import embedded_database
async def main():
    async with embedded_database(pathlib.Path(sys.argv[1]), cache_size="64M"):
        print("ready", flush=True)
        await asyncio.Event().wait()
asyncio.run(main())
"""


class Events:
    """What the supervision reported, and a way to wait for it."""

    def __init__(self) -> None:
        self.all: list[tuple[str, dict[str, object]]] = []
        self.changed = asyncio.Event()

    def __call__(self, name: str, **fields: object) -> None:
        self.all.append((name, fields))
        self.changed.set()

    def count(self, name: str) -> int:
        return sum(1 for known, _ in self.all if known == name)

    async def until(self, name: str, times: int = 1) -> None:
        async with asyncio.timeout(20):
            while self.count(name) < times:
                self.changed.clear()
                await self.changed.wait()


@asynccontextmanager
async def connected(uri: str) -> AsyncIterator[AsyncMongoClient[dict[str, Any]]]:
    async with AsyncMongoClient[dict[str, Any]](uri) as client:
        yield client


def pid_of(data_folder: Path) -> int:
    server = living_server(data_folder / "database")
    assert server is not None
    return server.pid


def anonymous(database: EmbeddedDatabase) -> str:
    return f"mongodb://127.0.0.1:{database.port}/?directConnection=true"


async def test_what_was_written_is_there_at_the_next_start_and_only_the_user_may_read_it(tmp_path: Path) -> None:
    async with embedded_database(tmp_path, cache_size=SMALL) as database, connected(database.uri) as client:
        await client.house.children.insert_one({"_id": 1})
    async with embedded_database(tmp_path, cache_size=SMALL) as database:
        async with connected(database.uri) as client:
            assert await client.house.children.find_one() == {"_id": 1}
        async with connected(anonymous(database)) as stranger:
            with pytest.raises(OperationFailure, match="requires authentication"):
                await stranger.house.children.find_one()
        wrong = re.sub(r":[0-9a-f]{64}@", ":wrong@", database.uri)
        async with connected(wrong) as stranger:
            with pytest.raises(OperationFailure, match="uthentication failed"):
                await stranger.house.children.find_one()
    assert living_server(tmp_path / "database") is None


async def test_transactions_and_change_streams_work_with_the_address(tmp_path: Path) -> None:
    async with embedded_database(tmp_path, cache_size=SMALL) as database, connected(database.uri) as client:
        await client.house.children.insert_one({"_id": 0})
        async with await client.house.children.watch() as changes, client.start_session() as session:
            async with await session.start_transaction():
                await client.house.children.insert_one({"_id": 1}, session=session)
            change = await changes.next()
        assert change["fullDocument"] == {"_id": 1}
        assert client.write_concern.document == {"w": "majority", "j": True}


async def test_what_a_killed_process_left_open_keeps_nobody_from_hearing_of_changes_for_ever(tmp_path: Path) -> None:
    events = Events()
    async with (
        embedded_database(
            tmp_path,
            cache_size=SMALL,
            path=str(Path(sys.executable).parent),  # `mongod` does so by itself
            transaction_seconds=0.5,
            on_event=events,
        ) as database,
        connected(database.uri) as client,
        connected(database.uri) as killed,
    ):
        await client.house.children.insert_one({"_id": 0})
        async with await client.house.children.watch() as changes, killed.start_session() as session:
            await session.start_transaction()
            await killed.house.other.insert_one({}, session=session)
            await client.house.children.insert_one({"_id": 1})
            async with asyncio.timeout(10):
                change = await changes.next()
            assert change["fullDocument"] == {"_id": 1}
            await events.until("database_transactions_ended")
            with pytest.raises(PyMongoError):
                await session.commit_transaction()


async def test_a_transaction_that_the_server_ends_halfway_is_done_again_whole(tmp_path: Path) -> None:
    async with embedded_database(tmp_path, cache_size=SMALL) as database, connected(database.uri) as operator:
        store = connect(database.uri, "house", a_cipher())
        notes = operator.house.notes
        await notes.insert_one({"_id": "the collection is there"})

        async def write(writer: int) -> None:
            for number in range(25):

                async def both(session: Session, name: str = f"{writer} {number}") -> None:
                    await store.database["notes"].insert_one({"_id": f"{name} first"}, session=session)
                    await store.database["notes"].insert_one({"_id": f"{name} second"}, session=session)

                while True:
                    try:
                        await store.transact(both)
                    except PyMongoError as error:
                        if not is_away(error):  # a commit that fails says nothing about whether it was kept
                            raise
                    else:
                        break

        try:
            async with asyncio.TaskGroup() as group:
                for writer in range(8):
                    group.create_task(write(writer))
                for _ in range(20):
                    await operator.admin.command("killAllSessions", [])
                    await asyncio.sleep(0.01)
            assert await notes.count_documents({}) == 1 + 8 * 25 * 2
        finally:
            await store.close()


@asynccontextmanager
async def slow_way(uri: str, until_slow: bytes) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """An address by which whatever contains these bytes comes to the database a tenth of a second later than the rest,
    even if its sender has hung up by then; and what is set once such is on its way.
    """
    is_on_its_way = asyncio.Event()
    port = urlsplit(uri).port

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while some := await reader.read(2**16):
                if until_slow in some:
                    is_on_its_way.set()
                    await asyncio.sleep(0.1)
                writer.write(some)
        writer.close()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pass_on(reader, back), pass_on(there, writer))

    async with await asyncio.start_server(relay, "127.0.0.1", 0) as server:
        way = server.sockets[0].getsockname()[1]
        yield uri.replace(f":{port}", f":{way}"), is_on_its_way


async def test_of_a_transaction_that_is_cancelled_no_statement_is_kept_alone(
    database_uri: str, database_name: str
) -> None:
    async with slow_way(database_uri, b"arrives late") as (address, is_on_its_way):
        store = connect(address, database_name, a_cipher())
        notes = store.database["notes"]
        await notes.insert_one({"_id": "before"})

        async def both(session: Session) -> None:
            await notes.insert_one({"_id": "first"}, session=session)
            await notes.insert_one({"_id": "arrives late"}, session=session)

        try:
            for _ in range(5):
                is_on_its_way.clear()
                writing = asyncio.create_task(store.transact(both))
                await is_on_its_way.wait()
                for _ in range(2):
                    writing.cancel()
                    await asyncio.sleep(0)
                with pytest.raises(asyncio.CancelledError):
                    await writing
                await asyncio.sleep(0.2)  # by then it has come, if it was sent for itself
                assert [one["_id"] async for one in notes.find({})] == ["before"]
        finally:
            await store.close()


async def test_the_password_is_for_its_owner_alone_and_never_shown(tmp_path: Path) -> None:
    events = Events()
    async with embedded_database(tmp_path, cache_size=SMALL, on_event=events) as database:
        password = (tmp_path / "database" / "password").read_text()
        assert stat.S_IMODE((tmp_path / "database" / "password").stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "database").stat().st_mode) == 0o700
        assert password in database.uri
        assert password not in command_line(pid_of(tmp_path))
    assert password not in repr(database) + repr(events.all) + (tmp_path / "database" / "server.log").read_text()


async def test_a_first_start_cut_short_before_its_password_was_kept_heals_at_the_next(tmp_path: Path) -> None:
    async with embedded_database(tmp_path, cache_size=SMALL) as database, connected(database.uri) as client:
        await client.house.children.insert_one({"_id": 1})
    (tmp_path / "database" / "password").unlink()  # as after a crash between making the user and keeping its password
    async with embedded_database(tmp_path, cache_size=SMALL) as database, connected(database.uri) as client:
        assert await client.house.children.find_one() == {"_id": 1}


async def test_a_killed_server_comes_back_on_its_port_with_all_that_was_acknowledged(tmp_path: Path) -> None:
    events = Events()
    async with (
        embedded_database(tmp_path, cache_size=SMALL, on_event=events) as database,
        connected(database.uri) as client,
    ):
        for round_number in range(2):
            await client.house.children.insert_one({"_id": round_number})
            os.kill(pid_of(tmp_path), signal.SIGKILL)
            await events.until("database_restarted", round_number + 1)
            assert await client.house.children.count_documents({}) == round_number + 1
    assert [name for name, _ in events.all] == [
        "database_started",
        *["database_died", "database_restarted"] * 2,
        "database_stopped",
    ]


async def test_a_second_start_on_the_same_folder_is_told_so_in_one_line(tmp_path: Path) -> None:
    async with embedded_database(tmp_path, cache_size=SMALL):
        with pytest.raises(EmbeddedDatabaseError, match=rf"^The data folder [^\n]* by process {os.getpid()}: ") as told:
            await embedded_database(tmp_path, cache_size=SMALL).__aenter__()
        assert told.value.code is EmbeddedDatabaseCode.FOLDER_IN_USE


async def test_a_command_beside_the_server_finds_it_and_nothing_once_it_ended(tmp_path: Path) -> None:
    assert running_database(tmp_path) is None
    async with embedded_database(tmp_path, cache_size=SMALL) as database:
        assert running_database(tmp_path) == database
    assert running_database(tmp_path) is None


async def test_the_server_ends_with_a_killed_owner_and_the_folder_can_be_used_again(tmp_path: Path) -> None:
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OWNER, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert owner.stdout is not None
    assert await owner.stdout.readline() == b"ready\n"
    watched = os.pidfd_open(pid_of(tmp_path))
    owner.kill()
    await owner.wait()
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(watched, ended.set)
    async with asyncio.timeout(10):
        await ended.wait()
    asyncio.get_running_loop().remove_reader(watched)
    os.close(watched)
    async with embedded_database(tmp_path, cache_size=SMALL) as database, connected(database.uri) as client:
        await client.house.children.insert_one({"_id": 1})


async def test_a_server_left_over_from_a_killed_owner_is_stopped_before_the_folder_is_used(tmp_path: Path) -> None:
    async with embedded_database(tmp_path, cache_size=SMALL):
        launch = command_line(pid_of(tmp_path)).split()
    left_over = await asyncio.create_subprocess_exec(*launch, stdout=asyncio.subprocess.PIPE)
    assert left_over.stdout is not None
    assert b"listening" in await left_over.stdout.readline()
    record = {
        "pid": left_over.pid,
        "port": 1,
        "storage": str(tmp_path / "database" / "secantusd-rs"),
        "uri_options": "",
    }
    (tmp_path / "database" / "server.json").write_text(json.dumps(record))
    events = Events()
    async with embedded_database(tmp_path, cache_size=SMALL, on_event=events) as database:
        assert ("database_orphan_stopped", {"pid": left_over.pid}) in events.all
        async with connected(database.uri) as client:
            await client.house.children.insert_one({"_id": 1})
    assert await left_over.wait() in {0, -signal.SIGTERM}  # it was asked, not killed


async def test_a_recorded_number_that_is_another_program_now_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "database").mkdir()
    record = {"pid": os.getpid(), "port": 1, "storage": str(tmp_path / "database" / "none"), "uri_options": ""}
    (tmp_path / "database" / "server.json").write_text(json.dumps(record))
    events = Events()
    async with embedded_database(tmp_path, cache_size=SMALL, on_event=events):
        assert events.count("database_orphan_stopped") == 0


async def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(EmbeddedDatabaseError, match=rf"^Port {port} of 127\.0\.0\.1 is taken[^\n]*$") as told:
            await embedded_database(tmp_path, cache_size=SMALL, port=port).__aenter__()
    assert told.value.code is EmbeddedDatabaseCode.PORT_TAKEN


async def test_a_folder_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EmbeddedDatabaseError, match=r"^Cannot use the data folder [^\n]*: Not a dir") as told:
        await embedded_database(tmp_path / "file").__aenter__()
    assert told.value.code is EmbeddedDatabaseCode.FOLDER_NOT_USABLE


async def test_a_missing_program_is_told_with_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(EmbeddedDatabaseError, match=r"install MongoDB's `mongod`, or `secantusd-rs`[^\n]*$") as told:
        await embedded_database(tmp_path, path=str(tmp_path)).__aenter__()
    assert told.value.code is EmbeddedDatabaseCode.PROGRAM_MISSING


async def test_a_program_that_ends_at_once_is_told_with_its_last_words(tmp_path: Path) -> None:
    program(tmp_path / "bin" / "secantusd-rs", "echo first; echo 'cannot open the storage'; exit 1")
    with pytest.raises(
        EmbeddedDatabaseError, match=r"^secantusd-rs did not start \(cannot open the storage\); see"
    ) as told:
        await embedded_database(tmp_path / "data", path=str(tmp_path / "bin")).__aenter__()
    assert told.value.code is EmbeddedDatabaseCode.DID_NOT_START
    assert "first" in (tmp_path / "data" / "database" / "server.log").read_text()


async def test_mongod_finds_its_storage_folder_made(tmp_path: Path) -> None:
    script = 'while [ "$1" != --dbpath ]; do shift; done; test -d "$2" && echo found $(basename "$2"); exit 1'
    program(tmp_path / "bin" / "mongod", script)
    path = os.pathsep.join([str(tmp_path / "bin"), os.environ["PATH"]])
    with pytest.raises(EmbeddedDatabaseError, match=r"^mongod did not start \(found mongod\); see"):
        await embedded_database(tmp_path / "data", path=path).__aenter__()


async def test_a_password_file_that_cannot_be_read_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "database" / "password").mkdir(parents=True)
    with pytest.raises(EmbeddedDatabaseError, match=r"^Cannot use the data folder [^\n]*: Is a directory\.$"):
        await embedded_database(tmp_path).__aenter__()


def program(path: Path, script: str = "true") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_mongod_goes_first_on_a_fresh_folder_and_never_on_one_that_the_other_wrote(tmp_path: Path) -> None:
    binaries, folder = str(tmp_path / "bin"), tmp_path / "data"
    program(tmp_path / "bin" / "mongod")
    program(tmp_path / "bin" / "secantusd-rs")
    assert find_program(folder, binaries).name == "mongod"
    (folder / "secantusd-rs").mkdir(parents=True)
    assert find_program(folder, binaries).name == "secantusd-rs"
    (tmp_path / "bin" / "secantusd-rs").unlink()
    with pytest.raises(EmbeddedDatabaseError, match=r"^secantusd-rs, which wrote .* was not found"):
        find_program(folder, binaries)


def test_mongod_is_started_as_a_replica_set_of_one_on_the_loopback_and_with_sign_in(tmp_path: Path) -> None:
    launch = Launch(folder=tmp_path, port=27099, cache_bytes=cache_bytes("512M"), signed_in=True)
    command = mongod(Path("/usr/bin/mongod")).command(launch)
    assert command == [
        "/usr/bin/mongod",
        *("--replSet", "reunify", "--dbpath", f"{tmp_path}/mongod"),
        *("--bind_ip", "127.0.0.1", "--port", "27099", "--nounixsocket"),
        *("--wiredTigerCacheSizeGB", "0.5", "--quiet"),
        *("--auth", "--keyFile", f"{tmp_path}/mongod.key"),
    ]


def test_the_server_in_use_writes_through_and_reads_no_foreign_settings(tmp_path: Path) -> None:
    found = find_program(tmp_path, search_path())
    launch = Launch(folder=tmp_path, port=27099, cache_bytes=cache_bytes("2G"), signed_in=True)
    if found.name == "mongod":
        pytest.skip("this machine has mongod, which journals by itself")
    command = " ".join(found.command(launch))
    assert "--sync-on-commit --log-file-max 128MB --cache-size 2048M --auth" in command
    assert f"--config {tmp_path}/secantusd.toml" in command


@pytest.mark.parametrize("size", ["", "512", "M", "1.5G", "-1G", "512MB"])
def test_a_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(ValueError, match="is no size such as 512M or 2G"):
        cache_bytes(size)


def test_the_log_of_the_server_stays_bounded(tmp_path: Path) -> None:
    for _ in range(50):
        append_to_log(tmp_path, b"x" * (LOG_BYTES // 8))
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 3 * LOG_BYTES
