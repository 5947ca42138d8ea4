"""Yelp in five acts: one page of excerpts, of which an absence says nothing."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

KEY = "yelp-secret"
Json = dict[str, Any]


def review(number: int, text: str) -> Json:
    return {
        "id": f"xAG4O7l-t1ubbwVA-{number:04}",
        "url": f"https://www.yelp.com/biz/acme-gym?adjust_creative=app&hrid=x{number}&utm_source=app",
        "text": text,
        "rating": number % 5 + 1,
        "time_created": f"2026-11-{28 - number:02} 00:41:13",
        "user": {"id": f"u{number}", "name": f"Ella {number}.", "profile_url": "https://www.yelp.com/user_details"},
    }


def listed(*reviews: Json) -> Any:
    def page(asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {KEY}":
            return as_json({"error": {"code": "TOKEN_INVALID", "description": "Invalid access token"}}, status=401)
        return as_json({"reviews": list(reviews), "total": 480, "possible_languages": ["en"]})

    return page


FIRST = [review(n, f"yelp excerpt {n}...") for n in (1, 2, 3)]
NOT_FOUND = {"error": {"code": "BUSINESS_NOT_FOUND", "description": "The requested business could not be found."}}


def routes(act: Act) -> Route:
    return {
        "/v3/businesses/acme-gym/reviews": {
            Act.FIRST: listed(*FIRST),
            Act.SECOND: listed(review(0, "yelp excerpt 0..."), review(1, "yelp excerpt 1, edited..."), FIRST[1]),
            Act.EMPTY: listed(),
            Act.ERROR: as_json(NOT_FOUND, status=404),
            Act.CHANGED: as_json({"businesses": FIRST}),
        }[act]
    }


CONTRACT = Contract(
    kind="yelp",
    target="https://m.yelp.com/biz/acme-gym?osq=gym",
    keys={"yelp": KEY},
    routes=routes,
    first=frozenset(f"yelp excerpt {n}..." for n in (1, 2, 3)),
    second=frozenset({"yelp excerpt 0...", "yelp excerpt 1, edited...", "yelp excerpt 2...", "yelp excerpt 3..."}),
    error=Outcome.GONE,
)
