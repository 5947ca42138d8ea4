"""Lemmy in five acts: a community, whose posts and comments are two lists."""

from datetime import UTC, datetime, timedelta
from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

POSTS, COMMENTS = "/api/v3/post/list", "/api/v3/comment/list"
NEWEST = datetime(2026, 11, 20, 12, tzinfo=UTC)


def creator(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "name": f"anna{number}",
        "actor_id": f"https://other.example/u/anna{number}",
        "deleted": False,
    }


def said(number: int, kind: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": number,
        "ap_id": f"https://lemmy.example/{kind}/{number}",
        "published": f"{NEWEST - timedelta(hours=number):%Y-%m-%dT%H:%M:%S.123456Z}",
        "deleted": False,
        "removed": False,
        "language_id": 0,
    } | fields


def post(number: int, name: str, **fields: Any) -> dict[str, Any]:
    own = {"name": name, "featured_community": False, "featured_local": False}
    return {"post": said(number, "post", **(own | fields)), "creator": creator(number), "counts": {"comments": 99}}


def comment(number: int, text: str, **fields: Any) -> dict[str, Any]:
    view = post(1, "Клубу год")
    own = {"content": text, "path": f"0.{number}"}
    return view | {"comment": said(number, "comment", **(own | fields)), "creator": creator(number)}


def answers(name: str, views: list[dict[str, Any]], size: int) -> Any:
    """Newest first, `size` a page, by number."""

    def page(asked: Asked) -> Reply:
        begin = (int(asked.query.get("page", "1")) - 1) * size
        return as_json({name: views[begin : begin + size]})

    return page


FIRST_POSTS = [post(1, "Клубу год"), post(8, "Новый тренер", body="Строгий.\n\nНо справедливый")]
FIRST_COMMENTS = [comment(n, f"Комментарий {n}") for n in range(3, 8)]
SECOND_POSTS = [post(0, "A new post"), FIRST_POSTS[0], post(8, "Новый тренер", body="Добрый")]
DELETED = comment(5, "", deleted=True)
SECOND_COMMENTS = [FIRST_COMMENTS[0], DELETED, *FIRST_COMMENTS[3:]]
"""One deleted, and one no longer listed."""
NOT_FOUND = as_json({"error": "couldnt_find_community"}, status=404)


def routes(act: Act) -> Route:
    return {
        Act.FIRST: {POSTS: answers("posts", FIRST_POSTS, 2), COMMENTS: answers("comments", FIRST_COMMENTS, 3)},
        Act.SECOND: {POSTS: answers("posts", SECOND_POSTS, 9), COMMENTS: answers("comments", SECOND_COMMENTS, 9)},
        Act.EMPTY: {POSTS: as_json({"posts": []}), COMMENTS: as_json({"comments": []})},
        Act.ERROR: {POSTS: NOT_FOUND, COMMENTS: NOT_FOUND},
        Act.CHANGED: {POSTS: as_json({"threads": FIRST_POSTS}), COMMENTS: as_json({"threads": FIRST_COMMENTS})},
    }[act]


CONTRACT = Contract(
    kind="lemmy",
    target="https://lemmy.example/c/sunflower",
    routes=routes,
    first=frozenset(
        {"Клубу год", "Новый тренер\n\nСтрогий.\n\nНо справедливый", *(f"Комментарий {n}" for n in range(3, 8))}
    ),
    second=frozenset({"A new post", "Клубу год", "Новый тренер\n\nДобрый", *(f"Комментарий {n}" for n in (3, 6, 7))}),
    removed=frozenset({"Комментарий 4", "Комментарий 5"}),
    error=Outcome.GONE,
)
