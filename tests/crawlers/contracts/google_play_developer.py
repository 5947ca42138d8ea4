"""The Google Play Developer API in five acts."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import GOOGLES_TOKEN, Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/androidpublisher/v3/applications/org.acme.gym/reviews"
PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
ACCOUNT = json.dumps(
    {
        "type": "service_account",
        "client_email": "reviews@acme.iam.gserviceaccount.com",
        "private_key_id": "0123abcd",
        "private_key": PRIVATE_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        "token_uri": "https://oauth2.googleapis.com/token",
    }
)
NEWEST = 1_790_000_000


def review(number: int, text: str, answer: str = "") -> dict[str, Any]:
    at = {"seconds": str(NEWEST - number * 3600), "nanos": 713_000_000}
    said = {"text": f"\t{text}", "lastModified": at, "starRating": number % 5 + 1, "reviewerLanguage": "en"}
    comments: list[dict[str, Any]] = [{"userComment": said}]
    if answer:
        comments.append({"developerComment": {"text": answer, "lastModified": at}})
    return {"reviewId": f"review-{number}", "authorName": f"user{number}", "comments": comments}


FIRST = [review(1, "opinion 1", "Thank you"), *(review(n, f"opinion {n}") for n in range(2, 6))]
SECOND = [review(0, "a new one"), FIRST[0], review(2, "opinion 2, edited"), *FIRST[3:]]
ERROR = {"error": {"code": 403, "message": "The caller does not have permission", "status": "PERMISSION_DENIED"}}


def listed(reviews: list[dict[str, Any]], token: str | None = None) -> Reply:
    more = {"tokenPagination": {"nextPageToken": token}} if token else {}
    return as_json({**({"reviews": reviews} if reviews else {}), **more})


def routes(act: Act) -> Route:
    def page(asked: Asked) -> Reply:
        reviews = {Act.FIRST: FIRST, Act.SECOND: SECOND, Act.EMPTY: []}.get(act)
        if reviews is None:
            return as_json({"items": FIRST})
        if not asked.headers.get("Authorization", "").startswith("Bearer ya29."):
            return as_json({"error": {"code": 401, "status": "UNAUTHENTICATED"}}, status=401)
        return listed(reviews[3:]) if asked.query.get("token") else listed(reviews[:3], "3" if reviews else None)

    return {PATH: as_json(ERROR, status=403) if act is Act.ERROR else page, "/token": GOOGLES_TOKEN}


CONTRACT = Contract(
    kind="google_play_developer",
    target=f"https://androidpublisher.googleapis.com{PATH}?maxResults=10",
    routes=routes,
    first=frozenset(f"opinion {n}" for n in range(1, 6)),
    second=frozenset({"a new one", "opinion 1", "opinion 2, edited", "opinion 4", "opinion 5"}),
    removed=frozenset({"opinion 3"}),
    keys={"google_play_developer": ACCOUNT},
    error=Outcome.BLOCKED,
    empty=Outcome.NOTHING_NEW,  # a quiet week is none
)
