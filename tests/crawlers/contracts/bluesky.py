"""Bluesky in five acts, without a login: its search refuses the cursor that it gives."""

from datetime import UTC, datetime, timedelta
from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/xrpc/app.bsky.feed.searchPosts"
NEWEST = datetime(2026, 11, 20, 12, tzinfo=UTC)
FORBIDDEN = Reply("<html><body><h1>403 Forbidden</h1>\nRequest forbidden by administrative rules.\n", 403)


def post(number: int, text: str, **author: Any) -> dict[str, Any]:
    said = f"{NEWEST - timedelta(hours=number):%Y-%m-%dT%H:%M:%S.123Z}"
    return {
        "uri": f"at://did:plc:anna/app.bsky.feed.post/3n{number}",
        "cid": f"bafy{number}",
        "author": {"did": "did:plc:anna", "handle": "anna.example", "labels": []} | author,
        "record": {"$type": "app.bsky.feed.post", "text": text, "langs": ["ru"], "createdAt": said},
        "indexedAt": said,
        "labels": [],
    }


def answers(posts: list[dict[str, Any]], size: int) -> Any:
    """Newest first, `size` of them before `until`; a cursor that nobody may use."""

    def page(asked: Asked) -> Reply:
        if "cursor" in asked.query:
            return FORBIDDEN
        some = [one for one in posts if one["indexedAt"] < asked.query.get("until", "9")][:size]
        return as_json({"posts": some, "cursor": str(size), "hitsTotal": 9000})

    return page


FIRST = [post(n, f"acme: отзыв {n}") for n in range(1, 6)]
SECOND = [post(0, "acme: новый"), FIRST[0], post(2, "acme: отзыв 2, иначе"), *FIRST[3:]]


def routes(act: Act) -> Route:
    hidden = post(6, "acme: не для всех", labels=[{"val": "!no-unauthenticated"}])
    return {
        PATH: {
            Act.FIRST: answers([*FIRST, hidden, post(7, "nothing of the kind")], 3),
            Act.SECOND: answers(SECOND, 10),
            Act.EMPTY: as_json({"posts": [], "hitsTotal": 0}),
            Act.ERROR: FORBIDDEN,
            Act.CHANGED: as_json({"results": FIRST}),
        }[act]
    }


CONTRACT = Contract(
    kind="bluesky",
    target="https://bsky.app/search?q=acme",
    query="acme",
    routes=routes,
    first=frozenset(f"acme: отзыв {n}" for n in range(1, 6)),
    second=frozenset({"acme: новый", "acme: отзыв 1", "acme: отзыв 2, иначе", "acme: отзыв 4", "acme: отзыв 5"}),
    removed=frozenset({"acme: отзыв 3"}),
    error=Outcome.BLOCKED,
)
