import signal
import threading
from collections import Counter
from datetime import date, timedelta
from time import monotonic, sleep

import psutil
import pytest

from core.errors import SchemaBehind
from crawlers.crawl import crawl_feeds
from crawlers.job import CrawlCrashed
from crawlers.outcomes import Outcome
from tests.crawlers.conftest import Crawls
from tests.sites import Site, paged, review

FIRST_DAY = date(2026, 6, 1)
REVIEWS = [review(n, datePublished=f"{FIRST_DAY - timedelta(days=n)}") for n in range(60)]
TEXTS = Counter(str(one["reviewBody"]) for one in REVIEWS)


def crawl_and_end(crawls: Crawls, feed_id: int, site: Site, *, after: int, by: signal.Signals) -> BaseException | None:
    """Crawl, and send the crawling process a signal once the site was asked so often; what the crawl raised."""
    raised: list[BaseException] = []

    def crawl() -> None:
        try:
            crawls.crawl(feed_id)
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
