"""WordPress in five acts: pages by number, a link to the next one that names the site's own host."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/wp-json/wp/v2/comments"


def comment(number: int, text: str, **fields: Any) -> dict[str, Any]:
    """A comment as the API shows it; the lower its number, the newer."""
    return {
        "id": 100 - number,
        "post": 1,
        "parent": 0,
        "author": 0,
        "author_name": f"Гость {number}",
        "author_url": "",
        "date": f"2026-10-{28 - number:02}T12:00:00",
        "date_gmt": f"2026-10-{28 - number:02}T09:00:00",
        "content": {"rendered": f"<p>{text}</p>\n"},
        "link": f"https://blog.example.org/hello/#comment-{100 - number}",
        "status": "approved",
        "type": "comment",
        **fields,
    }


def answers(comments: list[dict[str, Any]], size: int) -> Any:
    """`size` at a time; a page after the last one is an error, as it is for posts."""

    def page(asked: Asked) -> Reply:
        number, last = int(asked.query.get("page", "1")), -(-len(comments) // size)
        if number > last:
            return as_json({"code": "rest_post_invalid_page_number", "message": "Beyond", "data": {}}, status=400)
        following = f'<https://blog.example.org{PATH}?page={number + 1}>; rel="next"'
        headers = {"X_WP_Total": str(len(comments)), "X_WP_TotalPages": str(last)}
        some = comments[(number - 1) * size : number * size]
        return as_json(some, **headers, **({"Link": following} if number < last else {}))

    return page


FIRST = [comment(n, f"Отзыв {n} о кофе") for n in range(1, 6)]
SECOND = [comment(0, "Новый отзыв"), FIRST[0], comment(2, "Отзыв 2, исправленный"), *FIRST[3:]]
ERROR = {"code": "rest_no_route", "message": "No route was found matching the URL.", "data": {"status": 404}}


def routes(act: Act) -> Route:
    return {
        PATH: {
            Act.FIRST: answers(FIRST, 3),
            Act.SECOND: answers(SECOND, 10),
            Act.EMPTY: as_json([], X_WP_Total="0", X_WP_TotalPages="0"),
            Act.ERROR: as_json(ERROR, status=404),
            Act.CHANGED: as_json({"comments": FIRST}),
        }[act]
    }


CONTRACT = Contract(
    kind="wordpress",
    target="https://blog.example.org/",
    routes=routes,
    first=frozenset(f"Отзыв {n} о кофе" for n in range(1, 6)),
    second=frozenset({"Новый отзыв", "Отзыв 1 о кофе", "Отзыв 2, исправленный", "Отзыв 4 о кофе", "Отзыв 5 о кофе"}),
    removed=frozenset({"Отзыв 3 о кофе"}),
    error=Outcome.GONE,
)
