"""A sender whose messages go nowhere."""

from datetime import timedelta

from backend.sender import Channels, Sender
from backend.services.collaborators import Collaborators
from notifications.console import Console


def silent_sender(use: Collaborators, lease: timedelta) -> Sender:
    console = Console(lambda _: None)
    return Sender(use=use, channels=Channels(console, console, console), address="http://127.0.0.1", lease=lease)
