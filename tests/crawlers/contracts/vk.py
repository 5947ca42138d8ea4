"""A community's wall on VK in five acts: posts in two pages, comments below them, one thread longer than its page."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

KEY = "vk-secret"
NEWEST = 1_790_000_000
ACME = -1
Json = dict[str, Any]


def said(own_id: int, text: str, by: int, **fields: Any) -> Json:
    return {"id": own_id, "owner_id": ACME, "from_id": by, "date": NEWEST + own_id * 60, "text": text, **fields}


def post(own_id: int, text: str, by: int = ACME, comments: int = 0) -> Json:
    return said(own_id, text, by, post_type="post", comments={"count": comments})


def listed(items: list[Json], size: int, level: int | None = None) -> Any:
    """So many items a page, by `offset`; for those with the key."""

    def page(asked: Asked) -> Reply:
        if asked.headers.get("Authorization") != f"Bearer {KEY}":
            return as_json(
                {"error": {"error_code": 5, "error_msg": "User authorization failed: no access_token passed."}}
            )
        start = int(asked.query.get("offset") or 0)
        response: Json = {"count": len(items), "items": items[start : start + size]}
        return as_json({"response": response | ({"current_level_count": level} if level is not None else {})})

    return page


LONG = [said(140 + number, f"answer {number}", 7) for number in range(1, 13)]
COMMENTS: dict[str, list[Json]] = {
    "40": [
        said(
            52, "comment 52", 5, thread={"count": 2, "items": [said(54, "answer 54", 6), said(55, "приходите!", ACME)]}
        ),
        said(51, "comment 51", 6),
    ],
    "20": [said(61, "comment 61", 8, thread={"count": 12, "items": LONG[:10]})],
}
LATER: dict[str, list[Json]] = {
    "40": [
        said(53, "comment 53", 9),
        said(52, "comment 52, edited", 5, thread=COMMENTS["40"][0]["thread"]),
        said(51, "", 0, deleted=True),
    ],
    "20": COMMENTS["20"],
}
WALL = [post(40, "акция", comments=2), post(30, "post of a guest", by=5), post(20, "расписание", comments=13)]


def comments(below: dict[str, list[Json]]) -> Any:
    def page(asked: Asked) -> Reply:
        if asked.query.get("comment_id"):
            return listed(LONG, 100, len(LONG))(asked)
        found = below[asked.query["post_id"]]
        return listed(found, 100, len(found))(asked)

    return page


def routes(act: Act) -> Route:
    denied = {"error": {"error_code": 15, "error_msg": "Access denied: wall is disabled", "request_params": []}}
    return {
        "/method/wall.get": {
            Act.FIRST: listed(WALL, 2),
            Act.SECOND: listed(WALL, 100),
            Act.EMPTY: listed([], 100),
            Act.ERROR: as_json(denied),
            Act.CHANGED: as_json({"response": {"posts": WALL}}),
        }[act],
        "/method/wall.getComments": comments(COMMENTS if act is Act.FIRST else LATER),
    }


ANSWERS = frozenset({"post of a guest", "comment 61", "answer 54", *(f"answer {number}" for number in range(1, 13))})

CONTRACT = Contract(
    kind="vk",
    target="https://m.vk.com/acme",
    keys={"vk": KEY},
    routes=routes,
    first=ANSWERS | {"comment 51", "comment 52"},
    second=ANSWERS | {"comment 52, edited", "comment 53"},
    removed=frozenset({"comment 51"}),
    error=Outcome.BLOCKED,
)
