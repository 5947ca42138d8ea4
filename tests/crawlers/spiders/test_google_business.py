"""Google Business Profile: answers that we wrote in the shapes of its documentation."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pytest

from core.errors import Invalid
from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.spiders.google_business import SOURCE, as_written

TARGET = "https://business.google.com/accounts/123/locations/456"
REVIEWS = "https://mybusiness.googleapis.com/v4/accounts/123/locations/456/reviews?pageSize=50&orderBy=updateTime+desc"
KEYS = {
    "google_business_client_id": "id.apps.googleusercontent.com",
    "google_business_client_secret": "client-secret",
    "google_business_refresh_token": "1//consent",
}


def review(**fields: Any) -> dict[str, Any]:
    return {
        "name": "accounts/123/locations/456/reviews/AbF1",
        "reviewId": "AbF1",
        "reviewer": {"profilePhotoUrl": "https://lh3.googleusercontent.com/a/x", "displayName": "Анна П."},
        "starRating": "FOUR",
        "comment": "Чисто и недорого",
        "createTime": "2026-10-02T15:01:23.045123456Z",
        "updateTime": "2026-10-03T15:01:23Z",
        **fields,
    }


def listed(*reviews: Any, **fields: Any) -> Answer:
    body = {"reviews": list(reviews), "averageRating": 4.4, "totalReviewCount": 91, **fields}
    return Answer(REVIEWS, json.dumps(body, ensure_ascii=False).encode())


def error(code: int, state: str, message: str = "as Google says it", **fields: Any) -> Answer:
    body = {"error": {"code": code, "message": message, "status": state, **fields}}
    return Answer(REVIEWS, json.dumps(body).encode(), status=code)


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (TARGET, TARGET),
        (f"{TARGET}/reviews?hl=ru", TARGET),
        (REVIEWS, TARGET),
        ("https://mybusiness.googleapis.com/v4/accounts/123/locations/456/reviews/AbF1", TARGET),
        ("https://business.google.com/n/456/reviews", None),
        ("https://business.google.com/locations", None),
        ("https://mybusiness.googleapis.com/v4/accounts/123/locations", None),
        ("https://example.org/accounts/123/locations/456", None),
    ],
)
def test_an_address_is_recognised_by_the_ids_of_account_and_location(address: str, target: str | None) -> None:
    assert SOURCE.claims(address) == target
    assert target is None or SOURCE.claims(target) == target


def test_a_location_begins_with_what_changed_last() -> None:
    assert SOURCE.starts(TARGET, None) == [REVIEWS]
    with pytest.raises(Invalid, match="both ids"):
        SOURCE.starts("https://business.google.com/n/456", None)


def test_the_owners_consent_becomes_a_token() -> None:
    assert SOURCE.sign_in

    asked = SOURCE.sign_in.ask(SOURCE.sign_in.url, KEYS)
    gained = SOURCE.sign_in.keys(Answer(asked.url, b'{"access_token": "ya29.x", "expires_in": 3599}'))
    signed = SOURCE.signed(Ask(REVIEWS), {**KEYS, **gained})

    assert (asked.url, asked.method) == ("https://oauth2.googleapis.com/token", "POST")
    assert dict(parse_qsl(asked.body)) == {
        "client_id": "id.apps.googleusercontent.com",
        "client_secret": "client-secret",
        "refresh_token": "1//consent",
        "grant_type": "refresh_token",
    }
    assert (signed.url, signed.headers["Authorization"]) == (REVIEWS, "Bearer ya29.x")


@pytest.mark.parametrize("reason", ["invalid_grant", "invalid_client"])
def test_a_consent_that_was_taken_back_asks_for_a_new_one(reason: str) -> None:
    body = json.dumps({"error": reason, "error_description": "Token has been expired or revoked."}).encode()

    verdict = SOURCE.refused(Answer("https://oauth2.googleapis.com/token", body, status=400))

    assert verdict
    assert verdict.outcome == Outcome.NEEDS_KEY


def test_a_review_is_read_with_the_owners_answer() -> None:
    reply = {"comment": "Спасибо!", "updateTime": "2026-10-04T10:00:00Z"}

    page = SOURCE.read(listed(review(reviewReply=reply), nextPageToken="more"))

    (mention,) = page.mentions
    assert mention.native_id == "google:AbF1"
    assert (mention.rating, mention.worst, mention.best) == (4, 1, 5)
    assert (mention.text, mention.answer, mention.author) == ("Чисто и недорого", "Спасибо!", "Анна П.")
    assert (mention.published_at, mention.precision) == (datetime(2026, 10, 2, 15, 1, 23, tzinfo=UTC), "second")
    assert page.next_url == f"{REVIEWS}&pageToken=more"


@pytest.mark.parametrize(
    "comment",
    [
        "Чисто\n\nи недорого",
        "Чисто\n\nи недорого\n\n(Translated by Google)\nClean and cheap",
        "(Translated by Google) Clean and cheap\n\n(Original)\nЧисто\n\nи недорого",
        "(Перевод Google) Clean\n\n(Оригинал)\nЧисто\n\nи недорого",
    ],
)
def test_a_text_is_kept_as_it_was_written(comment: str) -> None:
    assert as_written(comment) == "Чисто\n\nи недорого"


def test_stars_without_a_word_are_a_review_and_anonymous_ones_have_no_author() -> None:
    anonymous = {"displayName": "A Google User", "isAnonymous": True}

    page = SOURCE.read(listed(review(comment="", starRating="ONE"), review(reviewId="2", reviewer=anonymous)))

    assert [(one.text, one.rating) for one in page.mentions] == [("", 1), ("Чисто и недорого", 4)]
    assert page.mentions[1].author is None


def test_stars_that_nobody_gave_are_none() -> None:
    (mention,) = SOURCE.read(listed(review(starRating="STAR_RATING_UNSPECIFIED"))).mentions

    assert mention.rating is None


def test_a_location_without_reviews_is_an_empty_object_and_no_other_layout() -> None:
    page = SOURCE.read(Answer(REVIEWS, b"{}"))

    assert (page.is_recognised, page.mentions, page.problem) == (True, (), None)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error(401, "UNAUTHENTICATED"), Outcome.NEEDS_KEY),
        (error(403, "PERMISSION_DENIED", details=[{"reason": "SERVICE_DISABLED"}]), Outcome.NEEDS_KEY),
        (
            error(403, "PERMISSION_DENIED", details=[{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]),
            Outcome.NEEDS_KEY,
        ),
        (error(403, "PERMISSION_DENIED"), Outcome.BLOCKED),
        (error(404, "NOT_FOUND"), Outcome.GONE),
        (
            error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Requests' per minute"),
            Outcome.RATE_LIMITED,
        ),
        (error(400, "INVALID_ARGUMENT"), Outcome.FAILED),
    ],
)
def test_errors_have_names(answer: Answer, outcome: Outcome) -> None:
    verdict = SOURCE.refused(answer)

    assert verdict
    assert verdict.outcome == outcome
    assert verdict.detail


@pytest.mark.parametrize("body", [b"null", b"[]", b"<html>", b'{"items": []}', b'{"reviews": {"a": 1}}', b'"reviews"'])
def test_another_shape_is_called_one(body: bytes) -> None:
    page = SOURCE.read(Answer(REVIEWS, body))

    assert not page.is_recognised
    assert page.problem


def test_rows_that_cannot_be_read_hide_no_others() -> None:
    broken = [None, 7, {}, {"reviewId": [], "starRating": {}}, {"reviewId": "9", "reviewer": [], "comment": 3.5e9}]

    page = SOURCE.read(listed(*broken, review()))

    assert "google:AbF1" in [one.native_id for one in page.mentions]


def test_reviews_of_another_layout_are_no_empty_list() -> None:
    page = SOURCE.read(listed({"id": "AbF1", "stars": 5, "body": "супер"}))

    assert page.problem
