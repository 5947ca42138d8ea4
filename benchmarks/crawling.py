"""How many reviews a second a crawl keeps, what of that is storing, and whether the crawling process's memory is flat.

    python benchmarks/crawling.py [--reviews 10000] [--rounds 3] [--most 100000]

A site on loopback, in a process of its own, serves schema.org pages of 200 reviews. The spider reads them all, in a new
process each time, with politeness off, into SQLite, into PostgreSQL where AFTERWORD_TEST_POSTGRES names one (emptied
first), and, the peer, into a storage that keeps nothing. Rounds alternate; the figures are of the fastest, by the wall
clock and by the CPU time of the crawling process (PostgreSQL's own is not in it). Then the peak memory of crawls into
SQLite that grow tenfold.
"""

import argparse
import json
import logging
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from scrapy.crawler import AsyncCrawlerProcess

from core.logs import configure_logs
from core.settings import Settings
from crawlers.items import Page
from crawlers.outcomes import Seen, Verdict, verdict
from crawlers.process import CACHE_MB
from crawlers.progress import untold
from crawlers.settings import scrapy_settings
from crawlers.sources import source_of
from crawlers.spider import SourceSpider
from crawlers.storage import Storage, Work
from crawlers.walk import Known, Step
from store.brands import add_brand, ids_made
from store.database import open_database
from store.feeds import FeedOptions, add_feed
from store.mentions import Kept
from store.models import Channel, Mention, Table
from store.schema import upgrade
from tests.builders import NOW
from tests.sites import Asked, Reply, Site, review, review_page

A_PAGE = 200
WORDS = (
    *("зал", "тренер", "бассейн", "раздевалка", "чисто", "грязно", "дорого", "удобно", "очень", "приятно", "цена"),
    *("абонемент", "спасибо", "музыка"),
)
POLITENESS_OFF = {"AUTOTHROTTLE_ENABLED": False, "DOWNLOAD_DELAY": 0}
SECRET = b"x" * 32


class NullStorage(Storage):
    """Keeps nothing and tells the spider that all of it was new: what is left is fetching and reading."""

    def keep(self, work: Work, page: Page, step_after: Callable[[Page, Kept], Step], known: Known) -> Kept:  # noqa: ARG002
        """Go on as if the page had been kept."""
        kept = Kept(added=len(page.mentions))
        step_after(page, kept)
        return kept

    def finish(self, work: Work, end: Verdict) -> None:
        """Leave the run open."""


def served(reviews: int) -> Callable[[Asked], Reply]:
    """A page of reviews of about 25 words, made when it is asked for."""

    def page(asked: Asked) -> Reply:
        number = int(asked.query.get("page", "1"))
        first = (number - 1) * A_PAGE
        some = [
            review(place, reviewBody=" ".join(WORDS[(place * 7 + word * word) % len(WORDS)] for word in range(25)))
            for place in range(first, min(first + A_PAGE, reviews))
        ]
        following = f"{asked.path}?page={number + 1}" if first + A_PAGE < reviews else None
        return Reply(review_page(some, next_url=following))

    return page


def serve() -> None:
    """Serve as many reviews as the path says, until standard input ends."""
    sizes = [10**power for power in range(2, 7)] + [int(sys.argv[2])]
    with Site({f"/{size}": served(size) for size in sizes}) as site:
        print(site.url, flush=True)
        sys.stdin.read()


