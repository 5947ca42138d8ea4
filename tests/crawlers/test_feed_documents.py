from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.items import Answer, Page
from crawlers.spiders.feed import SOURCE, page_of

PAGES = Path(__file__).parent / "pages"


def read(name: str) -> Page:
    return page_of(Answer("https://example.org/feed", (PAGES / name).read_bytes()))


def test_a_comment_in_rss_is_read_without_the_title_that_the_feed_made_up() -> None:
    first = read("rss.xml").mentions[0]

    assert first.text == "Первый абзац.\n\nВторой & последний."
    assert (first.native_id, first.author, first.language) == ("https://example.org/?p=1#comment-2", "Олег", "ru")
    assert (first.published_at, first.precision) == (datetime(2023, 1, 4, 9, 30, tzinfo=UTC), "second")
    assert first.url == "https://example.org/club#comment-2"


def test_a_title_that_somebody_wrote_belongs_to_the_text() -> None:
    second = read("rss.xml").mentions[1]

    assert second.text == "Новый зал\n\nОткрылся на Речной."
    assert (second.native_id, second.published_at) == ("17", None)


def test_an_entry_that_says_nothing_is_dropped_and_counted() -> None:
    found = read("rss.xml")

    assert (len(found.mentions), found.dropped, found.title) == (2, 1, "Отзывы о клубе")


def test_an_atom_feed_and_its_next_page_are_read() -> None:
    found = read("atom.xml")

    assert [(mention.native_id, mention.text, mention.author) for mention in found.mentions] == [
        ("tag:example.org,2024:/1/3", "Кофе остыл", "Анна")
    ]
    assert found.next_url == "https://example.org/feed?page=2"


def test_a_json_feed_is_read() -> None:
    found = read("feed.json")
    first, second = found.mentions

    assert (first.text, first.author, first.published_at) == (
        "Заголовок\n\nТекст.",
        "Ева",
        datetime(2024, 2, 3, 7, tzinfo=UTC),
    )
    assert (second.native_id, second.text, second.author) == ("2", "Без даты", None)
    assert (found.dropped, found.next_url) == (1, "https://example.org/feed.json?page=2")


def test_rss_written_as_json_may_hold_a_single_item() -> None:
    body = '{"rss": {"channel": {"title": "Лента", "item": {"guid": {"#value": "g1"}, "description": "Один"}}}}'

    found = page_of(Answer("https://example.org/feed", body.encode()))

    assert [(mention.native_id, mention.text) for mention in found.mentions] == [("g1", "Один")]


@pytest.mark.parametrize("body", ["", "<html><body>hello</body></html>", '{"a": 1}', "[1]", "{", "plain words"])
def test_what_is_no_feed_is_not_recognised(body: str) -> None:
    assert not page_of(Answer("https://example.org/feed", body.encode())).is_recognised


def test_an_address_in_the_body_is_not_fetched() -> None:
    assert not page_of(Answer("https://example.org/feed", b"http://127.0.0.1:1/feed")).is_recognised


def test_a_feed_in_another_encoding_is_read() -> None:
    body = (PAGES / "rss.xml").read_text(encoding="utf-8").replace("UTF-8", "windows-1251").encode("cp1251")

    assert page_of(Answer("https://example.org/feed", body)).mentions[0].author == "Олег"


@given(st.data())
def test_mutated_feeds_never_raise(data: st.DataObject) -> None:
    body = bytearray((PAGES / data.draw(st.sampled_from(["rss.xml", "atom.xml", "feed.json"]))).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(body) - 1))
        body[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=10))
        body = body or bytearray(b" ")

    found = SOURCE.read(Answer("https://example.org/feed", bytes(body)))

    assert all(mention.text and mention.native_id for mention in found.mentions)
