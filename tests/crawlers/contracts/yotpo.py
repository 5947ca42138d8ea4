"""Yotpo in five acts: a product's reviews in two pages; what is deleted is said so, an absence says nothing."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

Json = dict[str, Any]


def review(number: int, text: str, **fields: Any) -> Json:
    return {
        "id": 300_000 + number,
        "score": number % 5 + 1,
        "votes_up": 0,
        "votes_down": 0,
        "content": text,
        "title": "",
        "created_at": f"2026-11-{28 - number:02}T08:00:00.000Z",
        "deleted": False,
        "verified_buyer": True,
        "product_id": 77,
        "user": {"user_id": number, "display_name": f"Buyer {number}", "user_type": "User"},
        **fields,
    }


def listed(reviews: list[Json], size: int) -> Any:
    def page(asked: Asked) -> Reply:
        number = int(asked.query["page"])
        some = reviews[(number - 1) * size : number * size]
        pagination = {"page": number, "per_page": size, "total": len(reviews)}
        products = [{"id": 77, "name": "Mat", "product_link": "https://shop.example/products/mat"}]
        response = {"pagination": pagination, "products": products, "reviews": some}
        return as_json({"status": {"code": 200, "message": "OK"}, "response": response})

    return page


FIRST = [review(n, f"yotpo review {n}") for n in range(1, 6)]
SECOND = [
    review(0, "yotpo review 0"),
    FIRST[0],
    review(2, "yotpo review 2, edited"),
    review(3, "yotpo review 3", deleted=True),
    *FIRST[3:],
]


def routes(act: Act) -> Route:
    return {
        "/v1/widget/acmekey/products/77/reviews.json": {
            Act.FIRST: listed(FIRST, 3),
            Act.SECOND: listed(SECOND, 10),
            Act.EMPTY: listed([], 10),
            Act.ERROR: as_json({"status": {"code": 404, "message": "App key was not found"}}),
            Act.CHANGED: as_json({"status": {"code": 200}, "response": {"items": FIRST}}),
        }[act]
    }


CONTRACT = Contract(
    kind="yotpo",
    target="https://api.yotpo.com/v1/widget/acmekey/products/77/reviews?per_page=5",
    routes=routes,
    first=frozenset(f"yotpo review {n}" for n in range(1, 6)),
    second=frozenset({"yotpo review 2, edited", *(f"yotpo review {n}" for n in (0, 1, 4, 5))}),
    removed=frozenset({"yotpo review 3"}),
    error=Outcome.GONE,
)
