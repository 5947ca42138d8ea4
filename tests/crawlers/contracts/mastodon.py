"""Mastodon in five acts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/api/v1/timelines/tag/sunflower"
NEWEST = datetime(2026, 11, 20, 12, tzinfo=UTC)
NEWEST_ID = 117_000_000


def status(number: int, text: str, **account: Any) -> dict[str, Any]:
    return {
        "id": str(NEWEST_ID - number),
        "uri": f"https://social.example/users/anna/statuses/{number}",
        "url": f"https://social.example/@anna/{number}",
        "created_at": f"{NEWEST - timedelta(hours=number):%Y-%m-%dT%H:%M:%S.000Z}",
        "edited_at": None,
        "in_reply_to_id": None,
        "visibility": "public",
        "language": "ru",
        "spoiler_text": "",
        "content": f'<p>{text} <a href="https://social.example/tags/sunflower">#<span>sunflower</span></a></p>',
        "reblog": None,
        "account": {"acct": f"anna{number}", "noindex": False, "indexable": True, "discoverable": None} | account,
    }


def answers(statuses: list[dict[str, Any]], size: int) -> Any:
    """Newest first, `size` of them below `max_id`; the Link header names the instance's own address."""

    def page(asked: Asked) -> Reply:
        below = int(asked.query.get("max_id", NEWEST_ID + 1))
        some = [one for one in statuses if int(one["id"]) < below][:size]
        if not some:
            return as_json([])
        older, newer = (f"<https://mastodon.social{PATH}?limit=40&{name}=" for name in ("max_id", "min_id"))
        link = f'{older}{some[-1]["id"]}>; rel="next", {newer}{some[0]["id"]}>; rel="prev"'
        return as_json(some, Link=link)

    return page


FIRST = [status(n, f"Зал номер {n} хороший") for n in range(1, 6)]
SECOND = [status(0, "Новый зал"), FIRST[0], status(2, "Зал номер 2 уже нет"), *FIRST[3:]]


def routes(act: Act) -> Route:
    return {
        PATH: {
            Act.FIRST: answers([*FIRST, status(6, "не для поиска", noindex=True)], 3),
            Act.SECOND: answers(SECOND, 10),
            Act.EMPTY: as_json([]),
            Act.ERROR: as_json({"error": "This method requires an authenticated user"}, status=422),
            Act.CHANGED: as_json({"statuses": FIRST}),
        }[act]
    }


def tagged(*texts: str) -> frozenset[str]:
    return frozenset(f"{text} #sunflower" for text in texts)


CONTRACT = Contract(
    kind="mastodon",
    target="https://mastodon.social/tags/sunflower",
    routes=routes,
    first=tagged(*(f"Зал номер {n} хороший" for n in range(1, 6))),
    second=tagged(
        "Новый зал", "Зал номер 1 хороший", "Зал номер 2 уже нет", "Зал номер 4 хороший", "Зал номер 5 хороший"
    ),
    removed=tagged("Зал номер 3 хороший"),
    error=Outcome.BLOCKED,
)
