"""Stack Exchange in five acts; it answers in gzip, whatever is asked for."""

import gzip
import json
from typing import Any

from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply

SEARCH = "/2.3/search/advanced"
ANSWERS = "/2.3/questions/1;2/answers"
NEWEST = 1_790_000_000


def in_gzip(value: Any, *, status: int = 200) -> Reply:
    headers = {"Content-Encoding": "gzip"}
    return Reply(gzip.compress(json.dumps(value).encode(), mtime=0), status, headers, "application/json; charset=utf-8")


def question(number: int, text: str, answers: int = 0) -> dict[str, Any]:
    return {
        "question_id": number,
        "title": "How do I reach &quot;acme&quot;?",
        "body": f"<p>{text}</p>\n",
        "answer_count": answers,
        "owner": {"user_id": number, "display_name": f"User &amp; {number}", "user_type": "registered"},
        "creation_date": NEWEST - number * 3600,
        "link": f"https://stackoverflow.com/questions/{number}/how-do-i-reach-acme",
    }


def answers(items: list[dict[str, Any]], size: int) -> Any:
    def page(asked: Asked) -> Reply:
        first = (int(asked.query["page"]) - 1) * size
        some = items[first : first + size]
        return in_gzip({"items": some, "has_more": first + size < len(items), "quota_max": 300, "quota_remaining": 290})

    return page


def text(own: str) -> str:
    return f'How do I reach "acme"?\n\n{own}'


FIRST = [question(1, "one", 2), question(2, "two", 1), question(3, "three"), question(4, "four")]
SECOND = [question(0, "new"), FIRST[0], question(2, "two, edited", 1), FIRST[3]]
SAID = [
    {"answer_id": 90 + n, "question_id": n, "body": f"<p>answer {n}</p>", "creation_date": NEWEST - 1800, "owner": {}}
    for n in (1, 2)
]


def routes(act: Act) -> Route:
    wrong = {"error_id": 400, "error_message": "`sort` is not valid", "error_name": "bad_parameter"}
    return {
        SEARCH: {
            Act.FIRST: answers(FIRST, 2),
            Act.SECOND: answers(SECOND, 10),
            Act.EMPTY: in_gzip({"items": [], "has_more": False, "quota_max": 300, "quota_remaining": 280}),
            Act.ERROR: in_gzip(wrong, status=400),
            Act.CHANGED: in_gzip({"questions": FIRST}),
        }[act],
        ANSWERS: answers(SAID, 10),
    }


CONTRACT = Contract(
    kind="stack_exchange",
    target="https://stackoverflow.com/",
    query="acme",
    routes=routes,
    first=frozenset({*map(text, ("one", "two", "three", "four")), "answer 1", "answer 2"}),
    second=frozenset({*map(text, ("new", "one", "two, edited", "four")), "answer 1", "answer 2"}),
    removed=frozenset({text("three")}),
    keys={"stack_exchange": "a-secret-key-of-stack-apps"},
)
