"""WooCommerce in five acts."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/wp-json/wc/store/v1/products/reviews"
PRODUCT = "https://shop.example.org/product/coffee/"


def review(number: int, text: str) -> dict[str, Any]:
    """A review as the Store API shows it; the lower its number, the newer."""
    return {
        "id": 100 - number,
        "date_created": f"2026-10-{28 - number:02}T12:00:00",
        "formatted_date_created": f"October {28 - number}, 2026",
        "date_created_gmt": f"2026-10-{28 - number:02}T09:00:00",
        "product_id": 17,
        "product_name": "Кофе",
        "product_permalink": PRODUCT,
        "product_image": None,
        "reviewer": f"Гость {number}",
        "review": f"<p>{text}</p>\n",
        "rating": number % 5 + 1,
        "verified": True,
        "reviewer_avatar_urls": {"24": "https://secure.gravatar.com/avatar/x?s=24"},
    }


def answers(reviews: list[dict[str, Any]], size: int) -> Any:
    """`size` at a time; a page after the last one is empty."""

    def page(asked: Asked) -> Reply:
        number, last = int(asked.query.get("page", "1")), -(-len(reviews) // size)
        some = reviews[(number - 1) * size : number * size]
        return as_json(some, X_WP_Total=str(len(reviews)), X_WP_TotalPages=str(last))

    return page


FIRST = [review(n, f"Зёрна {n} свежие") for n in range(1, 6)]
SECOND = [review(0, "Новые зёрна"), FIRST[0], review(2, "Зёрна 2 горчат"), *FIRST[3:]]
ERROR = {"code": "rest_forbidden", "message": "REST API restricted to authenticated users.", "data": {"status": 401}}


def routes(act: Act) -> Route:
    return {
        PATH: {
            Act.FIRST: answers(FIRST, 3),
            Act.SECOND: answers(SECOND, 10),
            Act.EMPTY: as_json([], X_WP_Total="0", X_WP_TotalPages="0"),
            Act.ERROR: as_json(ERROR, status=401),
            Act.CHANGED: as_json([{"id": 1, "content": "Зёрна"}]),
        }[act]
    }


CONTRACT = Contract(
    kind="woocommerce",
    target="https://shop.example.org/wp-json/wc/store/v1/products/reviews?product_id=17",
    routes=routes,
    first=frozenset(f"Зёрна {n} свежие" for n in range(1, 6)),
    second=frozenset({"Новые зёрна", "Зёрна 1 свежие", "Зёрна 2 горчат", "Зёрна 4 свежие", "Зёрна 5 свежие"}),
    removed=frozenset({"Зёрна 3 свежие"}),
    error=Outcome.BLOCKED,
)
