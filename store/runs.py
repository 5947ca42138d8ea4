"""Crawls of feeds as rows: one process at a time crawls a feed; each ends with an outcome, also where its process died.

Whatever changes a feed or its runs takes the brand's turn first: two crawls see each other, and none waits in a ring.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from core.errors import Conflict, NotFound
from store.crawl_tallies import count_run
from store.database import ReadSession, WriteSession, take_turn
from store.feeds import STOPPED, find_feed
from store.mentions import Kept, NewMention, keep_mentions
from store.models import Brand, CrawlRun, Feed
from store.processes import may_live, this_process
from store.removals import remove_named, remove_unseen

LONGEST_PAUSE = timedelta(days=7)
"""A source that fails again and again is asked ever more rarely, but not more rarely than this."""
SILENT_FOR = timedelta(minutes=5)
"""A crawl that has given no sign of life for so long is dead, wherever it is."""
BEAT_S = 60
"""Seconds between two of them."""
FAILED = "failed"
DIED = "the process of this crawl ended before the crawl did; what it had kept is kept"
LONGEST_DETAIL = 500


class CrawledElsewhere(Conflict):
    """Another process crawls the feed."""


def start_run(session: WriteSession, feed_id: int, *, now: datetime, process: str | None = None) -> int:
    """Open a crawl's row; returns its id. Runs whose process died are closed, and count as failures of the feed.

    Raises NotFound, and CrawledElsewhere where a process that lives crawls the feed. `process` is the crawling one, by
    the name that `store.processes` gives it; none: this one. What it had left open itself it does not crawl any more.
    """
    own = process or this_process()
    feed = _held(session, feed_id)
    for run in _open_runs(session, feed_id):
        if run.process != own and _lives(run, now):
            msg = f"feed {feed_id} is left alone: another process has crawled it since {run.started_at:%H:%M:%S} UTC"
            raise CrawledElsewhere(msg)
        _end(session, feed, run, outcome=FAILED, detail=DIED, now=now)
    counts = dict.fromkeys(("pages", "seen", "added", "changed", "dropped", "filtered", "removed"), 0)
    run = CrawlRun(feed_id=feed_id, started_at=now, process=own, alive_at=now, **counts)
    session.add(run)
    session.flush()
    return run.id


def beat(session: WriteSession, run_id: int, *, now: datetime) -> None:
    """Give a sign of life of a crawl, where no page does."""
    is_this = (CrawlRun.id == run_id, CrawlRun.outcome.is_(None))
    session.execute(sa.update(CrawlRun).where(*is_this).values(alive_at=now))


def close_died(session: WriteSession, feed_id: int, *, now: datetime) -> None:
    """Close what a process left open that is dead: its feed has failed, and is told and put off as one that failed.

    A feed that is not there is no error.
    """
    try:
        feed = _held(session, feed_id)
    except NotFound:
        return
    for run in _open_runs(session, feed_id):
        if not _lives(run, now):
            _end(session, feed, run, outcome=FAILED, detail=DIED, now=now)


def _held(session: WriteSession, feed_id: int) -> Feed:
    """The feed as it is now, until the end of the transaction; raises NotFound."""
    take_turn(session, find_feed(session, feed_id).brand_id)
    return find_feed(session, feed_id, anew=True)


def _open_runs(session: ReadSession, feed_id: int) -> Sequence[CrawlRun]:
    query = sa.select(CrawlRun).where(CrawlRun.feed_id == feed_id, CrawlRun.outcome.is_(None))
    return session.scalars(query).all()


def _lives(run: CrawlRun, now: datetime) -> bool:
    if run.process is None or run.alive_at is None:
        return False
    return abs(now - run.alive_at) < SILENT_FOR and may_live(run.process)


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

    `removed` are native ids of what the source itself says is deleted. Raises CrawledElsewhere where the run is closed:
    another process took this one for dead, or somebody removed the feed.
    """
    take_turn(session, feed.brand_id)
    run = session.get(CrawlRun, run_id, populate_existing=True)
    if run is None or run.outcome is not None:
        msg = f"crawl {run_id} of feed {feed.id} is over: another one has begun, or the feed was removed"
        raise CrawledElsewhere(msg)
    kept = keep_mentions(session, session.get_one(Brand, feed.brand_id), mentions, now=now)
    if removed:
        kept += Kept(removed=remove_named(session, feed.id, removed, now=now))
    if kept.added:
        feed.last_added_at = now
    run.alive_at = now
    run.pages += 1
    run.seen += len(mentions)
    run.added += kept.added
    run.changed += kept.changed
    run.dropped += dropped
    run.filtered += filtered
    run.removed += kept.removed
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
    run = session.get_one(CrawlRun, run_id)
    kept = remove_unseen(
        session,
        feed.id,
        unseen_since=unseen_since,
        newer_than=newer_than,
        last_crawled_at=feed.last_crawled_at,
        shows_others=run.seen > 0,
        now=now,
    )
    run.removed += kept.removed
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
) -> None:
    """Close a run with its named outcome and set the feed's next attempt (`retry_at` where the source named one).

    A run that is closed already stays as it is: another process took this one for dead, or somebody removed the feed.
    """
    if found := _held_run(session, run_id):
        _end(session, *found, outcome=outcome, detail=detail, is_success=is_success, retry_at=retry_at, now=now)


