"""Wildberries in five acts: one page, on one of two hosts."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Reply, as_json

PATH = "/feedbacks/v2/654321"


def feedback(number: int, text: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": f"Y33uqc9HV3fzye1o{number:04}",
        "nmId": 123456,
        "wbUserDetails": {"name": f"Гость {number}", "country": "ru", "hasPhoto": False},
        "text": text,
        "pros": "",
        "cons": "",
        "productValuation": number % 5 + 1,
        "color": "черный",
        "createdDate": f"2026-09-{28 - number:02}T01:32:33Z",
        "updatedDate": f"2026-09-{28 - number:02}T01:53:58.838312995Z",
        "answer": None,
        "excludedFromRating": {"isExcluded": False, "reasons": []},
        **fields,
    }


ANSWER = {"text": "Спасибо", "state": "wbRu", "createDate": "2026-09-28T01:52:54Z"}
FIRST = [feedback(1, "отзыв 1", answer=ANSWER), *(feedback(n, f"отзыв {n}") for n in range(2, 6))]
SECOND = [feedback(0, "новый отзыв"), FIRST[0], feedback(2, "отзыв 2, исправлен"), *FIRST[3:]]


def listed(feedbacks: list[dict[str, Any]] | None) -> Reply:
    """All that the shop gives; its count is of far more."""
    return as_json({"valuation": "4.8", "feedbackCount": 637, "feedbackCountWithText": 187, "feedbacks": feedbacks})


def routes(act: Act) -> Route:
    answers = {
        Act.FIRST: listed(FIRST),
        Act.SECOND: listed(SECOND),
        Act.EMPTY: listed(None),
        Act.ERROR: Reply("<html>Почти готово... Проверяем браузер</html>", 403),
        Act.CHANGED: as_json({"data": {"reviews": FIRST}}),
    }
    return {PATH: answers[act]}


CONTRACT = Contract(
    kind="wildberries",
    target="https://www.wildberries.ru/catalog/123456/feedbacks?imtId=654321&size=0",
    routes=routes,
    first=frozenset(f"отзыв {n}" for n in range(1, 6)),
    second=frozenset({"новый отзыв", "отзыв 1", "отзыв 2, исправлен", "отзыв 3", "отзыв 4", "отзыв 5"}),
    error=Outcome.BLOCKED,
)
