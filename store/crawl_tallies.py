"""Crawls by how they ended, and what they did: counted in the transaction that ends each, read in a few rows."""

from dataclasses import dataclass

import sqlalchemy as sa

from store.database import ReadSession, WriteSession, insert_for
from store.models import Brand, CrawlRun, CrawlTally, Feed

DONE = ("seen", "added", "changed", "dropped", "filtered", "removed")
COUNTS = ("pages", *DONE)


def count_run(session: WriteSession, feed: Feed, run: CrawlRun) -> None:
    """Count a run that has its outcome now."""
    row = {name: getattr(run, name) for name in COUNTS}
    insert = insert_for(session, CrawlTally).values(
        brand_id=feed.brand_id, kind=feed.kind, outcome=run.outcome, crawls=1, **row
    )
    grown = {name: getattr(CrawlTally, name) + getattr(insert.excluded, name) for name in ("crawls", *COUNTS)}
    session.execute(insert.on_conflict_do_update(index_elements=["brand_id", "kind", "outcome"], set_=grown))


@dataclass(frozen=True, slots=True)
class CrawlTotal:
    """How often crawls of a brand's feeds of one kind ended so, and what became of what they read."""

    brand: str
    kind: str
    outcome: str
    crawls: int
    done: dict[str, int]
    """Mentions by what was done with them, by the names of DONE."""


def crawl_totals(session: ReadSession) -> list[CrawlTotal]:
    """All of them, since the first crawl."""
    columns = [getattr(CrawlTally, name) for name in DONE]
    query = sa.select(Brand.slug, CrawlTally.kind, CrawlTally.outcome, CrawlTally.crawls, *columns)
    rows = session.execute(query.join(Brand, Brand.id == CrawlTally.brand_id))
    return [
        CrawlTotal(brand, kind, outcome, crawls, dict(zip(DONE, done, strict=True)))
        for brand, kind, outcome, crawls, *done in rows
    ]
