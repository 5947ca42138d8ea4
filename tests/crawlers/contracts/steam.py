"""Steam's Web API in five acts."""

import json
from typing import Any

from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/IUserReviewsService/GetAppReviews/v1/"
NEWEST = 1_790_000_000


def review(number: int, text: str) -> dict[str, Any]:
    return {
        "recommendationid": str(number),
        "author": {"steamid": f"7656119800000000{number}", "playtime_forever": 100},
        "language": "russian",
        "review": text,
        "timestamp_created": NEWEST - number * 3600,
        "timestamp_updated": NEWEST,
        "voted_up": number % 2 == 1,
        "developer_response": "Thanks" if number == 1 else "",
    }


def paged(reviews: list[dict[str, Any]], size: int) -> Any:
    """A cursor with the letters that have to be escaped; the last one repeats."""

    def page(asked: Asked) -> Reply:
        cursor = json.loads(asked.query["input_json"])["cursor"]
        first = 0 if cursor == "*" else int(cursor.partition("+/=")[2])
        some = reviews[first : first + size]
        following = f"AoJ+/={first + len(some)}" if some else cursor
        body: dict[str, Any] = {"query_summary": {"num_reviews": len(some)}, "cursor": following}
        return as_json({"response": body | ({"reviews": some} if some else {})})

    return page


FIRST = [review(number, f"отзыв {number}") for number in range(1, 6)]
SECOND = [review(0, "новый отзыв"), FIRST[0], review(2, "отзыв 2, исправлен"), *FIRST[3:]]


def routes(act: Act) -> Route:
    return {
        PATH: {
            Act.FIRST: paged(FIRST, 3),
            Act.SECOND: paged(SECOND, 10),
            Act.EMPTY: as_json({"response": {}}),
            Act.ERROR: Reply("<h1>Bad Request</h1>Please verify that all required parameters are being sent", 400),
            Act.CHANGED: as_json({"response": {"user_reviews": FIRST}}),
        }[act]
    }


CONTRACT = Contract(
    kind="steam",
    target="https://store.steampowered.com/app/440/Team_Fortress_2/",
    routes=routes,
    first=frozenset(f"отзыв {number}" for number in range(1, 6)),
    second=frozenset({"новый отзыв", "отзыв 1", "отзыв 2, исправлен", "отзыв 4", "отзыв 5"}),
    removed=frozenset({"отзыв 3"}),
)
