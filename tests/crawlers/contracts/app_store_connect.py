"""App Store Connect in five acts."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/v1/apps/123456789/customerReviews"
PRIVATE_KEY = ec.generate_private_key(ec.SECP256R1())
PEM = PRIVATE_KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def review(number: int, text: str, *, answered: bool = False) -> dict[str, Any]:
    response = {"type": "customerReviewResponses", "id": f"response-{number}"} if answered else None
    return {
        "type": "customerReviews",
        "id": f"00000028-b08c-0014-729e-{number:012}",
        "attributes": {
            "rating": number % 5 + 1,
            "title": "Acme",
            "body": text,
            "reviewerNickname": f"user{number}",
            "createdDate": f"2026-09-{28 - number:02}T08:10:34-08:00",
            "territory": "USA",
        },
        "relationships": {"response": {"data": response}},
    }


RESPONSE = {
    "type": "customerReviewResponses",
    "id": "response-1",
    "attributes": {"responseBody": "Thank you", "lastModifiedDate": "2026-09-28T08:10:34-08:00", "state": "PUBLISHED"},
}


def listed(reviews: list[dict[str, Any]], cursor: str | None = None) -> Reply:
    links = {"self": f"https://api.appstoreconnect.apple.com{PATH}"}
    if cursor:
        links["next"] = f"https://api.appstoreconnect.apple.com{PATH}?cursor={cursor}&limit=200&include=response"
    return as_json({"data": reviews, "included": [RESPONSE], "links": links, "meta": {"paging": {"total": 99}}})


FIRST = [review(1, "opinion 1", answered=True), *(review(n, f"opinion {n}") for n in range(2, 6))]
SECOND = [review(0, "a new one"), FIRST[0], review(2, "opinion 2, edited"), *FIRST[3:]]
REFUSED = {
    "errors": [
        {
            "status": "401",
            "code": "NOT_AUTHORIZED",
            "title": "Authentication credentials are missing or invalid.",
            "detail": "Provide a properly configured and signed bearer token, and make sure that it has not expired.",
        }
    ]
}


def routes(act: Act) -> Route:
    def page(asked: Asked) -> Reply:
        reviews = {Act.FIRST: FIRST, Act.SECOND: SECOND, Act.EMPTY: []}.get(act)
        if reviews is None:
            return as_json({"reviews": FIRST})
        if not asked.headers.get("Authorization", "").startswith("Bearer ey"):
            return as_json(REFUSED, status=401)
        return listed(reviews[3:]) if asked.query.get("cursor") else listed(reviews[:3], "3" if reviews else None)

    return {PATH: as_json(REFUSED, status=401) if act is Act.ERROR else page}


CONTRACT = Contract(
    kind="app_store_connect",
    target="https://appstoreconnect.apple.com/apps/123456789/distribution/activity/ios/ratingsResponses",
    routes=routes,
    first=frozenset(f"Acme\n\nopinion {n}" for n in range(1, 6)),
    second=frozenset(
        f"Acme\n\n{text}" for text in ("a new one", "opinion 1", "opinion 2, edited", "opinion 4", "opinion 5")
    ),
    removed=frozenset({"Acme\n\nopinion 3"}),
    keys={
        "app_store_connect_issuer": "57246542-96fe-1a63-e053-0824d011072a",
        "app_store_connect_key_id": "2X9R4HXF34",
        "app_store_connect_private_key": PEM,
    },
    error=Outcome.NEEDS_KEY,
)
