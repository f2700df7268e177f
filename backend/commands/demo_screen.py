"""What `reunify demo` shows in the terminal: who can sign in where, and the exercise as it goes on."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

EXERCISE = "EXERCISE: invented people only"
MATCHES_SHOWN = 6
NEWS_SHOWN = 5
NEARLY_CERTAIN, LIKELY, DOUBTFUL = 0.99, 0.9, 0.5


@dataclass(frozen=True, slots=True)
class Doorway:
    """Somebody of a role, and the link that signs a browser in as them."""

    role: str
    name: str
    link: str


@dataclass(frozen=True, slots=True)
class SeenMatch:
    """`right` says whether both are the same child, which only an exercise can know."""

    probability: float
    missing: str
    registered: str
    site: str
    right: bool
    told: bool
    likely: bool
    family_id: str


@dataclass(slots=True)
class Tally:
    """What has happened so far. `matches` has the newest last."""

    registered: int = 0
    reported: int = 0
    matches: dict[str, SeenMatch] = field(default_factory=dict)
    news: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=NEWS_SHOWN))

    def saw(self, match_id: str, match: SeenMatch) -> None:
        self.matches.pop(match_id, None)
        self.matches[match_id] = match

    def tell(self, at: datetime, line: str) -> None:
        self.news.append((at.astimezone(), line))

    @property
    def likely(self) -> list[SeenMatch]:
        return [match for match in self.matches.values() if match.likely]

    @property
    def families_told(self) -> int:
        return len({match.family_id for match in self.matches.values() if match.told})


def say_where(console: Console, address: str, doorways: list[Doorway], authenticator_key: str) -> None:
    """The links stand on lines of their own, so that no table breaks them."""
    console.print()
    console.print(f"[bold]Reunify[/] is at [bold]{address}[/]    [black on yellow] {EXERCISE} [/]")
    console.print()
    console.print("Open a link to look at the exercise as one of these people:")
    for doorway in doorways:
        console.print(f"  [bold]{doorway.role}[/], {doorway.name}")
        console.print(f"    [link={doorway.link}]{doorway.link}[/]", style="cyan", soft_wrap=True)
    console.print()
    console.print("To decide as the coordinator, add this key to an authenticator app, for its codes:", soft_wrap=True)
    console.print(f"    {authenticator_key}", style="cyan", soft_wrap=True)
    console.print()
    console.print("[dim]Ctrl-C ends it.[/]")
    console.print()


def frame(tally: Tally, title: str, running: str) -> RenderableType:
    """The whole picture of the moment."""
    return Group(
        Rule(Text.assemble((title, "bold"), f"  {running}"), align="left", style="yellow"),
        Padding(_figures(tally), (1, 2)),
        Text("Latest matches", style="bold"),
        Padding(_matches(tally), (0, 2, 1, 2)),
        Text("Latest news", style="bold"),
        Padding(_news(tally), (0, 2)),
    )


def summary(tally: Tally) -> str:
    likely = tally.likely
    right = sum(match.right for match in likely)
    return (
        f"{tally.registered} children registered and {tally.reported} reported missing, all invented; "
        f"{len(tally.matches)} matches proposed, {len(likely)} of them likely and {right} of these right; "
        f"{tally.families_told} families told."
    )


def match_line(match: SeenMatch) -> str:
    """A match in one line, for a terminal that is none."""
    truth = "the same child" if match.right else "another child"
    return (
        f"match {percent(match.probability)}: {match.missing} <-> {match.registered}, {match.site} (in truth {truth})"
    )


def percent(probability: float) -> str:
    """Nothing is certain, and so nothing is shown as 100 %."""
    return ">99 %" if probability > NEARLY_CERTAIN else f"{probability * 100:.0f} %"


def elapsed(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def named(person: Mapping[str, object]) -> str:
    """What to call a person by, from a `names` of the API; a child who said nothing is described as such."""
    for part in (person["full"], " ".join(str(person[key]) for key in ("given", "family") if person[key])):
        if part:
            return str(part)
    said = person.get("asSaid")
    return f"“{said}”" if said else "(says no name)"


def _figures(tally: Tally) -> Table:
    table = Table.grid(padding=(0, 4), pad_edge=False)
    figures = (
        (tally.registered, "registered", "cyan"),
        (tally.reported, "reported missing", "magenta"),
        (len(tally.matches), "matches proposed", "yellow"),
        (len(tally.likely), "likely", "green"),
        (tally.families_told, "families told", "bold green"),
    )
    for _ in figures:
        table.add_column(justify="center")
    table.add_row(*(Text(str(count), style=f"bold {style}") for count, _, style in figures))
    table.add_row(*(Text(word, style="dim") for _, word, _ in figures))
    return table


def _matches(tally: Tally) -> RenderableType:
    if not tally.matches:
        return Text("none yet", style="dim")
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column(ratio=3, no_wrap=True, overflow="ellipsis")
    table.add_column(no_wrap=True)
    table.add_row(*(Text(word, style="dim") for word in ("", "missing", "taken in as", "at", "in truth")))
    for match in list(tally.matches.values())[: -MATCHES_SHOWN - 1 : -1]:
        table.add_row(
            Text(percent(match.probability), style=_colour(match.probability)),
            Text(match.missing),
            Text(match.registered),
            Text(match.site, style="dim"),
            Text("✓ same child", style="green") if match.right else Text("✗ another child", style="red"),
        )
    return table


def _news(tally: Tally) -> Table:
    table = Table.grid(padding=(0, 2))
    for at, line in reversed(tally.news):
        table.add_row(Text(f"{at:%H:%M:%S}", style="dim"), Text(line, no_wrap=True, overflow="ellipsis"))
    return table


def _colour(probability: float) -> str:
    if probability >= LIKELY:
        return "bold green"
    return "yellow" if probability >= DOUBTFUL else "dim"
