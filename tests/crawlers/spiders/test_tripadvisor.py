"""Tripadvisor's reviews: answers that we wrote in the Content API's documented shapes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Invalid
from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.spiders.tripadvisor import SOURCE

ASKED = "https://api.content.tripadvisor.com/api/v1/location/93437/reviews?language=en"
HOTEL = "Hotel_Review-g60763-d93437-Reviews"
REVIEW = {
    "id": 871234567,
    "lang": "en",
    "location_id": 93437,
    "published_date": "2026-10-28T09:03:45Z",
    "rating": 2,
    "url": "https://www.tripadvisor.com/ShowUserReviews-g60763-d93437-r871234567-Reviews-Acme.html?m=66562#review",
    "text": "The lift was broken.",
    "title": "Tired rooms",
    "trip_type": "Business",
    "travel_date": "2026-10-31",
    "user": {"username": "Wanderer_7", "user_location": {"name": "Riga"}},
    "owner_response": {"id": 1, "title": "Owner response", "text": "We have mended it.", "author": "Manager"},
}


def listed(*reviews: Any) -> Answer:
    return Answer(ASKED, json.dumps({"data": list(reviews)}).encode())


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (f"https://www.tripadvisor.com/{HOTEL}-Acme-New_York.html", f"https://www.tripadvisor.com/{HOTEL}.html"),
        (f"https://tripadvisor.co.uk/{HOTEL}-or10-Acme.html#REVIEWS", f"https://www.tripadvisor.co.uk/{HOTEL}.html"),
        (f"https://ru.tripadvisor.com/{HOTEL}-Acme.html", f"https://ru.tripadvisor.com/{HOTEL}.html"),
        (f"https://m.tripadvisor.com/{HOTEL}.html", f"https://www.tripadvisor.com/{HOTEL}.html"),
        (
            "https://www.tripadvisor.ru/Restaurant_Review-g1-d2-Reviews-Acme.html?filterLang=ru",
            "https://www.tripadvisor.ru/Restaurant_Review-g1-d2-Reviews.html",
        ),
        (
            "https://www.tripadvisor.com/ShowUserReviews-g60763-d93437-r12-Acme.html",
            f"https://www.tripadvisor.com/{HOTEL}.html",
        ),
        (f"{ASKED}&key=secret", ASKED),
        ("https://api.content.tripadvisor.com/api/v1/location/93437/details", ASKED.partition("?")[0]),
        ("https://www.tripadvisor.com/Hotels-g60763-New_York-Hotels.html", None),
        (f"https://www.tripadvisor.com.evil.example/{HOTEL}.html", None),
    ],
)
def test_a_place_is_recognised_on_any_countrys_site(address: str, target: str | None) -> None:
    assert SOURCE.claims(address) == target
    assert target is None or SOURCE.claims(target) == target


@pytest.mark.parametrize(
    ("target", "language"),
    [
        (f"https://www.tripadvisor.com/{HOTEL}.html", "en"),
        (f"https://www.tripadvisor.ru/{HOTEL}.html", "ru"),
        (f"https://www.tripadvisor.com.br/{HOTEL}.html", "pt"),
        (f"https://ru.tripadvisor.com/{HOTEL}.html", "ru"),
        (f"https://fr.tripadvisor.ca/{HOTEL}.html", "fr"),
        ("https://api.content.tripadvisor.com/api/v1/location/93437/reviews?language=de", "de"),
        ("https://api.content.tripadvisor.com/api/v1/location/93437/reviews", "en"),
    ],
)
def test_the_language_is_that_of_the_site_which_is_watched(target: str, language: str) -> None:
    assert SOURCE.starts(target, None) == [ASKED.replace("=en", f"={language}")]


def test_a_target_without_a_number_says_so() -> None:
    with pytest.raises(Invalid, match="names no place"):
        SOURCE.starts("https://www.tripadvisor.com/Hotels", None)


def test_a_review_is_read_with_all_it_says() -> None:
    (review,) = SOURCE.read(listed(REVIEW)).mentions

    assert (review.native_id, review.author, review.language) == ("tripadvisor:871234567", "Wanderer_7", "en")
    assert review.text == "Tired rooms\n\nThe lift was broken."
    assert (review.rating, review.worst, review.best) == (2, 1, 5)
    assert (review.published_at, review.precision) == (datetime(2026, 10, 28, 9, 3, 45, tzinfo=UTC), "second")
    assert review.answer == "We have mended it."
    assert review.url == "https://www.tripadvisor.com/ShowUserReviews-g60763-d93437-r871234567-Reviews-Acme.html"


def test_a_rating_outside_its_scale_is_left_out_and_a_bad_row_hides_no_other() -> None:
    found = SOURCE.read(listed({**REVIEW, "rating": 50}, {"id": {}, "text": [1]}, REVIEW | {"id": 2, "user": None}))

    assert [(one.rating, one.author) for one in found.mentions] == [(None, "Wanderer_7"), (2, None)]
    assert found.dropped == 1


def test_the_key_goes_where_it_is_taken_and_into_nothing_that_is_kept() -> None:
    ask = SOURCE.signed(Ask(ASKED), {"tripadvisor": "secret"})

    assert ask.url == f"{ASKED}&key=secret"
    assert "secret" not in str(SOURCE.claims(ask.url))


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (401, {"message": "Unauthorized"}, Outcome.NEEDS_KEY),
        (403, {"Message": "User is not authorized to access this resource"}, Outcome.NEEDS_KEY),
        (404, {"error": {"message": "Location not found", "code": 404}}, Outcome.GONE),
        (429, {"message": "Limit Exceeded"}, Outcome.RATE_LIMITED),
        (400, {"error": {"message": "language is not supported"}}, Outcome.FAILED),
    ],
)
def test_an_error_has_its_name(status: int, body: Any, outcome: Outcome) -> None:
    verdict = SOURCE.refused(Answer(ASKED, json.dumps(body).encode(), status=status))

    assert verdict
    assert verdict.outcome is outcome


@pytest.mark.parametrize("body", ["", "[]", '{"data": null}', '{"reviews": []}', "<html>"])
def test_what_is_no_list_of_reviews_is_not_recognised(body: str) -> None:
    assert not SOURCE.read(Answer(ASKED, body.encode())).is_recognised
