"""Stack Exchange: addresses, fields, answers of a page as one list, and what it says instead of an answer."""

from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Invalid
from crawlers.items import Answer, Ask, Page
from crawlers.outcomes import Outcome
from crawlers.queries import query_of
from crawlers.sites import in_query
from crawlers.spiders.stack_exchange import SOURCE, claims, refused, signed, starts
from tests.crawlers.contracts.stack_exchange import NEWEST, question
from tests.sites import as_json

SEARCH = "https://api.stackexchange.com/2.3/search/advanced?q=acme&site=ru.stackoverflow&page=2"
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def answer(body: Any, *, status: int = 200, url: str = SEARCH) -> Answer:
    return Answer(url, str(as_json(body).body).encode(), status=status, fetched_at=NOON)


def page(*items: Any, url: str = SEARCH, **wrapper: Any) -> Page:
    return SOURCE.read(answer({"items": list(items), "has_more": False, "quota_remaining": 200} | wrapper, url=url))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://stackoverflow.com/search?q=acme+gym&tab=newest", "https://stackoverflow.com/search?q=acme+gym"),
        ("http://www.stackoverflow.com/questions/tagged/acme?tab=Newest", "https://stackoverflow.com/questions/tagged/acme"),
        ("https://ru.stackoverflow.com/tags/acme/info", "https://ru.stackoverflow.com/questions/tagged/acme"),
        ("https://stackoverflow.com/questions/12/how-to#34", "https://stackoverflow.com/questions/12"),
        ("https://stackoverflow.com/q/12", "https://stackoverflow.com/questions/12"),
        ("https://unix.stackexchange.com/", "https://unix.stackexchange.com/search"),
        ("https://meta.mathoverflow.net/search?q=acme", "https://meta.mathoverflow.net/search?q=acme"),
        (SEARCH, "https://ru.stackoverflow.com/search?q=acme"),
        ("https://api.stackexchange.com/2.3/search?tagged=acme&site=unix", "https://unix.stackexchange.com/questions/tagged/acme"),
        ("https://stackexchange.com/sites", None),
        ("https://stackoverflow.com.example.org/search?q=acme", None),
        ("https://example.org/questions/tagged/acme", None),
    ],
)  # fmt: skip
def test_searches_tags_and_questions_of_its_sites_are_recognised(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_each_alternative_of_a_query_is_searched_on_the_site_of_the_target() -> None:
    searches = starts("https://ru.stackoverflow.com/search", query_of('"acme gym" OR акме'))

    assert [in_query(url, "q") for url in searches] == ['"acme gym"', "акме"]
    assert {in_query(url, "site") for url in searches} == {"ru.stackoverflow"}
    assert {in_query(url, "sort") + in_query(url, "order") for url in searches} == {"creationdesc"}


def test_a_tag_is_asked_for_by_its_name() -> None:
    (url,) = starts("https://stackoverflow.com/questions/tagged/c%2b%2b+acme", None)

    assert (in_query(url, "tagged"), in_query(url, "q")) == ("c++;acme", "")


def test_a_site_without_words_asks_for_a_query() -> None:
    with pytest.raises(Invalid, match="--query"):
        starts("https://unix.stackexchange.com/search", None)


def test_a_question_is_read_with_its_title_author_and_time() -> None:
    (mention,) = page(question(7, "Line one.</p>\n<p>Line <b>two</b> &amp; more")).mentions

    assert mention.native_id == "se:ru.stackoverflow/7"
    assert mention.text == 'How do I reach "acme"?\n\nLine one.\n\nLine two & more'
    assert (mention.author, mention.reply_to, mention.rating) == ("User & 7", None, None)
    assert mention.published_at == datetime.fromtimestamp(NEWEST - 7 * 3600, UTC)
    assert mention.url == "https://stackoverflow.com/questions/7/how-do-i-reach-acme"


def test_an_answer_names_its_question_and_has_no_title() -> None:
    said = {"answer_id": 9, "question_id": 7, "body": "<p>So do I</p>", "creation_date": NEWEST, "owner": {}}

    (mention,) = page(said).mentions

    assert (mention.native_id, mention.reply_to) == ("se:ru.stackoverflow/9", "se:ru.stackoverflow/7")
    assert (mention.text, mention.author) == ("So do I", None)
    assert mention.url == "https://ru.stackoverflow.com/a/9"


def test_the_answers_to_all_questions_of_a_page_are_one_list() -> None:
    threads = page(question(1, "one", 2), question(2, "two"), question(3, "three", 1)).threads

    assert [thread.of for thread in threads] == ["se:ru.stackoverflow/1", "se:ru.stackoverflow/3"]
    assert len({thread.url for thread in threads}) == 1
    assert "/2.3/questions/1;3/answers?" in threads[0].url


def test_has_more_tells_of_a_next_page_and_no_count_does() -> None:
    assert in_query(page(question(1, "one"), has_more=True).next_url or "", "page") == "3"
    assert page(question(1, "one"), has_more=False, total=500).next_url is None
    assert page(has_more=True).next_url


def test_backoff_is_waited_for() -> None:
    assert page(question(1, "one"), backoff=10).wait_s == 10
    assert page(question(1, "one")).wait_s == 0


def test_a_quota_that_is_used_up_ends_the_day_after_what_was_read() -> None:
    read = page(question(1, "one"), has_more=True, quota_remaining=0)

    assert (len(read.mentions), read.wait_s) == (1, 12 * 3600)


def test_a_throttle_names_the_seconds() -> None:
    message = "too many requests from this IP, more requests available in 7200 seconds"
    body = {"error_id": 502, "error_message": message, "error_name": "throttle_violation"}

    wrong = refused(answer(body, status=400))

    assert wrong
    assert (wrong.outcome, wrong.retry_at is not None) == (Outcome.RATE_LIMITED, True)


@pytest.mark.parametrize(
    ("name", "message", "outcome"),
    [
        ("throttle_violation", "too many requests from this IP", Outcome.RATE_LIMITED),
        ("temporarily_unavailable", "come back", Outcome.RATE_LIMITED),
        ("bad_parameter", "`key` doesn't match a known application", Outcome.NEEDS_KEY),
        ("access_denied", "it is forbidden", Outcome.NEEDS_KEY),
        ("bad_parameter", "No site found for name `acme`", Outcome.FAILED),
    ],
)
def test_error_bodies_have_named_outcomes(name: str, message: str, outcome: Outcome) -> None:
    for status in (200, 400):
        wrong = refused(answer({"error_id": 400, "error_message": message, "error_name": name}, status=status))

        assert wrong
        assert (wrong.outcome, message in str(wrong.detail)) == (outcome, False)


def test_a_key_is_sent_where_one_is_set() -> None:
    asked = Ask(SEARCH)

    assert in_query(signed(asked, {"stack_exchange": "k&y"}).url, "key") == "k&y"
    assert signed(asked, {}) == asked


def test_a_question_without_a_body_is_its_title() -> None:
    bare = {name: value for name, value in question(1, "one").items() if name != "body"}
    answered = {"answer_id": 9, "question_id": 1, "creation_date": NEWEST, "owner": {}}

    found = page(bare, answered)

    assert [mention.text for mention in found.mentions] == ['How do I reach "acme"?']
    assert found.dropped == 1


@pytest.mark.parametrize("body", [[], {}, {"items": None}, {"items": {"a": 1}}, None, "items"])
def test_what_has_no_items_is_another_layout(body: Any) -> None:
    assert SOURCE.read(answer(body)).is_recognised is False


def test_one_bad_item_does_not_hide_the_others() -> None:
    read = page(
        {"question_id": [1], "body": {}}, None, question(2, "two"), {"owner": 5, **question(3, "three"), "link": 7}
    )

    assert [mention.native_id.rpartition("/")[2] for mention in read.mentions] == ["2", "3"]
    assert page({"id": 1, "html": "text"}).problem
