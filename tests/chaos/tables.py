"""The counts as tables."""

from collections.abc import Sequence

from rich.table import Table

from tests.chaos.kills import Round
from tests.chaos.races import Race
from tests.chaos.stock import Stock

COLUMNS = {
    "registrations": "registered",
    "reports": "reported",
    "sent_again": "sent again",
    "pairs": "pairs",
    "matches": "matches",
    "alerts": "alerts",
    "deliveries": "deliveries",
    "shown": "shown",
    "repeats": "repeats",
}


class KillTable:
    """A row for each round while it goes on, and a last one with the sums of the stock taken at the very end."""

    def __init__(self, title: str) -> None:
        self.table = Table(title=title, title_justify="left", show_footer=False)
        for name in ("round", "killed at", *COLUMNS.values(), "lost", "doubled"):
            self.table.add_column(name, justify="right")

    def add(self, played: Round) -> None:
        number = str(self.table.row_count + 1)
        self.table.add_row(number, f"{played.killed_after:.1f} s", *_cells([played.stock]))

    def total(self, stocks: Sequence[Stock]) -> None:
        self.table.add_section()
        self.table.add_row("all", "", *_cells(stocks), style="bold")


def _cells(stocks: Sequence[Stock]) -> list[str]:
    sums = [sum(getattr(stock, name) for stock in stocks) for name in COLUMNS]
    lost, doubled = sum(len(stock.lost) for stock in stocks), sum(len(stock.doubled) for stock in stocks)
    return [*map(str, sums), _marked(lost), _marked(doubled)]


def _marked(count: int) -> str:
    return f"[red]{count}[/]" if count else "0"


def race_table(races: Sequence[Race]) -> Table:
    table = Table("race", "answers", "wrong", title="Many at once", title_justify="left")
    for race in races:
        answers = ", ".join(f"{count} {answer}" for answer, count in sorted(race.answers.items()))
        table.add_row(race.name, answers, "\n".join(race.faults))
    return table
