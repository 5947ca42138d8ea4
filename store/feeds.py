"""Feeds: what is crawled, how often, and how it fares. The crawls themselves are in `store.runs`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.errors import Conflict, NotFound
from store.crawl_tallies import COUNTS
from store.database import ReadSession, WriteSession, take_turn
from store.models import Brand, Channel, CrawlRun, Feed, Location

EVERY_MINUTES = 60
STOPPED = "asked to stop before its end; the next crawl goes on from there"
"""The detail of a crawl that somebody stopped: it says nothing of its feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedOptions:
    """How a feed is read, beside its address."""

    query: str = ""
    """What a text must say to be kept (`crawlers.queries`); empty: anything."""
    allows_private: bool = False
    """Whether it may be an address of the inner network."""
    renders: bool = False
    """Whether its pages need a browser."""
    every_minutes: int = EVERY_MINUTES
    """Minutes between two crawls."""


NO_OPTIONS = FeedOptions()


def add_feed(
    session: WriteSession,
    brand: Brand,
    *,
    kind: str,
    target: str,
    channel_id: int,
    now: datetime,
    location_id: int | None = None,
    options: FeedOptions = NO_OPTIONS,
) -> Feed:
    """Add a feed to a brand; raises Conflict where the brand has this address, with this query, already."""
    if (known := find_twin(session, brand.id, kind=kind, target=target, query=options.query)) is not None:
        msg = f"{brand.slug} watches {target} already, as feed {known.id}"
        raise Conflict(msg)
    feed = Feed(
        brand_id=brand.id,
        kind=kind,
        target=target,
        channel_id=channel_id,
        location_id=location_id,
        query=options.query,
        allows_private=options.allows_private,
        renders=options.renders,
        every_minutes=options.every_minutes,
        cursor={},
        is_paused=False,
        failures=0,
        created_at=now,
    )
    session.add(feed)
    session.flush()
    return feed


def find_twin(session: ReadSession, brand_id: int, *, kind: str, target: str, query: str) -> Feed | None:
    """The feed of a brand that reads this with this query; none where there is none."""
    same = (Feed.brand_id == brand_id, Feed.kind == kind, Feed.target == target, Feed.query == query)
    return session.scalar(sa.select(Feed).where(*same))


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed with the names of what it belongs to, as people see it."""

    feed: Feed
    brand: str
    channel: str
    location: str | None
    run: CrawlRun | None
    """The last crawl that came to its end."""

    @property
    def plain(self) -> dict[str, Any]:
        """As programs see it, on the command line and over the API; without the cursor."""
        feed, run = self.feed, self.run
        columns = ("failures", "failing_since", "last_crawled_at", "last_success_at", "last_added_at", "next_crawl_at")
        return {
            "id": feed.id,
            "brand": self.brand,
            "location": self.location,
            "channel": self.channel,
            "kind": feed.kind,
            "target": feed.target,
            "query": feed.query,
            "every_minutes": feed.every_minutes,
            "paused": feed.is_paused,
            "allows_private": feed.allows_private,
            "renders": feed.renders,
            "last_outcome": feed.last_outcome,
            "last_detail": run.detail if run else None,
            "last_counts": {name: getattr(run, name) for name in COUNTS} if run else None,
            **{name: getattr(feed, name) for name in columns},
            "created_at": feed.created_at,
        }


def list_feeds(
    session: ReadSession,
    *,
    brand: str | None = None,
    brand_id: int | None = None,
    feed_id: int | None = None,
    after_id: int = 0,
    limit: int | None = None,
) -> list[FeedRow]:
    """Feeds by id: all, those of a brand (by slug or id), or one; `after_id` continues after a page."""
    has_ended = (CrawlRun.outcome.is_not(None), CrawlRun.detail.is_distinct_from(STOPPED))
    newest = sa.select(CrawlRun.id).where(CrawlRun.feed_id == Feed.id, *has_ended)
    newest = newest.order_by(CrawlRun.id.desc()).limit(1).correlate(Feed)
    query = (
        sa.select(Feed, Brand.slug, Channel.slug, Location.slug, CrawlRun)
        .join(Brand, Brand.id == Feed.brand_id)
        .join(Channel, Channel.id == Feed.channel_id)
        .outerjoin(Location, Location.id == Feed.location_id)
        .outerjoin(CrawlRun, CrawlRun.id == newest.scalar_subquery())
        .where(Feed.id > after_id)
        .order_by(Feed.id)
        .limit(limit)
    )
    for column, value in ((Brand.slug, brand), (Feed.brand_id, brand_id), (Feed.id, feed_id)):
        query = query if value is None else query.where(column == value)
    return [FeedRow(*row) for row in session.execute(query)]


def find_feed(session: ReadSession, feed_id: int, *, anew: bool = False) -> Feed:
    """The feed of this id; raises NotFound. `anew`: as it is in the database now, though the session knows it."""
    feed = session.get(Feed, feed_id, populate_existing=anew)
    if feed is None:
        msg = f"there is no feed {feed_id}; see `afterword feed list`"
        raise NotFound(msg)
    return feed


def set_paused(feed: Feed, *, is_paused: bool, now: datetime) -> None:
    """Stop crawling a feed, or go on with it: at once, however long it was put off, unless its site asked for it."""
    if feed.is_paused and not is_paused:
        feed.next_crawl_at = max(now, feed.waits_until or now)
    feed.is_paused = is_paused


def remove_feed(session: WriteSession, feed: Feed) -> None:
    """Forget a feed with its runs and its alerts; the mentions that it brought stay.

    In the brand's turn: a crawl that keeps a page meanwhile holds mentions and wants the feed.
    """
    take_turn(session, feed.brand_id)
    session.execute(sa.delete(Feed).where(Feed.id == feed.id))


def feeds_to_crawl(
    session: ReadSession, *, brand: str | None = None, feed_id: int | None = None, due_at: datetime | None = None
) -> list[Feed]:
    """Feeds that are not paused, the longest waiting first; with `due_at` only those whose time has come by then."""
    query = sa.select(Feed).where(Feed.is_paused.is_(False)).order_by(Feed.next_crawl_at.asc().nulls_first(), Feed.id)
    if due_at is not None:
        query = query.where(sa.or_(Feed.next_crawl_at.is_(None), Feed.next_crawl_at <= due_at))
    if brand is not None:
        query = query.where(Feed.brand_id == sa.select(Brand.id).where(Brand.slug == brand).scalar_subquery())
    if feed_id is not None:
        query = query.where(Feed.id == feed_id)
    return list(session.scalars(query))


def postpone(session: WriteSession, feed_ids: Sequence[int], *, until: datetime) -> None:
    """Crawl these feeds not before a moment, because their site said so: neither by schedule nor at a person's word."""
    for feed in session.scalars(sa.select(Feed).where(Feed.id.in_(feed_ids))):
        feed.waits_until = until
        feed.next_crawl_at = max(feed.next_crawl_at or until, until)


def last_crawled_at(session: ReadSession) -> datetime | None:
    """When any crawl last came to its end; none before the first."""
    return session.scalar(sa.select(sa.func.max(Feed.last_crawled_at)))
