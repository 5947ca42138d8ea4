"""Trustpilot's reviews: answers that we wrote in the API's documented shapes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.spiders.trustpilot import SOURCE

UNIT = "46d6a890ffa235a75b00021d"
PAGE = f"https://api.trustpilot.com/v1/business-units/{UNIT}/reviews?perPage=2&page=1&orderBy=createdat.desc"
FIND = "https://api.trustpilot.com/v1/business-units/find?name=acme.example"
FULL = {
    "id": "5e3de1b45fb06f0001790b51",
    "stars": 1,
    "title": "Закрыли бассейн",
    "text": "Деньги не вернули.\n\nСовсем.",
    "language": "ru",
    "createdAt": "2026-04-28T10:15:00Z",
    "updatedAt": "2026-05-01T10:15:00Z",
    "consumer": {"id": "5e3de1b4", "displayName": "Анна П.", "displayLocation": "Riga"},
    "companyReply": {"text": "Вернём до пятницы.", "createdAt": "2026-04-29T10:15:00Z"},
    "status": "active",
}


def listed(*reviews: Any, **fields: Any) -> Answer:
    return Answer(PAGE, json.dumps({"reviews": list(reviews), **fields}).encode())


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("https://www.trustpilot.com/review/acme.example", "https://www.trustpilot.com/review/acme.example"),
        ("https://trustpilot.com/review/Acme.example/", "https://www.trustpilot.com/review/acme.example"),
        ("https://de.trustpilot.com/review/acme.example?page=2", "https://www.trustpilot.com/review/acme.example"),
        ("https://fr-be.trustpilot.com/review/www.acme.example", "https://www.trustpilot.com/review/www.acme.example"),
        (FIND, "https://www.trustpilot.com/review/acme.example"),
        (PAGE, f"https://api.trustpilot.com/v1/business-units/{UNIT}/reviews"),
        ("https://www.trustpilot.com/categories/gym", None),
        ("https://trustpilot.com.evil.example/review/acme.example", None),
        ("https://api.trustpilot.com/v1/consumers/1", None),
    ],
)
def test_a_business_is_recognised_in_any_country(address: str, target: str | None) -> None:
    assert SOURCE.claims(address) == target
    assert target is None or SOURCE.claims(target) == target


def test_a_domain_leads_to_its_business_and_that_to_its_reviews() -> None:
    (start,) = SOURCE.starts("https://www.trustpilot.com/review/acme.example", None)

    page = SOURCE.read(Answer(start, json.dumps({"id": UNIT, "displayName": "Acme"}).encode()))

    assert start == FIND
    assert page.next_url == PAGE.replace("perPage=2", "perPage=100")
    assert [page.next_url] == SOURCE.starts(f"https://api.trustpilot.com/v1/business-units/{UNIT}/reviews", None)


def test_a_review_is_read_with_all_it_says() -> None:
    (review,) = SOURCE.read(listed(FULL)).mentions

    assert (review.native_id, review.author, review.language) == ("trustpilot:" + str(FULL["id"]), "Анна П.", "ru")
    assert review.text == "Закрыли бассейн\n\nДеньги не вернули.\n\nСовсем."
    assert (review.rating, review.worst, review.best) == (1, 1, 5)
    assert (review.published_at, review.precision) == (datetime(2026, 4, 28, 10, 15, tzinfo=UTC), "second")
    assert review.answer == "Вернём до пятницы."
    assert review.url == "https://www.trustpilot.com/reviews/5e3de1b45fb06f0001790b51"


def test_stars_without_words_are_a_review_and_a_bad_row_hides_no_other() -> None:
    found = SOURCE.read(listed({"id": "1", "stars": 4, "text": None}, {"id": "2", "consumer": [7]}, None, FULL))

    first = found.mentions[0]
    assert (first.native_id, first.text, first.rating) == ("trustpilot:1", "", 4)
    assert (len(found.mentions), found.dropped) == (2, 1)


def test_what_trustpilot_took_down_is_removed() -> None:
    found = SOURCE.read(listed({**FULL, "status": "archived"}, {**FULL, "id": "2", "status": "active"}))

    assert found.removed == ("trustpilot:5e3de1b45fb06f0001790b51",)
    assert [one.native_id for one in found.mentions] == ["trustpilot:2"]


def test_the_link_to_the_next_page_is_followed_without_the_key_in_it() -> None:
    link = {"href": PAGE.replace("page=1", "page=2") + "&apikey=secret", "method": "GET", "rel": "next-page"}

    assert SOURCE.read(listed(FULL, links=[link])).next_url == PAGE.replace("page=1", "page=2")


def test_a_token_of_the_next_page_is_followed() -> None:
    assert SOURCE.read(listed(FULL, nextPageToken="t2")).next_url == f"{PAGE}&pageToken=t2"


def test_without_links_a_full_page_leads_to_the_next_number_and_a_short_one_nowhere() -> None:
    full, short = SOURCE.read(listed(FULL, {**FULL, "id": "2"})), SOURCE.read(listed(FULL))

    assert full.next_url
    assert "page=2" in full.next_url
    assert short.next_url is None


def test_the_key_goes_into_a_header() -> None:
    ask = SOURCE.signed(Ask(PAGE), {"trustpilot": "secret"})

    assert (ask.url, ask.headers) == (PAGE, {"apikey": "secret"})


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (401, {"fault": {"faultstring": "Invalid ApiKey"}}, Outcome.NEEDS_KEY),
        (403, {"message": "Not included in your plan"}, Outcome.BLOCKED),
        (404, {"message": "No business unit found"}, Outcome.GONE),
        (429, {}, Outcome.RATE_LIMITED),
        (400, {"message": "perPage is too large"}, Outcome.FAILED),
    ],
)
def test_an_error_has_its_name_and_trustpilots_words(status: int, body: Any, outcome: Outcome) -> None:
    verdict = SOURCE.refused(Answer(PAGE, json.dumps(body).encode(), status=status))

    assert verdict
    assert verdict.outcome is outcome
    assert status == 401 or body.get("message", "") in str(verdict.detail)


@pytest.mark.parametrize("body", ["", "[]", '{"reviews": {"id": 1}}', '{"id": 7}', '{"id": [], "name": {}}', "null"])
def test_what_is_neither_reviews_nor_a_business_is_not_recognised(body: str) -> None:
    assert not SOURCE.read(Answer(PAGE, body.encode())).is_recognised


def test_an_empty_list_is_recognised() -> None:
    assert SOURCE.read(listed()).is_recognised
