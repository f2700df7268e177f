"""The counts as tables: `children` were registered, `again` is what had to be sent once more, `sent` are deliveries."""

from collections.abc import Sequence

from rich import box
from rich.table import Table

from tests.chaos.kills import Round
from tests.chaos.races import Race
from tests.chaos.rotations import Rotated
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


def rotation_table(rotated: Rotated) -> Table:
    table = Table(title="The key, exchanged twice under writers", title_justify="left", box=box.SIMPLE_HEAD)
    for name in ("keys", *COLUMNS.values(), "lost", "doubled", "odd", "under an old key", "garbled"):
        table.add_column(name, justify="right")
    old = len(rotated.borne - {rotated.keys[0]})
    table.add_row(str(len(rotated.keys)), *_cells([rotated.stock]), _marked(old), _marked(len(rotated.garbled)))
    return table
