"""Crawl feeds in a child process: what is new at each source is kept, and every run ends with a named outcome."""

from collections.abc import Sequence

from core.settings import Settings
from crawlers.job import Job, done_in_child
from crawlers.sites import clean_address
from store.database import open_database
from store.feeds import find_feed
from store.identity import secret_of
from store.schema import require_current


def crawl_feeds(
    settings: Settings, feed_ids: Sequence[int], *, base_url: str | None = None, progress: bool = False
) -> None:
    """Crawl these feeds; feeds of one site one after another, different sites at the same time.

    Outcomes are in the store (`store.feeds.last_runs`): a source that fails is no error here. `base_url` replaces
    scheme, host and port of all targets. Raises SchemaBehind, NotFound for an unknown feed, Invalid for a base_url
    that is none, and CrawlCrashed. Ctrl-C ends politely: the page in flight is kept, and KeyboardInterrupt is raised.
    """
    db = open_database(settings.database_url)
    try:
        require_current(db)
        with db.read() as session:
            for feed_id in feed_ids:
                find_feed(session, feed_id)
    finally:
        db.close()
    if base_url is not None:
        clean_address(base_url)
    secret_of(settings)  # what is wrong with it is told here, and not by a crash
    if feed_ids:
        done_in_child(Job(settings, feed_ids=list(dict.fromkeys(feed_ids)), base_url=base_url, progress=progress))
