"""`make bench`: runs the parts named on the command line, or all, and writes what was measured to bench/RESULTS.md."""

import asyncio
import os
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from uvicorn.loops.auto import auto_loop_factory

from tests.bench.accuracy import measure_accuracy
from tests.bench.alerts import measure_alerts
from tests.bench.audit import measure_audit
from tests.bench.live import measure_live
from tests.bench.map import measure_map
from tests.bench.meeting import measure_meeting
from tests.bench.registering import measure_registering
from tests.bench.screens import measure_screens
from tests.bench.speed import measure_speed

RESULTS = Path(__file__).parents[2] / "bench" / "RESULTS.md"
PARTS = {
    "accuracy": measure_accuracy,
    "alerts": measure_alerts,
    "audit": measure_audit,
    "live": measure_live,
    "map": measure_map,
    "meeting": measure_meeting,
    "registering": measure_registering,
    "screens": measure_screens,
    "speed": measure_speed,
}
HEAD = "# What was measured\n\nWritten by `make bench`. Each figure stands beside something run in the same run.\n"


async def main(names: list[str]) -> None:
    quick = bool(os.environ.get("QUICK"))
    console = Console(stderr=True)
    for name in names or list(PARTS):
        console.print(f"[bold]{name}[/] ...")
        text = await PARTS[name](quick=quick)
        console.print(text)
        write_part(name, f"{text}\n\n{machine()}{', quick form' if quick else ''}.\n")


def machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} "
        f"{platform.machine()}, Python {platform.python_version()}"
    )


def write_part(name: str, text: str) -> None:
    """Put a part in the place of its last measurement; the others stay as they are."""
    RESULTS.parent.mkdir(exist_ok=True)
    old = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else HEAD
    before, *sections = old.split("\n## ")
    kept = {section.split("\n", 1)[0]: section.split("\n", 1)[1].strip() for section in sections}
    kept[name] = text.strip()
    RESULTS.write_text(
        "\n## ".join([before.rstrip() + "\n", *(f"{title}\n\n{kept[title]}\n" for title in sorted(kept))]),
        encoding="utf-8",
    )


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=auto_loop_factory()) as runner:  # as the server and its commands run
        runner.run(main(sys.argv[1:]))
