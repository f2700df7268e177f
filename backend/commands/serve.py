"""`reunify serve` and `reunify worker`: the long-running processes."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
import uvicorn
from rich.console import Console

from backend.api.patience import Patience, server_config
from backend.app import build_app, invite_link, open_store, wire, wire_worker
from backend.commands.running import CannotStartError, database_uri, in_one_line, keys_of, remember_address
from backend.logs import set_up_logs
from backend.services.audit import entering_refusals
from backend.services.collaborators import Collaborators
from backend.services.invites import invite_first_administrator
from backend.settings.settings import Settings, read_settings
from backend.store.feed import live_feed
from backend.worker import running_worker, spare_garbage_collection

LARGEST_WEBSOCKET_MESSAGE = 256_000
GRACE_SECONDS = 5


@in_one_line
async def serve(
    *,
    host: Annotated[str | None, typer.Option(help="The address to listen on (REUNIFY_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one (REUNIFY_PORT).")] = None,
    data_folder: Annotated[Path | None, typer.Option(help="Where everything is kept (REUNIFY_DATA_FOLDER).")] = None,
    worker: Annotated[bool | None, typer.Option(help="Do the worker's work too (REUNIFY_WORKER).")] = None,
) -> None:
    """Start the server: the API, and the worker with it."""
    settings = read_settings(host=host, port=port, data_folder=data_folder, worker=worker)
    set_up_logs(settings)
    stop = stop_asked_for()
    async with running_server(settings) as server:
        await greet(server.settings, server.use)
        await server.until(stop)


@in_one_line
async def worker(
    *,
    data_folder: Annotated[Path | None, typer.Option(help="Where the keys are kept (REUNIFY_DATA_FOLDER).")] = None,
) -> None:
    """Do the worker's work alone, beside servers started with `--no-worker` on the same MongoDB."""
    settings = read_settings(data_folder=data_folder)
    if settings.mongodb_uri is None:
        raise CannotStartError("A worker of its own needs REUNIFY_MONGODB_URI; `reunify serve` has one built in.")
    set_up_logs(settings)
    keys = keys_of(settings)
    async with AsyncExitStack() as stack:
        uri = await stack.enter_async_context(database_uri(settings))
        store = await stack.enter_async_context(open_store(settings, keys, uri))
        use = await stack.enter_async_context(wire(settings, keys, store))
        await stack.enter_async_context(live_feed(store, use.feed))
        spare_garbage_collection()
        await stack.enter_async_context(
            running_worker(await stack.enter_async_context(wire_worker(settings, keys, use)))
        )
        await stop_asked_for().wait()


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that answers. `settings` hold the port that it has."""

    settings: Settings
    use: Collaborators
    serving: asyncio.Task[None]

    async def until(self, stop: asyncio.Event) -> None:
        """Wait for `stop`. The server's own failure is raised here."""
        stopping = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({stopping, self.serving}, return_when=asyncio.FIRST_COMPLETED)
            if self.serving.done():
                self.serving.result()
        finally:
            stopping.cancel()


class _Server(uvicorn.Server):
    """Signals stay ours: uvicorn would raise SIGTERM anew, and so end us before the database is stopped."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def running_server(settings: Settings) -> AsyncIterator[RunningServer]:
    """The whole server, for as long as the context is open.

    Raises: CannotStartError, EmbeddedDatabaseError, KeysError, OperationsInvalidError.
    """
    keys = keys_of(settings)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(listen(settings))
        settings = settings.model_copy(update={"port": listener.getsockname()[1]})
        uri = await stack.enter_async_context(database_uri(settings))
        remember_address(settings)
        store = await stack.enter_async_context(open_store(settings, keys, uri))
        use = await stack.enter_async_context(wire(settings, keys, store))
        await stack.enter_async_context(live_feed(store, use.feed))
        await stack.enter_async_context(entering_refusals(use))
        spare_garbage_collection()
        app = build_app(settings, use)
        if settings.worker:
            await stack.enter_async_context(
                running_worker(await stack.enter_async_context(wire_worker(settings, keys, use)))
            )
        server = _Server(
            server_config(
                app,
                Patience(),
                log_level="warning",
                access_log=False,
                ws_max_size=LARGEST_WEBSOCKET_MESSAGE,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield RunningServer(settings, use, serving)
        finally:
            server.should_exit = True
            await asyncio.wait({serving})


def listen(settings: Settings) -> socket.socket:
    """A socket on the address of the settings, taken before anything else is started.

    Raises: CannotStartError.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen()  # a port merely bound could be bound by a second server; who calls early waits a moment
    except OSError as error:
        listener.close()
        raise CannotStartError(
            f"Cannot listen on {settings.host}:{settings.port}: {error.strerror}. Choose another with --host or --port."
        ) from error
    return listener


async def greet(settings: Settings, use: Collaborators) -> None:
    """Say where the server is and, until there is one, how the first administrator comes in."""
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    console.print(f"[bold]Reunify[/] is at {settings.address}")
    if settings.graphiql:
        console.print(f"  try the API in a browser: {settings.address}/graphql")
    secret = await invite_first_administrator(use)
    if secret is not None:
        console.print("  the first administrator opens this link, once, within a day:")
        console.print(f"  {invite_link(settings.address, secret)}")
        if not settings.graphiql:
            console.print("  (served with REUNIFY_GRAPHIQL=true; or send what follows # to the mutation acceptInvite)")


def stop_asked_for() -> asyncio.Event:
    """Set by Ctrl-C, SIGTERM, or the terminal's closing; from now on none of them ends the process at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    names = {signal.SIGINT, signal.SIGTERM}
    if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL:  # under `nohup` it is to be passed over
        names.add(signal.SIGHUP)
    for name in names:
        loop.add_signal_handler(name, stop.set)
    return stop
