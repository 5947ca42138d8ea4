"""A hostile server can make a crawl fail, and nothing else: each failure has its name, and its bounds."""

import contextlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic, sleep
from typing import Self

import psutil
import pytest

from crawlers.crawl import crawl_feeds
from store.models import CrawlRun
from tests.crawlers.conftest import Crawls
from tests.crawlers.hostilities import HEAVY, HOSTILE, SLOW, Hostility
from tests.rogues import Rogue


class Scales:
    """The most memory that any child of this process takes while it is watched, in MB."""

    peak_mb = 0.0

    def __enter__(self) -> Self:
        self.is_watching = True
        self.thread = threading.Thread(target=self._watch)
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.is_watching = False
        self.thread.join()

    def _watch(self) -> None:
        while self.is_watching:
            for child in psutil.Process().children():
                with contextlib.suppress(psutil.Error, OSError):
                    self.peak_mb = max(self.peak_mb, _peak_mb(child.pid))
            sleep(0.02)


def _peak_mb(pid: int) -> float:
    """The kernel's own high-water mark: nothing is missed between two looks."""
    with open(f"/proc/{pid}/status", encoding="utf-8") as told:  # noqa: PTH123 - of another process
        peaks = [int(line.split()[1]) / 1000 for line in told if line.startswith("VmHWM")]
    return peaks[0] if peaks else 0


@dataclass(frozen=True)
class Survived:
    """A crawl of hostile sites, all in one process: what became of each, and what it cost."""

    runs: dict[str, CrawlRun]
    texts: dict[str, list[str]]
    asked: dict[str, list[str]]
    peak_mb: float
    wall_s: float


def survived(crawls: Crawls, hostile: Mapping[str, Hostility], *, timeout_s: float) -> Survived:
    settings = crawls.settings.model_copy(update={"crawl_timeout_s": timeout_s})
    with contextlib.ExitStack() as opened:
        sites = {name: opened.enter_context(Rogue(one.sends)) for name, one in hostile.items()}
        feeds = {name: crawls.feed(f"{sites[name].url}/", one.kind) for name, one in hostile.items()}
        with Scales() as scales:
            began_at = monotonic()
            crawl_feeds(settings, list(feeds.values()))
            wall_s = monotonic() - began_at
    return Survived(
        {name: crawls.runs(feed_id)[0] for name, feed_id in feeds.items()},
        {name: [mention.text for mention in crawls.mentions(feed_id)] for name, feed_id in feeds.items()},
        {name: site.asked for name, site in sites.items()},
        scales.peak_mb,
        wall_s,
    )


@pytest.fixture(scope="module")
def quick(crawls: Crawls) -> Survived:
    return survived(crawls, HOSTILE, timeout_s=30)


@pytest.fixture(scope="module")
def slow(crawls: Crawls) -> Survived:
    return survived(crawls, SLOW, timeout_s=1)


@pytest.fixture(scope="module")
def heavy(crawls: Crawls) -> Survived:
    return survived(crawls, HEAVY, timeout_s=30)


def is_named(run: CrawlRun, hostility: Hostility) -> bool:
    return run.outcome == hostility.outcome and hostility.words in (run.detail or "")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_answer_ends_in_a_named_outcome(quick: Survived, name: str) -> None:
    run = quick.runs[name]

    assert is_named(run, HOSTILE[name]), f"{run.outcome}: {run.detail}"


def test_hostile_answers_cost_little_memory_and_time(quick: Survived) -> None:
    assert quick.peak_mb < 600  # eight of them at once
    assert quick.wall_s < 120


def test_no_page_of_a_hostile_server_leads_to_anywhere_else(quick: Survived) -> None:
    ways = [name for name in HOSTILE if name.startswith("a way to")]

    assert [quick.asked[name] for name in ways] == [["/robots.txt", "/"]] * len(ways)


def test_a_thousand_redirects_are_followed_five_times(quick: Survived) -> None:
    assert len(quick.asked["a thousand redirects"]) == 1 + 1 + 5


def test_no_entity_brings_a_file_or_a_gigabyte(quick: Survived) -> None:
    stolen, laughed = quick.texts["an entity that is a file"], quick.texts["an entity of a gigabyte"]

    assert stolen == ["it says"]
    assert [len(text) < 1000 for text in laughed] == [True]


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_an_answer_without_end_ends_by_the_clock(slow: Survived, name: str) -> None:
    run = slow.runs[name]

    assert is_named(run, SLOW[name]), f"{run.outcome}: {run.detail}"


@pytest.mark.slow
def test_slow_answers_are_tried_three_times_and_no_longer_than_they_may_take(slow: Survived) -> None:
    assert [asked.count("/") for asked in slow.asked.values()] == [3] * len(SLOW)
    assert slow.wall_s < 30


@pytest.mark.slow
@pytest.mark.parametrize("name", HEAVY)
def test_an_answer_that_is_heavy_to_read_ends_in_a_named_outcome(heavy: Survived, name: str) -> None:
    run = heavy.runs[name]

    assert is_named(run, HEAVY[name]), f"{run.outcome}: {run.detail}"


@pytest.mark.slow
def test_all_heavy_answers_at_once_stay_within_the_memory_of_a_crawl(heavy: Survived) -> None:
    assert heavy.peak_mb < 1200
    assert heavy.wall_s < 240
