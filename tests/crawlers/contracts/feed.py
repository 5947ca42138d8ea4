"""An Atom feed in five acts: two pages, by rel=next; who is no longer listed between those who are is removed."""

from crawlers.outcomes import Outcome
from tests.crawlers.contracts.contract import Act, Contract, Route
from tests.sites import Asked, Reply

PATH = "/blog/comments.atom"
ENTRY = (
    "<entry><id>tag:blog.example,2026:/comments/{0}</id><title>Comment on News</title><updated>2026-06-{0:02}T10:00:00Z"
    "</updated><author><name>Reader {0}</name></author><content type='html'>&lt;p&gt;{1}&lt;/p&gt;</content></entry>"
)


def entry(day: int, text: str = "") -> str:
    return ENTRY.format(day, text or f"feed entry {day}")


def listed(entries: list[str], size: int) -> object:
    def page(asked: Asked) -> Reply:
        start = int(asked.query.get("from", "0"))
        following = start + size
        link = f'<link rel="next" href="{PATH}?from={following}"/>' if following < len(entries) else ""
        body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Comments</title>{link}'
        return Reply(f"{body}{''.join(entries[start:following])}</feed>", kind="application/atom+xml")

    return page


FIRST = [entry(day) for day in (9, 8, 7, 6, 5)]
SECOND = [entry(10), FIRST[0], entry(8, "feed entry 8, edited"), *FIRST[3:]]


def routes(act: Act) -> Route:
    return {
        PATH: {
            Act.FIRST: listed(FIRST, 3),
            Act.SECOND: listed(SECOND, 10),
            Act.EMPTY: listed([], 10),
            Act.ERROR: Reply("<error>Members only</error>", 403, kind="application/xml"),
            Act.CHANGED: "<!doctype html><title>Our new blog</title><p>Comments have moved.",
        }[act]
    }


CONTRACT = Contract(
    kind="feed",
    target=f"https://blog.example{PATH}",
    routes=routes,
    first=frozenset(f"feed entry {day}" for day in (5, 6, 7, 8, 9)),
    second=frozenset({"feed entry 8, edited", *(f"feed entry {day}" for day in (5, 6, 9, 10))}),
    removed=frozenset({"feed entry 7"}),
    error=Outcome.BLOCKED,
)
