"""vl.ru in five acts."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply, as_json

THREAD = "/commentsgate/ajax/thread/company/acme-gym/embedded"
COMMENTS = "/commentsgate/ajax/comments/1822/rendered"
NEWEST = 1_790_000_000


def comment(number: int, text: str, *, attributes: str = 'data-type="review"') -> str:
    return f"""
        <li comment="{13_704_300 - number}" data-timestamp="{NEWEST - number * 3600}" {attributes}>
          <div class="user-avatar"><img class="avatar" src="https://static.vl.ru/a.png"></div>
          <span class="user-name"> Гость {number} </span> <span class="time">27 октября 2024</span>
          <div class="cmt-rating-wrapper"><div class="star-rating">
            <div class="active" data-value="{number % 5 / 5 + 0.2:.1f}"></div></div></div>
          <div class="cmt-content"><blockquote><p class="comment-text">Комментарий: {text}</p></blockquote></div>
        </li>"""


REPLY = comment(7, "ответ", attributes='data-parent-id="13704299"')
FIRST = [comment(n, f"отзыв {n}") for n in range(1, 6)]
SECOND = [comment(0, "новый отзыв"), FIRST[0], comment(2, "отзыв 2, исправлен"), *FIRST[3:]]


def listed(comments: list[str], last: int | None = None, **fields: Any) -> Reply:
    content = f'<div class="cmt"><ul id="CommentsList">{"".join(comments)}</ul></div>' if comments else ""
    data = {"content": content, "lastCommentId": last, "commentsCount": len(comments), **fields}
    return as_json({"data": data, "total": 99})


def routes(act: Act) -> Route:
    comments = FIRST if act is Act.FIRST else SECOND

    def first(asked: Asked) -> Reply:
        if asked.headers.get("X-Requested-With") != "XMLHttpRequest":
            return Reply("<html>", 400)
        return listed([*comments[:3], REPLY], 13_704_297, threadId=1822)

    def second(asked: Asked) -> Reply:
        return listed(comments[3:], 13_704_295) if asked.query.get("before") == "13704297" else listed([])

    answers = {
        Act.EMPTY: listed([], threadId=1822),
        Act.ERROR: as_json({"success": False, "message": "Страница не найдена"}, status=404),
        Act.CHANGED: as_json({"data": {"comments": [{"id": 1, "text": "отзыв"}]}}),
    }
    return {THREAD: answers.get(act, first), COMMENTS: second}


CONTRACT = Contract(
    kind="vl_ru",
    target="https://www.vl.ru/acme-gym?utm_source=x",
    routes=routes,
    first=frozenset(f"отзыв {n}" for n in range(1, 6)),
    second=frozenset({"новый отзыв", "отзыв 1", "отзыв 2, исправлен", "отзыв 4", "отзыв 5"}),
    removed=frozenset({"отзыв 3"}),
    error=Outcome.GONE,
)
