"""Lemmy: which addresses are its, what is read of posts and comments, and how three versions of its API are paged."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.queries import query_of
from crawlers.sites import in_query
from crawlers.spiders.lemmy import SOURCE, asked, claims, starts
from tests.crawlers.contracts.lemmy import comment, post

POSTS = "https://lemmy.world/api/v3/post/list?type_=All&sort=New&limit=50&community_name=acme"
COMMENTS = POSTS.replace("post/list", "comment/list")
SEARCH = "https://lemmy.world/api/v3/search?listing_type=All&sort=New&limit=50&type_=Comments&q=acme"


def answer(value: Any, url: str = COMMENTS, *, status: int = 200) -> Answer:
    return Answer(url, json.dumps(value).encode(), {}, status)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://lemmy.world/c/Acme/", "https://lemmy.world/c/acme"),
        ("http://lemmy.world/c/acme?dataType=Comment&page=2", "https://lemmy.world/c/acme"),
        ("https://club.example/c/acme@lemmy.ml", "https://club.example/c/acme@lemmy.ml"),
        ("https://club.example/c/acme%40lemmy.ml", "https://club.example/c/acme@lemmy.ml"),
        ("https://beehaw.org/search?q=acme&type=All", "https://beehaw.org/search?q=acme"),
        ("https://feddit.org", "https://feddit.org/"),
        ("https://lemmy.world/search", "https://lemmy.world/"),
        ("https://club.example/api/v3/comment/list?community_name=acme&page=2", "https://club.example/c/acme"),
        ("https://club.example/api/v3/search?q=acme&type_=Posts", "https://club.example/search?q=acme"),
        ("http://127.0.0.1:8536/api/v4/search?q=acme", "http://127.0.0.1:8536/search?q=acme"),
        ("https://lemmy.world/post/123", None),
        ("https://lemmy.world/u/anna", None),
        ("https://lemmy.world/feeds/c/acme.xml", None),
        ("https://club.example/c/acme", None),
        ("https://www.youtube.com/c/acme", None),
        ("https://club.example/search?q=acme", None),
        ("https://club.example/api/v3/site", None),
        ("mailto:acme@lemmy.ml", None),
    ],
)
def test_a_community_and_a_search_are_recognised(url: str, target: str | None) -> None:
    assert claims(url) == target
    # What only the API's path told is known by no other: the feed keeps its kind.
    assert target is None or claims(target) in {target, None}


def test_a_page_shows_that_it_is_an_instance() -> None:
    page = (
        b'<html><script>window.isoData = {"path": "/c/acme", "site_res": {}}</script><a href="https://join-lemmy.org">'
    )

    assert SOURCE.found_behind(Answer("https://club.example/c/acme", page))[0] == "https://club.example/c/acme"
    assert SOURCE.found_behind(Answer("https://club.example/search?q=a", page))[0] == "https://club.example/search?q=a"
    assert SOURCE.found_behind(Answer("https://club.example/post/1", page))[0] is None
    assert SOURCE.found_behind(Answer("https://club.example/c/acme", b"<html>"))[0] is None


def test_a_community_is_two_lists_and_a_search_is_two_for_each_alternative() -> None:
    query = query_of('acme "sunflower fitness" OR подсолнух* -oil')

    searched = starts("https://lemmy.world/", query)
    within = starts("https://lemmy.world/c/acme", query_of("zen"))

    assert starts("https://lemmy.world/c/acme", None) == [POSTS, COMMENTS]
    assert [(in_query(url, "q"), in_query(url, "type_")) for url in searched] == [
        (word, kind) for word in ("sunflower fitness", "подсолнух") for kind in ("Posts", "Comments")
    ]
    assert [(in_query(url, "q"), in_query(url, "community_name")) for url in within] == [("zen", "acme")] * 2
    assert starts("https://lemmy.world/search?q=acme", None)[1] == SEARCH
    assert starts("https://club.example/c/acme", None)[0] == POSTS.replace("lemmy.world", "club.example")


@pytest.mark.parametrize("target", ["https://lemmy.world/", "https://lemmy.world/post/1", "acme"])
def test_without_a_community_and_without_words_nothing_can_be_read(target: str) -> None:
    with pytest.raises(Invalid, match="--query"):
        starts(target, None)


def test_posts_and_comments_are_read_field_by_field() -> None:
    body = "Тренер **строгий**, a < b\r\n\r\n> цитата\n\nАбзац &amp; всё"
    (read,) = SOURCE.read(answer({"posts": [post(2, "Новый  тренер", body=body)]}, POSTS)).mentions

    assert read.native_id == read.url == "https://lemmy.example/post/2"
    assert read.text == "Новый тренер\n\nТренер **строгий**, a < b\n\n> цитата\n\nАбзац &amp; всё"
    assert (read.author, read.kind) == ("https://other.example/u/anna2", TextKind.POST)
    assert (f"{read.published_at:%Y-%m-%d %H:%M}", read.precision) == ("2026-11-20 10:00", "second")
    assert read.rating is read.reply_to is read.language is None


def test_a_comment_answers_its_post_or_the_comment_above_it() -> None:
    top, below = comment(5, "a"), comment(4, "b", path="0.5.4")
    unknown = comment(3, "c", path="0.99.3")

    mentions = SOURCE.read(answer({"comments": [unknown, below, top]})).mentions

    assert [mention.reply_to for mention in mentions] == [
        None, "https://lemmy.example/comment/5", "https://lemmy.example/post/1"
    ]  # fmt: skip


def test_a_date_of_an_older_version_is_in_utc_though_it_does_not_say_so() -> None:
    dates = ["2023-06-12T11:50:03.161938", "2023-06-12T11:50:03.161938Z", "2023-06-12T14:50:03+03:00"]

    page = SOURCE.read(answer({"comments": [comment(n, "a", published=date) for n, date in enumerate(dates)]}))

    assert {f"{one.published_at:%d %H:%M:%S} {one.precision}" for one in page.mentions} == {"12 11:50:03 second"}


def test_what_its_author_deleted_or_a_moderator_removed_is_named_as_removed() -> None:
    views = [comment(1, "a"), comment(2, "b", deleted=True), comment(3, "", removed=True)]

    page = SOURCE.read(answer({"comments": views}))

    assert [mention.text for mention in page.mentions] == ["a"]
    assert page.removed == ("https://lemmy.example/comment/2", "https://lemmy.example/comment/3")
    assert (page.dropped, page.problem) == (0, None)


def test_a_pinned_post_is_not_listed_by_its_time() -> None:
    views = [post(900, "правила", featured_community=True), post(1, "новость")]

    listed = SOURCE.read(answer({"posts": views}, POSTS)).mentions
    found = SOURCE.read(answer({"posts": views}, SEARCH)).mentions

    assert [mention.in_thread for mention in listed] == [True, False]
    assert [mention.in_thread for mention in found] == [False, False]


def test_pages_are_numbered_until_one_is_empty() -> None:
    first = SOURCE.read(answer({"comments": [comment(1, "a")]}))
    assert first.next_url
    second = SOURCE.read(answer({"comments": [comment(2, "b")]}, first.next_url))
    assert second.next_url

    assert asked(first.next_url) == Ask(f"{COMMENTS}&page=2")
    assert asked(second.next_url) == Ask(f"{COMMENTS}&page=3")
    assert SOURCE.read(answer({"comments": []}, second.next_url)).next_url is None


def test_a_cursor_goes_before_a_number_and_the_list_ends_without_one() -> None:
    page = SOURCE.read(answer({"posts": [post(1, "a")], "next_page": "Pa46c"}, f"{POSTS}&page=2#x"))

    assert page.next_url == f"{POSTS}&page_cursor=Pa46c"
    assert SOURCE.read(answer({"posts": [post(2, "b")]}, page.next_url)).next_url is None


def test_an_instance_of_version_1_that_takes_no_numbers_is_read_by_its_newer_api() -> None:
    same = {"posts": [post(1, "a")], "comments": [comment(2, "b")], "type_": "Comments"}
    first = SOURCE.read(answer(same, SEARCH))
    assert first.next_url

    second = SOURCE.read(answer(same, first.next_url))

    assert second.mentions == ()
    assert second.next_url
    newer = "https://lemmy.world/api/v4/search?limit=50&q=acme&type_=comments&listing_type=all&sort=new"
    assert asked(second.next_url) == Ask(newer)
    found = {"search": [{"type_": "comment"} | in_version_1(comment(3, "c")), {"type_": "person", "person": {}}]}
    third = SOURCE.read(answer(found | {"next_page": "C3"}, second.next_url))
    assert [mention.text for mention in third.mentions] == ["c"]
    assert (third.dropped, third.is_selection, first.is_selection) == (0, False, True)
    assert third.next_url == f"{newer}&page_cursor=C3"
    assert SOURCE.read(answer(found, third.next_url)).next_url is None


def in_version_1(view: dict[str, Any]) -> dict[str, Any]:
    """The same in the newer API's names."""
    said, person = dict(view["comment"]), dict(view["creator"])
    return {
        "comment": said | {"published_at": said.pop("published")},
        "creator": person | {"ap_id": person.pop("actor_id")},
        "post": view["post"],
    }


