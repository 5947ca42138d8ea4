"""banki.ru in five acts."""

import html
import json
from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply

PATH = "/services/responses/bank/acmebank/"


def review(number: int, text: str, **fields: Any) -> dict[str, Any]:
    return {
        "id": 10_000_000 - number,
        "title": f"Заголовок {number}",
        "text": f"<p>{text}</p>\r\n<p>Спасибо.</p>",
        "grade": number % 5 + 1,
        "dateCreate": f"2026-10-{28 - number:02} 10:00:00",
        "isCountable": True,
        "agentAnswerText": "",
        **fields,
    }


def page(reviews: list[dict[str, Any]], *, has_more: bool = False) -> Reply:
    options = html.escape(json.dumps({"responses": {"data": reviews, "hasMorePages": has_more, "total": 100}}))
    module = f'<div data-module="ui.ResponsesBundle/list" data-module-options="{options}"></div>'
    return Reply(f"<!doctype html><html><head><title>Отзывы о банке</title></head><body>{module}</body></html>")


def paged(reviews: list[dict[str, Any]], size: int) -> Any:
    """The first answer of all sets a cookie and leads to itself."""

    def answer(asked: Asked) -> Reply:
        if "seen=1" not in asked.headers.get("Cookie", ""):
            return Reply("", 302, {"Location": f"https://www.banki.ru{PATH}", "Set-Cookie": "seen=1; path=/"})
        first = (int(asked.query.get("page", "1")) - 1) * size
        return page(reviews[first : first + size], has_more=first + size < len(reviews))

    return answer


def text(number: int, own: str) -> str:
    return f"Заголовок {number}\n\n{own}\n\nСпасибо."


FIRST = [review(number, f"отзыв {number}") for number in range(1, 6)]
SECOND = [review(0, "новый отзыв"), FIRST[0], review(2, "отзыв 2, исправлен"), *FIRST[3:]]


def routes(act: Act) -> Route:
    return {
        PATH: {
            Act.FIRST: paged(FIRST, 3),
            Act.SECOND: paged(SECOND, 10),
            Act.EMPTY: page([]),
            Act.ERROR: Reply("<html><body><h1>Доступ ограничен</h1></body></html>", 403),
            Act.CHANGED: Reply("<html><body><div id='app'>Отзывы</div></body></html>"),
        }[act]
    }


CONTRACT = Contract(
    kind="banki",
    target="https://www.banki.ru/services/responses/bank/acmebank/?type=all",
    routes=routes,
    first=frozenset(text(number, f"отзыв {number}") for number in range(1, 6)),
    second=frozenset(
        {
            text(0, "новый отзыв"),
            text(1, "отзыв 1"),
            text(2, "отзыв 2, исправлен"),
            text(4, "отзыв 4"),
            text(5, "отзыв 5"),
        }
    ),
    removed=frozenset({text(3, "отзыв 3")}),
    error=Outcome.BLOCKED,
)
