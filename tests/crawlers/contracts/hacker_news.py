"""Hacker News in five acts."""

from typing import Any

from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/api/v1/search_by_date"
NEWEST = 1_790_000_000


def hit(number: int, text: str) -> dict[str, Any]:
    return {
        "objectID": str(number),
        "author": f"user{number}",
        "comment_text": f"<p>{text}",
        "story_text": None,
        "title": None,
        "parent_id": 1,
        "created_at_i": NEWEST - number * 3600,
        "_highlightResult": {"comment_text": {"value": f"<em>{text}</em>"}},
    }


def answers(hits: list[dict[str, Any]], size: int) -> Any:
    """Newest first, `size` of them at a time, up to the date that is asked for."""

    def page(asked: Asked) -> Reply:
        newest = int(asked.query.get("numericFilters", f"created_at_i<={NEWEST}").rpartition("=")[2])
        some = [one for one in hits if one["created_at_i"] <= newest]
        return as_json({"hits": some[:size], "nbHits": len(some), "page": 0})

    return page


FIRST = [hit(n, f"acme opinion {n}") for n in range(1, 6)]
SECOND = [hit(0, "acme is new"), FIRST[0], hit(2, "acme opinion 2, edited"), *FIRST[3:]]


def routes(act: Act) -> Route:
    return {
        PATH: {
            Act.FIRST: answers([*FIRST, hit(6, "nothing of the kind")], 3),
            Act.SECOND: answers(SECOND, 10),
            Act.EMPTY: as_json({"hits": [], "nbHits": 0}),
            Act.ERROR: as_json({"message": "Invalid value for parameter", "status": 400}, status=400),
            Act.CHANGED: as_json({"results": FIRST}),
        }[act]
    }


CONTRACT = Contract(
    kind="hacker_news",
    target="https://hn.algolia.com/",
    query="acme",
    routes=routes,
    first=frozenset(f"acme opinion {n}" for n in range(1, 6)),
    second=frozenset({"acme is new", "acme opinion 1", "acme opinion 2, edited", "acme opinion 4", "acme opinion 5"}),
    removed=frozenset({"acme opinion 3"}),
)
