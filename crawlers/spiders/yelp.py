"""Yelp: the excerpts of reviews that the official API gives of a business.

Address: its page on yelp.com, in any country, or the API's. Target: the page. Pages: one, of three excerpts (seven on
dearer plans), the newest first. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.clock import now
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.keyed import NOT_ACCEPTED, keyed_refusal
from crawlers.moments import moment
from crawlers.outcomes import Verdict, later
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import global_id, not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import in_query, split, with_query
from crawlers.source import Key, Keys, Source, Tier, with_headers
from crawlers.texts import author_of, plain

API = "https://api.yelp.com/v3/businesses"
HOST = re.compile(r"(?:[a-z]{1,3}\.|www\.)?yelp\.(?:com?\.[a-z]{2}|[a-z]{2,3}|com\.[a-z]{2})")
OF_PAGE = re.compile(r"/biz/([^/\s]+)/?")
OF_API = re.compile(r"/v3/businesses/([^/\s]+)(?:/reviews)?/?")
KEY_CODES = frozenset({"TOKEN_INVALID", "TOKEN_MISSING", "TOKEN_REVOKED", "TOKEN_EXPIRED", "UNAUTHORIZED_API_KEY"})
A_DAY = 24 * 3600.0
SEARCHES = frozenset({"search", "matches"})
"""Paths of the API where an id would be."""


def claims(url: str) -> str | None:
    """The page of a business by its alias or its id."""
    parts = split(url)
    host = (parts.hostname or "") if parts else ""
    pattern = OF_API if host == "api.yelp.com" else OF_PAGE
    if parts is None or not (host == "api.yelp.com" or HOST.fullmatch(host)):
        return None
    found = pattern.fullmatch(parts.path)
    return f"https://www.yelp.com/biz/{found[1]}" if found and found[1] not in SEARCHES else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """Its reviews, the newest first."""
    return [with_query(f"{API}/{target.rstrip('/').rpartition('/')[2]}/reviews", limit=50, sort_by="newest")]


def page_of(answer: Answer) -> Page:
    """The excerpts that there are: `total` counts those of the page, which the API does not give."""
    if not isinstance(part(answer.json, "reviews"), list):
        return not_its_shape(answer, "the answer has no reviews")
    return unless_unreadable(page_of_rows(answer, rows(answer.json, "reviews"), _mention))


def _mention(row: Mapping[str, Any]) -> CrawledMention | None:
    text, said = plain(string(row, "text")), moment(string(row, "time_created"))
    rating = rating_of(row.get("rating"), 5, 1)
    if not text and rating is None:
        return None
    return CrawledMention(
        native_id=global_id("yelp", string(row, "id")),
        text=text,
        rating=rating.value if rating else None,
        author=author_of(string(row.get("user"), "name")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=_page(string(row, "url")),
    )


def _page(url: str) -> str | None:
    """The review on its business's page; without the id of the application, which the API adds."""
    parts = split(url)
    return with_query(parts._replace(query="").geturl(), hrid=in_query(url, "hrid") or None) if parts else None


def signed(ask: Ask, keys: Keys) -> Ask:
    """With the key in its header."""
    return with_headers(ask, Authorization=f"Bearer {keys['yelp']}")


def refused(answer: Answer) -> Verdict | None:
    """What the error's code says; else the status, with Yelp's own words."""
    error = part(answer.json, "error")
    code, words = string(error, "code"), string(error, "description")
    if code in KEY_CODES or "Authorization is a required parameter" in words:
        return NOT_ACCEPTED
    if code == "ACCESS_LIMIT_REACHED":
        reset = moment(answer.headers.get("ratelimit-resettime", ""))
        seconds = (reset[0] - now()).total_seconds() if reset else A_DAY
        return later(max(0.0, seconds), "Yelp, whose requests of this day are used up,")
    return keyed_refusal(answer, words)


SOURCE = Source(
    kind="yelp",
    title="the newest excerpts of a business's reviews on Yelp",
    target="the page of the business",
    tier=Tier.KEY,
    addresses=(
        "https://www.yelp.com/biz/acme-gym-springfield",
        "https://m.yelp.com/biz/acme-gym-springfield?osq=gym",
        "https://api.yelp.com/v3/businesses/acme-gym-springfield/reviews",
    ),
    terms="the official API with your own key; Yelp forbids crawlers, and lets excerpts be stored for a day only",
    fields="id, the first 160 characters of the text, stars, author (hashed), day",
    limits="three excerpts a business (seven on dearer plans), of any number of reviews; requests a day by plan",
    tested="answers that we wrote in the documented shapes",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(Key("yelp", "a key of an application at yelp.com/developers"),),
    signed=signed,
    refused=refused,
    obeys_robots=False,
)
