"""WordPress: which pages are its, what is read of a comment, and where a list ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.labels import TextKind
from crawlers.items import Answer
from crawlers.outcomes import Outcome
from crawlers.spiders.wordpress import SOURCE, behind, claims, starts
from tests.crawlers.contracts.wordpress import comment

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "recordings" / "wordpress"
API = "https://blog.example/wp-json/wp/v2/comments"


def answer(value: Any, *, url: str = API, status: int = 200, **headers: str) -> Answer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(url, json.dumps(value).encode(), named, status)


def page(head: str, *, body: str = "", url: str = "https://blog.example/hello/", link: str = "") -> Answer:
    html = f'<!DOCTYPE html><html><head>{head}</head><body class="{body}"><p>Hello</p></body></html>'
    return Answer(url, html.encode(), {"link": link} if link else {})


def recorded(name: str, url: str) -> Answer:
    """A recorded answer with its headers, as one to this address."""
    head = (RECORDINGS / f"{name}.headers").read_text(encoding="utf-8").splitlines()
    fields = (line.split(": ", 1) for line in head[1:] if ": " in line)
    headers = {field.lower(): value for field, value in fields}
    return Answer(url, (RECORDINGS / name).read_bytes(), headers, int(head[0].split()[1]))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://blog.example/wp-json/", API),
        ("https://Blog.Example/wp-json/wp/v2/comments/?per_page=5&page=2", API),
        ("https://blog.example/wp-json/wp/v2/comments/17", API),
        ("https://blog.example/wp-json/wp/v2/comments?post=3&order=asc", f"{API}?post=3"),
        ("https://blog.example/wp-json/wp/v2/posts/3?_embed", f"{API}?post=3"),
        ("https://e.example/blog/wp-json", "https://e.example/blog/wp-json/wp/v2/comments"),
        ("https://e.example/?rest_route=/", "https://e.example/?rest_route=%2Fwp%2Fv2%2Fcomments"),
        (
            "http://e.example/index.php?rest_route=/wp/v2/comments&post=3&page=2",
            "http://e.example/index.php?rest_route=%2Fwp%2Fv2%2Fcomments&post=3",
        ),
    ],
)
def test_every_address_of_the_api_is_one_list_of_comments(url: str, target: str) -> None:
    assert claims(url) == target
    assert claims(target) == target


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example/",
        "https://blog.example/?p=3",
        "https://blog.example/wp-json/wp/v2/users",
        "https://blog.example/wp-json/wc/store/v1/products/reviews",
        "https://blog.example/?rest_route=comments",
        "ftp://blog.example/wp-json/",
    ],
)
def test_other_addresses_are_left_to_others(url: str) -> None:
    assert claims(url) is None


LINK = '<link rel="https://api.w.org/" href="{}" />'
SHORT = "<link rel='shortlink' href='https://blog.example/?p=3' />"


@pytest.mark.parametrize(
    ("head", "body", "target"),
    [
        (LINK.format("https://blog.example/wp-json/"), "home blog", API),
        (LINK.format("https://blog.example/wp-json/"), "home page-template-default page page-id-7", API),
        (LINK.format("https://blog.example/wp-json/") + SHORT, "single single-post", f"{API}?post=3"),
        (LINK.format("https://blog.example/wp-json/"), "single single-post postid-3", f"{API}?post=3"),
        (LINK.format("/news/wp-json/"), "page page-id-12", "https://blog.example/news/wp-json/wp/v2/comments?post=12"),
        (
            LINK.format("https://www.blog.example/index.php?rest_route=/"),
            "archive",
            "https://blog.example/index.php?rest_route=%2Fwp%2Fv2%2Fcomments",
        ),
        ('<meta name="generator" content="WordPress 6.8.2">', "", API),
    ],
)
def test_a_page_shows_where_the_comments_of_its_post_or_site_are(head: str, body: str, target: str) -> None:
    assert behind(page(head, body=body)) == target


def test_a_page_may_say_it_in_its_header_alone() -> None:
    link = f'<https://blog.example/wp-json/>; rel="https://api.w.org/", <{API}/3>; rel="alternate"'

    assert behind(page("", link=link)) == API


def test_an_api_at_another_site_is_not_followed_there() -> None:
    assert behind(page(LINK.format("https://public-api.wordpress.example/wp-json/"))) is None
    assert behind(page(LINK.format("http://169.254.169.254/wp-json/"))) is None


def test_on_a_stand_in_the_path_of_the_api_counts() -> None:
    head = LINK.format("https://blog.example/news/wp-json/")

    assert behind(page(head, url="http://127.0.0.1:8101/")) == "http://127.0.0.1:8101/news/wp-json/wp/v2/comments"


def test_other_pages_are_none_of_a_wordpress() -> None:
    assert behind(page('<meta name="generator" content="Hugo 0.139">')) is None
    assert behind(answer({"routes": []}, url="https://blog.example/api")) is None


def test_a_pass_begins_with_the_newest_hundred_and_what_belongs_to_them() -> None:
    first = f"{API}?per_page=100&_embed=up%2Cchildren"

    assert starts("https://blog.example/", None) == starts("https://blog.example", None) == [first]
    assert starts(f"{API}?post=3", None) == [f"{API}?post=3&per_page=100&_embed=up%2Cchildren"]
    assert starts("https://blog.example/?p=3", None) == [f"{API}?post=3&per_page=100&_embed=up%2Cchildren"]


def test_the_address_of_a_post_is_asked_where_its_comments_are() -> None:
    post = page(LINK.format("https://blog.example/wp-json/") + SHORT)

    found = SOURCE.read(post)

    assert starts(post.url, None) == [post.url]
    assert found.is_recognised
    assert found.next_url == f"{API}?post=3&per_page=100&_embed=up%2Cchildren"


def test_what_is_read_of_a_comment() -> None:
    body = "<p>Кофе остыл &amp; горчит.</p>\n<p>Больше не приду<br />никогда</p>\n"

    (mention,) = SOURCE.read(answer([comment(1, "", content={"rendered": body}, parent=17)])).mentions

    assert mention.text == "Кофе остыл & горчит.\n\nБольше не приду\nникогда"
    assert (mention.native_id, mention.reply_to, mention.author) == ("99", "17", "Гость 1")
    assert mention.published_at
    assert (mention.published_at.isoformat(), mention.precision) == ("2026-10-27T09:00:00+00:00", "second")
    assert (mention.url, mention.kind) == ("https://blog.example.org/hello/#comment-99", TextKind.POST)


def test_a_reply_of_the_posts_author_is_the_official_answer_of_what_it_answers() -> None:
    post = [{"id": 1, "author": 7}]
    own = comment(1, "Спасибо, разберёмся", id=5, parent=4, author=7, _embedded={"up": post})
    other = comment(1, "У меня так же", id=6, parent=4, author=8, _embedded={"up": post})
    asked = comment(2, "Где чек?", id=4, author=0, _embedded={"up": post, "children": [[other, own]]})

    found = SOURCE.read(answer([other, own, asked]))

    assert [(one.native_id, one.answer) for one in found.mentions] == [("6", None), ("4", "Спасибо, разберёмся")]
    assert found.filtered == 1


def test_whoever_is_not_signed_in_is_not_the_author_of_a_post_without_one() -> None:
    nobody = comment(1, "Нет ответа", parent=4, author=0, _embedded={"up": [{"author": 0}]})
    unknown = comment(2, "Ответ участника", parent=4, author=3)

    assert len(SOURCE.read(answer([nobody, unknown])).mentions) == 2


def test_links_from_other_sites_are_no_comments() -> None:
    found = SOURCE.read(answer([comment(1, "[...] see here [...]", type="pingback")]))

    assert (found.mentions, found.problem, found.filtered) == ((), None, 1)


def test_the_next_page_is_a_number_at_the_asked_host_whatever_the_link_names() -> None:
    link = '<https://elsewhere.example/wp-json/wp/v2/comments?page=3>; rel="next"'

    found = SOURCE.read(answer([comment(1, "a")], url=f"{API}?per_page=100&page=2", link=link))

    assert found.next_url == f"{API}?per_page=100&page=3"


@pytest.mark.parametrize(
    ("headers", "has_next"),
    [
        ({"x_wp_totalpages": "1"}, False),
        ({"x_wp_totalpages": "2"}, True),
        ({"x_wp_totalpages": "0", "link": f'<{API}?page=2>; rel="next"'}, True),
        ({}, True),
    ],
)
def test_a_total_a_link_or_without_both_a_page_that_holds_something_leads_on(
    headers: dict[str, str],
    has_next: bool,  # noqa: FBT001
) -> None:
    found = SOURCE.read(answer([comment(1, "a")], **headers))

    assert (found.next_url is not None) == has_next


def test_beyond_the_end_an_empty_list_and_an_error_are_both_the_end() -> None:
    error = answer({"code": "rest_post_invalid_page_number", "message": "x", "data": {"status": 400}}, status=400)

    empty = SOURCE.read(answer([], url=f"{API}?page=9"))
    beyond = SOURCE.read(error)

    assert SOURCE.refused(error) is None
    assert [(one.is_recognised, one.next_url, one.problem) for one in (empty, beyond)] == [(True, None, None)] * 2


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (400, "rest_invalid_param", Outcome.FAILED),
        (401, "rest_not_logged_in", Outcome.BLOCKED),
        (404, "rest_no_route", Outcome.GONE),
        (429, "too_many", Outcome.RATE_LIMITED),
    ],
)
def test_an_error_says_its_own_words(status: int, code: str, outcome: Outcome) -> None:
    wrong = SOURCE.refused(answer({"code": code, "message": "Слова <b>сайта</b>"}, status=status))

    assert wrong
    assert (wrong.outcome, wrong.detail) == (outcome, f"HTTP {status}: Слова сайта")


def test_a_page_instead_of_the_api_is_called_another_layout() -> None:
    found = SOURCE.read(Answer(API, b"<html><body>Front page</body></html>"))

    assert not found.is_recognised
    assert found.problem == "the answer is no list of comments"


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(comment(1, ""))), inner),
    max_leaves=12,
)


@settings(max_examples=50)
@given(st.lists(ANYTHING | st.fixed_dictionaries({"_embedded": ANYTHING, "parent": ANYTHING})))
def test_one_bad_row_loses_no_other(rows: list[Any]) -> None:
    found = SOURCE.read(answer([*rows, comment(1, "Хороший отзыв")]))

    assert "Хороший отзыв" in {mention.text for mention in found.mentions}


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
def test_all_recorded_comments_are_read() -> None:
    names = ("comments_p1.json", "comments_p2.json", "comments_after.json", "comments_beyond.json")

    pages = [SOURCE.read(recorded(name, f"{API}?page={here}")) for name, here in zip(names, (1, 2, 1, 9), strict=True)]
    mentions = [mention for found in pages for mention in found.mentions]

    assert [len(found.mentions) for found in pages] == [5, 5, 5, 0]
    assert len({mention.native_id for mention in mentions}) == 10
    assert all(mention.published_at and mention.author and mention.text for mention in mentions)
    assert [found.next_url is not None for found in pages] == [True, True, True, False]


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
def test_recorded_errors_have_their_names() -> None:
    wrong = SOURCE.refused(recorded("comments_bad_perpage.json", f"{API}?per_page=101"))

    assert wrong
    assert (wrong.outcome, wrong.detail) == (Outcome.FAILED, "HTTP 400: Invalid parameter(s): per_page")
