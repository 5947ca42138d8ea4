"""One process crawls all these sites, twice; each test looks at what one of them made of it."""

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from crawlers.outcomes import Outcome
from store.models import CrawlRun
from tests.crawlers.conftest import Crawls
from tests.sites import Answers, Asked, Reply, Site, paged, review, review_page, sites

ENTRY = "<item><guid>urn:{0}</guid><title></title><description>Запись {0}</description></item>"
RSS = f'<rss version="2.0"><channel><title>Лента</title>{ENTRY.format(1)}{ENTRY.format(2)}</channel></rss>'
BOMB = gzip.compress(b"<html>" + b"a" * 30_000_000)


def newest_first(first: int, count: int) -> list[dict[str, object]]:
    days = [datetime(2026, 6, 1, tzinfo=UTC) - timedelta(days=n) for n in range(count)]
    return [review(first + n, datePublished=f"{day:%Y-%m-%d}") for n, day in enumerate(days)]


def cookie_wall(asked: Asked) -> Reply:
    if "seen=1" in asked.headers.get("Cookie", ""):
        return Reply(review_page([review(301)]))
    return Reply(status=302, headers={"Location": asked.path, "Set-Cookie": "seen=1; Path=/"})


class Busy:
    """429 with two seconds, once."""

    def __init__(self) -> None:
        self.at: list[datetime] = []

    def __call__(self, _asked: Asked) -> Reply:
        self.at.append(datetime.now(UTC))
        if len(self.at) == 1:
            return Reply("busy", 429, {"Retry-After": "2"})
        return Reply(review_page([review(401)]))


def unchanged(asked: Asked) -> Reply:
    if asked.headers.get("If-None-Match") == '"v1"':
        return Reply(status=304, headers={"ETag": '"v1"'})
    return Reply(RSS, headers={"ETag": '"v1"'}, kind="application/rss+xml")


def same_again(asked: Asked) -> Reply:
    number = int(asked.query.get("page", "1"))
    return Reply(review_page([review(501), review(502)], next_url=f"{asked.path}?page={number + 1}"))


def numbered(first: int, behind: Reply | None) -> Callable[[Asked], Reply]:
    """Three pages that link to no other; behind them an answer, or the last one once more."""
    reviews = newest_first(first, 6)

    def page(asked: Asked) -> Reply:
        place = 2 * min(int(asked.query["page"]), 3)
        return behind if behind and asked.query["page"] > "3" else Reply(review_page(reviews[place - 2 : place]))

    return page


def counted(asked: Asked) -> Reply:
    """Pages whose reviews are called by their places, each page from 1 on."""
    number = int(asked.query.get("page", "1"))
    some = [review(900 + 2 * number + place, **{"@id": f"#review-{place}"}) for place in (1, 2)]
    return Reply(review_page(some, next_url=f"{asked.path}?page=2" if number == 1 else None))


@dataclass(frozen=True)
class Crawled:
    """Both crawls of every feed, by its path."""

    crawls: Crawls
    main: Site
    other: Site
    busy: Busy
    feeds: dict[str, int]

    def runs(self, path: str) -> tuple[CrawlRun, CrawlRun]:
        first, second = self.crawls.runs(self.feeds[path])
        return first, second

    def texts(self, path: str) -> list[str]:
        return [mention.text for mention in self.crawls.mentions(self.feeds[path])]


