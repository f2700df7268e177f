"""The console shows a developer what a device would show, and no secret."""

from notifications.channel import Channel, State
from notifications.console import Console
from notifications.messages import Kind, Message

REPORT = "0197c0de-0000-7000-8000-000000000001"


async def test_the_console_writes_one_line_in_the_reader_s_language_without_the_target() -> None:
    lines: list[str] = []
    console: Channel[str] = Console(lines.append)
    outcome = await console.send("https://a.secret/endpoint", Message(Kind.REPORT_NEWS, REPORT, "fr"))
    assert outcome.state is State.SENT
    (line,) = lines
    assert "Il y a du nouveau sur votre signalement" in line
    assert REPORT in line
    assert "secret" not in line
