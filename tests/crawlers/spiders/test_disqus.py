"""Disqus's comments: answers that we wrote in the API's documented shapes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core.labels import TextKind
from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.spiders.disqus import SOURCE

TARGET = "https://disqus.com/home/forum/acme/"
ASKED = "https://disqus.com/api/3.0/posts/list.json?forum=acme&limit=100&order=desc&related=thread"
COMMENT = {
    "id": "5256177490",
    "createdAt": "2026-02-05T22:37:28",
    "thread": {"id": "1", "link": "https://acme.example/news", "title": "News"},
    "parent": 5256177000,
    "author": {"name": "mara", "isAnonymous": True, "emailHash": "abc", "url": ""},
    "message": "<p>The pool is <b>cold</b> again.</p>\n<p>Who heats it?</p>",
    "raw_message": "The pool is <b>cold</b> again.\n\nWho heats it?",
    "isApproved": True,
    "isDeleted": False,
    "isSpam": False,
}


def listed(*comments: Any, **cursor: Any) -> Answer:
    return Answer(ASKED, json.dumps({"cursor": cursor, "code": 0, "response": list(comments)}).encode())


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (TARGET, TARGET),
        ("https://disqus.com/home/forum/Acme", TARGET),
        ("https://acme.disqus.com/latest.rss", TARGET),
        (ASKED + "&api_key=secret", TARGET),
        ("https://disqus.com/api/3.0/forums/listPosts.json?forum=acme", TARGET),
        ("https://disqus.com/api/3.0/posts/list.json?thread=1", None),
        ("https://disqus.com/by/someone/", None),
        ("https://help.disqus.com/en", None),
        ("https://a.acme.disqus.com/", None),
    ],
)
def test_a_forum_is_recognised_and_a_key_in_the_address_is_not_kept(address: str, target: str | None) -> None:
    assert SOURCE.claims(address) == target
    assert target is None or SOURCE.claims(target) == target


def test_the_newest_comments_are_asked_for_with_their_pages() -> None:
    assert SOURCE.starts(TARGET, None) == [ASKED]


def test_a_comment_is_read_with_all_it_says() -> None:
    (comment,) = SOURCE.read(listed(COMMENT)).mentions

    assert (comment.native_id, comment.reply_to) == ("disqus:5256177490", "disqus:5256177000")
    assert (comment.author, comment.kind) == ("mara", TextKind.POST)
    assert comment.text == "The pool is cold again.\n\nWho heats it?"
    assert comment.url == "https://acme.example/news#comment-5256177490"


def test_times_are_of_utc_though_they_do_not_say_so() -> None:
    (comment,) = SOURCE.read(listed(COMMENT)).mentions

    assert (comment.published_at, comment.precision) == (datetime(2026, 2, 5, 22, 37, 28, tzinfo=UTC), "second")


def test_a_comment_without_its_page_has_no_address_and_one_at_the_top_answers_nothing() -> None:
    (comment,) = SOURCE.read(listed({**COMMENT, "thread": "1", "parent": None})).mentions

    assert (comment.url, comment.reply_to) == (None, None)


@pytest.mark.parametrize("name", ["isDeleted", "isSpam", "isDeletedByAuthor"])
def test_what_is_deleted_or_spam_is_removed(name: str) -> None:
    found = SOURCE.read(listed({**COMMENT, name: True}, {**COMMENT, "id": "2"}, {**COMMENT, "isApproved": False}))

    assert (found.removed, [one.native_id for one in found.mentions]) == (("disqus:5256177490",), ["disqus:2"])


def test_the_cursor_leads_on_while_there_is_more() -> None:
    more, last = SOURCE.read(listed(next="1:0:0", hasNext=True)), SOURCE.read(listed(next="1:0:0", hasNext=False))

    assert more.next_url == f"{ASKED}&cursor=1%3A0%3A0"
    assert last.next_url is None


def test_the_key_goes_where_it_is_taken() -> None:
    assert SOURCE.signed(Ask(ASKED), {"disqus": "secret"}).url == f"{ASKED}&api_key=secret"


@pytest.mark.parametrize(
    ("status", "code", "words", "outcome"),
    [
        (401, 5, "Invalid API key", Outcome.NEEDS_KEY),
        (403, 11, "API key is not valid on this domain", Outcome.NEEDS_KEY),
        (403, 12, "This application does not have permission", Outcome.NEEDS_KEY),
        (400, 2, "Invalid argument, 'forum': Unable to find forum 'acme'", Outcome.GONE),
        (400, 2, "Invalid argument, 'limit'", Outcome.FAILED),
        (200, 13, "You have exceeded the rate limit for this resource", Outcome.RATE_LIMITED),
        (404, 1, "Endpoint not valid", Outcome.FAILED),
    ],
)
def test_an_error_has_its_name_and_disquss_words(status: int, code: int, words: str, outcome: Outcome) -> None:
    body = json.dumps({"code": code, "response": words})

    verdict = SOURCE.refused(Answer(ASKED, body.encode(), status=status))

    assert verdict
    assert verdict.outcome is outcome
    assert words in str(verdict.detail)


def test_a_limit_is_over_when_disqus_says() -> None:
    body, at = b'{"code": 14, "response": "..."}', datetime(2026, 11, 1, tzinfo=UTC)
    headers = {"x-ratelimit-reset": str(int(at.timestamp()) + 600)}

    verdict = SOURCE.refused(Answer(ASKED, body, headers, 400, at))

    assert verdict
    assert verdict.retry_at


def test_an_error_without_a_code_has_the_name_of_its_status() -> None:
    verdict = SOURCE.refused(Answer(ASKED, b"<html>", status=401))

    assert verdict
    assert verdict.outcome is Outcome.NEEDS_KEY


@pytest.mark.parametrize("body", ["", "[]", '{"response": {}}', '{"code": 0}', "<html>"])
def test_what_is_no_list_of_comments_is_not_recognised(body: str) -> None:
    assert not SOURCE.read(Answer(ASKED, body.encode())).is_recognised
