"""Trustpilot: the reviews of a business, by the official API.

Address: its page on trustpilot.com, in any country, or the API's. Target: the page; the API's where only the id is
known. Pages: first the business by its domain, then newest first, 100 a page. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.keyed import keyed_refusal
from crawlers.moments import moment
from crawlers.outcomes import Verdict
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import (
    global_id,
    ids_of,
    joined_text,
    not_its_shape,
    page_of_rows,
    part,
    parted,
    rows,
    string,
    unless_unreadable,
)
from crawlers.sites import in_query, number_in_query, site_of, split, with_query
from crawlers.source import Absence, Key, Keys, Source, Tier, with_headers
from crawlers.texts import author_of, line, plain

API = "https://api.trustpilot.com"
UNITS = "/v1/business-units"
A_PAGE = 100
HOST = re.compile(r"(?:[a-z]{2}(?:-[a-z]{2})?\.|www\.)?trustpilot\.com")
OF_DOMAIN = re.compile(r"/review/([^/\s]+)(?:/.*)?")
OF_UNIT = re.compile(UNITS + r"/([0-9a-f]{24})(?:/.*)?", re.IGNORECASE)
GONE = frozenset({"archived", "deleted"})
"""States of a review that Trustpilot no longer shows."""


def claims(url: str) -> str | None:
    """The page of a business, whatever country's; by its id the API's address."""
    parts = split(url)
    host = (parts.hostname or "") if parts else ""
    if parts and HOST.fullmatch(host) and (page := OF_DOMAIN.fullmatch(parts.path)):
        return f"https://www.trustpilot.com/review/{page[1].lower()}"
    if parts is None or host != "api.trustpilot.com":
        return None
    if unit := OF_UNIT.fullmatch(parts.path):
        return f"{API}{UNITS}/{unit[1].lower()}/reviews"
    domain = in_query(url, "name") if parts.path == f"{UNITS}/find" else ""
    return f"https://www.trustpilot.com/review/{domain.lower()}" if domain else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The search for the business of a domain; its reviews where the id is known."""
    parts = split(target)
    if parts and (unit := OF_UNIT.fullmatch(parts.path)):
        return [_reviews(API, unit[1].lower())]
    page = OF_DOMAIN.fullmatch(parts.path) if parts else None
    return [with_query(f"{API}{UNITS}/find", name=page[1] if page else target)]


def _reviews(site: str, unit: str) -> str:
    return with_query(f"{site}{UNITS}/{unit}/reviews", perPage=A_PAGE, page=1, orderBy="createdat.desc")


def page_of(answer: Answer) -> Page:
    """The business, which leads to its reviews; or a page of them, newest first."""
    body = answer.json
    if isinstance(part(body, "reviews"), list):
        found = rows(body, "reviews")
        gone, shown = parted(found, lambda row: string(row, "status").lower() in GONE)
        page = page_of_rows(answer, shown, _mention, next_url=_next(answer, found), removed=ids_of(gone, _own_id))
        return unless_unreadable(page)
    unit = string(body, "id")
    if unit and (part(body, "name") or string(body, "displayName")):
        return Page(
            url=answer.url, next_url=_reviews(site_of(answer.url), unit), title=line(string(body, "displayName"))
        )
    return not_its_shape(answer, "the answer has neither reviews nor a business")


def _next(answer: Answer, found: Sequence[Any]) -> str | None:
    """The token or the link of the next page, without the key that it may hold; where neither is, the next number."""
    if token := string(answer.json, "nextPageToken"):
        return with_query(answer.url, pageToken=token)
    links = rows(answer.json, "links")
    href = next((string(link, "href") for link in links if string(link, "rel") == "next-page"), "")
    if href:
        return with_query(href, apikey=None)
    is_full = len(found) >= number_in_query(answer.url, "perPage", default=20)
    return with_query(answer.url, page=number_in_query(answer.url, "page", default=1) + 1) if is_full else None


def _own_id(row: Mapping[str, Any]) -> str:
    return global_id("trustpilot", string(row, "id"))


def _mention(row: Mapping[str, Any]) -> CrawledMention | None:
    said, rating = moment(string(row, "createdAt")), rating_of(row.get("stars"), 5, 1)
    text = joined_text(line(string(row, "title")), plain(string(row, "text")))
    if not text and rating is None:
        return None
    return CrawledMention(
        native_id=_own_id(row),
        text=text,
        rating=rating.value if rating else None,
        author=author_of(string(row.get("consumer"), "displayName")),
        language=string(row, "language") or None,
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=f"https://www.trustpilot.com/reviews/{string(row, 'id')}",
        answer=plain(string(row.get("companyReply"), "text", "message")) or None,
    )


def signed(ask: Ask, keys: Keys) -> Ask:
    """With the key in its header."""
    return with_headers(ask, apikey=keys["trustpilot"])


def refused(answer: Answer) -> Verdict | None:
    """The status, with Trustpilot's own words."""
    return keyed_refusal(answer, string(answer.json, "message") or string(part(answer.json, "fault"), "faultstring"))


SOURCE = Source(
    kind="trustpilot",
    title="the reviews of a business on Trustpilot",
    target="the page of the business",
    tier=Tier.KEY,
    addresses=(
        "https://www.trustpilot.com/review/acme.example",
        "https://de.trustpilot.com/review/acme.example?page=2",
        "https://api.trustpilot.com/v1/business-units/46d6a890ffa235a75b00021d/reviews",
    ),
    terms="the official API with the key of a Trustpilot Business account; its pages themselves forbid crawlers",
    fields="id, title and text, stars, author (hashed), time, language, the company's reply",
    limits="the whole list, 100 reviews a request; a 429 is waited for",
    tested="answers that we wrote in the documented shapes",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(Key("trustpilot", "an API key of a Trustpilot Business account (Integrations, Developers, APIs)"),),
    signed=signed,
    refused=refused,
    absence=Absence.ANYWHERE,
    obeys_robots=False,
)
