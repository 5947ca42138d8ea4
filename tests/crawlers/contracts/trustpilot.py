"""Trustpilot in five acts: the business by its domain, then its reviews in two pages."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

UNIT = "46d6a890ffa235a75b00021d"
REVIEWS = f"/v1/business-units/{UNIT}/reviews"
KEY = "trustpilot-secret"
Json = dict[str, Any]


def review(number: int, text: str, **fields: Any) -> Json:
    return {
        "links": [{"href": f"https://api.trustpilot.com/v1/reviews/{number}", "method": "GET", "rel": "reviews"}],
        "id": f"{number:024x}",
        "consumer": {"id": f"c{number}", "displayName": f"Consumer {number}", "displayLocation": "Frederiksberg, DK"},
        "businessUnit": {"id": UNIT, "identifyingName": "acme.example", "displayName": "Acme"},
        "stars": number % 5 + 1,
        "title": "",
        "text": text,
        "language": "en",
        "createdAt": f"2026-11-{28 - number:02}T13:37:00Z",
        "updatedAt": None,
        "companyReply": None,
        "status": "active",
        **fields,
    }


def listed(reviews: list[Json], size: int) -> Any:
    """So many reviews a page, each with a link to the next, the key in it; for those who have the key."""

    def page(asked: Asked) -> Reply:
        if asked.headers.get("apikey", asked.headers.get("Apikey")) != KEY:
            return as_json({"fault": {"faultstring": "Invalid ApiKey"}}, status=401)
        number = int(asked.query["page"])
        some = reviews[(number - 1) * size : number * size]
        href = f"https://api.trustpilot.com{REVIEWS}?perPage=100&page={number + 1}&apikey={KEY}"
        links = [{"href": href, "method": "GET", "rel": "next-page"}] if number * size < len(reviews) else []
        return as_json({"links": links, "reviews": some})

    return page


FIRST = [review(n, f"trustpilot review {n}") for n in range(1, 6)]
SECOND = [
    review(0, "trustpilot review 0"),
    FIRST[0],
    review(2, "trustpilot review 2, edited", companyReply={"text": "Thank you", "createdAt": "2026-11-28T09:00:00Z"}),
    *FIRST[3:],
]


def routes(act: Act) -> Route:
    unit = {"id": UNIT, "displayName": "Acme", "name": {"identifying": "acme.example"}, "websiteUrl": "acme.example"}
    invalid = as_json({"fault": {"faultstring": "Invalid ApiKey"}}, status=401)
    return {
        "/v1/business-units/find": invalid if act is Act.ERROR else as_json(unit),
        REVIEWS: {
            Act.FIRST: listed(FIRST, 3),
            Act.SECOND: listed(SECOND, 10),
            Act.EMPTY: listed([], 10),
            Act.ERROR: invalid,
            Act.CHANGED: as_json({"items": FIRST}),
        }[act],
    }


CONTRACT = Contract(
    kind="trustpilot",
    target="https://de.trustpilot.com/review/acme.example?languages=all",
    keys={"trustpilot": KEY},
    routes=routes,
    first=frozenset(f"trustpilot review {n}" for n in range(1, 6)),
    second=frozenset(
        {"trustpilot review 2, edited", *(f"trustpilot review {n}" for n in (0, 1, 4, 5))},
    ),
    removed=frozenset({"trustpilot review 3"}),
    error=Outcome.NEEDS_KEY,
)
