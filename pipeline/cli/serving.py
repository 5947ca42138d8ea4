"""`serve` and `demo`: the API and the page, alone or with the whole cycle beside them."""

import contextlib
import ipaddress
import multiprocessing
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from api.app import create_app
from core.clock import now
from core.logs import configure_logs
from core.settings import Settings
from pipeline.cli.context import opened, read_settings
from pipeline.cli.reports import WrittenReport
from pipeline.cycle import run_cycle
from pipeline.demo import demo_settings, run_demo
from pipeline.sample import chain
from pipeline.schedule import repeat
from store.brands import find_brand
from store.database import Database, open_database
from store.schema import upgrade

HOST = Annotated[str, typer.Option(help="Address to listen on.")]
PORT = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")]


def serve(
    host: HOST = "127.0.0.1",
    port: PORT = 8000,
    *,
    with_cycle: Annotated[bool, typer.Option("--with-cycle", help="Also run the cycle, by the clock.")] = False,
) -> None:
    """Serve the API and the page. On loopback the page needs no key; elsewhere the browser asks for one."""
    settings = read_settings()
    with opened(settings) as db, _cycles(settings) if with_cycle else contextlib.nullcontext():
        _serve(db, settings, host, port)


def _serve(db: Database, settings: Settings, host: str, port: int) -> None:
    app = create_app(db, settings, open_pages=_is_loopback(host))
    uvicorn.run(app, host=host, port=port, log_level=settings.log_level.lower())


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextlib.contextmanager
def _cycles(settings: Settings) -> Iterator[None]:
    """Cycles in a process of their own, so that the web process holds no model; it ends with the server."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=cycle_forever, args=(settings,), name="afterword-cycle")
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def cycle_forever(settings: Settings) -> None:
    """Run due cycles until the process is ended; each is safe to cut short. A new process: its logs begin anew."""
    configure_logs(settings.log_level, as_json=settings.log_json)
    db = open_database(settings.database_url)
    work = partial(run_cycle, db, settings, clock=now, only_due=True)
    repeat(work, every_s=settings.cycle_minutes * 60, stopped=threading.Event())


def demo(
    folder: Annotated[Path, typer.Option("--dir", help="Where its database and key are kept.")] = Path("var/demo"),
    host: HOST = "127.0.0.1",
    port: PORT = 8000,
    *,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Stop after the report.")] = False,
) -> None:
    """The whole cycle on a bundled sample chain: crawl, label, compare, alert; then the page."""
    settings = demo_settings(read_settings(), folder)
    with opened(settings, migrated=False) as db:
        upgrade(db)
        imported, cycle = run_demo(db, settings)
        typer.echo(
            f"{imported.rows} survey answers, {cycle.crawled} feeds crawled, {cycle.added} new mentions, "
            f"{cycle.labelled} labelled, {cycle.alerts_opened} alerts opened"
        )
        with db.read() as session:
            WrittenReport.of(session, find_brand(session, chain().slug), ("location",), settings).show()
        if not no_serve:
            typer.echo(f"The gap report: http://{host}:{port}/  (Ctrl-C ends it)")
            _serve(db, settings, host, port)