def stop_run(session: WriteSession, run_id: int, *, now: datetime) -> None:
    """Close a run that somebody stopped: no fault of its feed, which is due as it was."""
    if found := _held_run(session, run_id):
        feed, run = found
        feed.last_crawled_at = now
        _close(session, feed, run, outcome=FAILED, detail=STOPPED, now=now)


def _held_run(session: WriteSession, run_id: int) -> tuple[Feed, CrawlRun] | None:
    """A run that is open still, and its feed, until the end of the transaction."""
    query = sa.select(Feed).join(CrawlRun, CrawlRun.feed_id == Feed.id).where(CrawlRun.id == run_id)
    if (feed := session.scalar(query)) is None:
        return None
    take_turn(session, feed.brand_id)
    run = session.get(CrawlRun, run_id, populate_existing=True)
    if run is None or run.outcome is not None:
        return None
    return session.get_one(Feed, run.feed_id, populate_existing=True), run


def _end(
    session: WriteSession,
    feed: Feed,
    run: CrawlRun,
    *,
    outcome: str,
    detail: str | None,
    now: datetime,
    is_success: bool = False,
    retry_at: datetime | None = None,
) -> None:
    """Close a run, and count it to its feed: how that fares, and when it is read again."""
    feed.last_outcome, feed.last_crawled_at = outcome, now
    if is_success:
        feed.failures, feed.failing_since, feed.last_success_at = 0, None, now
    else:
        feed.failures, feed.failing_since = feed.failures + 1, feed.failing_since or now
    feed.waits_until = retry_at
    feed.next_crawl_at = max(retry_at or now, now + _pause(feed))
    _close(session, feed, run, outcome=outcome, detail=detail, now=now)


def _close(
    session: WriteSession, feed: Feed, run: CrawlRun, *, outcome: str, detail: str | None, now: datetime
) -> None:
    run.finished_at, run.outcome = now, outcome
    run.detail = detail[:LONGEST_DETAIL] if detail else None
    count_run(session, feed, run)


def _pause(feed: Feed) -> timedelta:
    """The feed's own pause, doubled with each failure in a row after the first."""
    own = timedelta(minutes=feed.every_minutes)
    return max(own, min(own * (1 << min(max(feed.failures - 1, 0), 20)), LONGEST_PAUSE))


def last_runs(session: ReadSession, feed_ids: Sequence[int], *, since: datetime) -> list[CrawlRun]:
    """Runs of these feeds started at or after a moment, oldest first."""
    query = sa.select(CrawlRun).where(CrawlRun.feed_id.in_(feed_ids), CrawlRun.started_at >= since)
    return list(session.scalars(query.order_by(CrawlRun.id)))


def died_last(session: ReadSession, feed_ids: Collection[int]) -> set[int]:
    """Those of these feeds whose last crawl died with its process, and perhaps killed it."""
    newest = sa.select(sa.func.max(CrawlRun.id)).where(CrawlRun.feed_id.in_(feed_ids)).group_by(CrawlRun.feed_id)
    is_dead = sa.or_(CrawlRun.outcome.is_(None), CrawlRun.detail == DIED)
    return set(session.scalars(sa.select(CrawlRun.feed_id).where(CrawlRun.id.in_(newest), is_dead)))


def has_mentions(session: ReadSession, feed_id: int) -> bool:
    """Whether this feed ever gave anything: an empty answer then is suspicious."""
    query = (
        sa.select(sa.literal(1)).select_from(CrawlRun).where(CrawlRun.feed_id == feed_id, CrawlRun.seen > 0).limit(1)
    )
    return session.scalar(query) is not None
