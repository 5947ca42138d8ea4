"""What a site asks of us is kept: its robots.txt by the letter of RFC 9309, and the pace that it names."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import sleep

import pytest

from crawlers.crawl import crawl_feeds
from crawlers.limits import reset_after, used_up_for
from crawlers.outcomes import Outcome
from crawlers.settings import product_token
from store.models import CrawlRun
from tests.crawlers.conftest import Crawls
from tests.rogues import Rogue
from tests.sites import Answers, Asked, Reply, Site, review, review_page

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
IN_A_MINUTE = int(NOW.timestamp()) + 60


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-reset": "2026-11-01T12:05:00.000Z"}, 300),
        ({"x-ratelimit-reset": "2026-11-01 12:05:00"}, 300),
        ({"x-ratelimit-reset": str(IN_A_MINUTE)}, 60),
        ({"ratelimit-reset": f"{IN_A_MINUTE}000"}, 60),
        ({"x-ratelimit-reset": "254"}, 254),
        ({"x-ratelimit-reset": "0.5"}, 0.5),
        ({"x-rate-limit-reset": "Sun, 01 Nov 2026 12:00:30 GMT"}, 30),
        ({"x-ratelimit-reset-after": "1.5", "x-ratelimit-reset": str(IN_A_MINUTE)}, 1.5),
        ({"ratelimit": "limit=100, remaining=0, reset=7"}, 7),
        ({"ratelimit": '"minute";r=5;t=9, "day";r=0;t=4000'}, 4000),
        ({"x-ratelimit-reset": str(IN_A_MINUTE - 3600)}, 0),
        ({"x-ratelimit-reset": "9" * 400}, timedelta(days=30).total_seconds()),
        ({"x-ratelimit-reset": "soon"}, None),
        ({"ratelimit": ';;;=,"r=t'}, None),
        ({}, None),
    ],
)
def test_the_moment_at_which_a_site_counts_anew_is_understood(headers: dict[str, str], seconds: float | None) -> None:
    assert reset_after(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "30"}, 30),
        ({"x-ratelimit-remaining": "0.0", "x-ratelimit-reset": "254"}, 254),
        ({"ratelimit-remaining": "0", "ratelimit-reset": str(IN_A_MINUTE)}, 60),
        ({"ratelimit": '"day";r=0;t=40'}, 40),
        ({"x-ratelimit-remaining": "1", "x-ratelimit-reset": "30"}, None),
        ({"ratelimit": '"day";r=3;t=40'}, None),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-reset": "30"}, None),
        ({}, None),
    ],
)
def test_a_site_is_left_alone_only_where_nothing_is_left_and_it_says_until_when(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert used_up_for(headers, NOW) == seconds


@pytest.mark.parametrize(
    ("user_agent", "token"),
    [("Afterword/0.1 (social NPS; contact: x)", "Afterword"), ("acme-bot", "acme-bot"), ("(nameless)", "Afterword")],
)
def test_robots_txt_calls_us_by_our_name_alone(user_agent: str, token: str) -> None:
    assert product_token(user_agent) == token


def robots(text: str | Answers, page: str = "/reviews") -> dict[str, Answers]:
    return {"/robots.txt": text, page: review_page([review(1)])}


COMMENTS = "# a comment\n" * 50_000
"""More than 500 KiB."""


ALLOWED: dict[str, dict[str, Answers]] = {
    "no robots.txt": robots(Reply("nothing", 404)),
    "a refused robots.txt": robots(Reply("User-agent: *\nDisallow: /", 403)),
    "a page in its place": robots("<html>User-agent: nobody</html>"),
    "rules for others": robots("User-agent: otherbot\nDisallow: /\n\nUser-agent: social\nDisallow: /\n"),
    "a rule for queries": robots("User-agent: *\nDisallow: /?\nDisallow: /*?"),
    "an exception": robots("User-agent: *\nDisallow: /\nAllow: /reviews\n"),
    "a rule beyond 500 KiB": robots(f"User-agent: *\nDisallow: /no\n{COMMENTS}Disallow: /reviews\n"),
}
FORBIDDEN: dict[str, dict[str, Answers]] = {
    "a rule": robots("User-agent: *\nDisallow: /reviews"),
    "a rule for us": robots("User-agent: *\nAllow: /\n\nUser-agent: afterword\nDisallow: /\n"),
    "a rule within 500 KiB": robots(f"User-agent: *\nDisallow: /reviews\n{COMMENTS}"),
    "rules elsewhere on the site": {
        **robots(Reply(status=301, headers={"Location": "/rules"})),
        "/rules": "User-agent: *\nDisallow: /",
    },
}
UNREAD: dict[str, dict[str, Answers]] = {
    "HTTP 500": robots(Reply("down", 500)),
    "HTTP 503": robots(Reply("down", 503)),
    "another site": robots(Reply(status=302, headers={"Location": "http://127.0.0.2/robots.txt"})),
    "redirects again and again": robots(Reply(status=302, headers={"Location": "/robots.txt"})),
    "larger than is read": robots(Reply(b"#" * 10_000_001)),
}


@dataclass(frozen=True)
class Polite:
    """One crawl of all these sites."""

    sites: dict[str, Site]
    runs: dict[str, CrawlRun]


@pytest.fixture(scope="module")
def polite(crawls: Crawls) -> Iterator[Polite]:
    with ExitStack() as opened:
        sites = {
            name: opened.enter_context(Site(pages))
            for name, pages in {**ALLOWED, **FORBIDDEN, **UNREAD, "busy": robots(Reply("busy", 429))}.items()
        }
        feeds = {name: crawls.feed(f"{site.url}/reviews") for name, site in sites.items()}
        crawls.crawl(*feeds.values())
        yield Polite(sites, {name: crawls.runs(feed_id)[0] for name, feed_id in feeds.items()})


@pytest.mark.parametrize("name", ALLOWED)
def test_what_robots_txt_does_not_forbid_is_read(polite: Polite, name: str) -> None:
    assert polite.runs[name].outcome == Outcome.OK


@pytest.mark.parametrize("name", FORBIDDEN)
def test_what_robots_txt_forbids_is_not_asked_for(polite: Polite, name: str) -> None:
    run = polite.runs[name]

    assert (run.outcome, run.detail) == (Outcome.FORBIDDEN_BY_ROBOTS, "robots.txt forbids this page")
    assert polite.sites[name].times_asked("/reviews") == 0


@pytest.mark.parametrize("why", UNREAD)
def test_a_robots_txt_that_cannot_be_read_forbids_everything_and_says_why(polite: Polite, why: str) -> None:
    run = polite.runs[why]

    assert run.outcome == Outcome.FORBIDDEN_BY_ROBOTS
    assert "cannot be read" in (run.detail or "")
    assert why in (run.detail or "")
    assert polite.sites[why].times_asked("/reviews") == 0


def test_a_site_that_is_too_busy_for_its_robots_txt_is_rate_limited(polite: Polite) -> None:
    assert polite.runs["busy"].outcome == Outcome.RATE_LIMITED
    assert polite.sites["busy"].times_asked("/reviews") == 0


def test_a_robots_txt_that_breaks_off_or_never_comes_forbids_everything(crawls: Crawls) -> None:
    def breaks_off(_path: str) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\nUser-agent: *"

    def never_comes(_path: str) -> Iterator[bytes]:
        while True:
            yield b""
            sleep(0.05)

    with Rogue(breaks_off, has_robots=True) as first, Rogue(never_comes, has_robots=True) as second:
        feeds = [crawls.feed(f"{site.url}/reviews") for site in (first, second)]

        crawl_feeds(crawls.settings.model_copy(update={"crawl_timeout_s": 0.3}), feeds)

    runs = [run for feed_id in feeds for run in crawls.runs(feed_id)]
    assert [run.outcome for run in runs] == [Outcome.FORBIDDEN_BY_ROBOTS] * 2
    assert ["broke off" in (runs[0].detail or ""), "in time" in (runs[1].detail or "")] == [True, True]
    assert {*first.asked, *second.asked} == {"/robots.txt"}


def test_a_site_that_is_not_there_says_so_and_not_that_it_forbids(crawls: Crawls) -> None:
    feed_id = crawls.feed("http://127.0.0.1:1/")

    crawls.crawl(feed_id)

    (run,) = crawls.runs(feed_id)
    assert (run.outcome, run.detail) == (Outcome.FAILED, "the connection was refused")


def two_pages(number: int, **headers: str) -> dict[str, Answers]:
    """Two pages, of which the first comes with these headers."""
    first = review_page([review(number)], next_url=f"/{number}?page=2")
    told = {name.replace("_", "-"): value for name, value in headers.items()}

    def page(asked: Asked) -> Reply:
        return Reply(review_page([review(number + 1)])) if asked.query else Reply(first, headers=told)

    return {f"/{number}": page}


def test_a_site_that_has_answered_all_that_it_answers_is_asked_on_when_it_counts_anew(crawls: Crawls) -> None:
    a_week = str(7 * 24 * 3600)
    pages = {
        **two_pages(10, X_RateLimit_Remaining="0", X_RateLimit_Reset="1"),
        "/30": Reply(review_page([review(30)]), headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": a_week}),
    }
    with Site(pages) as site, Site(two_pages(20, RateLimit=f'"week";r=0;t={a_week}')) as other:
        waited, given_up, ended = (crawls.feed(url) for url in (f"{site.url}/10", f"{other.url}/20", f"{site.url}/30"))
        crawls.crawl(waited, given_up, ended)

    (first,), (second,), (third,) = crawls.runs(waited), crawls.runs(given_up), crawls.runs(ended)
    asked = [one.at for one in site.asked if one.path == "/10"]
    assert (first.outcome, first.added) == (Outcome.OK, 2)
    assert asked[1] - asked[0] >= 0.95
    assert (second.outcome, second.added, other.times_asked("/20")) == (Outcome.RATE_LIMITED, 1, 1)
    assert (third.outcome, third.added) == (Outcome.OK, 1)
    next_crawl_at, finished_at = crawls.get(given_up).next_crawl_at, second.finished_at
    assert next_crawl_at
    assert finished_at
    assert timedelta(days=6) < next_crawl_at - finished_at < timedelta(days=8)


def test_a_busy_site_that_names_its_reset_alone_is_believed(crawls: Crawls) -> None:
    in_an_hour = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    busy = Reply("too many", 429, {"X-RateLimit-Reset": in_an_hour})
    with Site({"/busy": busy}) as site:
        feed_id = crawls.feed(f"{site.url}/busy")

        crawls.crawl(feed_id)

    (run,) = crawls.runs(feed_id)
    assert run.outcome == Outcome.RATE_LIMITED
    assert "asks to come again at" in (run.detail or "")
    assert site.times_asked("/busy") == 1
