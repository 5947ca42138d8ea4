"""`watch`, `feed` and `crawl`: public addresses and what is fetched from them."""

from datetime import datetime
from typing import Annotated, Any

import typer

from core.clock import now
from core.settings import Settings
from crawlers.new_feeds import NewFeed, add_new
from crawlers.sites import is_loopback
from crawlers.source import needed
from crawlers.sources import require_switched_on, source_of
from crawlers.targets import target_of
from crawlers.watch import recognise
from pipeline.cli.context import BRAND_OPTION, JSON_OPTION, opened, read_settings, show_json, show_table
from pipeline.crawling import crawl
from store.brands import find_brand, find_location
from store.crawl_tallies import DONE
from store.database import Database
from store.feeds import EVERY_MINUTES, FeedOptions, find_feed, list_feeds, remove_feed, set_paused
from store.models import Channel, CrawlRun
from store.source_keys import source_key_names

feed_app = typer.Typer(no_args_is_help=True, help="Public addresses that are crawled.")

FEED_ID = Annotated[int, typer.Argument(help="Its id, as `feed list` shows it.")]
LOCATION = Annotated[str | None, typer.Option(help="Slug of the location that the address is about.")]
CHANNEL = Annotated[str | None, typer.Option(help="Name of the channel; the site's host without it.")]
QUERY = Annotated[
    str, typer.Option(help='What a text must say to be kept: "acme gym" OR acmefit -roadrunner; * ends a word stem.')
]
ALLOW_PRIVATE = Annotated[bool, typer.Option("--allow-private", help="It may be an address of the inner network.")]
RENDER = Annotated[bool, typer.Option("--render", help="Its pages need a browser (the `browser` extra).")]
EVERY = Annotated[int, typer.Option("--every", min=1, help="Minutes between two crawls.")]
BASE_URL = Annotated[
    str | None, typer.Option(help="Another scheme://host:port to fetch from, in place of the address's.")
]


def watch(
    url: str,
    brand: Annotated[str, BRAND_OPTION],
    location: LOCATION = None,
    channel: CHANNEL = None,
    every: EVERY = EVERY_MINUTES,
    base_url: BASE_URL = None,
    query: QUERY = "",
    *,
    allow_private: ALLOW_PRIVATE = False,
    render: RENDER = False,
) -> None:
    """Recognise the source behind a public address and add it as a feed."""
    settings = read_settings()
    with opened(settings) as db:
        with db.read() as session:  # before the fetch: a typing error is told at once
            owner = find_brand(session, brand)
            if location is not None:
                find_location(session, owner, location)
        options = FeedOptions(query=query, allows_private=allow_private, renders=render, every_minutes=every)
        allows_private = allow_private or is_loopback(url)
        found = recognise(url, settings, base_url=base_url, allows_private=allows_private, renders=render)
        new = NewFeed(found.kind, found.target, channel or found.suggested_channel, location, options)
        _add(db, settings, brand, new)


@feed_app.command("add")
def feed_add(
    kind: Annotated[str, typer.Argument(help="The source, as `source list` names it.")],
    target: Annotated[str, typer.Argument(help="Its address.")],
    brand: Annotated[str, BRAND_OPTION],
    location: LOCATION = None,
    channel: CHANNEL = None,
    every: EVERY = EVERY_MINUTES,
    query: QUERY = "",
    *,
    allow_private: ALLOW_PRIVATE = False,
    render: RENDER = False,
) -> None:
    """Add a feed of a known kind without looking at it first."""
    settings = read_settings()
    source = source_of(kind)
    require_switched_on(source, settings.grey_sources)
    options = FeedOptions(query=query, allows_private=allow_private, renders=render, every_minutes=every)
    with opened(settings) as db:
        new = NewFeed(kind, target_of(source, target), channel, location, options)
        _add(db, settings, brand, new)


def _add(db: Database, settings: Settings, brand: str, new: NewFeed) -> None:
    with db.write.begin() as session:
        owner = find_brand(session, brand)
        feed = add_new(session, owner, new, now=now())
        known = {*settings.key, *source_key_names(session, owner)}
        channel = session.get_one(Channel, feed.channel_id).slug
    typer.echo(f"feed {feed.id}: {feed.kind} {feed.target} as channel {channel}")
    for key in source_of(new.kind).missing_keys(dict.fromkeys(known, "set")):
        typer.echo(needed(key.name, key.words), err=True)


@feed_app.command("list")
def feed_list(
    brand: Annotated[str | None, BRAND_OPTION] = None, *, as_json: Annotated[bool, JSON_OPTION] = False
) -> None:
    """List feeds: what each reads, how its last crawl ended, and when it is read again."""
    with opened(read_settings()) as db, db.read() as session:
        if brand is not None:
            find_brand(session, brand)
        rows = [row.plain | {"cursor": row.feed.cursor} for row in list_feeds(session, brand=brand)]
    show_json(rows) if as_json else show_table(COLUMNS, [_cells(row) for row in rows])


COLUMNS = ["id", "brand", "channel", "kind", "target", "last crawl", "brought", "fails", "next"]


def _cells(row: dict[str, Any]) -> list[Any]:
    """A feed as a person reads it; the brand's location stands with it, the query with the target."""
    counts = row["last_counts"] or {}
    brought = ", ".join(f"{counts[name]} {name}" for name in DONE if name != "seen" and counts.get(name))
    ended = " - ".join(part for part in (row["last_outcome"], row["last_detail"]) if part)
    return [
        row["id"],
        "/".join(part for part in (row["brand"], row["location"]) if part),
        row["channel"],
        row["kind"],
        " ".join(part for part in (row["target"], row["query"]) if part),
        ended or "not yet",
        brought or ("nothing" if counts else None),
        row["failures"] or None,
        "paused" if row["paused"] else _minute(row["next_crawl_at"]),
    ]


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "as soon as possible"


@feed_app.command("pause")
def feed_pause(feed_id: FEED_ID, *, resume: Annotated[bool, typer.Option(help="Crawl it again.")] = False) -> None:
    """Stop crawling a feed, or go on with it."""
    with opened(read_settings()) as db, db.write.begin() as session:
        set_paused(find_feed(session, feed_id), is_paused=not resume, now=now())
    typer.echo(f"feed {feed_id} {'resumed' if resume else 'paused'}")


@feed_app.command("remove")
def feed_remove(feed_id: FEED_ID) -> None:
    """Forget a feed and its runs. The mentions that it brought stay."""
    with opened(read_settings()) as db, db.write.begin() as session:
        remove_feed(session, find_feed(session, feed_id))
    typer.echo(f"feed {feed_id} removed")


def crawl_command(
    brand: Annotated[str | None, BRAND_OPTION] = None,
    feed: Annotated[int | None, typer.Option(help="One feed by its id.")] = None,
    base_url: BASE_URL = None,
    *,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Fetch what is new from feeds that are not paused."""
    settings = read_settings()
    with opened(settings) as db:
        with db.read() as session:
            _ = (brand and find_brand(session, brand), feed and find_feed(session, feed))
        runs = crawl(db, settings, brand=brand, feed_id=feed, base_url=base_url)
    show_runs(runs, as_json=as_json)


def show_runs(runs: list[CrawlRun], *, as_json: bool) -> None:
    """Print crawls with their outcomes."""
    names = ["feed_id", "outcome", "pages", "seen", "added", "changed", "dropped", "filtered", "removed", "detail"]
    rows = [{name: getattr(run, name) for name in names} for run in runs]
    show_json(rows) if as_json else show_table(names, [list(row.values()) for row in rows])
