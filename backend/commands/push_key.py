"""`reunify push-key`: a new key for Web Push, with the devices that have the old one served until they renew."""

import typer

from backend.commands.running import in_one_line
from backend.settings.keys import renew_vapid_key
from backend.settings.settings import read_settings


@in_one_line
async def push_key() -> None:
    """Make a new key for Web Push; servers take it up when they are started again."""
    settings = read_settings()
    renew_vapid_key(settings)
    typer.echo(
        f"A new key is in {settings.data_folder / 'keys.json'}, the old one beside it for devices that have it. "
        "Start the servers and workers again; those elsewhere need the same file."
    )
