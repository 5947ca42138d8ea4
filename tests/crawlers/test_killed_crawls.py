import random
import signal
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil
import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from core.errors import SchemaBehind
from core.settings import Settings
from crawlers.crawl import crawl_feeds
from crawlers.job import CrawlCrashed
from crawlers.outcomes import SUCCESSES, Outcome
from store.database import Database
from tests.crawlers.conftest import Crawls
from tests.crawlers.contracts.youtube import KEY, VIDEO, comment, thread
from tests.crawlers.kills import Killer, Nursery
from tests.sites import Answers, Asked, Reply, Site, as_json, paged, review

FIRST_DAY = date(2026, 6, 1)
REVIEWS = [review(n, datePublished=f"{FIRST_DAY - timedelta(days=n)}") for n in range(60)]
TEXTS = Counter(str(one["reviewBody"]) for one in REVIEWS)


def crawl_and_end(
    crawls: Crawls, feed_id: int, site: Site, *others: int, after: int, by: signal.Signals
) -> BaseException | None:
    """Crawl, and send the crawling process a signal once the site was asked so often; what the crawl raised."""
    raised: list[BaseException] = []

    def crawl() -> None:
        try:
            crawls.crawl(feed_id, *others)
        except BaseException as error:  # noqa: BLE001 - KeyboardInterrupt is what is looked for
            raised.append(error)

    thread = threading.Thread(target=crawl)
    until = len(site.asked) + after
    before = {child.pid for child in psutil.Process().children()}
    thread.start()
    give_up_at = monotonic() + 30
    while len(site.asked) < until and monotonic() < give_up_at:
        sleep(0.005)
    (child,) = [child for child in psutil.Process().children() if child.pid not in before]
    child.send_signal(by)
    thread.join(30)
    return raised[0] if raised else None


def test_a_crawl_that_is_killed_loses_nothing_and_doubles_nothing(crawls: Crawls) -> None:
    with Site({"/reviews": paged(REVIEWS, size=5)}, delay_s=0.03) as site:
        feed_id = crawls.feed(f"{site.url}/reviews")

        error = crawl_and_end(crawls, feed_id, site, after=5, by=signal.SIGKILL)
        kept_before = len(crawls.mentions(feed_id))
        crawls.crawl(feed_id)

    killed, whole = crawls.runs(feed_id)
    assert isinstance(error, CrawlCrashed)
    assert crawls.get(feed_id).failures == 0
    assert "SIGKILL" in str(error)
    assert (killed.outcome, whole.outcome) == (Outcome.FAILED, Outcome.OK)
    assert "process" in (killed.detail or "")
    assert 0 < kept_before < 60
    assert Counter(mention.text for mention in crawls.mentions(feed_id)) == TEXTS
    assert whole.pages < 12


def test_a_crawl_that_is_asked_to_stop_keeps_its_page_and_goes_on_next_time(crawls: Crawls) -> None:
    numbered = [{**one, "@id": None, "identifier": f"s{n}"} for n, one in enumerate(REVIEWS)]
    with Site({"/stopped": paged(numbered, size=5)}, delay_s=0.03) as site:
        feed_id = crawls.feed(f"{site.url}/stopped")

        error = crawl_and_end(crawls, feed_id, site, after=4, by=signal.SIGTERM)
        crawls.crawl(feed_id)

    stopped, whole = crawls.runs(feed_id)
    assert isinstance(error, KeyboardInterrupt)
    assert (stopped.outcome, whole.outcome) == (Outcome.FAILED, Outcome.OK)
    assert stopped.added + whole.added == len(crawls.mentions(feed_id)) == 60


def test_a_database_that_is_behind_is_refused_before_anything_is_asked(crawls: Crawls) -> None:
    behind = crawls.settings.model_copy(update={"database_url": "sqlite:///:memory:"})

    with pytest.raises(SchemaBehind, match="db upgrade"):
        crawl_feeds(behind, [1])


class Growing:
    """What people say at a site, the newest first; every now and then somebody says something more."""

    def __init__(self, count: int, say: Callable[[int, datetime], dict[str, Any]]) -> None:
        self.say = say
        self.said: list[dict[str, Any]] = []
        self.more(count)

    def more(self, count: int) -> None:
        """So many new ones on top."""
        first = len(self.said)
        new = [
            self.say(n, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n)) for n in range(first, first + count)
        ]
        self.said = [*reversed(new), *self.said]


def reviewed(number: int, at: datetime) -> dict[str, Any]:
    return review(number, datePublished=at.isoformat(), reviewBody=f"Review number {number}.")


def discussed(number: int, at: datetime) -> dict[str, Any]:
    """A comment; every fourth with seven answers, on two pages of their own."""
    found = thread(f"Ug{number}", f"Comment number {number}.", 1, total=0 if number % 4 else 7)
    found["snippet"]["topLevelComment"]["snippet"]["publishedAt"] = at.isoformat()
    return found


