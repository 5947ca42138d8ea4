"""Discourse: which addresses are a forum's, what is read of a post, and how each of its three lists goes on."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer
from crawlers.outcomes import Outcome
from crawlers.queries import query_of
from crawlers.spiders.discourse import SOURCE, behind, claims, starts
from tests.crawlers.contracts.discourse import post

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "recordings" / "discourse"
SITE = "https://forum.example"
TOPIC = f"{SITE}/t/cold-coffee/57"


def answer(value: Any, *, path: str = "/posts.json", status: int = 200) -> Answer:
    return Answer(f"{SITE}{path}", json.dumps(value).encode(), status=status)


def latest(*posts: Any, path: str = "/posts.json") -> Answer:
    return answer({"latest_posts": posts}, path=path)


def topic(*posts: Any, path: str = "/t/57.json", **fields: Any) -> Answer:
    stream = fields.pop("stream", None)
    listed = {"posts": posts} | ({"stream": stream} if stream is not None else {})
    return answer({"post_stream": listed, "id": 57, **fields}, path=path)


def numbered(number: int, text: str = "a", **fields: Any) -> dict[str, Any]:
    return post(0, text, id=100 + number, post_number=number, **fields)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (TOPIC, TOPIC),
        ("https://Forum.example/t/cold-coffee/57/12?u=anna#reply", TOPIC),
        (f"{TOPIC}.json?print=true", TOPIC),
        (f"{SITE}/t/57.json", f"{SITE}/t/-/57"),
        (f"{SITE}/t/57/posts.json?post_number=20", f"{SITE}/t/-/57"),
        ("https://e.example/forum/t/cold-coffee/57", "https://e.example/forum/t/cold-coffee/57"),
        ("https://meta.discourse.org", "https://meta.discourse.org/"),
        ("https://discourse.e.example/c/support/5", "https://discourse.e.example/"),
        (
            "https://acme.discourse.group/search?q=cold%20coffee&page=2",
            "https://acme.discourse.group/search?q=cold+coffee",
        ),
    ],
)
def test_a_topic_is_known_by_its_path_and_a_forum_by_a_host_that_tells_it(url: str, target: str) -> None:
    assert claims(url) == target
    assert claims(target) == target


@pytest.mark.parametrize(
    "url",
    [
        f"{SITE}/",
        f"{SITE}/t/57",
        f"{SITE}/t/coffee",
        f"{SITE}/posts.json",
        f"{SITE}/search?q=coffee",
        "https://www.discourse.org/pricing",
        "https://discourse.org/",
        "ftp://forum.example/t/cold-coffee/57",
    ],
)
def test_other_addresses_are_left_to_others(url: str) -> None:
    assert claims(url) is None


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/", f"{SITE}/"),
        ("/c/support/5", f"{SITE}/"),
        ("/t/cold-coffee/57", TOPIC),
        ("/search?q=coffee", f"{SITE}/search?q=coffee"),
    ],
)
def test_any_page_of_a_forum_shows_what_it_is(path: str, target: str) -> None:
    made = (
        '<meta name="generator" content="Discourse 3.5.0.beta3 - https://github.com/discourse/discourse version 8f1e">'
    )

    assert behind(Answer(SITE + path, f"<!DOCTYPE html><html><head>{made}</head></html>".encode())) == target
    assert behind(Answer(SITE + path, b"<!DOCTYPE html><html><head></head></html>")) is None


def test_a_forum_in_a_folder_says_so() -> None:
    head = '<meta name="generator" content="Discourse 3.4.1"><meta id="data-discourse-setup" data-base-uri="/forum">'

    assert (
        behind(Answer("https://e.example/forum/latest", f"<html><head>{head}".encode())) == "https://e.example/forum/"
    )


def test_the_newest_posts_themselves_show_their_forum() -> None:
    assert behind(latest(post(1, "a"))) == f"{SITE}/"


@pytest.mark.parametrize(
    ("target", "first"),
    [
        (f"{SITE}/", f"{SITE}/posts.json"),
        (f"{SITE}/latest", f"{SITE}/posts.json"),
        (f"{SITE}/posts.json", f"{SITE}/posts.json"),
        ("https://e.example/forum/", "https://e.example/forum/posts.json"),
        (TOPIC, f"{SITE}/t/57.json"),
        (f"{SITE}/t/57", f"{SITE}/t/57.json"),
        (f"{SITE}/search?q=coffee", f"{SITE}/search.json?q=coffee+order%3Alatest"),
    ],
)
def test_each_list_has_its_beginning(target: str, first: str) -> None:
    assert starts(target, None) == [first]


def test_a_brand_is_looked_for_among_all_posts_since_forums_forbid_their_search() -> None:
    assert starts(f"{SITE}/", query_of("acme OR acmefit")) == [f"{SITE}/posts.json"]


def test_a_search_without_words_takes_those_of_the_query() -> None:
    found = starts(f"{SITE}/search", query_of('"acme gym" OR acmefit'))

    assert found == [f"{SITE}/search.json?q={words}+order%3Alatest" for words in ("%22acme+gym%22", "acmefit")]
    with pytest.raises(Invalid, match="needs words"):
        starts(f"{SITE}/search", None)


def test_what_is_read_of_a_post() -> None:
    (mention,) = SOURCE.read(latest(post(3, "Кофе остыл</p><p>Совсем"))).mentions

    assert (mention.native_id, mention.text, mention.author) == ("979", "Кофе остыл\n\nСовсем", "guest3")
    assert mention.published_at
    assert (mention.published_at.isoformat(), mention.precision) == ("2026-10-25T09:00:00+00:00", "second")
    assert (mention.url, mention.kind) == (f"{SITE}/t/cold-coffee/57/27", TextKind.POST)


def test_the_first_post_of_a_topic_has_its_title() -> None:
    listed = SOURCE.read(latest(post(3, "Он остыл", post_number=1))).mentions
    opened = SOURCE.read(topic(numbered(1, "Он остыл"), title="Кофе", stream=[101])).mentions

    assert [listed[0].text, opened[0].text] == ["Cold coffee\n\nОн остыл", "Кофе\n\nОн остыл"]


def test_what_others_said_in_a_post_is_not_its_authors() -> None:
    quote = '<aside class="quote"><div class="title">anna:</div><blockquote>Ужасно</blockquote></aside>'
    box = '<aside class="onebox"><article><h3>Acme</h3><p>The best coffee</p></article></aside>'
    image = '<div class="lightbox-wrapper"><a class="lightbox"><img><div class="meta">IMG_1.jpg 88 KB</div></a></div>'
    emoji = '<img src="/e.png" title=":slight_smile:" class="emoji" alt=":slight_smile:">'

    (mention,) = SOURCE.read(latest(post(3, f"{quote}<p>Не согласен {emoji} совсем</p>{box}{image}"))).mentions

    assert mention.text == "Не согласен :slight_smile: совсем"


@pytest.mark.parametrize("fields", [{"post_type": 3}, {"post_type": 4}])
def test_what_the_forum_notes_is_no_post(fields: dict[str, Any]) -> None:
    found = SOURCE.read(latest(post(1, "closed this topic", **fields)))

    assert (found.mentions, found.problem, found.removed) == ((), None, ())


@pytest.mark.parametrize("fields", [{"hidden": True}, {"user_deleted": True}, {"deleted_at": "2026-10-01T00:00:00Z"}])
def test_what_is_hidden_or_deleted_is_removed(fields: dict[str, Any]) -> None:
    found = SOURCE.read(latest(post(1, "(post deleted by author)", **fields), post(2, "Мнение")))

    assert (found.removed, [mention.text for mention in found.mentions]) == (("993",), ["Мнение"])


def test_a_reply_names_the_post_that_it_answers_where_the_page_has_it() -> None:
    found = SOURCE.read(topic(numbered(1), numbered(3, reply_to_post_number=1), numbered(4, reply_to_post_number=2)))

    assert [mention.reply_to for mention in found.mentions] == [None, "101", None]


@pytest.mark.parametrize(
    ("path", "ids", "following"),
    [
        ("/posts.json", [15, 14, 10, 3], "?before=3"),
        ("/posts.json?before=15", [15], None),
        ("/posts.json?before=15", [14, 10], "?before=10"),
        ("/posts.json?before=300", [], "?before=250"),
        ("/posts.json?before=30", [], None),
        ("/posts.json", [2, 1], None),
        ("/posts.json", [], None),
    ],
)
def test_older_posts_are_asked_for_by_the_oldest_id_and_past_a_gap(path: str, ids: list[int], following: str) -> None:
    found = SOURCE.read(latest(*(post(1, "a", id=one) for one in ids), path=path))

    assert found.next_url == (f"{SITE}/posts.json{following}" if following else None)


def test_a_topic_goes_on_from_its_last_post_until_that_is_alone() -> None:
    stream = [101, 102, 103, 104]
    first = SOURCE.read(topic(numbered(1), numbered(2), stream=stream))
    second = SOURCE.read(topic(numbered(2), numbered(3), numbered(4), path="/t/57/posts.json?post_number=1&asc=true"))
    last = SOURCE.read(topic(numbered(4), path="/t/57/posts.json?post_number=3&asc=true"))

    assert first.next_url == f"{SITE}/t/57/posts.json?post_number=1&asc=true"
    assert second.next_url == f"{SITE}/t/57/posts.json?post_number=3&asc=true"
    assert last.next_url is None


def test_a_topic_that_lists_its_last_post_is_at_its_end() -> None:
    assert SOURCE.read(topic(numbered(1), numbered(9), stream=[101, 109])).next_url is None
    assert SOURCE.read(topic(path="/t/57/posts.json?post_number=3&asc=true")).next_url is None


def test_a_topic_that_repeats_its_posts_comes_to_an_end() -> None:
    found = SOURCE.read(topic(numbered(1), numbered(2), path="/t/57/posts.json?post_number=1&asc=true"))

    assert ([mention.native_id for mention in found.mentions], found.next_url) == (["102"], None)


def found_by_search(*posts: Any, path: str = "/search.json?q=coffee", more: Any = True, **fields: Any) -> Answer:
    topics = [{"id": 57, "title": "Cold coffee", "slug": "cold-coffee"}]
    grouped = {"more_full_page_results": more, "term": "coffee", **fields}
    return answer({"posts": posts, "topics": topics, "grouped_search_result": grouped}, path=path)


def hit(number: int, blurb: str) -> dict[str, Any]:
    return {
        "id": number,
        "name": "Anna",
        "username": "anna",
        "created_at": "2026-10-01T09:00:00.000Z",
        "like_count": 0,
        "blurb": blurb,
        "post_number": number,
        "topic_id": 57,
    }


def test_a_search_gives_excerpts_and_never_all_that_there_is() -> None:
    found = SOURCE.read(found_by_search(hit(1, "Was <span>cold</span> &amp; late"), hit(2, "Кофе остыл...")))

    assert [mention.text for mention in found.mentions] == ["Cold coffee\n\nWas cold & late", "Кофе остыл..."]
    assert found.mentions[1].url == f"{SITE}/t/cold-coffee/57/2"
    assert found.is_selection
    assert found.next_url == f"{SITE}/search.json?q=coffee&page=2"


def test_a_search_ends_with_its_results_and_at_the_tenth_page() -> None:
    assert SOURCE.read(found_by_search(hit(1, "a"), more=None)).next_url is None
    assert SOURCE.read(found_by_search(hit(1, "a"), path="/search.json?q=a&page=10")).next_url is None
    assert SOURCE.read(answer({"grouped_search_result": None}, path="/search.json?q=a")).is_recognised


def test_a_forum_that_is_too_busy_to_search_says_so() -> None:
    found = SOURCE.read(found_by_search(error="Too much load"))

    assert found.refused
    assert found.refused.outcome is Outcome.RATE_LIMITED


@pytest.mark.parametrize(
    ("status", "kind", "outcome"),
    [(403, "not_logged_in", Outcome.BLOCKED), (404, "not_found", Outcome.GONE), (400, "invalid", Outcome.FAILED)],
)
def test_errors_have_their_names_and_words(status: int, kind: str, outcome: Outcome) -> None:
    wrong = SOURCE.refused(answer({"errors": ["You need to be logged in."], "error_type": kind}, status=status))

    assert wrong
    assert (wrong.outcome, wrong.detail) == (outcome, f"HTTP {status}: You need to be logged in.")


def test_a_forum_that_asks_to_wait_is_asked_again_then() -> None:
    body = {"errors": ["Slow down"], "error_type": "rate_limit", "extras": {"wait_seconds": 600}}

    wrong = SOURCE.refused(answer(body, status=429))

    assert wrong
    assert wrong.outcome is Outcome.RATE_LIMITED
    assert wrong.retry_at


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(post(1, ""))), inner),
    max_leaves=12,
)


@settings(max_examples=50)
@given(st.lists(ANYTHING))
def test_one_bad_row_loses_no_other(found: list[Any]) -> None:
    good = post(1, "Хорошее мнение")

    for page in (latest(*found, good), topic(*found, good, stream=found), found_by_search(*found, good)):
        assert "Хорошее мнение" in {mention.text for mention in SOURCE.read(page).mentions}


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
def test_all_recorded_posts_are_read() -> None:
    paths = {"posts_latest": "/posts.json", "posts_before": "/posts.json?before=14", "topic": "/t/57.json"}

    pages = {
        name: SOURCE.read(Answer(SITE + path, (RECORDINGS / f"{name}.json").read_bytes()))
        for name, path in paths.items()
    }

    # Of the 4 posts of the topic, one has an image alone.
    assert {name: len(found.mentions) for name, found in pages.items()} == {
        "posts_latest": 4,
        "posts_before": 3,
        "topic": 3,
    }
    assert [found.next_url for found in pages.values()] == [f"{SITE}/posts.json?before=2"] * 2 + [None]
    assert pages["topic"].mentions[2].reply_to == "83"
    assert pages["topic"].mentions[0].text.startswith("THIS SITE IS A SANDBOX -- it is reset every day\n\nWelcome!")
