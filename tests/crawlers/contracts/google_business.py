"""A location of Google Business Profile in five acts, behind a sign-in."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import GOOGLES_TOKEN, Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/v4/accounts/123/locations/456/reviews"


def review(number: int, text: str, answer: str = "") -> dict[str, Any]:
    at = f"2026-11-{20 - number:02}T15:01:23.045Z"
    found: dict[str, Any] = {
        "name": f"accounts/123/locations/456/reviews/AbF{number}",
        "reviewId": f"AbF{number}",
        "reviewer": {"displayName": f"Guest {number}"},
        "starRating": ["ONE", "TWO", "THREE", "FOUR", "FIVE"][number % 5],
        "comment": f"{text}\n\n(Translated by Google)\nsomething else",
        "createTime": at,
        "updateTime": at,
    }
    return found | ({"reviewReply": {"comment": answer, "updateTime": at}} if answer else {})


FIRST = [review(1, "opinion 1", "Thank you"), *(review(n, f"opinion {n}") for n in range(2, 6))]
SECOND = [review(0, "a new one"), FIRST[0], review(2, "opinion 2, edited"), *FIRST[3:]]
ERROR = {"error": {"code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED"}}


def listed(reviews: list[dict[str, Any]], size: int) -> Any:
    """So many reviews a page, by `pageToken`; for those with the token."""

    def page(asked: Asked) -> Reply:
        if not asked.headers.get("Authorization", "").startswith("Bearer ya29."):
            return as_json({"error": {"code": 401, "status": "UNAUTHENTICATED"}}, status=401)
        start = int(asked.query.get("pageToken") or 0)
        more = {"nextPageToken": str(start + size)} if start + size < len(reviews) else {}
        some = {"reviews": reviews[start : start + size], "totalReviewCount": 77} if reviews else {}
        return as_json({**some, **more})

    return page


def routes(act: Act) -> Route:
    page = {
        Act.FIRST: listed(FIRST, 3),
        Act.SECOND: listed(SECOND, 50),
        Act.EMPTY: listed([], 50),
        Act.ERROR: as_json(ERROR, status=403),
        Act.CHANGED: as_json({"locationReviews": FIRST}),
    }[act]
    return {PATH: page, "/token": GOOGLES_TOKEN}


CONTRACT = Contract(
    kind="google_business",
    target=f"https://mybusiness.googleapis.com{PATH}",
    keys={
        "google_business_client_id": "client-id",
        "google_business_client_secret": "client-secret",
        "google_business_refresh_token": "1//consent",
    },
    routes=routes,
    first=frozenset(f"opinion {n}" for n in range(1, 6)),
    second=frozenset({"a new one", "opinion 1", "opinion 2, edited", "opinion 4", "opinion 5"}),
    removed=frozenset({"opinion 3"}),
    error=Outcome.BLOCKED,
)
