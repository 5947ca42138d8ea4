"""Bazaarvoice in five acts: a product's reviews in two pages by offset; its errors come with HTTP 200."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

KEY = "bazaarvoice-secret"
INVALID = {"HasErrors": True, "Errors": [{"Message": "The passKey is invalid.", "Code": "ERROR_PARAM_INVALID_API_KEY"}]}
Json = dict[str, Any]


def review(number: int, text: str) -> Json:
    return {
        "Id": str(22_000_000 + number),
        "ProductId": "mat-1",
        "Rating": number % 5 + 1,
        "RatingRange": 5,
        "Title": "",
        "ReviewText": text,
        "UserNickname": f"yogi{number}",
        "ContentLocale": "en_US",
        "ModerationStatus": "APPROVED",
        "SubmissionTime": f"2026-11-{28 - number:02}T09:21:03.000+00:00",
        "LastModificationTime": "2026-11-28T09:21:03.000+00:00",
        "ClientResponses": [],
        "IsRatingsOnly": False,
    }


def listed(reviews: list[Json], size: int) -> Any:
    """So many results an answer, whatever `Limit` asks for; for those who have the passkey."""

    def page(asked: Asked) -> Reply:
        if asked.query.get("passkey") != KEY or asked.query["Filter"] != "ProductId:mat-1":
            return as_json(INVALID)
        offset = int(asked.query["Offset"])
        told = {"Limit": size, "Offset": offset, "TotalResults": len(reviews), "HasErrors": False, "Errors": []}
        return as_json({**told, "Results": reviews[offset : offset + size], "Includes": {}})

    return page


FIRST = [review(n, f"bazaarvoice review {n}") for n in range(1, 6)]
SECOND = [review(0, "bazaarvoice review 0"), FIRST[0], review(2, "bazaarvoice review 2, edited"), *FIRST[3:]]


def routes(act: Act) -> Route:
    return {
        "/data/reviews.json": {
            Act.FIRST: listed(FIRST, 3),
            Act.SECOND: listed(SECOND, 10),
            Act.EMPTY: listed([], 10),
            Act.ERROR: as_json(INVALID),
            Act.CHANGED: as_json({"HasErrors": False, "Reviews": FIRST}),
        }[act]
    }


CONTRACT = Contract(
    kind="bazaarvoice",
    target="https://api.bazaarvoice.com/data/reviews.json?passkey=other&Filter=ProductId:mat-1&Limit=10",
    keys={"bazaarvoice": KEY},
    routes=routes,
    first=frozenset(f"bazaarvoice review {n}" for n in range(1, 6)),
    second=frozenset({"bazaarvoice review 2, edited", *(f"bazaarvoice review {n}" for n in (0, 1, 4, 5))}),
    removed=frozenset({"bazaarvoice review 3"}),
    error=Outcome.NEEDS_KEY,
)
