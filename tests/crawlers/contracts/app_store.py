"""The App Store's feed in five acts."""

from typing import Any

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Reply, as_json

SITE = "https://itunes.apple.com"


def path(page: int, form: str = "json") -> str:
    return f"/us/rss/customerreviews/page={page}/id=123456789/sortby=mostrecent/{form}"


def review(number: int, text: str) -> dict[str, Any]:
    return {
        "author": {"uri": {"label": "https://itunes.apple.com/us/reviews/id1"}, "name": {"label": f"user{number}"}},
        "updated": {"label": f"2026-09-{28 - number:02}T01:23:45-07:00"},
        "im:rating": {"label": str(number % 5 + 1)},
        "im:version": {"label": "1.2.3"},
        "id": {"label": str(11_000_000_000 + number)},
        "title": {"label": "Acme"},
        "content": {"label": text, "attributes": {"type": "text"}},
        "link": {"attributes": {"rel": "related", "href": "https://itunes.apple.com/us/review?id=123456789"}},
    }


THE_APP = {"im:name": {"label": "Acme"}, "id": {"label": "https://apps.apple.com/us/app/acme/id123456789"}}


def feed(entries: Any, following: int | None = None) -> Reply:
    """A page; the link to the next one leads to the other form of the feed, as Apple's does."""
    links = [{"attributes": {"rel": "self", "href": f"{SITE}{path(1)}"}}]
    if following:
        href = f"{SITE}{path(following, 'xml')}?urlDesc=/customerreviews/id=123456789/json"
        links.append({"attributes": {"rel": "next", "href": href}})
    return as_json({"feed": {"link": links, **({"entry": entries} if entries else {})}})


FIRST = [review(n, f"opinion {n}") for n in range(1, 6)]
SECOND = [review(0, "a new one"), FIRST[0], review(2, "opinion 2, edited"), *FIRST[3:]]


def routes(act: Act) -> Route:
    first, second = {
        Act.FIRST: (feed([THE_APP, *FIRST[:4]], 2), feed(FIRST[4], 2)),  # one entry is an object
        Act.SECOND: (feed([THE_APP, *SECOND[:4]], 2), feed(SECOND[4:], 2)),
        Act.EMPTY: (feed([THE_APP]), feed([])),
        Act.ERROR: (Reply("<HTML><TITLE>Access Denied</TITLE></HTML>", 403), Reply("", 403)),
        Act.CHANGED: (as_json({"resultCount": 1, "results": [{"trackId": 123456789}]}), feed([])),
    }[act]
    return {path(1): first, path(2): second}


CONTRACT = Contract(
    kind="app_store",
    target="https://apps.apple.com/us/app/acme-gym/id123456789?see-all=reviews",
    routes=routes,
    first=frozenset(f"Acme\n\nopinion {n}" for n in range(1, 6)),
    second=frozenset(
        f"Acme\n\n{text}" for text in ("a new one", "opinion 1", "opinion 2, edited", "opinion 4", "opinion 5")
    ),
    removed=frozenset({"Acme\n\nopinion 3"}),
    error=Outcome.BLOCKED,
)
