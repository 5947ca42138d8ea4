"""Yotpo's reviews: answers that we wrote in the shapes that Yotpo's clients read."""

import json
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.sites import with_query
from crawlers.spiders.yotpo import SOURCE

WIDGET = "https://api-cdn.yotpo.com/v1/widget/AppKey123/products/77/reviews.json"
ASKED = f"{WIDGET}?per_page=150&page=1&sort=date&direction=desc"
ACCOUNT = "https://api.yotpo.com/v1/apps/AppKey123/reviews"
REVIEW = {
    "id": 301_234,
    "score": 5,
    "content": "It&#39;s soft.<br>And warm.",
    "title": "Soft",
    "created_at": "2026-09-03T08:00:00.000Z",
    "deleted": False,
    "product_id": 77,
    "user": {"user_id": 1, "display_name": "Ines K.", "social_image": None},
    "comment": {"id": 5, "content": "Thank you, Ines!", "display_name": "Acme"},
}
PRODUCTS = [{"id": 77, "name": "Mat", "product_link": "https://shop.example/products/mat"}]


def widget(*reviews: Any, at: str = ASKED, **pagination: int) -> Answer:
    response = {"pagination": pagination, "products": PRODUCTS, "reviews": list(reviews)}
    return Answer(at, json.dumps({"status": {"code": 200, "message": "OK"}, "response": response}).encode())


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (WIDGET, WIDGET),
        ("https://api.yotpo.com/v1/widget/AppKey123/products/77/reviews?per_page=5", WIDGET),
        (
            "https://api-cdn.yotpo.com/v1/widget/AppKey123/reviews.json?page=3",
            "https://api-cdn.yotpo.com/v1/widget/AppKey123/reviews.json",
        ),
        (f"{ACCOUNT}?utoken=secret&count=10", ACCOUNT),
        ("https://api-cdn.yotpo.com/products/AppKey123/77/bottomline", None),
        ("https://www.yotpo.com/blog", None),
    ],
)
def test_the_apis_address_is_recognised_and_a_token_in_it_is_not_kept(address: str, target: str | None) -> None:
    assert SOURCE.claims(address) == target
    assert target is None or SOURCE.claims(target) == target


def test_a_product_begins_with_its_newest_reviews_and_an_account_with_all_of_them() -> None:
    assert SOURCE.starts(WIDGET, None) == [ASKED]
    assert SOURCE.starts(ACCOUNT, None) == [f"{ACCOUNT}?count=100&page=1"]


def test_a_review_is_read_with_all_it_says() -> None:
    (review,) = SOURCE.read(widget(REVIEW)).mentions

    assert (review.native_id, review.author) == ("yotpo:301234", "Ines K.")
    assert review.text == "Soft\n\nIt's soft.\nAnd warm."
    assert (review.rating, review.worst, review.best) == (5, 1, 5)
    assert (review.published_at, review.precision) == (datetime(2026, 9, 3, 8, tzinfo=UTC), "second")
    assert (review.answer, review.url) == ("Thank you, Ines!", "https://shop.example/products/mat")


def test_an_accounts_review_is_read_and_the_mail_address_is_not() -> None:
    row = {"id": 9, "title": "Ok", "content": "Fine", "score": 3, "name": "Bo", "email": "bo@shop.example"}

    (review,) = SOURCE.read(Answer(f"{ACCOUNT}?count=100&page=1", json.dumps({"reviews": [row]}).encode())).mentions

    assert (review.text, review.rating, review.author) == ("Ok\n\nFine", 3, "Bo")
    assert "shop.example" not in str(astuple(review))


def test_what_yotpo_says_is_deleted_is_removed() -> None:
    found = SOURCE.read(widget({**REVIEW, "deleted": True}, {**REVIEW, "id": 2}))

    assert (found.removed, [one.native_id for one in found.mentions]) == (("yotpo:301234",), ["yotpo:2"])


@pytest.mark.parametrize(
    ("reviews", "pagination", "number"),
    [
        (2, {"page": 1, "per_page": 2, "total": 3}, 2),
        (1, {"page": 1, "per_page": 2, "total": 3}, 2),
        (0, {"page": 1, "per_page": 2, "total": 3}, 2),
        (2, {"page": 1, "per_page": 2, "total": 0}, 2),
        (1, {"page": 1, "per_page": 2, "total": 1}, None),
        (1, {}, None),
    ],
)
def test_a_short_or_empty_page_is_the_end_only_where_the_total_is_reached(
    reviews: int, pagination: dict[str, int], number: int | None
) -> None:
    found = SOURCE.read(widget(*(REVIEW | {"id": n} for n in range(1, reviews + 1)), **pagination))

    assert found.next_url == (with_query(ASKED, page=number) if number else None)


def test_the_token_is_used_for_an_account_alone() -> None:
    keys = {"yotpo": "secret"}

    assert SOURCE.signed(Ask(ACCOUNT), keys).url == f"{ACCOUNT}?utoken=secret"
    assert SOURCE.signed(Ask(ASKED), keys).url == ASKED
    assert SOURCE.signed(Ask(ACCOUNT), {}).url == ACCOUNT


def test_an_error_within_a_good_answer_has_its_name() -> None:
    body = {"status": {"code": 404, "message": "App key was not found"}}

    refused = SOURCE.read(Answer(ASKED, json.dumps(body).encode())).refused

    assert refused
    assert (refused.outcome, refused.detail) == (Outcome.GONE, "HTTP 404: App key was not found")


def test_an_account_without_its_token_says_what_it_needs() -> None:
    verdict = SOURCE.refused(Answer(ACCOUNT, b'{"status": {"code": 401}}', status=401))

    assert verdict
    assert verdict.outcome is Outcome.NEEDS_KEY
    assert "token" in str(verdict.detail)


@pytest.mark.parametrize("body", ["", "[]", '{"response": {"reviews": {}}}', '{"response": []}', "<html>"])
def test_what_is_no_list_of_reviews_is_not_recognised(body: str) -> None:
    assert not SOURCE.read(Answer(ASKED, body.encode())).is_recognised
