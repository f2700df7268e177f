"""`reunify access`: writes the policy as a page, and checks that it is up to date."""

from pathlib import Path
from typing import Annotated

import typer

from backend.api.access_page import access_page
from backend.commands.running import CannotStartError, in_one_line

PAGE = Path(__file__).parents[2] / "docs" / "ACCESS.md"


@in_one_line
async def access(
    *, check: Annotated[bool, typer.Option("--check", help="Only say whether the page is what the code says.")] = False
) -> None:
    """Write docs/ACCESS.md: who may do what, and who sees what."""
    page = access_page()
    if check and (not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page):
        raise CannotStartError("docs/ACCESS.md is not what the code says. Run `make schema`, and read the difference.")
    if not check:
        PAGE.write_text(page, encoding="utf-8")
    typer.echo("docs/ACCESS.md is up to date.")
