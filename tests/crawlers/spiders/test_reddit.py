"""Reddit: addresses, posts and comments, what a tree of comments leaves out, what was taken away, and refusals."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Invalid
from crawlers.items import Answer, Ask, Page
from crawlers.outcomes import Outcome
from crawlers.queries import query_of
from crawlers.sites import in_query
from crawlers.spiders.reddit import SOURCE, claims, refused, signed, starts
from tests.crawlers.contracts.reddit import NEWEST, comment, post
from tests.sites import as_json

API = "https://oauth.reddit.com"
POST_PAGE = f"{API}/comments/p1?limit=500&sort=new&raw_json=1"
SEARCH = f"{API}/search?q=acme&sort=new"


def answer(body: Any, *, url: str = f"{API}/r/acme/new", status: int = 200) -> Answer:
    return Answer(url, str(as_json(body).body).encode(), status=status)


def listing(*children: Any, after: str | None = None) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": after, "children": list(children)}}


def read(*children: Any, after: str | None = None, url: str = f"{API}/r/acme/new") -> Page:
    return SOURCE.read(answer(listing(*children, after=after), url=url))


def tree(*comments: Any) -> Page:
    return SOURCE.read(answer([listing(post(1, "the post")), listing(*comments)], url=POST_PAGE))


def with_data(thing: dict[str, Any], **data: Any) -> dict[str, Any]:
    return {**thing, "data": {**thing["data"], **data}}


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://old.reddit.com/r/acme/new/?count=25", "https://www.reddit.com/r/acme/"),
        ("https://www.reddit.com/r/acme.json", "https://www.reddit.com/r/acme/"),
        ("https://oauth.reddit.com/r/acme/comments", "https://www.reddit.com/r/acme/"),
        ("https://www.reddit.com/ru/r/acme", "https://www.reddit.com/r/acme/"),
        ("https://www.reddit.com/r/acme/search?q=gym&restrict_sr=1", "https://www.reddit.com/r/acme/search/?q=gym"),
        ("https://m.reddit.com/r/acme/comments/1abc/a_title/k9x/", "https://www.reddit.com/comments/1abc/"),
        ("https://redd.it/1abc", "https://www.reddit.com/comments/1abc/"),
        ("https://reddit.com/search?q=acme+gym&type=link", "https://www.reddit.com/search/?q=acme+gym"),
        ("https://www.reddit.com/", "https://www.reddit.com/search/"),
        ("https://www.reddit.com/user/somebody/", None),
        ("https://www.reddit.com/prefs/apps", None),
        ("https://reddit.com.example.org/r/acme", None),
    ],
)
def test_communities_posts_and_searches_are_recognised_and_people_are_not(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_a_community_is_its_newest_posts_and_its_newest_comments() -> None:
    urls = starts("https://www.reddit.com/r/acme/", None)

    assert [url.partition("?")[0] for url in urls] == [f"{API}/r/acme/new", f"{API}/r/acme/comments"]


def test_a_query_is_searched_within_a_community_or_everywhere() -> None:
    query = query_of('"acme gym" OR acmefit')

    within, everywhere = (starts(f"https://www.reddit.com/{path}", query) for path in ("r/acme/", "search/"))

    assert [url.partition("?")[0] for url in within] == [*[f"{API}/r/acme/search"] * 2, f"{API}/r/acme/comments"]
    assert [in_query(url, "q") for url in everywhere] == ['"acme gym"', "acmefit"]
    assert (in_query(within[0], "restrict_sr"), in_query(everywhere[0], "restrict_sr")) == ("1", "")


def test_words_in_the_address_are_searched_and_a_post_is_itself() -> None:
    assert starts("https://www.reddit.com/r/acme/search/?q=gym", None)[0].startswith(f"{API}/r/acme/search?q=gym")
    assert len(starts("https://www.reddit.com/r/acme/search/?q=gym", None)) == 1
    assert starts("https://www.reddit.com/comments/p1/", None) == [POST_PAGE]
    with pytest.raises(Invalid, match="--query"):
        starts("https://www.reddit.com/search/", None)


def test_a_post_is_read_with_its_title_author_time_and_link() -> None:
    html = '<!-- SC_OFF --><div class="md"><p>One &amp; two</p>\n\n<p>Three</p>\n</div><!-- SC_ON -->'
    (mention,) = read(with_data(post(1, "A title"), selftext="One & two", selftext_html=html)).mentions

    assert (mention.native_id, mention.text) == ("reddit:t3_p1", "A title\n\nOne & two\n\nThree")
    assert (mention.author, mention.reply_to, mention.in_thread) == ("user1", None, False)
    assert mention.published_at == datetime.fromtimestamp(NEWEST - 3600, UTC)
    assert mention.url == "https://www.reddit.com/r/acme/comments/p1/a/"


def test_comments_follow_what_they_answer() -> None:
    inner = with_data(comment(2, "an answer"), parent_id="t1_c1")
    page = tree(with_data(comment(1, "a comment"), replies=listing(inner)), comment(3, "another"))

    assert [mention.text for mention in page.mentions] == ["the post", "a comment", "an answer", "another"]
    assert [mention.reply_to for mention in page.mentions] == [None, "reddit:t3_p1", "reddit:t1_c1", "reddit:t3_p1"]
    assert [mention.in_thread for mention in page.mentions] == [False, True, True, True]


def test_the_next_page_is_after_the_last() -> None:
    assert in_query(read(post(1, "a"), after="t3_p1").next_url or "", "after") == "t3_p1"
    assert read(post(1, "a")).next_url is None


def test_comments_of_found_posts_are_threads_and_those_of_a_communitys_are_not() -> None:
    found, newest = read(post(1, "a"), url=SEARCH), read(post(1, "a"))

    assert [(thread.of, thread.url) for thread in found.threads] == [("reddit:t3_p1", POST_PAGE)]
    assert newest.threads == ()
    assert read(with_data(post(1, "a"), num_comments=0), url=SEARCH).threads == ()


def test_what_a_search_no_longer_finds_may_be_there_all_the_same() -> None:
    assert read(post(1, "a"), url=SEARCH).is_selection
    assert not read(post(1, "a")).is_selection


def test_what_a_tree_leaves_out_is_asked_for_a_hundred_at_a_time() -> None:
    ids = [f"x{number}" for number in range(150)]
    page = tree(comment(1, "a"), {"kind": "more", "data": {"count": 150, "parent_id": "t3_p1", "children": ids}})

    children = [in_query(thread.url, "children").split(",") for thread in page.threads]
    assert [len(some) for some in children] == [100, 50]
    assert {in_query(thread.url, "link_id") for thread in page.threads} == {"t3_p1"}
    assert {thread.url.partition("?")[0] for thread in page.threads} == {f"{API}/api/morechildren"}


def test_what_is_too_deep_in_a_tree_is_a_thread() -> None:
    more = {"kind": "more", "data": {"count": 0, "id": "_", "parent_id": "t1_c9", "children": []}}

    (thread,) = tree(more).threads

    assert thread.url.startswith(f"{API}/comments/p1/_/c9?")


def test_what_was_left_out_comes_as_things() -> None:
    things = [comment(5, "late"), {"kind": "more", "data": {"parent_id": "t1_c5", "children": ["c6"]}}]
    url = f"{API}/api/morechildren?link_id=t3_p1&children=c5"

    page = SOURCE.read(answer({"json": {"errors": [], "data": {"things": things}}}, url=url))

    assert [(mention.text, mention.in_thread) for mention in page.mentions] == [("late", True)]
    assert in_query(page.threads[0].url, "link_id") == "t3_p1"


def test_what_was_taken_away_is_removed_and_what_stays_of_a_closed_account_is_nobodys() -> None:
    page = tree(
        comment(1, "[deleted]"),
        with_data(comment(2, "[removed]"), replies=listing(comment(3, "stays"))),
        with_data(comment(4, "stays too"), author="[deleted]"),
    )
    posts = read(
        with_data(post(5, "t"), removed_by_category="moderator"), with_data(post(6, "t"), selftext="[deleted]")
    )

    assert page.removed == ("reddit:t1_c1", "reddit:t1_c2")
    assert [(one.text, one.author) for one in page.mentions[1:]] == [("stays", "user3"), ("stays too", None)]
    assert (posts.removed, posts.mentions) == (("reddit:t3_p5", "reddit:t3_p6"), ())


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (401, {"message": "Unauthorized", "error": 401}, Outcome.NEEDS_KEY),
        (403, {"message": "Forbidden", "error": 403}, Outcome.NEEDS_KEY),
        (403, {"reason": "private", "message": "Forbidden", "error": 403}, Outcome.BLOCKED),
        (404, {"reason": "banned", "message": "Not Found", "error": 404}, Outcome.GONE),
        (429, {"message": "Too Many Requests", "error": 429}, Outcome.RATE_LIMITED),
        (500, {}, Outcome.FAILED),
    ],
)
def test_refusals_have_named_outcomes(status: int, body: Any, outcome: Outcome) -> None:
    wrong = refused(answer(body, status=status))

    assert wrong
    assert wrong.outcome == outcome
    assert outcome != Outcome.NEEDS_KEY or "approval" in str(wrong.detail)


def test_signing_in_takes_the_pair_and_gives_a_token_for_the_header() -> None:
    assert SOURCE.sign_in
    ask = SOURCE.sign_in.ask(SOURCE.sign_in.url, {"reddit_id": "an-id", "reddit_secret": "a-secret"})
    token = SOURCE.sign_in.keys(answer({"access_token": "t", "expires_in": 86400}))

    assert (ask.method, ask.body) == ("POST", "grant_type=client_credentials")
    assert ask.headers["Authorization"] == "Basic YW4taWQ6YS1zZWNyZXQ="
    assert signed(Ask(SEARCH), token).headers == {"Authorization": "Bearer t"}
    assert SOURCE.sign_in.keys(answer({"error": "invalid_grant"})) == {}


@pytest.mark.parametrize(
    "body", [None, [], {}, [[]], {"data": {"children": 5}}, {"json": {"errors": []}}, [listing(), 5]]
)
def test_what_is_no_listing_is_another_layout(body: Any) -> None:
    assert SOURCE.read(answer(body)).is_recognised is False


def test_one_bad_thing_does_not_hide_the_others() -> None:
    page = read(None, "x", {"kind": "t3"}, with_data(post(1, "a"), selftext=5, author={}, replies=[[1]]), post(2, "b"))

    assert [mention.native_id for mention in page.mentions] == ["reddit:t3_p1", "reddit:t3_p2"]
    assert read({"kind": "t3", "data": {"headline": "x"}}).problem


def test_a_tree_that_is_a_hundred_deep_is_read_to_its_end() -> None:
    deepest = comment(100, "the deepest")
    for number in range(100):
        deepest = with_data(comment(number, "c"), replies=listing(deepest))

    assert [mention.native_id for mention in tree(deepest).mentions][-1] == "reddit:t1_c100"
