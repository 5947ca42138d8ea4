"""Yelp's excerpts: answers that we wrote in the API's documented shapes."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.clock import now
from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.spiders.yelp import SOURCE

ASKED = "https://api.yelp.com/v3/businesses/acme-gym/reviews?limit=50&sort_by=newest"
EXCERPT = {
    "id": "xAG4O7l-t1ubbwVAlPnDKg",
    "url": "https://www.yelp.com/biz/acme-gym?adjust_creative=app-id&hrid=xAG4O7l-t1ubbwVAlPnDKg&utm_campaign=x",
    "text": "Went back again to this place since the last time I visited the bay area, and the pool...",
    "rating": 4,
    "time_created": "2026-08-29 00:41:13",
    "user": {"id": "W8UK02IDdRS2GL_66fuq6w", "name": "Ella A."},
}


def listed(*excerpts: Any, **fields: Any) -> Answer:
    return Answer(ASKED, json.dumps({"reviews": list(excerpts), "total": 480, **fields}).encode())


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("https://www.yelp.com/biz/acme-gym-springfield-2", "https://www.yelp.com/biz/acme-gym-springfield-2"),
        ("https://m.yelp.com/biz/acme-gym?osq=gym#reviews", "https://www.yelp.com/biz/acme-gym"),
        ("https://fr.yelp.ca/biz/acme-gym/", "https://www.yelp.com/biz/acme-gym"),
        ("https://www.yelp.co.uk/biz/caf%C3%A9-acme", "https://www.yelp.com/biz/caf%C3%A9-acme"),
        ("https://www.yelp.com.au/biz/W8UK02IDdRS2GL_66fuq6w", "https://www.yelp.com/biz/W8UK02IDdRS2GL_66fuq6w"),
        (ASKED, "https://www.yelp.com/biz/acme-gym"),
        ("https://api.yelp.com/v3/businesses/search?term=gym", None),
        ("https://www.yelp.com/search?find_desc=gym", None),
        ("https://biz.yelp.com/login", None),
        ("https://www.yelp.com.evil.example/biz/acme", None),
    ],
)
def test_a_business_is_recognised_in_any_country(address: str, target: str | None) -> None:
    assert SOURCE.claims(address) == target
    assert target is None or SOURCE.claims(target) == target


def test_the_newest_excerpts_are_asked_for() -> None:
    assert SOURCE.starts("https://www.yelp.com/biz/acme-gym", None) == [ASKED]


def test_an_excerpt_is_read_and_the_applications_id_stays_out_of_its_address() -> None:
    (review,) = SOURCE.read(listed(EXCERPT)).mentions

    assert (review.native_id, review.author) == ("yelp:xAG4O7l-t1ubbwVAlPnDKg", "Ella A.")
    assert review.text == EXCERPT["text"]
    assert (review.rating, review.worst, review.best) == (4, 1, 5)
    assert review.url == "https://www.yelp.com/biz/acme-gym?hrid=xAG4O7l-t1ubbwVAlPnDKg"


def test_a_time_without_a_zone_is_a_day() -> None:
    (review,) = SOURCE.read(listed(EXCERPT)).mentions

    assert (review.published_at, review.precision) == (datetime(2026, 8, 29, 0, 41, 13, tzinfo=UTC), "day")


def test_the_total_of_the_page_leads_nowhere() -> None:
    assert SOURCE.read(listed(EXCERPT)).next_url is None


def test_the_key_goes_into_a_header() -> None:
    ask = SOURCE.signed(Ask(ASKED), {"yelp": "secret"})

    assert (ask.url, ask.headers) == (ASKED, {"Authorization": "Bearer secret"})


@pytest.mark.parametrize(
    ("status", "code", "words", "outcome"),
    [
        (401, "TOKEN_INVALID", "Invalid access token or authorization header.", Outcome.NEEDS_KEY),
        (400, "VALIDATION_ERROR", "Authorization is a required parameter.", Outcome.NEEDS_KEY),
        (400, "VALIDATION_ERROR", "'limit' is too large", Outcome.FAILED),
        (404, "BUSINESS_NOT_FOUND", "The requested business could not be found.", Outcome.GONE),
        (403, "BUSINESS_UNAVAILABLE", "Business information is unavailable.", Outcome.BLOCKED),
        (429, "TOO_MANY_REQUESTS_PER_SECOND", "You have exceeded the queries-per-second limit", Outcome.RATE_LIMITED),
    ],
)
def test_an_error_has_its_name(status: int, code: str, words: str, outcome: Outcome) -> None:
    body = {"error": {"code": code, "description": words}}

    verdict = SOURCE.refused(Answer(ASKED, json.dumps(body).encode(), status=status))

    assert verdict
    assert verdict.outcome is outcome


def test_a_day_that_is_used_up_is_over_when_yelp_says() -> None:
    over_at = now().replace(microsecond=0) + timedelta(hours=5)
    headers = {"ratelimit-resettime": over_at.isoformat()}
    body = b'{"error": {"code": "ACCESS_LIMIT_REACHED", "description": "..."}}'

    verdict = SOURCE.refused(Answer(ASKED, body, headers, status=429))

    assert verdict
    assert verdict.retry_at
    assert abs(verdict.retry_at - over_at) < timedelta(minutes=1)


@pytest.mark.parametrize("body", ["", "[]", '{"reviews": "none"}', '{"businesses": []}', "<html>"])
def test_what_is_no_list_of_excerpts_is_not_recognised(body: str) -> None:
    assert not SOURCE.read(Answer(ASKED, body.encode())).is_recognised


def test_rows_of_another_shape_are_a_changed_layout() -> None:
    assert SOURCE.read(listed({"review_id": 1}, {"text": []})).problem
