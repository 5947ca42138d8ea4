"""What every command shares: settings, an opened database with the right schema, one way to show a result."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from core.errors import Invalid
from core.logs import configure_logs
from core.settings import Settings
from store.database import Database, open_database
from store.schema import require_current

WIDE = 160
"""Columns of a table that is written to a file or a pipe."""

JSON_OPTION = typer.Option("--json", help="Print the result as JSON.")
BRAND_OPTION = typer.Option("--brand", help="Slug of the brand.")


def read_settings() -> Settings:
    """The settings of this process, with logs configured by them; raises Invalid naming the variable that is wrong."""
    try:
        settings = Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "AFTERWORD_" + "_".join(str(part) for part in first["loc"]).upper()
        msg = f"{name}: {first['msg']}"
        raise Invalid(msg) from error
    configure_logs(settings.log_level, as_json=settings.log_json)
    return settings


@contextmanager
def opened(settings: Settings, *, migrated: bool = True) -> Iterator[Database]:
    """The database of the settings; raises SchemaBehind unless it has this release's schema."""
    db = open_database(settings.database_url)
    try:
        if migrated:
            require_current(db)
        yield db
    finally:
        db.close()


def _plain(value: Any) -> str:
    """Moments and days as RFC 3339, all else by its text."""
    return value.isoformat() if isinstance(value, date) else str(value)


def show_json(result: Any) -> None:
    """Print a result for programs: UTF-8 JSON on standard output."""
    typer.echo(json.dumps(result, ensure_ascii=False, indent=2, default=_plain))


def terminal() -> Console:
    """Standard output, as wide as the terminal; wide where there is none."""
    return Console(width=None if Console().is_terminal else WIDE)


def show(table: Table) -> None:
    """Print a table."""
    terminal().print(table)


def show_table(columns: list[str], rows: list[list[Any]]) -> None:
    """Print rows for people; no rows at all are said in words."""
    if not rows:
        typer.echo("nothing yet")
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    show(table)
