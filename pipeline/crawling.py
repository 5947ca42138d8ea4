"""Crawl feeds and say what came of each."""

import structlog

from core.clock import now
from core.settings import Settings
from crawlers.crawl import crawl_feeds
from store.database import Database
from store.feeds import feeds_to_crawl
from store.models import CrawlRun
from store.runs import last_runs

log = structlog.get_logger()


def crawl(
    db: Database,
    settings: Settings,
    *,
    brand: str | None = None,
    feed_id: int | None = None,
    base_url: str | None = None,
    only_due: bool = False,
) -> list[CrawlRun]:
    """Crawl one feed, a brand's, or all that are not paused, in a process of its own; returns their runs.

    A person who asks gets all of them; the schedule asks for those that are due. Whose site asked to come later waits
    for both, but for a stand-in. Fetching happens now, whatever clock the other stages replay.
    """
    started_at = now()
    with db.read() as session:
        feeds = feeds_to_crawl(session, brand=brand, feed_id=feed_id, due_at=started_at if only_due else None)
    waiting = {feed.id for feed in feeds if base_url is None and feed.waits_until and feed.waits_until > started_at}
    for feed in (one for one in feeds if one.id in waiting):
        log.warning("site_asked_to_wait", feed=feed.id, until=feed.waits_until)
    ids = [feed.id for feed in feeds if feed.id not in waiting]
    if not ids:
        return []
    crawl_feeds(settings, ids, base_url=base_url, progress=True)
    with db.read() as session:
        return last_runs(session, ids, since=started_at)
