"""Does a crawl bring in every review once, also when it is killed? Run: `python benchmarks/crawling_reviews.py [FILE]`.

Serves real reviews from loopback as schema.org pages, one path per platform and showroom, 20 a page with rel=next, and
crawls them with the real process into a fresh SQLite database: once; again; and from a slow server with the crawling
process killed several times on the way. `--serve PORT` only serves, and prints the addresses.
"""

import argparse
import gzip
import json
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter, sleep
from typing import Any
from urllib.parse import quote, unquote

import psutil
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.clock import now
from core.settings import Settings
from crawlers.crawl import crawl_feeds
from crawlers.job import CrawlCrashed
from store.brands import add_brand, ids_made
from store.database import Database, open_database
from store.feeds import add_feed
from store.models import Channel, CrawlRun, Location, Mention
from store.schema import upgrade
from tests.sites import Site, paged

REVIEWS = Path(__file__).resolve().parents[2] / "shared" / "data" / "avtolotsman_maps.jsonl.gz"
KILLS = 4
SLOW_S = 0.15
BRAND = "avtolotsman"

Row = dict[str, Any]
Place = tuple[str, str]
"""A platform and a showroom: one page of reviews, one feed."""
Kept = tuple[Any, ...]
"""Platform, showroom, text and rating of a review."""


def read_reviews(path: Path) -> dict[Place, list[Row]]:
    """Reviews by platform and showroom, the newest first, in schema.org's words and without ids of their own."""
    places: dict[Place, list[Row]] = {}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    for row in sorted(rows, key=lambda row: row.get("date") or "", reverse=True):
        review: Row = {"@type": "Review", "reviewBody": row["text"]}
        if row.get("score") is not None:
            rating = {"@type": "Rating", "ratingValue": row["score"], "bestRating": 5, "worstRating": 1}
            review["reviewRating"] = rating
        if row.get("date"):
            review["datePublished"] = row["date"]
        places.setdefault((row["platform"], row["location"]), []).append(review)
    return places


class ReviewSite(Site):
    """The reviews of all places, each at `/{platform}/{location}`; the root lists the addresses."""

    def __init__(self, places: dict[Place, list[Row]], *, port: int = 0, delay_s: float = 0) -> None:
        super().__init__({"/robots.txt": "User-agent: *\nAllow: /\n"}, port=port, delay_s=delay_s)
        self.paths = {place: "/" + "/".join(quote(part, safe="") for part in place) for place in places}
        links = "".join(f'<li><a href="{path}">{unquote(path)}</a></li>' for path in self.paths.values())
        self.pages |= {"/": f"<!doctype html><title>Reviews</title><ul>{links}</ul>"}
        self.pages |= {self.paths[place]: paged(reviews) for place, reviews in places.items()}


