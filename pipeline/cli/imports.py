"""`import`: files of mentions, survey answers, orders and customers."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer

from core.clock import now
from core.errors import Invalid
from pipeline.cli.context import BRAND_OPTION, JSON_OPTION, opened, read_settings, show_json
from pipeline.cli.customers import show_merged
from pipeline.imports import ImportResult, import_customers, import_mentions, import_orders, import_survey
from pipeline.progress import bar
from store.identity import secret_of
from store.models import Scale

import_app = typer.Typer(no_args_is_help=True, help="Files: CSV, JSONL (.gz too), XLSX, Parquet.")

FILE = Annotated[Path, typer.Argument(help="The file.")]
BRAND = Annotated[str, BRAND_OPTION]
MAP = Annotated[list[str] | None, typer.Option("--map", help="field=Column, as often as needed.")]
AS_JSON = Annotated[bool, JSON_OPTION]
MOST_NAMES, LONGEST_NAME = 40, 120


def _columns(pairs: list[str] | None) -> dict[str, str]:
    columns = {}
    for pair in pairs or []:
        field, equals, column = pair.partition("=")
        if not (field and equals):
            msg = f"--map takes field=Column (field= leaves it out), not {pair!r}"
            raise Invalid(msg)
        columns[field.strip()] = column.strip()
    return columns


@import_app.command("mentions")
def mentions(file: FILE, brand: BRAND, columns: MAP = None, *, as_json: AS_JSON = False) -> None:
    """Import public reviews and posts. A mention needs a text or a rating.

    Open answers of a survey without scores may be imported with their `question`; they count on the public side.
    """
    settings = read_settings()
    with opened(settings) as db, bar("importing mentions") as advance:
        result = import_mentions(
            db, brand, file, columns=_columns(columns), secret=secret_of(settings), clock=now, advance=advance
        )
    _show(result, as_json=as_json)


@import_app.command("survey")
def survey(
    file: FILE,
    brand: BRAND,
    columns: MAP = None,
    scale: Annotated[Scale, typer.Option(help="The scale of the scores; only nps enters the NPS.")] = Scale.NPS,
    *,
    as_json: AS_JSON = False,
) -> None:
    """Import survey answers."""
    settings = read_settings()
    with opened(settings) as db, bar("importing survey answers") as advance:
        result = import_survey(
            db,
            brand,
            file,
            columns=_columns(columns),
            secret=secret_of(settings),
            clock=now,
            scale=scale,
            advance=advance,
        )
    _show(result, as_json=as_json)


@import_app.command("orders")
def orders(file: FILE, brand: BRAND, columns: MAP = None, *, as_json: AS_JSON = False) -> None:
    """Import purchases."""
    settings = read_settings()
    with opened(settings) as db, bar("importing orders") as advance:
        result = import_orders(
            db, brand, file, columns=_columns(columns), secret=secret_of(settings), clock=now, advance=advance
        )
    _show(result, as_json=as_json)


@import_app.command("customers")
def customers(
    file: FILE,
    brand: BRAND,
    columns: MAP = None,
    source: Annotated[str | None, typer.Option(help="A name to take it back by; the file's name if none.")] = None,
    *,
    as_json: AS_JSON = False,
) -> None:
    """Import who is who: a customer's email, phone, and handle on any channel (--map CHANNEL=Column)."""
    settings = read_settings()
    with opened(settings) as db, bar("importing customers") as advance:
        result, merged = import_customers(
            db,
            brand,
            file,
            columns=_columns(columns),
            secret=secret_of(settings),
            clock=now,
            source=source,
            advance=advance,
        )
    _show(result, as_json=as_json)
    if not as_json:
        show_merged(merged)


def _read_and_made(result: ImportResult) -> Iterator[str]:
    """Which columns were read as what, and which places were made: a misspelt one would be a place of its own."""
    yield f"read: {_listed(f'{field} from {column!r}' for field, column in result.columns.items())}"
    if result.ignored_columns:
        yield f"ignored: {_listed(map(repr, result.ignored_columns))}"
    if result.created_locations:
        yield f"made locations: {_listed(result.created_locations)}"
    if result.created_channels:
        yield f"made channels: {_listed(result.created_channels)}"


def _listed(names: Iterable[str]) -> str:
    """The first forty, each in bounds; `repr` of a name from a file keeps what a terminal would obey from it."""
    found = list(names)
    shown = [name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…" for name in found[:MOST_NAMES]]
    return ", ".join(shown) + (f" and {len(found) - MOST_NAMES} more" if len(found) > MOST_NAMES else "")


def _show(result: ImportResult, *, as_json: bool) -> None:
    """Say what went in and from which columns; rows that did not are counted, and stand in a file."""
    if as_json:
        show_json({name: getattr(result, name) for name in result.__slots__})
    else:
        typer.echo(f"{result.added} added, {result.changed} changed, {result.unchanged} there already")
        for line in _read_and_made(result):
            typer.echo(line)
    if result.refused:
        typer.echo(f"{result.refused} rows refused: see {result.errors_file}", err=True)
