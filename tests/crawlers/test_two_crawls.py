"""Crawls that meet: two of one feed, and those that a process takes along when it dies."""

import signal
import threading
from time import monotonic, sleep

import pytest

from crawlers.crawl import crawl_feeds
from crawlers.job import CrawlCrashed
from crawlers.outcomes import Outcome
from store.runs import DIED
from tests.crawlers.conftest import Crawls
from tests.crawlers.test_killed_crawls import crawl_and_end
from tests.sites import Site, paged, review


def pages(name: str, count: int = 60) -> list[dict[str, object]]:
    return [{**review(n), "@id": None, "identifier": f"{name}{n}"} for n in range(count)]


def asked(site: Site, times: int) -> None:
    """Wait until a site was asked so often."""
    give_up_at = monotonic() + 30
    while len(site.asked) < times and monotonic() < give_up_at:
        sleep(0.005)


@pytest.mark.slow
def test_a_feed_that_is_being_crawled_is_left_alone(crawls: Crawls, capfd: pytest.CaptureFixture[str]) -> None:
    told = crawls.settings.model_copy(update={"log_level": "WARNING"})
    with Site({"/both": paged(pages("b"), size=2)}, delay_s=0.05) as site:
        feed_id = crawls.feed(f"{site.url}/both")
        first = threading.Thread(target=crawls.crawl, args=[feed_id])
        first.start()
        asked(site, 3)

        crawl_feeds(told, [feed_id])
        goes_on = first.is_alive()
        first.join(60)

    [run] = crawls.runs(feed_id)
    assert (goes_on, run.outcome, run.added) == (True, Outcome.OK, 60)
    assert "left alone" in capfd.readouterr().err


@pytest.mark.slow
def test_feeds_whose_process_died_have_failed_and_are_crawled_each_in_its_own(crawls: Crawls) -> None:
    with Site({"/r": paged(pages("x"), size=5)}, delay_s=0.03) as one, Site({"/r": paged(pages("y"), size=5)}) as other:
        feeds = [crawls.feed(f"{site.url}/r") for site in (one, other)]
        other.delay_s = 0.03

        error = crawl_and_end(crawls, feeds[0], one, feeds[1], after=6, by=signal.SIGKILL)
        died = [crawls.get(feed_id) for feed_id in feeds]
        crawls.crawl(*feeds)

    runs = [crawls.runs(feed_id) for feed_id in feeds]
    assert isinstance(error, CrawlCrashed)
    assert [(feed.failures, feed.last_outcome) for feed in died] == [(1, Outcome.FAILED)] * 2
    assert all(
        feed.next_crawl_at and feed.last_crawled_at and feed.next_crawl_at > feed.last_crawled_at for feed in died
    )
    assert [[run.detail for run in each] for each in runs] == [[DIED, None]] * 2
    assert runs[0][0].process == runs[1][0].process
    assert runs[0][1].process != runs[1][1].process


def test_a_crawl_that_is_asked_to_stop_closes_its_run_and_counts_no_failure(crawls: Crawls) -> None:
    with Site({"/polite": paged(pages("p"), size=5)}, delay_s=0.03) as site:
        feed_id = crawls.feed(f"{site.url}/polite")

        error = crawl_and_end(crawls, feed_id, site, after=4, by=signal.SIGTERM)

    [run], feed = crawls.runs(feed_id), crawls.get(feed_id)
    assert isinstance(error, KeyboardInterrupt)
    assert run.finished_at
    assert "stop" in (run.detail or "")
    assert (feed.failures, feed.last_outcome, feed.next_crawl_at) == (0, None, None)