def test_the_newer_names_are_read_like_the_older_ones() -> None:
    older = SOURCE.read(answer({"comments": [comment(3, "c")]})).mentions

    assert SOURCE.read(answer({"items": [in_version_1(comment(3, "c"))]})).mentions == older


def test_a_server_that_repeats_its_page_and_has_no_newer_api_is_at_its_end() -> None:
    gone = answer("", f"{COMMENTS.replace('v3', 'v4')}#newer", status=404)

    assert SOURCE.refused(gone) is None
    page = SOURCE.read(gone)
    assert (page.is_recognised, page.next_url, page.is_selection) == (True, None, True)
    assert (wrong := SOURCE.refused(answer("", status=404)))
    assert wrong.outcome is Outcome.GONE


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (404, "couldnt_find_community", Outcome.GONE),
        (400, "couldnt_find_community", Outcome.GONE),
        (404, "not_found", Outcome.GONE),
        (400, "instance_is_private", Outcome.BLOCKED),
        (401, "incorrect_login", Outcome.BLOCKED),
        (400, "rate_limit_error", Outcome.RATE_LIMITED),
        (429, "rate_limit_error", Outcome.RATE_LIMITED),
        (400, "invalid_page", Outcome.FAILED),
        (200, "unknown", Outcome.FAILED),
    ],
)
def test_errors_have_names(status: int, error: str, outcome: Outcome) -> None:
    wrong = SOURCE.refused(answer({"error": error}, status=status))

    assert wrong
    assert wrong.outcome is outcome
    assert wrong.detail
    assert SOURCE.refused(answer({"comments": []})) is None


@pytest.mark.parametrize("value", [{"threads": []}, {"posts": None}, [], None, "x"])
def test_another_layout_is_no_list(value: Any) -> None:
    page = SOURCE.read(answer(value))

    assert not page.is_recognised
    assert page.problem


def test_a_list_of_which_nothing_can_be_read_has_another_layout() -> None:
    assert SOURCE.read(answer({"comments": [{"id": 1}, {"id": 2}]})).problem
    assert SOURCE.read(answer({"comments": []})).problem is None


NAMES = st.sampled_from(
    ["comment", "post", "creator", "ap_id", "content", "path", "published", "deleted", "type_", "id"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(NAMES, children, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_whatever_a_row_holds_the_others_are_read(row: Any) -> None:
    page = SOURCE.read(answer({"comments": [row, comment(1, "a")], "next_page": row}))

    assert "a" in [mention.text for mention in page.mentions]