@pytest.fixture(scope="module")
def crawled(crawls: Crawls) -> Iterator[Crawled]:
    busy = Busy()
    other: dict[str, Answers] = {
        "/": review_page([review(701)]),
        "/robots.txt": "User-agent: *\nDisallow: /?\nCrawl-delay: 0.5\n",
    }
    closed: dict[str, Answers] = {"/": review_page([review(1)]), "/robots.txt": "User-agent: *\nDisallow: /\n"}
    ill: dict[str, Answers] = {"/": review_page([review(702)]), "/robots.txt": Reply("down", 500)}
    later: dict[str, Answers] = {"/": Reply("busy", 503, {"Retry-After": "7200"}), "/too": review_page([review(703)])}
    with sites({}, other, closed, ill, later) as (main, second, third, fourth, fifth):
        cp1251 = review_page([review(601)]).replace("utf-8", "windows-1251").encode("cp1251")
        main.pages |= {
            "/club": paged(newest_first(1, 45)),
            "/cookie": cookie_wall,
            "/busy": busy,
            "/feed": unchanged,
            "/turns-empty": review_page([review(201)]),
            "/edited": review_page([review(211)]),
            "/broken": '<script type="application/ld+json">{"@type": "Review", "reviewBody": </script>',
            "/no-reviews": "<html><title>Тарифы</title></html>",
            "/next-elsewhere": review_page([review(221)], next_url=f"{second.url}/secret"),
            "/moved-elsewhere": Reply(status=301, headers={"Location": f"{second.url}/secret"}),
            "/same-again": same_again,
            "/refused": Reply("no", 403),
            "/captcha": '<html><div class="g-recaptcha"></div></html>',
            "/bomb": Reply(BOMB, headers={"Content-Encoding": "gzip"}),
            "/cp1251": Reply(cp1251, kind="text/html"),
            "/loop": Reply(status=302, headers={"Location": "/loop"}),
            "/same-ids": review_page([{**review(1), "@id": None, "identifier": "17"}]),
            "/same-ids-too": review_page([{**review(2), "@id": None, "identifier": "17"}]),
            "/counted": counted,
            "/aged": review_page([review(231, datePublished="2 дня назад"), review(232, datePublished="3 weeks ago")]),
        }
        paths = [*main.pages, "/gone"]
        feeds = {path: crawls.feed(main.url + path, "feed" if path == "/feed" else "schema_org") for path in paths}
        feeds |= {
            "other": crawls.feed(second.url + "/"),
            "closed": crawls.feed(third.url + "/"),
            "ill": crawls.feed(fourth.url + "/"),
            "later": crawls.feed(fifth.url + "/"),
            "later-too": crawls.feed(fifth.url + "/too"),
            "no-address": crawls.feed("club reviews"),
            "numbered": crawls.feed(main.url + "/numbered?page={page}"),
            "numbered-again": crawls.feed(main.url + "/numbered-again?page={page}"),
        }
        main.pages |= {"/numbered": numbered(810, Reply("none", 404)), "/numbered-again": numbered(820, None)}
        crawls.crawl(*feeds.values())
        main.pages["/turns-empty"] = review_page([])
        main.pages["/edited"] = review_page([review(211, reviewBody="Передумал.")])
        main.pages["/club"] = paged(newest_first(1001, 3) + newest_first(1, 45))
        crawls.crawl(*feeds.values())
        yield Crawled(crawls, main, second, busy, feeds)


def test_every_review_of_every_page_is_kept_once(crawled: Crawled) -> None:
    first, _ = crawled.runs("/club")

    assert (first.outcome, first.pages, first.seen, first.added) == (Outcome.OK, 3, 45, 45)
    assert len(set(crawled.texts("/club"))) == 48


def test_the_second_crawl_reads_the_newest_pages_until_all_is_known(crawled: Crawled) -> None:
    _, second = crawled.runs("/club")

    assert (second.outcome, second.pages, second.added) == (Outcome.OK, 2, 3)


def test_a_crawl_that_finds_nothing_new_says_so(crawled: Crawled) -> None:
    _, second = crawled.runs("/cp1251")

    assert (second.outcome, second.added) == (Outcome.NOTHING_NEW, 0)


def test_a_redirect_that_only_sets_a_cookie_is_followed(crawled: Crawled) -> None:
    first, _ = crawled.runs("/cookie")

    assert (first.outcome, first.added) == (Outcome.OK, 1)


def test_retry_after_is_waited_for(crawled: Crawled) -> None:
    first, _ = crawled.runs("/busy")

    assert (first.outcome, first.added) == (Outcome.OK, 1)
    assert crawled.busy.at[1] - crawled.busy.at[0] >= timedelta(seconds=2)


def test_an_unchanged_feed_costs_a_304(crawled: Crawled) -> None:
    first, second = crawled.runs("/feed")

    assert (first.outcome, first.added) == (Outcome.OK, 2)
    assert (second.outcome, second.pages) == (Outcome.NOTHING_NEW, 0)


def test_an_empty_page_after_a_good_one_is_no_success(crawled: Crawled) -> None:
    first, second = crawled.runs("/turns-empty")

    assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.EMPTY_UNEXPECTEDLY)
    assert len(crawled.texts("/turns-empty")) == 1


def test_an_edited_review_is_the_same_review(crawled: Crawled) -> None:
    _, second = crawled.runs("/edited")

    assert (second.outcome, second.changed) == (Outcome.OK, 1)
    assert crawled.texts("/edited") == ["Передумал."]


def test_reviews_that_are_called_by_their_places_are_all_kept(crawled: Crawled) -> None:
    first, second = crawled.runs("/counted")

    assert (first.outcome, first.added, second.changed) == (Outcome.OK, 4, 0)
    assert len(set(crawled.texts("/counted"))) == 4


@pytest.mark.parametrize("behind_is", ["numbered", "numbered-again"])
def test_a_pattern_of_pages_is_followed_to_its_end(crawled: Crawled, behind_is: str) -> None:
    first, second = crawled.runs(behind_is)

    assert (first.outcome, first.detail, first.pages, first.added) == (Outcome.OK, None, 4, 6)
    assert (second.outcome, second.pages) == (Outcome.NOTHING_NEW, 1)
    assert all("{page}" not in str(mention.url) for mention in crawled.crawls.mentions(crawled.feeds[behind_is]))


