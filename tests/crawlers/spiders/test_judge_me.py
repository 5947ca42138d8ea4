"""Judge.me's reviews: answers that we wrote in the shapes that Judge.me's clients read."""

import json
from dataclasses import astuple
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.sites import with_query
from crawlers.spiders.judge_me import SOURCE

TARGET = "https://judge.me/reviews/stores/acme.myshopify.com"
ASKED = "https://judge.me/api/v1/reviews?shop_domain=acme.myshopify.com&per_page=100&page=1"
REVIEW = {
    "id": 309836503,
    "title": "Great shoe",
    "body": "<p>Pretty good, great buy!</p>",
    "rating": 5,
    "product_handle": "great-shoe",
    "reviewer": {"id": 1, "email": "someone@shop.example", "name": "Aldrien", "phone": "+371 2000"},
    "curated": "ok",
    "hidden": False,
    "created_at": "2026-05-12T04:38:32+00:00",
    "ip_address": "192.0.2.1",
}


def listed(*reviews: Any, per_page: int = 2) -> Answer:
    return Answer(ASKED, json.dumps({"current_page": 1, "per_page": per_page, "reviews": list(reviews)}).encode())


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (TARGET, TARGET),
        ("https://www.judge.me/reviews/Acme.myshopify.com/", TARGET),
        (f"{ASKED}&api_token=secret", TARGET),
        ("https://api.judge.me/api/v1/reviews?shop_domain=acme.myshopify.com", TARGET),
        ("https://judge.me/api/v1/reviews?per_page=3", None),
        ("https://judge.me/pricing", None),
        ("https://judge.me/reviews/stores/acme", None),
    ],
)
def test_a_shop_is_recognised_and_a_token_in_the_address_is_not_kept(address: str, target: str | None) -> None:
    assert SOURCE.claims(address) == target
    assert target is None or SOURCE.claims(target) == target


def test_all_reviews_of_the_shop_are_asked_for() -> None:
    assert SOURCE.starts(TARGET, None) == [ASKED]


def test_a_review_is_read_and_nothing_else_of_the_person_is() -> None:
    (review,) = SOURCE.read(listed(REVIEW)).mentions

    assert (review.native_id, review.author) == ("judgeme:309836503", "Aldrien")
    assert review.text == "Great shoe\n\nPretty good, great buy!"
    assert (review.rating, review.worst, review.best) == (5, 1, 5)
    assert (review.published_at, review.precision) == (datetime(2026, 5, 12, 4, 38, 32, tzinfo=UTC), "second")
    assert review.url == "https://acme.myshopify.com/products/great-shoe"
    assert not any(private in str(astuple(review)) for private in ("someone", "+371", "192.0.2.1"))


@pytest.mark.parametrize("fields", [{"hidden": True}, {"published": False}, {"curated": "spam"}])
def test_what_the_shop_does_not_show_is_removed(fields: dict[str, Any]) -> None:
    found = SOURCE.read(listed({**REVIEW, **fields}, {**REVIEW, "id": 2, "curated": "not-yet", "published": True}))

    assert (found.removed, [one.native_id for one in found.mentions]) == (("judgeme:309836503",), ["judgeme:2"])


def test_a_page_that_is_full_by_its_own_size_leads_on() -> None:
    full, short = SOURCE.read(listed(REVIEW, {**REVIEW, "id": 2})), SOURCE.read(listed(REVIEW))

    assert full.next_url == with_query(ASKED, page=2)
    assert short.next_url is None


def test_the_token_goes_where_it_is_taken() -> None:
    assert SOURCE.signed(Ask(ASKED), {"judge_me": "secret"}).url == f"{ASKED}&api_token=secret"


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(401, Outcome.NEEDS_KEY), (403, Outcome.BLOCKED), (404, Outcome.GONE), (422, Outcome.FAILED)],
)
def test_an_error_has_its_name(status: int, outcome: Outcome) -> None:
    verdict = SOURCE.refused(Answer(ASKED, b'{"error": "Something is wrong"}', status=status))

    assert verdict
    assert verdict.outcome is outcome


@pytest.mark.parametrize("body", ["", "[]", '{"reviews": {}}', '{"data": []}', "<html>"])
def test_what_is_no_list_of_reviews_is_not_recognised(body: str) -> None:
    assert not SOURCE.read(Answer(ASKED, body.encode())).is_recognised


def test_a_bad_row_hides_no_other() -> None:
    found = SOURCE.read(listed({"id": 1, "reviewer": 7, "rating": "five"}, None, REVIEW))

    assert (len(found.mentions), found.dropped) == (1, 1)
