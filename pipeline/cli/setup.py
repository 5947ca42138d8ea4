"""`db`, `brand`, `location`, `key`: what has to be there before anything is watched."""

from typing import Annotated

import typer

from core.clock import now
from pipeline.cli.context import BRAND_OPTION, JSON_OPTION, opened, read_settings, show_json, show_table
from store.brands import add_brand, add_location, all_brands, find_brand, list_locations
from store.keys import Role, add_key
from store.schema import revision, upgrade

db_app = typer.Typer(no_args_is_help=True, help="The database.")
brand_app = typer.Typer(no_args_is_help=True, help="Brands that are watched.")
location_app = typer.Typer(no_args_is_help=True, help="Locations of a brand.")
key_app = typer.Typer(no_args_is_help=True, help="Keys to the API.")


@db_app.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to this release's schema; harmless when it is there already."""
    with opened(read_settings(), migrated=False) as db:
        upgrade(db)
        typer.echo(f"schema {revision(db)}")


@brand_app.command("add")
def brand_add(
    slug: str,
    name: Annotated[str, typer.Option(help="How people call it.")],
    timezone: Annotated[str, typer.Option(help="IANA name; a day is a day there.")] = "UTC",
) -> None:
    """Add a brand."""
    with opened(read_settings()) as db, db.write.begin() as session:
        brand = add_brand(session, slug, name=name, timezone=timezone, now=now())
        typer.echo(f"brand {brand.slug}")


@brand_app.command("list")
def brand_list(*, as_json: Annotated[bool, JSON_OPTION] = False) -> None:
    """List the brands."""
    with opened(read_settings()) as db, db.read() as session:
        rows = [{"slug": brand.slug, "name": brand.name, "timezone": brand.timezone} for brand in all_brands(session)]
    show_json(rows) if as_json else show_table(["slug", "name", "time zone"], [list(row.values()) for row in rows])


@location_app.command("add")
def location_add(
    brand: str, slug: str, name: Annotated[str | None, typer.Option(help="How people call it.")] = None
) -> None:
    """Add a location to a brand."""
    with opened(read_settings()) as db, db.write.begin() as session:
        location = add_location(session, find_brand(session, brand), slug, name=name or slug)
        typer.echo(f"location {location.slug}")


@location_app.command("list")
def location_list(brand: str, *, as_json: Annotated[bool, JSON_OPTION] = False) -> None:
    """List the locations of a brand."""
    with opened(read_settings()) as db, db.read() as session:
        found = list_locations(session, find_brand(session, brand))
    rows = [{"slug": location.slug, "name": location.name} for location in found]
    show_json(rows) if as_json else show_table(["slug", "name"], [list(row.values()) for row in rows])


@key_app.command("add")
def key_add(
    name: str,
    role: Annotated[Role, typer.Option(help="What it may do.")],
    brand: Annotated[str | None, BRAND_OPTION] = None,
) -> None:
    """Make an API key, for one brand or for all. It is shown this once and stored as a hash."""
    with opened(read_settings()) as db, db.write.begin() as session:
        owner = find_brand(session, brand) if brand else None
        typer.echo(add_key(session, name, role, brand=owner, now=now()))
