"""Messages on the terminal, for development."""

from collections.abc import Callable
from dataclasses import dataclass

from notifications.catalogue import text
from notifications.channel import Outcome, State
from notifications.messages import Message


@dataclass(frozen=True, slots=True)
class Console:
    """Writes one line a message through `write`, such as `print`; the target is not shown, since it is a secret."""

    write: Callable[[str], object]

    async def send(self, target: object, message: Message) -> Outcome:  # noqa: ARG002 - every channel has a target
        words = text(message.language, message.kind)
        self.write(f"{message.kind} {message.id} [{message.language}] {words.title} - {words.body}")
        return Outcome(State.SENT, "written to the console")
