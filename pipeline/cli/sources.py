"""`source`: what can be read, and the keys that some of it takes."""

import sys
from typing import Annotated, Any

import typer

from core.clock import now
from core.errors import Invalid
from crawlers.catalogue import require_key_name, source_rows
from pipeline.cli.context import BRAND_OPTION, JSON_OPTION, opened, read_settings, show_json, show_table
from store.brands import find_brand
from store.identity import secret_of
from store.source_keys import remove_source_key, set_source_key, source_key_names

LONGEST_KEY = 20_000
"""Characters: a service account's file with its private key has 2,400."""

source_app = typer.Typer(no_args_is_help=True, help="Sources that can be read, and the keys that some of them take.")


@source_app.command("list")
def source_list(
    brand: Annotated[str | None, BRAND_OPTION] = None, *, as_json: Annotated[bool, JSON_OPTION] = False
) -> None:
    """List every source: what it reads, which addresses are its own, which keys it takes and whether they are set."""
    settings = read_settings()
    known = set(settings.key)
    if brand is not None:
        with opened(settings) as db, db.read() as session:
            known |= set(source_key_names(session, find_brand(session, brand)))
    rows = source_rows(known, settings.grey_sources)
    if as_json:
        show_json(rows)
    else:
        show_table(["kind", "reads", "tier", "keys", "an address"], [_cells(row) for row in rows])


def _cells(row: dict[str, Any]) -> list[Any]:
    keys = [f"{key['name']}: {_state(key)}" for key in row["keys"]]
    tier = row["tier"] if row["is_on"] else f"{row['tier']}, off"
    return [row["kind"], row["reads"], tier, "\n".join(keys), next(iter(row["addresses"]), "by what the page holds")]


def _state(key: dict[str, Any]) -> str:
    if key["is_set"]:
        return "set"
    return "missing" if key["is_needed"] else "not set, may be"


@source_app.command("key")
def source_key(
    name: Annotated[str, typer.Argument(help="The key, as `source list` names it.")],
    brand: Annotated[str, BRAND_OPTION],
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Forget it.")] = False,
) -> None:
    """Keep a brand's key to a source, encrypted; it goes before AFTERWORD_KEY__NAME.

    Asks for the key, or reads it from standard input (`afterword source key NAME --brand B < FILE`). It is no argument,
    since those are seen by all users of a machine.
    """
    settings = read_settings()
    name = name.lower()
    with opened(settings) as db:
        with db.write.begin() as session:
            owner = find_brand(session, brand)
            if remove:
                remove_source_key(session, owner, name)
        if remove:
            typer.echo(f"key {name} of {brand} removed")
            return
        require_key_name(name)
        secret, value = secret_of(settings), _asked(name)
        with db.write.begin() as session:
            set_source_key(session, owner, name, value, secret, now=now())
    typer.echo(f"key {name} of {brand} kept, encrypted")


def _asked(name: str) -> str:
    """The value, hidden as it is typed; raises Invalid for none, or one that is no key."""
    told = typer.prompt(f"{name}", hide_input=True) if sys.stdin.isatty() else sys.stdin.read(LONGEST_KEY + 2)
    value = str(told).strip()
    if not value or len(value) > LONGEST_KEY or "\0" in value:
        msg = f"a key has 1 to {LONGEST_KEY} characters: type it when asked, or give it on standard input"
        raise Invalid(msg)
    return value
