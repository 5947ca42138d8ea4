"""Judge.me in five acts: a shop's reviews in two pages; one is hidden, one is spam, one disappears."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

KEY = "judge-me-secret"
Json = dict[str, Any]


def review(number: int, text: str, **fields: Any) -> Json:
    return {
        "id": 309_836_500 + number,
        "title": None,
        "body": text,
        "rating": number % 5 + 1,
        "product_external_id": 5280573096092,
        "product_handle": "mat",
        "reviewer": {"id": number, "email": "someone@shop.example", "name": f"Buyer {number}", "phone": None},
        "source": "web",
        "curated": "ok",
        "hidden": False,
        "published": True,
        "verified": "buyer",
        "created_at": f"2026-11-{28 - number:02}T04:38:32+00:00",
        "updated_at": "2026-11-28T04:39:15+00:00",
        **fields,
    }


def listed(reviews: list[Json], size: int) -> Any:
    def page(asked: Asked) -> Reply:
        if (asked.query.get("api_token"), asked.query.get("shop_domain")) != (KEY, "acme.myshopify.com"):
            return as_json({"error": "Invalid api_token"}, status=401)
        number = int(asked.query["page"])
        some = reviews[(number - 1) * size : number * size]
        return as_json({"current_page": number, "per_page": size, "reviews": some})

    return page


SPAM = review(7, "judge.me spam", curated="spam")
FIRST = [review(n, f"judge.me review {n}") for n in range(1, 6)]
SECOND = [
    review(0, "judge.me review 0", curated="not-yet"),
    review(1, "judge.me review 1", hidden=True),
    review(2, "judge.me review 2, edited"),
    *FIRST[3:],
]


def routes(act: Act) -> Route:
    return {
        "/api/v1/reviews": {
            Act.FIRST: listed([*FIRST, SPAM], 4),
            Act.SECOND: listed(SECOND, 10),
            Act.EMPTY: listed([], 10),
            Act.ERROR: as_json({"error": "Invalid api_token"}, status=401),
            Act.CHANGED: as_json({"data": FIRST}),
        }[act]
    }


CONTRACT = Contract(
    kind="judge_me",
    target="https://judge.me/api/v1/reviews?shop_domain=acme.myshopify.com&api_token=other",
    keys={"judge_me": KEY},
    routes=routes,
    first=frozenset(f"judge.me review {n}" for n in range(1, 6)),
    second=frozenset({"judge.me review 2, edited", *(f"judge.me review {n}" for n in (0, 4, 5))}),
    removed=frozenset({"judge.me review 1", "judge.me review 3"}),
    error=Outcome.NEEDS_KEY,
)
