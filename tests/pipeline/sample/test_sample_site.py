"""The sample site over real HTTP on loopback: every text once, polite headers, nothing from the future."""

import html
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from lxml import etree

from core.errors import Conflict, Invalid
from pipeline.sample import Mention, chain, mentions
from pipeline.sample.site import SampleSite

ATOM = "{http://www.w3.org/2005/Atom}"
STRUCTURED = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)
NEXT = re.compile(r'<link rel="next" href="([^"]+)">')


@pytest.fixture(scope="module")
def client() -> Iterator[httpx2.Client]:
    with SampleSite() as site, httpx2.Client(base_url=site.url, trust_env=False) as opened:
        yield opened


def structured(page: str) -> dict[str, Any]:
    found = STRUCTURED.search(page)
    assert found
    parsed: dict[str, Any] = json.loads(found[1])
    return parsed


def review_pages(client: httpx2.Client, path: str) -> Iterator[str]:
    following: str | None = path
    while following:
        page = client.get(following).raise_for_status().text
        yield page
        link = NEXT.search(page)
        following = html.unescape(link[1]) if link else None


def feed_entries(client: httpx2.Client, path: str) -> Iterator[Any]:
    following: str | None = path
    while following:
        feed = etree.fromstring(client.get(following).raise_for_status().content)
        yield from feed.findall(f"{ATOM}entry")
        link = feed.find(f"{ATOM}link[@rel='next']")
        following = None if link is None else link.get("href")


def of(kind: str, location: str | None = None) -> list[Mention]:
    return [m for m in reversed(mentions()) if m.kind == kind and location in (None, m.location)]


@pytest.mark.parametrize("club", [club.slug for club in chain().clubs])
def test_the_review_pages_hold_every_review_once_and_newest_first(client: httpx2.Client, club: str) -> None:
    pages = [structured(page)["review"] for page in review_pages(client, f"/clubs/{club}/reviews")]

    shown = [(review["reviewBody"], review["reviewRating"]["ratingValue"]) for page in pages for review in page]
    assert shown == [(review.text, review.rating) for review in of("review", club)]
    assert all(len(page) <= 20 for page in pages)


def test_a_review_says_in_structured_data_what_a_reader_sees(client: httpx2.Client) -> None:
    answered = next(review for review in of("review", "center") if review.answer)

    pages = [structured(page)["review"] for page in review_pages(client, "/clubs/center/reviews")]
    review = next(review for page in pages for review in page if review["@id"].endswith(answered.path))

    assert review["author"] == {"@type": "Person", "name": answered.author}
    assert datetime.fromisoformat(review["datePublished"]) == answered.published_at
    assert review["inLanguage"] == answered.language
    assert review["comment"]["text"] == answered.answer
    assert html.escape(answered.text, quote=False) in client.get(review["url"]).text.replace("&#39;", "'").replace(
        "&#34;", '"'
    )


def test_the_feed_holds_every_post_once_and_newest_first(client: httpx2.Client) -> None:
    entries = list(feed_entries(client, "/feed.xml"))

    shown = [html.unescape(entry.findtext(f"{ATOM}content")) for entry in entries]
    assert shown == [f"<p>{post.text}</p>" for post in of("post")]
    assert [entry.find(f"{ATOM}category").get("term") for entry in entries] == [post.location for post in of("post")]


@pytest.mark.parametrize("club", [club.slug for club in chain().clubs])
def test_the_feed_of_a_club_holds_its_posts_alone(client: httpx2.Client, club: str) -> None:
    ids = [entry.findtext(f"{ATOM}id") for entry in feed_entries(client, f"/clubs/{club}/feed.xml")]

    assert ids == [f"https://sunflower.example{post.path}" for post in of("post", club)]


def test_every_feed_of_the_chain_is_served(client: httpx2.Client) -> None:
    answers = {feed.path: client.get(feed.path).headers["content-type"].partition(";")[0] for feed in chain().feeds}

    media_type = {"schema_org": "text/html", "feed": "application/atom+xml"}
    assert answers == {feed.path: media_type[feed.kind] for feed in chain().feeds}


def test_an_item_keeps_its_id_on_another_port(client: httpx2.Client) -> None:
    here = structured(client.get("/clubs/center/reviews").text)["review"][0]["@id"]

    with SampleSite() as other:
        there = structured(httpx2.get(f"{other.url}/clubs/center/reviews", trust_env=False).text)["review"][0]["@id"]

    assert here == there


def test_a_feed_that_has_not_changed_is_not_sent_again(client: httpx2.Client) -> None:
    first = client.get("/clubs/center/feed.xml")

    by_tag = client.get("/clubs/center/feed.xml", headers={"If-None-Match": f"W/{first.headers['etag']}"})
    by_date = client.get("/clubs/center/feed.xml", headers={"If-Modified-Since": first.headers["last-modified"]})
    other = client.get("/clubs/center/feed.xml", headers={"If-None-Match": '"another"'})
    nonsense = client.get("/clubs/center/feed.xml", headers={"If-Modified-Since": "yesterday"})

    assert (by_tag.status_code, by_tag.content) == (304, b"")
    assert by_date.status_code == 304
    assert (other.status_code, nonsense.status_code) == (200, 200)


def test_robots_may_read_all_but_the_private_pages(client: httpx2.Client) -> None:
    robots = client.get("/robots.txt")

    assert robots.headers["content-type"].startswith("text/plain")
    assert robots.text == "User-agent: *\nDisallow: /private/\n"
    assert client.get("/private/").status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/nowhere", "/clubs/moon/reviews", "/clubs/center/reviews?page=99", "/feed.xml?page=x", "/posts/p9999"],
)
def test_what_is_not_there_is_a_page_that_says_so(client: httpx2.Client, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert "Такой страницы нет" in answer.text


def test_the_index_leads_to_every_club(client: httpx2.Client) -> None:
    index = client.get("/").text

    assert all(feed.path in index for feed in chain().feeds)


def test_the_past_shows_nothing_that_was_published_later() -> None:
    as_of = datetime(2026, 10, 23, 21, tzinfo=UTC)

    with SampleSite(as_of=as_of) as site, httpx2.Client(base_url=site.url, trust_env=False) as client:
        entries = list(feed_entries(client, "/feed.xml"))
        newest = structured(client.get("/clubs/center/reviews").text)["review"][0]

    assert len(entries) == len([post for post in of("post") if post.published_at <= as_of])
    assert datetime.fromisoformat(newest["datePublished"]) <= as_of


def test_a_club_without_a_word_yet_has_an_empty_page_and_feed() -> None:
    with SampleSite(as_of=datetime(2026, 1, 1, tzinfo=UTC)) as site:
        reviews = httpx2.get(f"{site.url}/clubs/garden/reviews", trust_env=False)
        feed = httpx2.get(f"{site.url}/clubs/garden/feed.xml", trust_env=False)

    assert structured(reviews.text)["review"] == []
    assert etree.fromstring(feed.content).findall(f"{ATOM}entry") == []


def test_a_moment_without_a_time_zone_is_refused() -> None:
    with pytest.raises(Invalid, match="time zone"):
        SampleSite(as_of=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


def test_a_port_that_is_taken_is_said_to_be(client: httpx2.Client) -> None:
    port = client.base_url.port
    assert port

    with pytest.raises(Conflict, match=f"port {port} is taken"), SampleSite(port=port):
        pass
