"""Feeds, their cursors, and the runs that crawl them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.errors import Conflict, NotFound
from store.crawl_tallies import COUNTS, count_run
from store.database import ReadSession, WriteSession
from store.mentions import Kept, NewMention, keep_mentions
from store.models import Brand, Channel, CrawlRun, Feed, Location
from store.removals import remove_named, remove_unseen

EVERY_MINUTES = 60
LONGEST_PAUSE = timedelta(days=7)
"""A source that fails again and again is asked ever more rarely, but not more rarely than this."""
DIED = "the process of this crawl ended before the crawl did; what it had kept is kept"
LONGEST_DETAIL = 500


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
    newest = sa.select(CrawlRun.id).where(CrawlRun.feed_id == Feed.id, CrawlRun.outcome.is_not(None))
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


def find_feed(session: ReadSession, feed_id: int) -> Feed:
    """The feed of this id; raises NotFound."""
    feed = session.get(Feed, feed_id)
    if feed is None:
        msg = f"there is no feed {feed_id}; see `afterword feed list`"
        raise NotFound(msg)
    return feed


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


def start_run(session: WriteSession, feed_id: int, *, now: datetime) -> int:
    """Open a crawl's row; its outcome stays none until the next one if the process dies. Returns its id."""
    feed = session.get_one(Feed, feed_id)
    for died in session.scalars(sa.select(CrawlRun).where(CrawlRun.feed_id == feed_id, CrawlRun.outcome.is_(None))):
        died.outcome, died.detail, died.finished_at = "failed", DIED, now
        count_run(session, feed, died)
    counts = dict.fromkeys(("pages", "seen", "added", "changed", "dropped", "filtered", "removed"), 0)
    run = CrawlRun(feed_id=feed_id, started_at=now, **counts)
    session.add(run)
    session.flush()
    return run.id


def keep_page(
    session: WriteSession,
    feed: Feed,
    mentions: Sequence[NewMention],
    *,
    run_id: int,
    removed: Sequence[str] = (),
    dropped: int = 0,
    filtered: int = 0,
    now: datetime,
) -> Kept:
    """Keep one crawled page and the run's counts; the caller sets the feed's cursor in the same transaction.

    `removed` are native ids of what the source itself says is deleted.
    """
    brand = session.get_one(Brand, feed.brand_id)
    kept = keep_mentions(session, brand, mentions, now=now)
    if removed:
        kept += Kept(removed=remove_named(session, feed.id, removed, now=now))
    if kept.added:
        feed.last_added_at = now
    session.execute(
        sa.update(CrawlRun)
        .where(CrawlRun.id == run_id)
        .values(
            pages=CrawlRun.pages + 1,
            seen=CrawlRun.seen + len(mentions),
            added=CrawlRun.added + kept.added,
            changed=CrawlRun.changed + kept.changed,
            dropped=CrawlRun.dropped + dropped,
            filtered=CrawlRun.filtered + filtered,
            removed=CrawlRun.removed + kept.removed,
        )
    )
    return kept


def note_gone(
    session: WriteSession,
    feed: Feed,
    *,
    run_id: int,
    unseen_since: datetime,
    newer_than: datetime | None,
    now: datetime,
) -> Kept:
    """Mark as removed what a pass should have seen and did not, and count it to the run."""
    kept = remove_unseen(session, feed.id, unseen_since=unseen_since, newer_than=newer_than, now=now)
    if kept.removed:
        session.execute(
            sa.update(CrawlRun).where(CrawlRun.id == run_id).values(removed=CrawlRun.removed + kept.removed)
        )
    return kept


def finish_run(
    session: WriteSession,
    run_id: int,
    *,
    outcome: str,
    is_success: bool,
    now: datetime,
    detail: str | None = None,
    retry_at: datetime | None = None,
) -> CrawlRun:
    """Close a run with its named outcome and set the feed's next attempt (`retry_at` where the source named one)."""
    run = session.get_one(CrawlRun, run_id)
    run.finished_at, run.outcome = now, outcome
    run.detail = detail[:LONGEST_DETAIL] if detail else None
    feed = session.get_one(Feed, run.feed_id)
    feed.last_outcome, feed.last_crawled_at = outcome, now
    if is_success:
        feed.failures, feed.failing_since, feed.last_success_at = 0, None, now
    else:
        feed.failures, feed.failing_since = feed.failures + 1, feed.failing_since or now
    feed.next_crawl_at = max(retry_at or now, now + _pause(feed))
    count_run(session, feed, run)
    return run


def _pause(feed: Feed) -> timedelta:
    """The feed's own pause, doubled with each failure in a row after the first."""
    own = timedelta(minutes=feed.every_minutes)
    return max(own, min(own * (1 << min(max(feed.failures - 1, 0), 20)), LONGEST_PAUSE))


def last_runs(session: ReadSession, feed_ids: Sequence[int], *, since: datetime) -> list[CrawlRun]:
    """Runs of these feeds started at or after a moment, oldest first."""
    query = sa.select(CrawlRun).where(CrawlRun.feed_id.in_(feed_ids), CrawlRun.started_at >= since)
    return list(session.scalars(query.order_by(CrawlRun.id)))


def has_mentions(session: ReadSession, feed_id: int) -> bool:
    """Whether this feed ever gave anything: an empty answer then is suspicious."""
    query = (
        sa.select(sa.literal(1)).select_from(CrawlRun).where(CrawlRun.feed_id == feed_id, CrawlRun.seen > 0).limit(1)
    )
    return session.scalar(query) is not None


def last_crawled_at(session: ReadSession) -> datetime | None:
    """When any crawl last came to its end; none before the first."""
    return session.scalar(sa.select(sa.func.max(Feed.last_crawled_at)))