def test_an_age_is_a_date_that_later_crawls_do_not_move(crawled: Crawled) -> None:
    days, weeks = crawled.crawls.mentions(crawled.feeds["/aged"])
    first, second = crawled.runs("/aged")

    assert (days.precision, weeks.precision) == ("day", "month")
    assert timedelta(days=1) < days.first_seen_at - days.published_at < timedelta(days=4)
    assert (first.added, second.outcome) == (2, Outcome.NOTHING_NEW)


def test_broken_json_that_cannot_be_mended_is_named(crawled: Crawled) -> None:
    first, _ = crawled.runs("/broken")

    assert first.outcome == Outcome.LAYOUT_CHANGED
    assert first.detail
    assert first.detail.startswith("JSON-LD block 1 of 1 is broken")


def test_what_a_page_says_never_leads_to_another_site(crawled: Crawled) -> None:
    link, _ = crawled.runs("/next-elsewhere")
    redirect, _ = crawled.runs("/moved-elsewhere")

    assert (link.outcome, link.added) == (Outcome.OK, 1)
    assert redirect.outcome == Outcome.FAILED
    assert redirect.detail
    assert "another site" in redirect.detail
    assert crawled.other.times_asked("/secret") == 0


@pytest.mark.parametrize(
    ("path", "outcome"),
    [
        ("/no-reviews", Outcome.LAYOUT_CHANGED),
        ("/same-again", Outcome.REPEATING_PAGES),
        ("/refused", Outcome.BLOCKED),
        ("/captcha", Outcome.CAPTCHA),
        ("later", Outcome.RATE_LIMITED),
        ("/bomb", Outcome.FAILED),
        ("/loop", Outcome.FAILED),
        ("/gone", Outcome.GONE),
        ("closed", Outcome.FORBIDDEN_BY_ROBOTS),
        ("ill", Outcome.FORBIDDEN_BY_ROBOTS),
        ("no-address", Outcome.FAILED),
    ],
)
def test_each_way_to_get_nothing_has_its_name(crawled: Crawled, path: str, outcome: Outcome) -> None:
    first, _ = crawled.runs(path)

    assert first.outcome == outcome
    assert first.detail


def test_a_site_that_asks_for_hours_is_asked_again_then(crawled: Crawled) -> None:
    feed = crawled.crawls.get(crawled.feeds["later"])

    assert feed.next_crawl_at
    assert feed.last_crawled_at
    assert feed.next_crawl_at - feed.last_crawled_at > timedelta(hours=1, minutes=50)


def test_a_site_that_asks_to_come_later_is_left_alone_by_its_other_feeds_too(crawled: Crawled) -> None:
    feed = crawled.crawls.get(crawled.feeds["later-too"])

    assert crawled.crawls.runs(feed.id) == []
    assert feed.waits_until
    assert feed.waits_until > datetime.now(UTC) + timedelta(hours=1)


def test_a_robots_rule_for_queries_does_not_close_the_site(crawled: Crawled) -> None:
    first, _ = crawled.runs("other")

    assert (first.outcome, first.added) == (Outcome.OK, 1)


def test_the_pause_that_robots_txt_asks_for_is_kept(crawled: Crawled) -> None:
    robots, page = crawled.other.asked[:2]

    assert (robots.path, page.path) == ("/robots.txt", "/")
    assert page.at - robots.at >= 0.45


def test_a_page_in_windows_1251_is_read(crawled: Crawled) -> None:
    assert crawled.texts("/cp1251") == ["Отзыв номер 601: в зале чисто."]


def test_a_name_is_kept_as_a_hash_and_a_day_is_a_day_of_the_brand(crawled: Crawled) -> None:
    (mention,) = crawled.crawls.mentions(crawled.feeds["/cp1251"])

    assert mention.author_key
    assert len(mention.author_key) == 32
    assert (mention.said_on.isoformat(), mention.precision) == ("2026-08-08", "day")
    assert mention.published_at == datetime(2026, 8, 7, 21, tzinfo=UTC)


def test_the_same_number_at_two_branches_is_two_reviews(crawled: Crawled) -> None:
    assert crawled.texts("/same-ids") == ["Отзыв номер 1: в зале чисто."]
    assert crawled.texts("/same-ids-too") == ["Отзыв номер 2: в зале чисто."]


def test_robots_txt_is_read_once_a_crawl(crawled: Crawled) -> None:
    assert crawled.other.times_asked("/robots.txt") == 2


def test_the_user_agent_is_ours(crawled: Crawled) -> None:
    assert {asked.headers["User-Agent"] for asked in crawled.main.asked} == {crawled.crawls.settings.user_agent}


def test_a_stand_in_takes_the_place_of_the_site(crawls: Crawls) -> None:
    first = review_page([review(801)], next_url="https://reviews.example.org/reviews/2")
    with Site({"/reviews": first, "/reviews/2": review_page([review(802)])}) as stand_in:
        feed_id = crawls.feed("https://reviews.example.org/reviews")

        crawls.crawl(feed_id, base_url=stand_in.url)

    (run,) = crawls.runs(feed_id)
    assert (run.outcome, run.pages, run.added) == (Outcome.OK, 2, 2)
