"""The command line: `reunify COMMAND`."""

import typer

from backend.commands import account, audit, events, keys, matching
from backend.commands import map as map_command
from backend.commands.access import access
from backend.commands.demo import demo
from backend.commands.destroy import destroy
from backend.commands.indexes import indexes
from backend.commands.invite import invite
from backend.commands.match import match
from backend.commands.push_key import push_key
from backend.commands.schema import schema
from backend.commands.serve import serve, worker
from backend.settings.settings import setting_rows


def build() -> typer.Typer:
    app = typer.Typer(
        name="reunify",
        help="Brings children separated by a disaster back to their families.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    app.command(epilog=settings_table())(serve)
    app.command()(worker)
    app.command()(demo)
    app.command()(match)
    app.command()(invite)
    app.command()(indexes)
    app.command()(destroy)
    app.command()(push_key)
    app.command()(schema)
    app.command()(access)
    app.add_typer(account.app, name="account")
    app.add_typer(audit.app, name="audit")
    app.add_typer(events.app, name="events")
    app.add_typer(keys.app, name="keys")
    app.add_typer(map_command.app, name="map")
    app.add_typer(matching.app, name="matching")
    return app


def settings_table() -> str:
    """Every setting, as a list for the command line's help."""
    rows = (
        f"- `{row.name}`{f' (default: {row.default})' if row.default else ''}: {row.description}"
        for row in setting_rows()
    )
    return "\n".join(["Settings, as environment variables:", "", *rows])
