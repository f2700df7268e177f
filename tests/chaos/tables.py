"""The counts as tables: `children` were registered, `again` is what had to be sent once more, `sent` are deliveries."""

from collections.abc import Sequence

from rich import box
from rich.table import Table

from tests.chaos.bytes_fuzz import Tried
from tests.chaos.kills import Round
from tests.chaos.races import Race
from tests.chaos.rotations import Rotated
from tests.chaos.schema_fuzz import Told
from tests.chaos.stock import Stock

COLUMNS = {
    "registrations": "children",
    "reports": "reports",
    "sent_again": "again",
    "pairs": "pairs",
    "matches": "matches",
    "alerts": "alerts",
    "deliveries": "sent",
    "shown": "shown",
    "repeats": "repeats",
}


class KillTable:
    """A row for each round while it goes on, and a last one with the sums of the stock taken at the very end."""

    def __init__(self, title: str) -> None:
        self.table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
        for name in ("round", "kill at", *COLUMNS.values(), "lost", "doubled", "odd"):
            self.table.add_column(name, justify="right")

    def add(self, played: Round) -> None:
        number = str(self.table.row_count + 1)
        self.table.add_row(number, f"{played.killed_after:.1f} s", *_cells([played.stock]))

    def total(self, stocks: Sequence[Stock]) -> None:
        self.table.add_section()
        self.table.add_row("all", "", *_cells(stocks), style="bold")


def _cells(stocks: Sequence[Stock]) -> list[str]:
    counted = [sum(getattr(stock, name) for stock in stocks) for name in COLUMNS]
    faults = [sum(len(getattr(stock, name)) for stock in stocks) for name in ("lost", "doubled", "odd")]
    return [*map(str, counted), *map(_marked, faults)]


def _marked(count: int) -> str:
    return f"[red]{count}[/]" if count else "0"


def race_table(races: Sequence[Race]) -> Table:
    table = Table("race", "answers", "wrong", title="Many at once", title_justify="left", box=box.SIMPLE_HEAD)
    for race in races:
        answers = ", ".join(f"{count} {answer}" for answer, count in sorted(race.answers.items()))
        table.add_row(race.name, answers, "\n".join(race.faults))
    return table


def told_table(title: str, told: Told) -> Table:
    """What each was answered, the most frequent first."""
    head = f"{title}: {told.documents:,} documents, {told.requests:,} requests, the slowest {told.longest:.2f} s"
    table = Table("as", "requests", "answers", title=head, title_justify="left", box=box.SIMPLE_HEAD)
    for who, outcomes in sorted(told.outcomes.items()):
        answers = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        table.add_row(who, f"{told.asked[who]:,}", answers)
    return table


def tried_table(tries: Sequence[Tried]) -> Table:
    columns = ("what", "tried", "answers", "slowest", "MB before", "at most", "after", "wrong")
    table = Table(*columns, title="What nobody should send", title_justify="left", box=box.SIMPLE_HEAD)
    for tried in tries:
        answers = ", ".join(f"{count} {answer}" for answer, count in sorted(tried.outcomes.items()))
        memory = [f"{megabytes:.0f}" for megabytes in (tried.memory.before, tried.memory.most, tried.memory.after)]
        table.add_row(
            tried.name, str(tried.count), answers, f"{tried.longest:.1f} s", *memory, _marked(len(tried.faults))
        )
    return table


def rotation_table(rotated: Rotated) -> Table:
    table = Table(title="The key, exchanged twice under writers", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("keys", *COLUMNS.values(), "lost", "doubled", "odd", "under an old key", "garbled"):
        table.add_column(name, justify="right")
    old = len(rotated.borne - {rotated.keys[0]})
    table.add_row(str(len(rotated.keys)), *_cells([rotated.stock]), _marked(old), _marked(len(rotated.garbled)))
    return table
