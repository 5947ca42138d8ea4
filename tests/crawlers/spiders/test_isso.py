"""Isso: how its comments are found behind a page, what is read of them, and where a thread ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import UnknownSource
from crawlers.items import Answer, Thread
from crawlers.probe import finding_of
from crawlers.spiders.isso import SOURCE, behind, claims, starts
from tests.crawlers.contracts.isso import BEGAN_AT, comment

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "recordings" / "isso"
API = "https://comments.example/?uri=%2Fcoffee%2F"


def answer(*comments: Any, hidden: Any = 0, url: str = f"{API}&limit=100", parent: int | None = None) -> Answer:
    body = {"id": parent, "total_replies": 0, "hidden_replies": hidden, "replies": list(comments), "config": {}}
    return Answer(url, json.dumps(body).encode())


def page(
    script: str, *, thread: str = '<section id="isso-thread"></section>', url: str = "https://e.example/coffee/"
) -> Answer:
    return Answer(url, f"<!DOCTYPE html><html><body>{script}{thread}</body></html>".encode())


@pytest.mark.parametrize(
    "url",
    [
        API,
        "https://comments.example/?uri=/coffee/",
        "https://comments.example?uri=/coffee/&limit=5&after=1795310212.79",
        "https://Comments.example/?uri=%2Fcoffee%2F&parent=3&nested_limit=0&sort=newest&plain=1&offset=2",
    ],
)
def test_the_api_with_the_name_of_a_page_is_its_comments(url: str) -> None:
    assert claims(url) == API
    assert claims("https://e.example/isso/?uri=/coffee/") == "https://e.example/isso/?uri=%2Fcoffee%2F"


@pytest.mark.parametrize(
    "url",
    [
        "https://comments.example/",
        "https://comments.example/?uri=",
        "https://comments.example/feed?uri=/coffee/",
        "https://e.example/login?uri=/coffee/",
        "https://e.example/?uri=/coffee/&session=1",
        "ftp://comments.example/?uri=/coffee/",
    ],
)
def test_other_addresses_are_left_to_others(url: str) -> None:
    assert claims(url) is None


@pytest.mark.parametrize(
    ("script", "target"),
    [
        ('<script data-isso="/isso/" src="/isso/js/embed.min.js" async></script>', "/isso/?uri=%2Fcoffee%2F"),
        ('<script data-isso="//e.example/isso" src="/static/own.js"></script>', "/isso/?uri=%2Fcoffee%2F"),
        ('<script src="/talk/js/embed.min.js"></script>', "/talk/?uri=%2Fcoffee%2F"),
        ('<script src="https://e.example/js/embed.dev.js?v=2"></script>', "/?uri=%2Fcoffee%2F"),
    ],
)
def test_a_page_shows_its_comments_where_they_are_at_its_own_site(script: str, target: str) -> None:
    assert behind(page(script)) == f"https://e.example{target}"


def test_a_page_may_have_another_name_at_its_isso() -> None:
    thread = '<div id="isso-thread" data-isso-id="kaffee-1"></div>'

    found = behind(page('<script data-isso="/isso/"></script>', thread=thread))

    assert found == "https://e.example/isso/?uri=kaffee-1"


def test_comments_at_another_site_are_told_not_followed() -> None:
    elsewhere = page('<script data-isso="//comments.example/" src="//comments.example/js/embed.min.js"></script>')

    with pytest.raises(UnknownSource, match=r"watch https://comments\.example/\?uri=%2Fcoffee%2F instead"):
        behind(elsewhere)
    assert "watch https://comments.example/?uri=%2Fcoffee%2F instead" in str(finding_of(elsewhere).error)


def test_on_a_stand_in_the_path_of_the_api_counts() -> None:
    url = "http://127.0.0.1:8101/coffee/"

    assert behind(page('<script data-isso="//e.example/isso/"></script>', url=url)) == (
        "http://127.0.0.1:8101/isso/?uri=%2Fcoffee%2F"
    )
    with pytest.raises(UnknownSource, match="8102"):
        behind(page('<script data-isso="//127.0.0.1:8102/"></script>', url=url))


def test_other_pages_have_no_isso() -> None:
    assert behind(page('<script src="/js/embed.min.js"></script>', thread="")) is None
    assert behind(page("")) is None
    assert behind(answer(comment(1, "a"))) is None


def test_a_pass_asks_for_a_hundred_and_for_a_page_at_the_root_of_its_site() -> None:
    assert starts(API, None) == [f"{API}&limit=100"]
    assert starts("https://e.example/coffee/", None) == ["https://e.example/?uri=%2Fcoffee%2F&limit=100"]


def test_what_is_read_of_a_comment_and_of_its_reply() -> None:
    reply = comment(3, "Согласен", parent=2, author=None)
    url = "https://e.example/isso/?uri=%2Fcoffee%2F"

    first, second = SOURCE.read(answer(comment(2, "Кофе &lt;остыл&gt;<br>дважды", reply), url=url)).mentions

    assert (first.native_id, first.text, first.author) == ("2", "Кофе <остыл>\nдважды", "Гость 2")
    assert first.published_at
    assert first.published_at.timestamp() == pytest.approx(BEGAN_AT + 7200)
    assert first.url == "https://e.example/coffee/#isso-2"
    assert (second.reply_to, second.in_thread, second.author) == ("2", True, None)


def test_where_only_the_path_of_the_page_is_known_there_is_no_link() -> None:
    whole = "https://comments.example/?uri=https%3A%2F%2Fe.example%2Fcoffee%2F"

    assert SOURCE.read(answer(comment(2, "a"))).mentions[0].url is None
    assert SOURCE.read(answer(comment(2, "a"), url=whole)).mentions[0].url == "https://e.example/coffee/#isso-2"


def test_the_next_page_begins_at_the_last_comment_by_its_moment_to_the_last_digit() -> None:
    listed = comment(1, "a", created=1795310212.7979412), comment(2, "b", created=1795310212.9266846)

    assert SOURCE.read(answer(*listed, hidden=1)).next_url == f"{API}&limit=100&after=1795310212.7979412"
    assert SOURCE.read(answer(*listed, hidden=0)).next_url is None


def test_hidden_ones_are_of_the_whole_thread_so_that_only_the_last_comment_alone_is_the_end() -> None:
    url = f"{API}&limit=100&after=1795310212.7979412"
    last, new = comment(2, "b", created=1795310212.9266846), comment(3, "c", created=1795310213.5)

    assert SOURCE.read(answer(last, new, hidden=7, url=url)).next_url == f"{API}&limit=100&after=1795310212.9266846"
    assert SOURCE.read(answer(last, hidden=7, url=url)).next_url is None
    assert SOURCE.read(answer(hidden=7, url=url)).next_url is None


def test_a_server_that_does_not_heed_the_moment_comes_to_an_end() -> None:
    listed = comment(1, "a"), comment(2, "b")
    first = SOURCE.read(answer(*listed, hidden=1))

    again = SOURCE.read(answer(*listed, hidden=1, url=first.next_url or ""))

    assert ([mention.native_id for mention in again.mentions], again.next_url) == (["2"], None)


def test_replies_that_are_hidden_are_paged_apart() -> None:
    shown = comment(2, "Согласен", parent=1, created=1795310300.5)
    cut, closed = comment(1, "a", shown, hidden_replies=3), comment(5, "b", hidden_replies=2)

    found = SOURCE.read(answer(cut, closed, comment(6, "c"), url=f"{API}&nested_limit=1"))

    assert found.threads == (
        Thread("1", f"{API}&parent=1&limit=100&after=1795310300.5"),
        Thread("5", f"{API}&parent=5&limit=100"),
    )


def test_a_page_of_replies_goes_on_by_itself() -> None:
    url = f"{API}&parent=1&limit=100"

    found = SOURCE.read(answer(comment(4, "a", parent=1), comment(5, "b", parent=1), hidden=1, url=url, parent=1))

    assert [(mention.reply_to, mention.in_thread) for mention in found.mentions] == [("1", False)] * 2, "by their time"
    assert found.next_url == f"{url}&after={BEGAN_AT + 4 * 3600}"


def test_what_is_deleted_but_was_answered_is_removed_and_its_replies_stay() -> None:
    found = SOURCE.read(answer(comment(1, "", comment(2, "Ответ", parent=1), mode=4, author=None)))

    assert found.removed == ("1",)
    assert [(mention.native_id, mention.reply_to) for mention in found.mentions] == [("2", "1")]
    assert found.dropped == 0


def test_a_page_without_comments_is_one_of_isso() -> None:
    assert SOURCE.read(answer()).is_recognised
    assert not SOURCE.read(Answer(API, b'{"replies": []}')).is_recognised
    assert "afterword watch" in str(SOURCE.read(Answer(API, b"<html>")).problem)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(comment(1, ""))), inner),
    max_leaves=12,
)


@settings(max_examples=50)
@given(st.lists(ANYTHING), ANYTHING)
def test_one_bad_row_loses_no_other(found: list[Any], hidden: Any) -> None:
    page = SOURCE.read(answer(*found, comment(1, "Хороший отзыв"), hidden=hidden))

    assert hidden is None or "Хороший отзыв" in {mention.text for mention in page.mentions}


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
def test_all_recorded_comments_are_read() -> None:
    first = SOURCE.read(Answer(f"{API}&limit=2", (RECORDINGS / "comments.json").read_bytes()))
    second = SOURCE.read(Answer(first.next_url or "", (RECORDINGS / "comments_after.json").read_bytes()))

    ids = {mention.native_id for found in (first, second) for mention in found.mentions}

    assert ids == {"1", "2", "3"}, "3 of 3"
    assert [len(found.mentions) for found in (first, second)] == [2, 2]
    assert (first.next_url, second.next_url) == tuple(
        f"{API}&limit=2&after={said}" for said in (1795310212.7979412, 1795310212.9266846)
    )
    assert all(mention.author == "Анна" and "доставка" in mention.text for mention in second.mentions)
