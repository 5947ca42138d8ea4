"""Tripadvisor in five acts: one page of reviews, of which an absence says nothing."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

KEY = "tripadvisor-secret"
Json = dict[str, Any]


def review(number: int, text: str) -> Json:
    return {
        "id": 900_000_000 + number,
        "lang": "ru",
        "location_id": 93437,
        "published_date": f"2026-11-{28 - number:02}T09:03:45Z",
        "rating": number % 5 + 1,
        "helpful_votes": 0,
        "url": f"https://www.tripadvisor.ru/ShowUserReviews-g1-d93437-r{number}-Reviews-Acme.html?m=66562#review{number}",
        "trip_type": "Family",
        "travel_date": "2026-10-31",
        "text": text,
        "title": "",
        "user": {"username": f"traveller{number}", "user_location": {"name": "Riga"}},
        "owner_response": None,
    }


def listed(*reviews: Json) -> Any:
    def page(asked: Asked) -> Reply:
        if asked.query.get("key") != KEY:
            return as_json({"Message": "User is not authorized to access this resource"}, status=403)
        return as_json({"data": list(reviews) if asked.query.get("language") == "ru" else []})

    return page


FIRST = [review(n, f"отзыв о гостинице {n}") for n in range(1, 6)]
SECOND = [review(0, "отзыв о гостинице 0"), FIRST[0], review(2, "отзыв о гостинице 2, дополнен"), *FIRST[3:]]


def routes(act: Act) -> Route:
    return {
        "/api/v1/location/93437/reviews": {
            Act.FIRST: listed(*FIRST),
            Act.SECOND: listed(*SECOND),
            Act.EMPTY: listed(),
            Act.ERROR: as_json({"Message": "User is not authorized to access this resource"}, status=403),
            Act.CHANGED: as_json({"reviews": FIRST}),
        }[act]
    }


CONTRACT = Contract(
    kind="tripadvisor",
    target="https://www.tripadvisor.ru/Hotel_Review-g60763-d93437-Reviews-or10-Acme_Hotel-New_York.html",
    keys={"tripadvisor": KEY},
    routes=routes,
    first=frozenset(f"отзыв о гостинице {n}" for n in range(1, 6)),
    second=frozenset({"отзыв о гостинице 2, дополнен", *(f"отзыв о гостинице {n}" for n in (0, 1, 3, 4, 5))}),
    error=Outcome.NEEDS_KEY,
)
