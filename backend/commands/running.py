"""What every command that works on the database shares: settings, keys, the database, and errors in one line."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, NoReturn, ParamSpec

import structlog
import typer
from uvicorn.loops.auto import auto_loop_factory

from backend.api.documents import OperationsInvalidError
from backend.app import open_store, wire
from backend.domain.errors import DomainError
from backend.services.collaborators import Collaborators
from backend.settings.keys import Keys, KeysError, load_keys
from backend.settings.settings import Settings, SettingsError, read_settings
from backend.store.cipher import WrongKeysError
from backend.store.database import LOCKED_SECONDS, is_away, is_taken
from backend.store.embedded import database_folder, embedded_database, running_database
from backend.store.embedded_error import EmbeddedDatabaseError
from backend.store.private_file import write_private

UNUSABLE = 2
"""The exit status where something that is needed cannot be used; the line on standard error says what."""

ADDRESS_FILE = "address"

PATIENCE_SECONDS = 1.5 * LOCKED_SECONDS
"""How long a command waits for what somebody else is writing: one that was killed just now must not be in its way,
since nobody sends a command again by themselves, as a phone does.
"""

AWAY = "The database does not answer. Is it running, and is REUNIFY_MONGODB_URI right?"
TAKEN = "Somebody else is changing the same records. Try again in a minute."

P = ParamSpec("P")


class CannotStartError(Exception):
    """Something is in the way of starting: one line that says what."""


def in_one_line(command: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """The command run to its end; what its user can mend is told in one line, with exit status 2."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:
                runner.run(command(*args, **kwargs))
        except (
            CannotStartError,
            DomainError,
            EmbeddedDatabaseError,
            KeysError,
            OperationsInvalidError,
            SettingsError,
            WrongKeysError,
        ) as error:
            give_up(str(error))
        except KeyboardInterrupt:
            raise typer.Exit(130) from None
        except Exception as error:
            if not is_away(error):
                raise
            give_up(TAKEN if is_taken(error) else AWAY)

    return run


def give_up(line: str) -> NoReturn:
    print(f"reunify: {line}", file=sys.stderr)  # noqa: T201 (the command line's own voice)
    raise typer.Exit(UNUSABLE)


@asynccontextmanager
async def database_uri(settings: Settings) -> AsyncIterator[str]:
    """The database that the settings name, else the embedded one, which runs for as long as the context is open."""
    if settings.mongodb_uri is not None:
        yield settings.mongodb_uri.get_secret_value()
        return
    log = structlog.get_logger("database")
    async with embedded_database(
        settings.data_folder,
        cache_size=settings.database_cache,
        port=settings.database_port,
        on_event=log.info,
    ) as database:
        yield database.uri


@asynccontextmanager
async def beside_the_server() -> AsyncIterator[Collaborators]:
    """The collaborators for a short command: on the running server's database where there is one, else on its own."""
    settings = read_settings()
    if settings.mongodb_uri is None and not database_folder(settings.data_folder).exists():
        raise CannotStartError(
            f"There is no Reunify in {settings.data_folder}. Say where it is with REUNIFY_DATA_FOLDER."
        )
    keys = load_keys(settings, warn)
    running = None if settings.mongodb_uri is not None else running_database(settings.data_folder)
    if running is not None:
        async with (
            open_store(settings, keys, running.uri, PATIENCE_SECONDS) as store,
            wire(settings, keys, store) as use,
        ):
            yield use
        return
    async with (
        database_uri(settings) as uri,
        open_store(settings, keys, uri, PATIENCE_SECONDS) as store,
        wire(settings, keys, store) as use,
    ):
        yield use


def remember_address(settings: Settings) -> None:
    """Leave word of where this server is, for commands beside it that print links.

    A server on a MongoDB of others needs no data folder, and so leaves none.
    """
    if settings.mongodb_uri is not None:
        return
    write_private(settings.data_folder / ADDRESS_FILE, settings.address + "\n")


def address_of_the_server(settings: Settings) -> str:
    """Where the server on this data folder is, or was last; else where the settings would put it."""
    try:
        return settings.public_url or (settings.data_folder / ADDRESS_FILE).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return settings.address


def keys_of(settings: Settings) -> Keys:
    return load_keys(settings, warn)


def warn(line: str) -> None:
    structlog.get_logger("reunify").warning(line)
