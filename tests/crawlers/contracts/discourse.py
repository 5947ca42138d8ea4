"""Discourse in five acts: the newest posts up to an id, with what is hidden and what is no post of a person."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/posts.json"


def post(number: int, text: str, **fields: Any) -> dict[str, Any]:
    """A post as a forum shows it; the lower its number, the newer."""
    return {
        "id": 1000 - 7 * number,
        "name": f"Гость {number}",
        "username": f"guest{number}",
        "created_at": f"2026-10-{28 - number:02}T09:00:00.475Z",
        "cooked": f"<p>{text}</p>",
        "post_number": 30 - number,
        "post_type": 1,
        "updated_at": f"2026-10-{28 - number:02}T09:00:00.475Z",
        "reply_to_post_number": None,
        "topic_id": 57,
        "topic_slug": "cold-coffee",
        "topic_title": "Cold coffee",
        "version": 1,
        "hidden": False,
        "deleted_at": None,
        "user_deleted": False,
        **fields,
    }


def answers(posts: list[dict[str, Any]], size: int) -> Any:
    """`size` at a time, up to the id that is asked for, which is shown once more."""

    def page(asked: Asked) -> Reply:
        before = int(asked.query.get("before", 10_000))
        return as_json({"latest_posts": [one for one in posts if one["id"] <= before][:size]})

    return page


SMALL_ACTION = post(6, "This topic was closed", post_type=3, action_code="closed.enabled")
FIRST = [*(post(n, f"Мнение {n}") for n in range(1, 6)), SMALL_ACTION]
HIDDEN = post(5, "This post was flagged by the community and is temporarily hidden.", hidden=True)
SECOND = [post(0, "Новое мнение"), FIRST[0], post(2, "Мнение 2, исправленное", version=2), FIRST[3], HIDDEN]
ERROR = {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}


def routes(act: Act) -> Route:
    return {
        PATH: {
            Act.FIRST: answers(FIRST, 3),
            Act.SECOND: answers(SECOND, 50),
            Act.EMPTY: as_json({"latest_posts": []}),
            Act.ERROR: as_json(ERROR, status=404),
            Act.CHANGED: as_json({"posts": FIRST}),
        }[act]
    }


CONTRACT = Contract(
    kind="discourse",
    target="https://forum.example.org/",
    routes=routes,
    first=frozenset(f"Мнение {n}" for n in range(1, 6)),
    second=frozenset({"Новое мнение", "Мнение 1", "Мнение 2, исправленное", "Мнение 4"}),
    removed=frozenset({"Мнение 3", "Мнение 5"}),
    error=Outcome.GONE,
)
