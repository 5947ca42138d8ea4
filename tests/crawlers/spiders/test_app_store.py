from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Invalid
from crawlers.items import Answer, Page
from crawlers.outcomes import Outcome
from crawlers.spiders.app_store import SOURCE, claims, starts
from tests.crawlers.contracts.app_store import THE_APP, feed, path, review
from tests.sites import Reply, as_json

APP = "https://apps.apple.com/us/app/id123456789"
FIRST_PAGE = f"https://itunes.apple.com{path(1)}"


def read(reply: Reply | bytes, url: str = FIRST_PAGE) -> Page:
    body = reply if isinstance(reply, bytes) else str(reply.body).encode()
    return SOURCE.read(Answer(url, body))


def feed_of(*entries: dict[str, Any], following: int | None = None) -> Page:
    return read(feed(list(entries), following))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://apps.apple.com/us/app/acme-gym/id123456789", APP),
        ("https://apps.apple.com/us/app/id123456789?see-all=reviews&mt=8", APP),
        ("https://apps.apple.com/app/id5-runner/id123456789", APP),
        ("https://apps.apple.com/ru/app/%D0%B0%D0%BA%D0%BC%D0%B5/id123456789/", APP.replace("/us/", "/ru/")),
        ("https://itunes.apple.com/us/app/acme-gym/id123456789?mt=8", APP),
        (FIRST_PAGE, APP),
        ("https://itunes.apple.com/de/rss/customerreviews/id=123456789/xml", APP.replace("/us/", "/de/")),
        ("https://apps.apple.com/us/developer/acme/id123456789", None),
        ("https://apps.apple.com/us/charts", None),
        ("https://appstoreconnect.apple.com/apps/123456789", None),
        ("https://example.org/us/app/id123456789", None),
    ],
)
def test_an_app_is_recognised_by_its_number_and_country(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_a_pass_begins_with_the_newest_of_the_countrys_store() -> None:
    assert starts(APP, None) == [FIRST_PAGE]
    with pytest.raises(Invalid, match=r"apps\.apple\.com"):
        starts("https://example.org/", None)


def test_a_review_is_read_with_its_stars_author_and_time() -> None:
    (mention,) = feed_of(review(2, "Well &amp; good")).mentions

    assert (mention.native_id, mention.text) == ("appstore:11000000002", "Acme\n\nWell & good")
    assert (mention.rating, mention.worst, mention.best) == (3, 1, 5)
    assert (mention.author, mention.precision) == ("user2", "second")
    assert mention.published_at == datetime(2026, 9, 26, 8, 23, 45, tzinfo=UTC)


def test_the_first_entry_that_is_the_app_is_no_review() -> None:
    page = feed_of(THE_APP, review(1, "one"))

    assert [mention.text for mention in page.mentions] == ["Acme\n\none"]
    assert page.dropped == 0


def test_one_entry_as_an_object_is_read() -> None:
    page = read(as_json({"feed": {"entry": review(1, "alone")}}))

    assert [mention.text for mention in page.mentions] == ["Acme\n\nalone"]


def test_a_feed_without_dates_is_read_without() -> None:
    undated = {name: value for name, value in review(1, "one").items() if name != "updated"}

    (mention,) = feed_of(undated).mentions

    assert mention.published_at is None


@pytest.mark.parametrize("reply", [feed([]), feed([THE_APP]), feed([], 2), Reply(""), Reply(" \n")])
def test_a_first_page_of_nothing_never_says_that_there_are_no_reviews(reply: Reply) -> None:
    refused = read(reply).refused

    assert refused
    assert refused.outcome == Outcome.EMPTY_UNEXPECTEDLY
    assert "does not say that there are no reviews" in str(refused.detail)


def test_a_later_page_of_nothing_is_not_the_end() -> None:
    page = read(feed([], 4), f"https://itunes.apple.com{path(3)}")

    assert (page.refused, page.mentions, page.is_recognised) == (None, (), True)
    assert page.next_url == f"https://itunes.apple.com{path(4)}"


def test_the_next_page_is_of_the_same_form_as_this_one() -> None:
    assert feed_of(review(1, "one"), following=2).next_url == f"https://itunes.apple.com{path(2)}"


def test_without_a_link_pages_are_counted_up_to_the_tenth() -> None:
    ninth, tenth = (
        read(as_json({"feed": {"entry": [review(1, "one")]}}), f"https://itunes.apple.com{path(number)}")
        for number in (9, 10)
    )

    assert ninth.next_url == f"https://itunes.apple.com{path(10)}"
    assert tenth.next_url is None


def test_a_link_back_ends_the_feed() -> None:
    assert read(feed([review(1, "one")], 2), f"https://itunes.apple.com{path(2)}").next_url is None


def test_the_xml_form_of_the_feed_is_read_too() -> None:
    xml = """<?xml version="1.0" encoding="utf-8"?>
        <feed xmlns:im="http://itunes.apple.com/rss" xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
          <link rel="next" href="https://itunes.apple.com/us/rss/customerreviews/page=2/id=123456789/xml"/>
          <entry><id>11</id><title>Acme</title><content type="text">Well &amp; good</content>
            <content type="html">&lt;table&gt;Acme</content><im:rating>4</im:rating>
            <updated>2026-09-27T01:23:45-07:00</updated><author><name>Анна</name></author></entry>
        </feed>"""

    page = read(xml.encode())

    (mention,) = page.mentions
    assert (mention.native_id, mention.text, mention.rating) == ("appstore:11", "Acme\n\nWell & good", 4)
    assert mention.author == "Анна"
    assert page.next_url == f"https://itunes.apple.com{path(2)}"


def test_one_broken_entry_does_not_hide_the_others() -> None:
    broken = {"im:rating": {"label": ["5"]}, "id": 7, "title": None}

    page = feed_of(broken, review(1, "one"))

    assert (len(page.mentions), page.dropped) == (1, 1)


def test_entries_that_nobody_can_read_are_a_changed_layout() -> None:
    page = feed_of({"im:rating": {"value": "5"}, "key": {"label": "11"}})

    assert page.problem


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b'{"feed": 7}', b"<html>", b"<feed><entry>", b"\xff\xfe", b"{" * 5000]
)
def test_what_is_no_feed_is_not_its_shape(body: bytes) -> None:
    page = read(body)

    assert not page.is_recognised or page.refused
    assert not page.mentions
