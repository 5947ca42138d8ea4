"""`customer`: take identifiers back, those of one file or those of one customer."""

from typing import Annotated

import typer

from pipeline.cli.context import BRAND_OPTION, opened, read_settings
from pipeline.people import Merged, forget_customer, forget_file
from store.identity import secret_of

customer_app = typer.Typer(no_args_is_help=True, help="Who in public is which customer.")

BRAND = Annotated[str, BRAND_OPTION]
COMES_BACK = (
    "importing a file of customers that still has this one brings their identifiers back: take them out of it too"
)


@customer_app.command("forget-file")
def customer_forget_file(
    source: Annotated[str, typer.Argument(help="Name of the file, as it was imported.")], brand: BRAND
) -> None:
    """Take back the identifiers that a file told; importing it again brings them back."""
    with opened(read_settings()) as db:
        dropped, merged = forget_file(db, brand, source)
    typer.echo(f"{dropped} identifiers taken back")
    show_merged(merged)


@customer_app.command("forget")
def customer_forget(
    customer: Annotated[str, typer.Argument(help="The customer's id, as files give it.")], brand: BRAND
) -> None:
    """Erase all identifiers of one customer; survey answers and orders keep only the hash of the id.

    A file of customers that still has this one brings them back when it is imported again.
    """
    settings = read_settings()
    with opened(settings) as db:
        dropped, merged = forget_customer(db, brand, customer, secret=secret_of(settings))
    typer.echo(f"{dropped} identifiers erased")
    show_merged(merged)
    typer.echo(COMES_BACK, err=True)


def show_merged(merged: Merged) -> None:
    """Say how many persons there are now, and what was not joined."""
    typer.echo(f"{merged.persons} persons of {merged.keys} customers and identifiers")
    if merged.shared:
        typer.echo(f"{merged.shared} identifiers are of too many customers to tell a person by", err=True)
    if merged.undone:
        typer.echo(f"{merged.undone} customers stay alone: their group is too large to be one person", err=True)