@contextmanager
def site(reviews: int) -> Iterator[str]:
    """The address of a site in a process of its own."""
    command = [sys.executable, __file__, "--serve", str(reviews)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603
        assert server.stdin  # noqa: S101 - pipes, for the type checker
        assert server.stdout  # noqa: S101
        yield server.stdout.readline().strip()
        server.stdin.close()


def crawl_here(url: str, database_url: str, *, is_null: bool) -> dict[str, float]:
    """Crawl one address into a new database, in this process; what it took and kept."""
    settings = Settings(_env_file=None, crawl_delay_s=0, log_level="ERROR")
    configure_logs(settings.log_level, as_json=False)
    db = open_database(database_url, cache_mb=CACHE_MB)
    with db.engine.begin() as connection:
        Table.metadata.drop_all(connection)
        connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    upgrade(db)
    with db.write.begin() as session:
        brand = add_brand(session, "bench", name="Bench", timezone="Europe/Moscow", now=NOW)
        channel_id = ids_made(session, Channel, brand.id, ["site"])["site"]
        feed = add_feed(
            session, brand, kind="schema_org", target=url, channel_id=channel_id, now=NOW,
            options=FeedOptions(allows_private=True),
        )  # fmt: skip
    storage = (NullStorage if is_null else Storage)(db, SECRET)
    work, seen = storage.start(feed.id, base_url=None), Seen(had_mentions=False)
    crawling = AsyncCrawlerProcess(scrapy_settings(settings) | POLITENESS_OFF)
    logging.getLogger("scrapy").setLevel(logging.WARNING)  # it would write every review down
    told = {"source": source_of("schema_org"), "work": work, "storage": storage, "seen": seen, "tell": untold}
    wall, cpu = time.perf_counter(), time.process_time()
    crawling.crawl(SourceSpider, **told)
    crawling.start()
    storage.finish(work, verdict(seen))
    took = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
    with db.read() as session:
        kept = session.scalar(sa.select(sa.func.count()).select_from(Mention)) or 0
    db.close()
    return took | {"read": seen.mentions, "kept": kept, "peak_mb": peak_megabytes()}


def peak_megabytes() -> int:
    """The most memory that this process has held (Linux; ru_maxrss would count the parent's at the fork)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) >> 10 if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


@dataclass(frozen=True)
class Bench:
    """Where crawls go to and come from."""

    url: str
    stores: dict[str, str]

    def crawl(self, store: str, reviews: int) -> dict[str, Any]:
        """One crawl in a new process; ends the benchmark where a review is missing."""
        command = [sys.executable, __file__, "--crawl", store, f"{self.url}/{reviews}", self.stores[store]]
        done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - ourselves
        took: dict[str, Any] = json.loads(done.stdout)
        expected = {"read": reviews, "kept": 0 if store == "nothing" else reviews}
        if {name: took[name] for name in expected} != expected:
            sys.exit(f"FAILED: {store}: {took}, expected {expected}")
        return took


def speed(bench: Bench, reviews: int, rounds: int) -> None:
    """Print reviews a second into each store, and the ratio to no store at all."""
    took: dict[str, list[dict[str, Any]]] = {store: [] for store in bench.stores}
    for _ in range(rounds):
        for store, runs in took.items():
            runs.append(bench.crawl(store, reviews))
    best = {
        store: {name: min(run[name] for run in runs) for name in ("wall_s", "cpu_s")} for store, runs in took.items()
    }
    peer = best["nothing"]
    print(f"{reviews:,} reviews, {A_PAGE} a page, the fastest of {rounds} rounds")
    print(f"{'into':12}{'reviews/s':>12}{'of the peer':>13}{'by CPU time':>13}{'of the peer':>13}")
    for store, run in best.items():
        wall, cpu = reviews / run["wall_s"], reviews / run["cpu_s"]
        ratios = {name: peer[name] / run[name] for name in run}
        print(f"{store:12}{wall:>12,.0f}{ratios['wall_s']:>13.2f}{cpu:>13,.0f}{ratios['cpu_s']:>13.2f}", flush=True)


def memory(bench: Bench, most: int) -> None:
    """Print the peak memory of crawls that grow tenfold."""
    sizes = [size for size in (1_000, 10_000, 100_000) if size <= most]
    peaks = {}
    for size in sizes:
        took = bench.crawl("sqlite", size)
        peaks[size] = took["peak_mb"]
        ratio = peaks[size] / peaks[sizes[0]]
        print(f"peak memory  {size:>9,} reviews {peaks[size]:>6} MB  {ratio:.2f} of the first", end="")
        print(f"  ({size / took['wall_s']:,.0f} reviews/s)", flush=True)


def main() -> None:
    """Measure; or serve, or crawl, as a child of that."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reviews", type=int, default=10_000, help="of the comparison")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--most", type=int, default=100_000, help="the largest crawl whose memory is measured")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--crawl", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
    elif given.crawl:
        store, url, database_url = given.crawl
        print(json.dumps(crawl_here(url, database_url, is_null=store == "nothing")))
    else:
        with tempfile.TemporaryDirectory() as folder, site(given.reviews) as url:
            stores = {"nothing": f"sqlite:///{folder}/null.db", "sqlite": f"sqlite:///{folder}/afterword.db"}
            if postgres := os.environ.get("AFTERWORD_TEST_POSTGRES"):
                stores["postgresql"] = postgres
            bench = Bench(url, stores)
            speed(bench, given.reviews, given.rounds)
            memory(bench, given.most)


if __name__ == "__main__":
    main()