def discussion(growing: Growing) -> dict[str, Answers]:
    """The video's comments and their answers, as YouTube's API gives them."""

    def listed(kind: str, items: list[dict[str, Any]], size: int, asked: Asked) -> Reply:
        start = int(asked.query.get("pageToken") or 0)
        more = {"nextPageToken": str(start + size)} if start + size < len(items) else {}
        return as_json({"kind": kind, "items": items[start : start + size], **more})

    def comments(asked: Asked) -> Reply:
        return listed("youtube#commentThreadListResponse", growing.said, 25, asked)

    def answers(asked: Asked) -> Reply:
        parent = asked.query["parentId"]
        replies = [comment(f"{parent}.{n}", f"Answer {n} to {parent}.", 2, parent) for n in range(7)]
        return listed("youtube#commentListResponse", replies, 4, asked)

    return {"/youtube/v3/commentThreads": comments, "/youtube/v3/comments": answers}


def texts_of(growing: Growing) -> Counter[str]:
    """Everything that was said at a site, with the answers."""
    texts: list[str] = []
    for one in growing.said:
        texts.append(str(one.get("reviewBody") or one["snippet"]["topLevelComment"]["snippet"]["textDisplay"]))
        answers = one["snippet"]["totalReplyCount"] if "snippet" in one else 0
        texts += [f"Answer {n} to {one['id']}." for n in range(answers)]
    return Counter(texts)


def sqlite_is_held(path: Path) -> bool:
    """Whether nobody may write, for longer than another crawl takes for a page."""
    connection = sqlite3.connect(path, timeout=1, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return True
    finally:
        connection.close()
    return False


def killed_often(killer: Killer, growing: Growing, kills: int) -> Killer:
    """Kill so many crawls of a site that goes on growing."""
    with Nursery() as nursery:
        while killer.kills < kills:
            ended = killer.ended
            killer.kill(nursery, most_requests=12)
            if killer.ended > ended or killer.chance.random() < 0.3:
                growing.more(killer.chance.randint(1, 40))
    return killer


def survived(crawls: Crawls, reviews: int, kills: tuple[int, int], is_held: Callable[[], bool]) -> list[Killer]:
    """Kill crawls of a list and of a discussion, at the same time into the same store; then let them end, and look."""
    settings = crawls.settings.model_copy(update={"key": {"youtube": SecretStr(KEY)}})
    listed, video = Growing(reviews, reviewed), Growing(reviews // 8, discussed)
    with (
        Site({"/r": lambda asked: paged(listed.said, size=25)(asked)}, delay_s=0.003) as site,  # noqa: PLW0108 - it grows
        Site(discussion(video), delay_s=0.003) as api,
        ThreadPoolExecutor() as pool,
    ):
        feeds = [crawls.feed(f"{site.url}/r"), crawls.feed(f"https://www.youtube.com/watch?v={VIDEO}", "youtube")]
        killers = [
            Killer(settings, feeds[0], site, is_held, random.Random(1)),  # noqa: S311
            Killer(settings, feeds[1], api, is_held, random.Random(2), base_url=api.url),  # noqa: S311
        ]
        list(pool.map(killed_often, killers, [listed, video], kills))
        for feed_id, base_url in zip(feeds, (None, api.url), strict=True):
            crawl_feeds(settings, [feed_id], base_url=base_url)
            while not crawls.get(feed_id).cursor.get("complete"):  # it came to the most pages of one crawl
                crawl_feeds(settings, [feed_id], base_url=base_url)
    runs = [crawls.runs(feed_id) for feed_id in feeds]
    kept = [Counter(mention.text for mention in crawls.mentions(feed_id)) for feed_id in feeds]
    assert {each[-1].outcome for each in runs} <= SUCCESSES
    assert kept == [texts_of(listed), texts_of(video)]
    assert [sum(run.added for run in each) for each in runs] == [sum(texts.values()) for texts in kept]
    return killers


def told_of(killers: list[Killer]) -> str:
    """What kills met, for whoever reads the log of the slow tests."""
    met = [(killer.kills, killer.ended, killer.in_transaction) for killer in killers]
    return f"kills, crawls that ended before, kills within a transaction: {met}"


@pytest.mark.slow
def test_two_hundred_kills_lose_nothing_and_double_nothing(crawls: Crawls) -> None:
    path = Path(crawls.settings.database_url.removeprefix("sqlite:///"))

    killers = survived(crawls, 5000, (130, 70), lambda: sqlite_is_held(path))

    print(told_of(killers))  # noqa: T201
    assert sum(killer.kills for killer in killers) == 200
    assert sum(killer.in_transaction for killer in killers) > 0


def postgres_is_held(db: Database) -> bool:
    """Whether some transaction goes on for longer than another crawl takes for a page."""
    going_on = sa.text(
        "SELECT pid, xact_start FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
    )
    seen: list[set[tuple[Any, ...]]] = []
    for _ in range(2):
        with db.engine.connect() as connection:
            seen.append({tuple(row) for row in connection.execute(going_on)})
        sleep(0.3)
    return bool(seen[0] & seen[1])


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.parametrize("db", ["postgresql"], indirect=True)
def test_on_postgresql_kills_lose_nothing_and_double_nothing(db: Database) -> None:
    url, secret = db.engine.url.render_as_string(hide_password=False), SecretStr("a key that all machines share")
    settings = Settings(_env_file=None, database_url=url, secret_key=secret, crawl_delay_s=0, log_level="ERROR")
    shared = Crawls(settings)

    killers = survived(shared, 1000, (25, 15), lambda: postgres_is_held(db))
    shared.db.close()

    print(told_of(killers))  # noqa: T201
    assert sum(killer.kills for killer in killers) == 40
