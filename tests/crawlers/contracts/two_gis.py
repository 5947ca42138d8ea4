"""2GIS in five acts."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

PATH = "/2.0/branches/70000001012345678/reviews"
KEY = "37c04fe6-of-a-web-client"


def review(number: int, text: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(18_900_000 - number),
        "region_id": 25,
        "text": text,
        "rating": number % 5 + 1,
        "provider": "2gis",
        "is_hidden": False,
        "hiding_reason": None,
        "url": "",
        "likes_count": 0,
        "date_created": f"2026-09-{28 - number:02}T14:26:44.918796+10:00",
        "date_edited": None,
        "user": {"id": f"{number}", "name": f"Гость {number}", "provider": "2gis", "additional_data": {"email": None}},
        "official_answer": None,
        "is_rated": True,
        **fields,
    }


ANSWER = {"id": "5266732", "org_name": "Акме", "text": "Спасибо", "date_created": "2026-09-29T16:47:04.0+10:00"}
OF_ANOTHER_SITE = review(9, "отзыв с другого сайта", provider="flamp", url="https://flamp.ru/r/7/6686544")
HIDDEN = review(8, "скрытый отзыв", is_hidden=True, hiding_reason="complaint")
FIRST = [review(1, "отзыв 1", official_answer=ANSWER), *(review(n, f"отзыв {n}") for n in range(2, 6))]
SECOND = [review(0, "новый отзыв"), FIRST[0], review(2, "отзыв 2, исправлен"), *FIRST[3:]]


def listed(reviews: list[dict[str, Any]], offset: str | None = None) -> Reply:
    """A page; its totals disagree, as those of 2GIS do."""
    meta: dict[str, Any] = {"code": 200, "branch_reviews_count": 49, "total_count": 7, "branch_rating": 3.7}
    if offset:
        meta["next_link"] = f"https://api.reviews.2gis.com{PATH}?limit=50&offset_date={offset}&sort_by=date_created"
    return as_json({"meta": meta, "reviews": reviews})


def routes(act: Act) -> Route:
    def page(asked: Asked) -> Reply:
        if asked.query.get("key") != KEY:
            return as_json(
                {"meta": {"code": 403, "error": {"type": "apiKeyIsInvalid", "message": "no key"}}}, status=403
            )
        reviews = FIRST if act is Act.FIRST else SECOND
        date = reviews[2]["date_created"]
        if not asked.query.get("offset_date"):
            return listed([*reviews[:3], OF_ANOTHER_SITE, HIDDEN], date.replace(":", "%3A").replace("+", "%2B"))
        return listed(reviews[3:]) if asked.query["offset_date"] == date else listed([])

    blocked = {"code": 403, "error": {"type": "apiKeyIsBlocked", "message": "Authorization error: your key is blocked"}}
    answers = {
        Act.EMPTY: listed([]),
        Act.ERROR: as_json({"meta": blocked}),  # with a good status
        Act.CHANGED: as_json({"meta": {"code": 200}, "result": {"items": FIRST}}),
    }
    return {PATH: answers.get(act, page)}


CONTRACT = Contract(
    kind="two_gis",
    target="https://2gis.ru/vladivostok/firm/70000001012345678/tab/reviews?m=131.9%2C43.1%2F16",
    routes=routes,
    first=frozenset(f"отзыв {n}" for n in range(1, 6)),
    second=frozenset({"новый отзыв", "отзыв 1", "отзыв 2, исправлен", "отзыв 4", "отзыв 5"}),
    removed=frozenset({"отзыв 3"}),
    keys={"two_gis": KEY},
    error=Outcome.NEEDS_KEY,
)
