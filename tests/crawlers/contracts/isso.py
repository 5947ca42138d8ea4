"""Isso in five acts: oldest first, replies within what they answer, and a comment that is deleted but was answered."""

from typing import Any

from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/isso/"
BEGAN_AT = 1_790_000_000.25


def comment(number: int, text: str, *replies: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A comment as Isso shows it; the higher its number, the newer."""
    return {
        "id": number,
        "parent": None,
        "created": BEGAN_AT + number * 3600,
        "modified": None,
        "mode": 1,
        "text": f"<p>{text}</p>",
        "author": f"Гость {number}",
        "website": None,
        "likes": 0,
        "dislikes": 0,
        "notification": None,
        "hash": "4505c1eeda98",
        "total_replies": len(replies),
        "hidden_replies": 0,
        "replies": list(replies),
        **fields,
    }


def listed(comments: list[dict[str, Any]], total: int, parent: int | None = None) -> Reply:
    hidden = total - len(comments)
    return as_json({"id": parent, "total_replies": total, "hidden_replies": hidden, "replies": comments, "config": {}})


def answers(comments: list[dict[str, Any]], size: int) -> Any:
    """`size` at a time after a moment; what is hidden is counted of all, whatever moment is asked for."""

    def page(asked: Asked) -> Reply:
        after = float(asked.query.get("after", 0))
        return listed([one for one in comments if one["created"] > after][:size], len(comments))

    return page


REPLY = comment(9, "Согласен", parent=2)
FIRST = [comment(1, "Кофе остыл"), comment(2, "Coffee was cold", REPLY), *(comment(n, f"Кофе {n}") for n in (3, 4, 5))]
GONE = comment(2, "", REPLY, mode=4, author=None)
SECOND = [comment(1, "Кофе остыл, но вкусный"), GONE, FIRST[2], FIRST[4], comment(6, "Новый отзыв")]


def routes(act: Act) -> Route:
    return {
        PATH: {
            Act.FIRST: answers(FIRST, 2),
            Act.SECOND: answers(SECOND, 10),
            Act.EMPTY: listed([], 0),
            Act.ERROR: Reply("<!doctype html><title>400 Bad Request</title><p>missing uri query</p>", 400),
            Act.CHANGED: as_json({"comments": FIRST}),
        }[act]
    }


CONTRACT = Contract(
    kind="isso",
    target="https://example.org/isso/?uri=/coffee/",
    routes=routes,
    first=frozenset({"Кофе остыл", "Coffee was cold", "Согласен", "Кофе 3", "Кофе 4", "Кофе 5"}),
    second=frozenset({"Кофе остыл, но вкусный", "Согласен", "Кофе 3", "Кофе 5", "Новый отзыв"}),
    removed=frozenset({"Coffee was cold", "Кофе 4"}),
)
