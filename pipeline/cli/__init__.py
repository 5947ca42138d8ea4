"""The `afterword` command: every command, and the one place where errors become exit codes."""

import sys
from collections.abc import Callable

import typer

from core.errors import AfterwordError
from pipeline.cli.customers import customer_app
from pipeline.cli.feeds import crawl_command, feed_app, watch
from pipeline.cli.imports import import_app
from pipeline.cli.loyalty import loyalty
from pipeline.cli.models import model_app
from pipeline.cli.reports import report
from pipeline.cli.serving import demo, serve
from pipeline.cli.setup import brand_app, db_app, key_app, location_app
from pipeline.cli.sources import source_app
from pipeline.cli.stages import alerts, label, run

app = typer.Typer(
    name="afterword",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Where, why and since when public opinion parts from the survey.",
)
for name, group in {
    "db": db_app,
    "brand": brand_app,
    "location": location_app,
    "feed": feed_app,
    "source": source_app,
    "import": import_app,
    "customer": customer_app,
    "key": key_app,
    "model": model_app,
}.items():
    app.add_typer(group, name=name)
commands: dict[str, Callable[..., None]] = {
    "watch": watch,
    "crawl": crawl_command,
    "label": label,
    "report": report,
    "loyalty": loyalty,
    "alerts": alerts,
    "run": run,
    "serve": serve,
    "demo": demo,
}
for name, command in commands.items():
    app.command(name)(command)

FAILED, INTERRUPTED = 1, 130


def main() -> None:
    """Run the command line. Exit 0: done; 1: something that the message says how to mend; 2: wrong usage."""
    try:
        app()
    except AfterwordError as error:
        # a message may quote an address from the web: no escape sequence of it reaches the terminal
        said = "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in str(error))
        typer.echo(f"afterword: {said}", err=True)
        sys.exit(FAILED)
    except KeyboardInterrupt:
        typer.echo("afterword: stopped; run it again to go on", err=True)
        sys.exit(INTERRUPTED)
