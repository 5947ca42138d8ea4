"""A YouTube video in five acts: threads in two pages, one of them with more answers than come inline."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

VIDEO = "dQw4w9WgXcQ"
KEY = "youtube-secret"
Json = dict[str, Any]


def comment(own_id: str, text: str, day: int, parent: str | None = None) -> Json:
    snippet = {
        "channelId": "UCuAXFkgsw1L7xaCfnd5JJOw",
        "videoId": VIDEO,
        "textDisplay": text,
        "authorDisplayName": f"@user{day}",
        "authorChannelId": {"value": f"UCreader{day}"},
        "publishedAt": f"2026-11-{day:02}T10:00:00Z",
        "updatedAt": f"2026-11-{day:02}T10:00:00Z",
    }
    return {"kind": "youtube#comment", "id": own_id, "snippet": snippet | ({"parentId": parent} if parent else {})}


def thread(own_id: str, text: str, day: int, *replies: Json, total: int = 0) -> Json:
    snippet = {
        "channelId": "UCuAXFkgsw1L7xaCfnd5JJOw",
        "videoId": VIDEO,
        "topLevelComment": comment(own_id, text, day),
        "totalReplyCount": total,
    }
    found = {"kind": "youtube#commentThread", "id": own_id, "snippet": snippet}
    return found | ({"replies": {"comments": list(replies)}} if replies else {})


def reply(number: int) -> Json:
    return comment(f"Ug2.{number}", f"answer {number}", 20 + number, "Ug2")


def listed(kind: str, items: list[Json], size: int) -> Any:
    """So many items a page, by `pageToken`; for those with the key."""

    def page(asked: Asked) -> Reply:
        if asked.headers.get("X-Goog-Api-Key") != KEY:
            return as_json({"error": {"code": 403, "message": "missing a valid API key"}}, status=403)
        start = int(asked.query.get("pageToken") or 0)
        more = {"nextPageToken": str(start + size)} if start + size < len(items) else {}
        return as_json({"kind": kind, "items": items[start : start + size], **more})

    return page


FIRST = [
    thread("Ug1", "comment 1", 19),
    thread("Ug2", "comment 2", 18, reply(1), reply(2), total=4),
    thread("Ug3", "comment 3", 17),
    thread("Ug4", "comment 4", 16),
]
SECOND = [thread("Ug0", "comment 0", 24), thread("Ug1", "comment 1, edited", 19), FIRST[1], FIRST[3]]
ERROR = {
    "error": {
        "code": 403,
        "message": 'The request cannot be completed because you have exceeded your <a href="/quota">quota</a>.',
        "errors": [{"message": "…", "domain": "youtube.quota", "reason": "quotaExceeded"}],
    }
}


def routes(act: Act) -> Route:
    threads, replies = "youtube#commentThreadListResponse", "youtube#commentListResponse"
    return {
        "/youtube/v3/commentThreads": {
            Act.FIRST: listed(threads, FIRST, 2),
            Act.SECOND: listed(threads, SECOND, 10),
            Act.EMPTY: listed(threads, [], 10),
            Act.ERROR: as_json(ERROR, status=403),
            Act.CHANGED: as_json({"comments": FIRST}),
        }[act],
        "/youtube/v3/comments": listed(replies, [reply(number) for number in (4, 3, 2, 1)], 3),
    }


CONTRACT = Contract(
    kind="youtube",
    target=f"https://youtu.be/{VIDEO}?t=1",
    keys={"youtube": KEY},
    routes=routes,
    first=frozenset({*(f"comment {n}" for n in range(1, 5)), *(f"answer {n}" for n in range(1, 5))}),
    second=frozenset(
        {"comment 0", "comment 1, edited", "comment 2", "comment 4", *(f"answer {n}" for n in range(1, 5))}
    ),
    removed=frozenset({"comment 3"}),
    error=Outcome.RATE_LIMITED,
)
