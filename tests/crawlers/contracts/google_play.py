"""Google Play in five acts."""

import json
from typing import Any
from urllib.parse import parse_qs

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply

PATH = "/_/PlayStoreUi/data/batchexecute"
NEWEST = 1_790_000_000


def row(number: int, text: str, reply: str = "") -> list[Any]:
    at = [NEWEST - number * 3600, 77_000_000]
    answer = ["Acme", reply, [NEWEST, 0]] if reply else None
    person = [f"user{number}", [None, 2, None, [None, None, "https://play-lh.googleusercontent.com/a/x"]]]
    tail = ["110479454368781213656", *person]
    return [f"017452fc-{number:04}", person, number % 5 + 1, None, text, at, 0, answer, None, tail, "1.2.3"]


def envelope(payload: Any, error: Any = None) -> Reply:
    """What the store sends: a guard, then a batch whose payload is JSON within JSON."""
    said = json.dumps(payload, ensure_ascii=False) if payload is not None else None
    batch = [["wrb.fr", "UsvDTd", said, None, None, error, "generic"], ["di", 228], ["af.httprm", 228, "-23", 17]]
    return Reply(f")]}}'\n\n{json.dumps(batch)}", kind="application/json; charset=utf-8")


def what_is_asked(asked: Asked) -> tuple[str, str | None]:
    """The app and the token in the body of a request."""
    ((_, what, *_),) = json.loads(parse_qs(asked.body)["f.req"][0])[0]
    _, _, (_, _, (_, _, token), *_), (package, _) = json.loads(what)
    return package, token


FIRST = [row(1, "opinion 1", "Thank you"), *(row(n, f"opinion {n}") for n in range(2, 6))]
SECOND = [row(0, "a new one"), FIRST[0], row(2, "opinion 2, edited"), *FIRST[3:]]


def routes(act: Act) -> Route:
    def page(asked: Asked) -> Reply:
        reviews = FIRST if act is Act.FIRST else SECOND
        package, token = what_is_asked(asked)
        if package != "org.acme.gym" or asked.query.get("id"):
            return envelope(None, [5])
        return envelope([reviews[3:], None]) if token else envelope([reviews[:3], [None, "CtgBIs8B=="]])

    answers = {Act.EMPTY: envelope([]), Act.ERROR: envelope(None, [5]), Act.CHANGED: envelope([{"reviews": FIRST}])}
    return {PATH: answers.get(act, page)}


CONTRACT = Contract(
    kind="google_play",
    target="https://play.google.com/store/apps/details?id=org.acme.gym&hl=en&gl=US&pcampaignid=web_share",
    routes=routes,
    first=frozenset(f"opinion {n}" for n in range(1, 6)),
    second=frozenset({"a new one", "opinion 1", "opinion 2, edited", "opinion 4", "opinion 5"}),
    removed=frozenset({"opinion 3"}),
    error=Outcome.GONE,
)
