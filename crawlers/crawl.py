"""Crawl feeds in a child process: what is new at each source is kept, and every run ends with a named outcome."""

from collections.abc import Sequence

from core.clock import now
from core.settings import Settings
from crawlers.job import CrawlCrashed, Job, done_in_child
from crawlers.sites import clean_address
from store.database import Database, open_database
from store.feeds import find_feed
from store.identity import secret_of
from store.runs import close_died, died_last
from store.schema import require_current


def crawl_feeds(
    settings: Settings, feed_ids: Sequence[int], *, base_url: str | None = None, progress: bool = False
) -> None:
    """Crawl these feeds; feeds of one site one after another, different sites at the same time.

    A feed whose last crawl died is crawled in a process of its own, after the others: it takes none of them with it.
    Outcomes are in the store (`store.runs.last_runs`): a source that fails is no error here. `base_url` replaces
    scheme, host and port of all targets. Raises SchemaBehind, NotFound for an unknown feed, Invalid for a base_url
    that is none, and CrawlCrashed. Ctrl-C ends politely: the page in flight is kept, and KeyboardInterrupt is raised.
    """
    db = open_database(settings.database_url)
    crashes: list[CrawlCrashed] = []
    try:
        require_current(db)
        jobs = _apart(db, list(dict.fromkeys(feed_ids)))
        if base_url is not None:
            clean_address(base_url)
        secret_of(settings)  # what is wrong with it is told here, and not by a crash
        for ids in jobs:
            try:
                done_in_child(Job(settings, feed_ids=ids, base_url=base_url, progress=progress))
            except CrawlCrashed as error:
                crashes.append(error)
                _note_deaths(db, ids)
    finally:
        db.close()
    if crashes:
        raise crashes[0]


def _apart(db: Database, ids: Sequence[int]) -> list[list[int]]:
    """The feeds that share a process, and each that may kill its own; raises NotFound."""
    with db.read() as session:
        for feed_id in ids:
            find_feed(session, feed_id)
        died = died_last(session, ids)
    together = [feed_id for feed_id in ids if feed_id not in died]
    return [some for some in (together, *([feed_id] for feed_id in ids if feed_id in died)) if some]


def _note_deaths(db: Database, ids: Sequence[int]) -> None:
    for feed_id in ids:
        with db.write.begin() as session:
            close_died(session, feed_id, now=now())
