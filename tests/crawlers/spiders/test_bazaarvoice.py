"""Bazaarvoice's reviews: answers that we wrote in the Conversations API's documented shapes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.spiders.bazaarvoice import SOURCE

TARGET = "https://api.bazaarvoice.com/data/reviews.json?Filter=ProductId%3Amat-1"
ASKED = f"{TARGET}&apiversion=5.4&Sort=SubmissionTime%3Adesc&Limit=100&Offset=0&Include=Products"
REVIEW = {
    "Id": "22123456",
    "ProductId": "mat-1",
    "Rating": 7,
    "RatingRange": 10,
    "Title": "Good mat",
    "ReviewText": "Does not slip.<br />Smells at first.",
    "UserNickname": "yogi7",
    "ContentLocale": "de_DE",
    "ModerationStatus": "APPROVED",
    "SubmissionTime": "2026-07-26T09:21:03.000+00:00",
    "ClientResponses": [
        {"Department": "Care", "Response": "Air it.<!--[if ReviewResponse]><![endif]-->", "Name": "Jo"}
    ],
}
INCLUDES = {"Products": {"mat-1": {"Id": "mat-1", "ProductPageUrl": "https://shop.example/mat-1"}}}


def listed(*results: Any, at: str = ASKED, **fields: Any) -> Answer:
    body = {"Results": list(results), "Includes": INCLUDES, "HasErrors": False, "Errors": [], **fields}
    return Answer(at, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (TARGET, TARGET),
        (f"{ASKED}&passkey=secret", TARGET),
        ("https://api.bazaarvoice.com/data/reviews.json?PassKey=x&filter=ProductId:mat-1", TARGET),
        (
            "https://stg.api.bazaarvoice.com/data/reviews.json?Filter=ProductId:a&Filter=ContentLocale:eq:en_US",
            "https://stg.api.bazaarvoice.com/data/reviews.json?Filter=ProductId%3Aa&Filter=ContentLocale%3Aeq%3Aen_US",
        ),
        ("https://api.bazaarvoice.com/data/reviews.json", "https://api.bazaarvoice.com/data/reviews.json"),
        ("https://api.bazaarvoice.com/data/products.json?Filter=Id:1", None),
        ("https://www.bazaarvoice.com/", None),
    ],
)
def test_the_apis_address_is_recognised_and_a_passkey_in_it_is_not_kept(address: str, target: str | None) -> None:
    assert SOURCE.claims(address) == target
    assert target is None or SOURCE.claims(target) == target


def test_the_newest_reviews_are_asked_for_with_all_filters() -> None:
    assert SOURCE.starts(TARGET, None) == [ASKED]


def test_a_review_is_read_with_all_it_says() -> None:
    (review,) = SOURCE.read(listed(REVIEW)).mentions

    assert (review.native_id, review.author, review.language) == ("bazaarvoice:22123456", "yogi7", "de")
    assert review.text == "Good mat\n\nDoes not slip.\nSmells at first."
    assert (review.published_at, review.precision) == (datetime(2026, 7, 26, 9, 21, 3, tzinfo=UTC), "second")
    assert (review.answer, review.url) == ("Air it.", "https://shop.example/mat-1")


@pytest.mark.parametrize(
    ("rating", "best", "kept"), [(7, 10, (7, 1, 10)), (5, 5, (5, 1, 5)), (4, None, (4, 1, 5)), (7, 5, (None, 1, 5))]
)
def test_a_rating_is_kept_on_its_own_scale(rating: int, best: int | None, kept: tuple[float | None, int, int]) -> None:
    (review,) = SOURCE.read(listed({**REVIEW, "Rating": rating, "RatingRange": best})).mentions

    assert (review.rating, review.worst, review.best) == kept


def test_a_rating_alone_is_a_review() -> None:
    (review,) = SOURCE.read(listed({"Id": "1", "Rating": 4, "RatingRange": 5, "IsRatingsOnly": True})).mentions

    assert (review.text, review.rating) == ("", 4)


def test_what_is_rejected_is_removed_and_what_waits_is_no_mention() -> None:
    rows = [{**REVIEW, "Id": str(n), "ModerationStatus": said} for n, said in enumerate(("REJECTED", "PENDING", None))]

    found = SOURCE.read(listed(*rows))

    assert (found.removed, [one.native_id for one in found.mentions]) == (("bazaarvoice:0",), ["bazaarvoice:2"])


@pytest.mark.parametrize(
    ("results", "fields", "offset"),
    [
        (2, {"Limit": 2, "TotalResults": 9}, 2),
        (2, {"Limit": 2, "TotalResults": 2}, 2),
        (1, {"Limit": 2, "TotalResults": 9}, 2),
        (1, {"Limit": 2, "TotalResults": 1}, None),
        (0, {"Limit": 2, "TotalResults": 9}, None),
    ],
)
def test_the_servers_own_limit_tells_where_the_next_page_begins(
    results: int, fields: dict[str, int], offset: int | None
) -> None:
    found = SOURCE.read(listed(*(REVIEW | {"Id": str(n)} for n in range(results)), **fields))

    moved = ASKED.replace("&Offset=0", "") + f"&Offset={offset}"
    assert found.next_url == (moved if offset else None)


def test_the_passkey_goes_where_it_is_taken() -> None:
    assert SOURCE.signed(Ask(ASKED), {"bazaarvoice": "secret"}).url == f"{ASKED}&passkey=secret"


def failed(code: str, status: int = 200, **headers: str) -> Answer:
    errors = [{"Message": "Something is wrong.", "Code": code}] if code else []
    body = json.dumps({"HasErrors": bool(code), "Errors": errors, "Results": []})
    return Answer(ASKED, body.encode(), {name.replace("_", "-"): text for name, text in headers.items()}, status)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (failed("ERROR_PARAM_INVALID_API_KEY"), Outcome.NEEDS_KEY),
        (failed("ERROR_ACCESS_DENIED"), Outcome.NEEDS_KEY),
        (failed("ERROR_REQUEST_LIMIT_REACHED"), Outcome.RATE_LIMITED),
        (failed("ERROR_PARAM_INVALID_FILTER_ATTRIBUTE"), Outcome.FAILED),
        (failed("ERROR_BAD_REQUEST", 400), Outcome.FAILED),
        (failed("", 403, x_mashery_error_code="ERR_403_DEVELOPER_OVER_QPS"), Outcome.RATE_LIMITED),
        (failed("", 403, x_mashery_error_code="ERR_403_DEVELOPER_INACTIVE"), Outcome.NEEDS_KEY),
    ],
)
def test_an_error_has_its_name_whatever_the_status(answer: Answer, outcome: Outcome) -> None:
    verdict = SOURCE.refused(answer)

    assert verdict
    assert verdict.outcome is outcome
    assert outcome is not Outcome.FAILED or "Something is wrong." in str(verdict.detail)


def test_a_good_answer_is_no_error() -> None:
    assert SOURCE.refused(listed(REVIEW)) is None


@pytest.mark.parametrize("body", ["", "[]", '{"Results": {}}', '{"Reviews": []}', "<html>"])
def test_what_is_no_list_of_results_is_not_recognised(body: str) -> None:
    assert not SOURCE.read(Answer(ASKED, body.encode())).is_recognised
