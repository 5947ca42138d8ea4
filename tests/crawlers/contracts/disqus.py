"""Disqus in five acts: a forum's comments in two pages by cursor; one is said to be deleted, one disappears."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

KEY = "disqus-secret"
NO_FORUM = {"code": 2, "response": "Invalid argument, 'forum': Unable to find forum 'acme'"}
Json = dict[str, Any]


def comment(number: int, text: str, **fields: Any) -> Json:
    return {
        "id": str(5_256_177_490 - number),
        "createdAt": f"2026-11-{28 - number:02}T22:37:28",
        "forum": "acme",
        "thread": {"id": "1", "link": "https://acme.example/news", "title": "News"},
        "parent": None,
        "author": {"name": f"Reader {number}", "isAnonymous": False, "username": f"reader{number}"},
        "message": f"<p>{text}</p>",
        "raw_message": text,
        "isApproved": True,
        "isDeleted": False,
        "isSpam": False,
        "isEdited": False,
        **fields,
    }


def listed(comments: list[Json], size: int) -> Any:
    def page(asked: Asked) -> Reply:
        if asked.query.get("api_key") != KEY:
            return as_json({"code": 5, "response": "Invalid API key"}, status=401)
        start = int(asked.query.get("cursor", "0:0:0").split(":")[0])
        following = start + size
        cursor = {"id": f"{start}:0:0", "next": f"{following}:0:0", "hasNext": following < len(comments), "total": None}
        return as_json({"cursor": cursor, "code": 0, "response": comments[start:following]})

    return page


FIRST = [
    *(comment(n, f"disqus comment {n}") for n in (1, 2, 3)),
    comment(4, "disqus comment 4", parent=5_256_177_485),
    comment(5, "disqus comment 5"),
]
SECOND = [
    comment(0, "disqus comment 0"),
    comment(1, "disqus comment 1", isDeleted=True),
    comment(2, "disqus comment 2, edited", isEdited=True),
    *FIRST[3:],
]


def routes(act: Act) -> Route:
    return {
        "/api/3.0/posts/list.json": {
            Act.FIRST: listed(FIRST, 3),
            Act.SECOND: listed(SECOND, 10),
            Act.EMPTY: listed([], 10),
            Act.ERROR: as_json(NO_FORUM, status=400),
            Act.CHANGED: as_json({"code": 0, "posts": FIRST}),
        }[act]
    }


CONTRACT = Contract(
    kind="disqus",
    target="https://acme.disqus.com/latest",
    keys={"disqus": KEY},
    routes=routes,
    first=frozenset(f"disqus comment {n}" for n in range(1, 6)),
    second=frozenset({"disqus comment 2, edited", *(f"disqus comment {n}" for n in (0, 4, 5))}),
    removed=frozenset({"disqus comment 1", "disqus comment 3"}),
    error=Outcome.GONE,
)
