"""banki.ru: addresses, the JSON in a page wherever it stands, both dialects of JSON-LD, and the older list."""

import html
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.items import Answer, Page
from crawlers.outcomes import Outcome
from crawlers.sites import in_query
from crawlers.spiders.banki import SOURCE, claims
from tests.crawlers.contracts.banki import page as page_of_reviews
from tests.crawlers.contracts.banki import review

TARGET = "https://www.banki.ru/services/responses/bank/acmebank/"
TEXT = "Заголовок 1\n\nотзыв\n\nСпасибо."


def read(document: str, url: str = TARGET) -> Page:
    return SOURCE.read(Answer(url, document.encode()))


def listed(*reviews: Any, **fields: Any) -> dict[str, Any]:
    return {"responses": {"data": list(reviews), **fields}}


def in_options(value: Any) -> str:
    return f'<div data-module-options="{html.escape(json.dumps(value))}"></div>'


def stated(*reviews: dict[str, Any]) -> str:
    document = {"@context": "https://schema.org", "@type": "BankOrCreditUnion", "name": "Акме", "review": list(reviews)}
    return f'<script type="application/ld+json">{json.dumps(document, ensure_ascii=False)}</script>'


def statement(number: int) -> dict[str, Any]:
    return {
        "@type": "Review",
        "author": f"user{number}",
        "datePublished": "04.01.2023",
        "name": f"Заголовок {number}",
        "description": f"Отзыв номер {number}: всё хорошо.",
        "reviewRating": {"@type": "Rating", "ratingValue": "4"},
    }


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://www.banki.ru/services/responses/bank/acmebank/?type=all&page=3", TARGET),
        ("http://banki.ru/services/responses/bank/acmebank", TARGET),
        ("https://m.banki.ru/services/responses/bank/acmebank/product/deposits/", TARGET),
        ("https://www.banki.ru/services/responses/list/?bank=acmebank", TARGET),
        ("https://www.banki.ru/services/responses/list/ajax/?page=2&bank=acmebank", TARGET),
        ("https://www.banki.ru/services/responses/bank/response/12345/", None),
        ("https://www.banki.ru/services/responses/list/", None),
        ("https://www.banki.ru/", None),
        ("https://example.org/services/responses/bank/acmebank/", None),
    ],
)
def test_a_bank_is_recognised_by_its_name(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


WHEREVER = [
    in_options(listed(review(1, "отзыв"))),
    in_options({"other": [{"data": [{"id": 1, "text": "news"}]}]})
    + in_options({"a": {"b": listed(review(1, "отзыв"))}}),
    f'<script type="application/json">{json.dumps(listed(review(1, "отзыв")))}</script>',
    f"<script>window.__STATE__ = {json.dumps(listed(review(1, 'отзыв')))}; window.x = {{a: 1}};</script>",
    f'<script>window["__DATA__"]={json.dumps(listed(review(1, "отзыв")))}</script>',
    json.dumps({"data": [review(1, "отзыв")], "hasMorePages": False}),
]


@pytest.mark.parametrize("document", WHEREVER)
def test_the_json_is_found_wherever_the_page_carries_it(document: str) -> None:
    page = read(document)

    assert [(mention.native_id, mention.text) for mention in page.mentions] == [("banki:9999999", TEXT)]


def test_a_review_has_its_grade_time_link_and_the_banks_answer() -> None:
    found = review(1, "отзыв", agentAnswerText="<p>Здравствуйте!</p><p>Разберёмся.</p>", userName="Анна")

    (mention,) = read(in_options(listed(found))).mentions

    assert (mention.rating, mention.worst, mention.best) == (2, 1, 5)
    assert (mention.answer, mention.author, mention.language) == ("Здравствуйте!\n\nРазберёмся.", "Анна", "ru")
    # Without a zone it is the clock of where the bank is.
    assert (mention.published_at, mention.precision) == (datetime(2026, 10, 27, 7, tzinfo=UTC), "second")
    assert mention.url == "https://www.banki.ru/services/responses/bank/response/9999999/"


@pytest.mark.parametrize("grade", [None, 0, 6, "", "нет"])
def test_a_review_without_a_grade_is_kept_without(grade: Any) -> None:
    (mention,) = read(in_options(listed(review(1, "отзыв", grade=grade)))).mentions

    assert mention.rating is None


def test_a_review_that_banki_does_not_count_is_kept() -> None:
    assert len(read(in_options(listed(review(1, "отзыв", isCountable=False)))).mentions) == 1


def test_nothing_but_named_fields_is_kept() -> None:
    found = review(1, "отзыв", user={"birthday": "1990-01-02", "city": "Пермь"}, birthDate="1990-01-02")

    (mention,) = read(in_options(listed(found))).mentions

    assert "1990" not in str([getattr(mention, name) for name in mention.__slots__])


def test_an_author_that_only_the_statements_name_is_taken_from_there() -> None:
    found = {**review(1, ""), "text": "<p>Отзыв номер 1:</p> <p>всё хорошо.</p>"}

    page = read(stated(statement(2), statement(1)) + in_options(listed(found)))

    assert [mention.author for mention in page.mentions] == ["user1"]


def test_pages_follow_where_the_list_says_so() -> None:
    some = review(1, "отзыв")

    assert in_query(read(in_options(listed(some, hasMorePages=True))).next_url or "", "page") == "2"
    assert in_query(read(in_options(listed(some, hasMorePages=True)), f"{TARGET}?page=7").next_url or "", "page") == "8"
    assert read(in_options(listed(some, hasMorePages=False, total=500))).next_url is None
    assert read(in_options(listed(some))).next_url is None
    assert read(in_options(listed(*[review(n, "отзыв") for n in range(25)]))).next_url


def test_without_the_json_the_first_dialect_of_json_ld_is_read() -> None:
    (mention,) = read(stated(statement(1))).mentions

    assert (mention.text, mention.rating, mention.author) == ("Отзыв номер 1: всё хорошо.", 4, "user1")
    assert (mention.published_at, mention.precision) == (datetime(2023, 1, 4, tzinfo=UTC), "day")


def test_without_the_json_the_second_dialect_of_json_ld_is_read() -> None:
    second = {
        "@type": "Review",
        "author": {"@type": "Person", "name": "Анна"},
        "datePublished": "2023-01-04T10:20:30+03:00",
        "reviewBody": "Текст отзыва.",
        "reviewRating": {"@type": "Rating", "ratingValue": 1, "bestRating": 5},
    }

    (mention,) = read(stated(second)).mentions

    assert (mention.text, mention.rating, mention.author) == ("Текст отзыва.", 1, "Анна")
    assert mention.published_at == datetime(2023, 1, 4, 7, 20, 30, tzinfo=UTC)


def test_statements_take_their_ids_from_the_links_to_the_reviews() -> None:
    links = "".join(f'<a href="/services/responses/bank/response/{n}/">{n}</a>' * 2 for n in (11, 12))

    ids = [mention.native_id for mention in read(stated(statement(1), statement(2)) + links).mentions]
    other = [mention.native_id for mention in read(stated(statement(1)) + links).mentions]

    assert ids == ["banki:11", "banki:12"]
    assert not other[0].startswith("banki:")


def test_an_empty_list_is_recognised() -> None:
    page = read(str(page_of_reviews([]).body))

    assert (page.is_recognised, page.mentions, page.next_url, page.problem) == (True, (), None, None)


@pytest.mark.parametrize(
    "document", ["", "<html><body>Отзывы</body></html>", "null", "[]", '{"data": 5}', "<div " * 99]
)
def test_any_other_page_is_another_layout(document: str) -> None:
    page = read(document)

    assert (page.is_recognised, page.mentions) == (False, ())
    assert page.problem


def test_one_bad_review_does_not_hide_the_others() -> None:
    page = read(in_options(listed(None, {"id": [1]}, review(1, "отзыв", title=[], userName={}), review(2, "ещё"))))

    assert [mention.native_id for mention in page.mentions] == ["banki:9999999", "banki:9999998"]


def test_json_that_is_nested_without_end_is_no_list() -> None:
    document = in_options([[]]).replace("[[]]", "[" * 50_000 + "]" * 50_000)

    assert read(document + in_options(listed(review(1, "отзыв")))).mentions


def test_an_outage_is_named_by_its_status() -> None:
    wrong = SOURCE.refused(Answer(TARGET, b"", status=403))

    assert wrong
    assert wrong.outcome == Outcome.BLOCKED


def test_a_bank_whose_page_is_not_there_is_looked_for_in_the_older_list() -> None:
    missing = Answer("https://www.banki.ru/services/responses/bank/acme/", b"not here", status=404)
    older = "https://www.banki.ru/services/responses/list/ajax/?page=1&bank=acme"

    assert SOURCE.refused(missing) is None
    assert SOURCE.read(missing).next_url == older
    assert SOURCE.refused(Answer(older, b"not here", status=404)) is not None
