"""Bluesky: which addresses are its, what is read of a post, and how a search goes on without its cursor."""

import json
from pathlib import Path
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
from crawlers.spiders.bluesky import SOURCE, asked, claims, signed, starts
from tests.crawlers.contracts.bluesky import post

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "recordings" / "bluesky" / "local_devenv"
SEARCH = "https://api.bsky.app/xrpc/app.bsky.feed.searchPosts?q=acme&sort=latest&limit=100"
FEED = "https://api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=acme.example&filter=posts_with_replies&limit=100"


def answer(value: Any, url: str = SEARCH, *, status: int = 200) -> Answer:
    return Answer(url, value.encode() if isinstance(value, str) else json.dumps(value).encode(), {}, status)


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://bsky.app/search?q=acme+gym", "https://bsky.app/search?q=acme+gym"),
        ("http://www.bsky.app/search?q=acme%20gym&sort=top#x", "https://bsky.app/search?q=acme+gym"),
        ("https://api.bsky.app/xrpc/app.bsky.feed.searchPosts?limit=3&q=acme+gym", "https://bsky.app/search?q=acme+gym"),
        ("https://bsky.app/hashtag/acme?author=x", "https://bsky.app/search?q=%23acme"),
        ("https://bsky.app", "https://bsky.app/"),
        ("https://bsky.app/search", "https://bsky.app/"),
        ("https://bsky.app/profile/Acme.Example/", "https://bsky.app/profile/acme.example"),
        ("https://bsky.app/profile/@acme.example", "https://bsky.app/profile/acme.example"),
        ("https://bsky.app/profile/did:plc:6v6xii4", "https://bsky.app/profile/did:plc:6v6xii4"),
        ("https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=a.example", "https://bsky.app/profile/a.example"),
        ("https://bsky.app/profile/acme.example/post/3n2uha3kgl22c", None),
        ("https://bsky.app/profile/acme.example/feed/x", None),
        ("https://bsky.app/profile/%20", None),
        ("https://bsky.app/settings", None),
        ("https://api.bsky.app/xrpc/_health", None),
        ("https://bsky.app.example/search?q=acme", None),
    ],
)  # fmt: skip
def test_a_search_a_hashtag_and_a_profile_are_recognised(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_a_search_is_one_request_for_each_alternative_and_a_profile_is_its_own_list() -> None:
    query = query_of('"sunflower fitness" OR acme -oil')

    assert [in_query(url, "q") for url in starts("https://bsky.app/", query)] == ['"sunflower fitness"', "acme"]
    assert starts("https://bsky.app/", query)[1] == starts("https://bsky.app/search?q=acme", None)[0] == SEARCH
    assert starts("https://bsky.app/profile/acme.example", query) == [FEED]
    with pytest.raises(Invalid, match="--query"):
        starts("https://bsky.app/", None)


def test_a_post_is_read_field_by_field() -> None:
    first = post(1, "Зал <b>хороший</b>, 5 > 4\r\n\r\nАбзац")
    reply = post(2, "Yes")
    reply["record"] |= {"reply": {"parent": {"uri": first["uri"]}, "root": {"uri": "at://x"}}, "langs": ["ru", "en"]}

    read, answered = SOURCE.read(answer({"posts": [first, reply]})).mentions

    assert read.native_id == "at://did:plc:anna/app.bsky.feed.post/3n1"
    assert read.text == "Зал <b>хороший</b>, 5 > 4\n\nАбзац"
    assert read.url == "https://bsky.app/profile/did:plc:anna/post/3n1"
    assert (read.author, read.language, read.kind) == ("did:plc:anna", "ru", TextKind.POST)
    assert (f"{read.published_at:%Y-%m-%d %H:%M:%S}", read.precision) == ("2026-11-20 11:00:00", "second")
    assert read.rating is read.reply_to is None
    assert (answered.reply_to, answered.language) == (read.native_id, None)


def test_a_date_is_the_authors_claim_but_never_later_than_the_server_saw_the_post() -> None:
    ahead, behind, wrong = post(1, "a"), post(2, "b"), post(3, "c")
    ahead["record"]["createdAt"] = "2031-01-01T00:00:00Z"
    behind["record"]["createdAt"] = "2020-01-01T00:00:00+03:00"
    wrong["record"]["createdAt"] = "yesterday"

    dates = [mention.published_at for mention in SOURCE.read(answer({"posts": [ahead, behind, wrong]})).mentions]

    assert [f"{date:%Y-%m-%d %H}" for date in dates] == ["2026-11-20 11", "2019-12-31 21", "2026-11-20 09"]


def test_reposts_are_no_opinions_of_an_account_and_a_pinned_post_is() -> None:
    reposted = {"post": post(1, "somebody else's"), "reason": {"$type": "app.bsky.feed.defs#reasonRepost"}}
    pinned = {"post": post(2, "pinned"), "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}

    page = SOURCE.read(answer({"feed": [reposted, pinned, {"post": post(3, "own")}], "cursor": "c"}, FEED))

    assert [mention.text for mention in page.mentions] == ["pinned", "own"]
    assert page.filtered == 1
    assert page.next_url == f"{FEED}&cursor=c"


def test_who_hides_from_those_without_a_login_is_left_out_and_a_picture_without_a_word_is_dropped() -> None:
    hidden = post(1, "a", labels=[{"val": "!no-unauthenticated"}])

    page = SOURCE.read(answer({"posts": [hidden, post(2, " "), post(3, "b", labels=[{"val": "bot"}])]}))

    assert [mention.text for mention in page.mentions] == ["b"]
    assert (page.filtered, page.dropped) == (1, 1)


def test_a_search_that_refuses_its_cursor_goes_on_by_date() -> None:
    first = SOURCE.read(answer({"posts": [post(1, "a"), post(2, "b")], "cursor": "2"}))
    assert first.next_url
    assert asked(first.next_url) == Ask(f"{SEARCH}&cursor=2")

    refusal = answer("<h1>403 Forbidden</h1>", first.next_url, status=403)
    second = SOURCE.read(refusal)

    assert SOURCE.refused(refusal) is None
    assert (second.mentions, second.is_recognised, second.problem) == ((), True, None)
    assert second.next_url == f"{SEARCH}&until=2026-11-20T10%3A00%3A01Z#by-date"

    third = SOURCE.read(answer({"posts": [post(2, "b"), post(3, "c")], "cursor": "2"}, second.next_url))
    assert third.next_url == f"{SEARCH}&until=2026-11-20T09%3A00%3A01Z#by-date"
    assert SOURCE.read(answer({"posts": [post(3, "c")], "cursor": "1"}, third.next_url)).next_url is None
    assert SOURCE.read(answer({"posts": []}, third.next_url)).next_url is None


def test_a_full_page_without_a_cursor_goes_on_by_date_even_where_one_second_fills_it() -> None:
    second = [post(1, f"{n}") | {"uri": f"at://x/y/{n}"} for n in range(100)]

    once = SOURCE.read(answer({"posts": second})).next_url
    assert once == f"{SEARCH}&until=2026-11-20T11%3A00%3A01Z#by-date"
    twice = SOURCE.read(answer({"posts": second}, once)).next_url

    assert twice == f"{SEARCH}&until=2026-11-20T11%3A00%3A00Z#by-date"
    assert SOURCE.read(answer({"posts": second}, twice)).next_url is None
    assert SOURCE.read(answer({"posts": second[:99]})).next_url is None


def test_with_an_app_password_an_account_is_signed_in_and_read_through_its_own_server() -> None:
    keys = {"bluesky_handle": "anna.example", "bluesky_password": "abcd-efgh"}
    assert SOURCE.sign_in
    assert SOURCE.signs_in(keys)
    assert not SOURCE.signs_in({"bluesky_handle": "anna.example"})

    ask = SOURCE.sign_in.ask(SOURCE.sign_in.url, keys)
    gained = SOURCE.sign_in.keys(answer({"accessJwt": "jwt", "refreshJwt": "r", "did": "did:plc:anna"}))
    request = signed(Ask(SEARCH), gained)

    assert (ask.method, json.loads(ask.body)) == ("POST", {"identifier": "anna.example", "password": "abcd-efgh"})
    assert "abcd" not in repr(ask)
    assert request.url == SEARCH.replace("api.bsky.app", "bsky.social")
    assert request.headers == {"Authorization": "Bearer jwt"}
    assert signed(Ask("http://127.0.0.1:9/xrpc/x?q=a"), gained).url == "http://127.0.0.1:9/xrpc/x?q=a"
    assert signed(Ask(SEARCH), {}) == Ask(SEARCH)
    assert SOURCE.sign_in.keys(answer("<html>")) == {}


@pytest.mark.parametrize(
    ("status", "error", "message", "outcome"),
    [
        (401, "AuthMissing", "Authentication Required", Outcome.NEEDS_KEY),
        (401, "AuthenticationRequired", "Invalid identifier or password", Outcome.NEEDS_KEY),
        (401, "AuthFactorTokenRequired", "A sign in code has been sent", Outcome.NEEDS_KEY),
        (400, "ExpiredToken", "Token has expired", Outcome.FAILED),
        (400, "InvalidRequest", 'Error: Params must have the property "q"', Outcome.FAILED),
        (400, "InvalidRequest", "Profile not found", Outcome.GONE),
        (400, "AccountDeactivated", "Account is deactivated", Outcome.GONE),
        (429, "RateLimitExceeded", "Rate Limit Exceeded", Outcome.RATE_LIMITED),
        (502, "UpstreamFailure", "Upstream service unreachable", Outcome.FAILED),
    ],
)
def test_errors_have_names_and_say_what_the_source_said(
    status: int, error: str, message: str, outcome: Outcome
) -> None:
    wrong = SOURCE.refused(answer({"error": error, "message": message}, status=status))

    assert wrong
    assert wrong.outcome is outcome
    assert message in (wrong.detail or "")


def test_a_closed_search_says_how_it_is_opened() -> None:
    wrong = SOURCE.refused(answer("<h1>403 Forbidden</h1>", status=403))

    assert wrong
    assert wrong.outcome is Outcome.BLOCKED
    assert "bluesky_password" in (wrong.detail or "")
    assert SOURCE.refused(answer({"posts": []})) is None


@pytest.mark.parametrize("value", [{"posts": None}, {"results": []}, [], None, "x", {"posts": [{"uri": "at://x"}]}])
def test_another_layout_is_no_page_of_posts(value: Any) -> None:
    page = SOURCE.read(answer(value))

    assert not page.is_recognised
    assert page.problem


NAMES = st.sampled_from(["uri", "record", "author", "labels", "post", "reason", "text", "createdAt", "langs", "did"])
JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(NAMES, children, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_whatever_a_row_holds_the_others_are_read(row: Any) -> None:
    search = SOURCE.read(answer({"posts": [row, post(1, "a")], "cursor": row}))
    feed = SOURCE.read(answer({"feed": [row, {"post": row}, {"post": post(1, "a")}], "cursor": row}, FEED))

    assert "a" in [mention.text for mention in search.mentions]
    assert "a" in [mention.text for mention in feed.mentions]


def recorded(name: str, url: str) -> Answer:
    lines = (RECORDINGS / f"{name}.headers").read_text().splitlines()
    return Answer(url, (RECORDINGS / f"{name}.json").read_bytes(), {}, int(lines[0].split()[1]))


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
def test_recorded_answers_are_read_all() -> None:
    search = SOURCE.read(recorded("searchPosts_p1", SEARCH))
    assert search.next_url
    rest = SOURCE.read(recorded("searchPosts_p2", search.next_url))
    feed = SOURCE.read(recorded("getAuthorFeed", FEED))

    texts = [mention.text for mention in (*search.mentions, *rest.mentions)]
    assert texts == [f"Acme coffee delivery was late again #{n}" for n in (6, 5, 4, 3, 2, 1)]
    assert [mention.text for mention in feed.mentions] == texts[:3]
    assert {mention.native_id for mention in feed.mentions} <= {mention.native_id for mention in search.mentions}
    assert in_query(search.next_url, "cursor").startswith("1795310491123__")
    assert feed.next_url
    assert all(page.dropped == page.filtered == 0 for page in (search, rest, feed))


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
def test_recorded_errors_have_names() -> None:
    no_query = SOURCE.refused(recorded("searchPosts_noq", SEARCH))
    no_login = SOURCE.refused(recorded("searchPosts_via_pds_noauth", SEARCH))

    assert no_query
    assert no_login
    assert (no_query.outcome, no_login.outcome) == (Outcome.FAILED, Outcome.NEEDS_KEY)
