"""A place of Google's Places API in five acts: one page, of what Google selects."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PLACE = "ChIJN1t_tDeuEmsRUsoyG83frY4"
KEY = "places-secret"


def review(number: int, text: str) -> dict[str, Any]:
    return {
        "name": f"places/{PLACE}/reviews/Ch{number}",
        "rating": number % 5 + 1,
        "text": {"text": "a translation", "languageCode": "en"},
        "originalText": {"text": text, "languageCode": "ru"},
        "authorAttribution": {"displayName": f"Guest {number}"},
        "publishTime": f"2026-10-{number + 1:02}T08:22:09.598435Z",
    }


FIRST = [review(n, f"opinion {n}") for n in range(1, 6)]
SECOND = [review(0, "a new one"), FIRST[0], review(2, "opinion 2, edited"), *FIRST[3:]]
ERROR = {
    "error": {
        "code": 400,
        "message": "API key not valid. Please pass a valid API key.",
        "status": "INVALID_ARGUMENT",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}],
    }
}


def place(reviews: list[dict[str, Any]]) -> Any:
    """What the fields that are asked for give to those with the key."""

    def page(asked: Asked) -> Reply:
        headers = {name.lower(): value for name, value in asked.headers.items()}
        if headers.get("x-goog-api-key") != KEY or headers.get("x-goog-fieldmask") != "id,reviews":
            return as_json(ERROR, status=400)
        return as_json({"id": PLACE} | ({"reviews": reviews} if reviews else {}))

    return page


def routes(act: Act) -> Route:
    return {
        f"/v1/places/{PLACE}": {
            Act.FIRST: place(FIRST),
            Act.SECOND: place(SECOND),
            Act.EMPTY: place([]),
            Act.ERROR: as_json(ERROR, status=400),
            Act.CHANGED: as_json({"result": {"reviews": FIRST}}),
        }[act]
    }


CONTRACT = Contract(
    kind="google_places",
    target=f"https://www.google.com/maps/search/?api=1&query=acme&query_place_id={PLACE}",
    keys={"google_places": KEY},
    routes=routes,
    first=frozenset(f"opinion {n}" for n in range(1, 6)),
    second=frozenset({"a new one", "opinion 1", "opinion 2, edited", "opinion 3", "opinion 4", "opinion 5"}),
    error=Outcome.NEEDS_KEY,
)