@contextmanager
def fresh_feeds(site: ReviewSite) -> Iterator[tuple[Settings, Database, list[int]]]:
    """A new database with a feed for every place of the site."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,
            database_url=f"sqlite:///{folder}/afterword.db",
            secret_key_file=Path(folder) / "secret.key",
            crawl_delay_s=0,
            log_level="ERROR",
        )
        db = open_database(settings.database_url)
        upgrade(db)
        with db.write.begin() as session:
            brand = add_brand(session, BRAND, name="Автолоцман", timezone="Europe/Moscow", now=now())
            channels = ids_made(session, Channel, brand.id, {platform for platform, _ in site.paths})
            locations = ids_made(session, Location, brand.id, {location for _, location in site.paths})
            feeds = [
                add_feed(
                    session, brand, kind="schema_org", target=site.url + path, channel_id=channels[place[0]],
                    location_id=locations[place[1]], now=now(),
                ).id
                for place, path in site.paths.items()
            ]  # fmt: skip
        yield settings, db, feeds
        db.close()


def kept(db: Database) -> Counter[Kept]:
    """What is in the database: how often each review of each place is."""
    query = (
        sa.select(Channel.slug, Location.slug, Mention.text, Mention.rating)
        .join(Channel, Channel.id == Mention.channel_id)
        .join(Location, Location.id == Mention.location_id)
    )
    with db.read() as session:
        return Counter((*place, folded(text), rating) for *place, text, rating in session.execute(query))


def served(places: dict[Place, list[Row]]) -> Counter[Kept]:
    """What should be there."""
    return Counter(
        (*place, folded(review["reviewBody"]), review.get("reviewRating", {}).get("ratingValue"))
        for place, reviews in places.items()
        for review in reviews
    )


def folded(text: str) -> str:
    """A text on one line: white space is all that may differ."""
    return " ".join(text.split())


def require(claim: bool, otherwise: str) -> None:  # noqa: FBT001
    """End the benchmark where a claim does not hold."""
    if not claim:
        sys.exit(f"FAILED: {otherwise}")


def outcomes(db: Database) -> dict[str | None, int]:
    """How many runs ended how; none: killed."""
    with db.read() as session:
        query = sa.select(CrawlRun.outcome, sa.func.count().label("runs")).group_by(CrawlRun.outcome)
        return {row.outcome: row.runs for row in session.execute(query)}


def crawl_killed(settings: Settings, feeds: list[int], site: Site, *, after: int) -> bool:
    """Crawl, and kill the crawling process once the site was asked so many times more; whether it was killed."""
    died: list[CrawlCrashed] = []

    def crawl() -> None:
        try:
            crawl_feeds(settings, feeds)
        except CrawlCrashed as error:
            died.append(error)

    thread = threading.Thread(target=crawl)
    until = len(site.asked) + after
    thread.start()
    while thread.is_alive() and len(site.asked) < until:
        sleep(0.01)
    for child in psutil.Process().children():
        child.kill()
    thread.join()
    return bool(died)


def check_twice(places: dict[Place, list[Row]]) -> None:
    """Crawl, look, crawl again, look."""
    expected = served(places)
    with ReviewSite(places) as site, fresh_feeds(site) as (settings, db, feeds):
        started = perf_counter()
        crawl_feeds(settings, feeds, progress=sys.stderr.isatty())
        seconds = perf_counter() - started
        require(kept(db) == expected, "the first crawl did not bring in every review once")
        requests = len(site.asked)
        size, speed = expected.total(), expected.total() / seconds
        print(f"first crawl    {size} reviews once: {len(feeds)} feeds, {requests} requests, {seconds:.1f} s")
        print(f"               {speed:.0f} reviews/s, the start of the process included")
        crawl_feeds(settings, feeds)
        require(kept(db) == expected, "the second crawl added something")
        print(f"second crawl   {0:5} added, {len(site.asked) - requests} requests, outcomes {outcomes(db)}")


def check_killed(places: dict[Place, list[Row]]) -> None:
    """Crawl a slow site, killed several times, then to the end."""
    expected = served(places)
    with ReviewSite(places, delay_s=SLOW_S) as site, fresh_feeds(site) as (settings, db, feeds):
        kills, waypoints = 0, []
        for place in range(KILLS):
            kills += crawl_killed(settings, feeds, site, after=5 + 4 * place)
            waypoints.append(kept(db).total())
        crawl_feeds(settings, feeds)
        require(kept(db) == expected, "killed crawls lost or doubled something")
        print(f"killed {kills} times {expected.total():5} reviews once; after each kill there were {waypoints},")
        print(f"               outcomes {outcomes(db)}")


def main() -> None:
    """Serve, or run all checks."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("file", nargs="?", type=Path, default=REVIEWS, help="reviews as JSON lines, gzipped")
    arguments.add_argument("--serve", type=int, metavar="PORT", help="only serve, at this port")
    given = arguments.parse_args()
    places = read_reviews(given.file)
    if given.serve is None:
        check_twice(places)
        check_killed(places)
        return
    with ReviewSite(places, port=given.serve) as site:
        for path in site.paths.values():
            print(site.url + path, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
