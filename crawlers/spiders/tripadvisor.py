"""Tripadvisor: the newest reviews of a place, by the official Content API.

Address: its page on tripadvisor.com or of any country, whose language is asked for. Target: the page. Pages: one, of
five reviews. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.errors import Invalid
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.keyed import NOT_ACCEPTED, keyed_refusal
from crawlers.moments import moment
from crawlers.outcomes import Verdict
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import global_id, joined_text, not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import in_query, split, with_query
from crawlers.source import Key, Keys, Source, Tier
from crawlers.texts import author_of, line, plain

API = "https://api.content.tripadvisor.com/api/v1/location"
HOST = re.compile(r"(?:(?P<own>[a-z]{2})\.|[a-z]{1,5}\.)?tripadvisor\.(?P<country>(?:com?\.)?[a-z]{2,3})")
"""A site may have a language of its own (ru.tripadvisor.com), or that of its country."""
OF_PAGE = re.compile(r"/(?:[a-z]{2}/)?([A-Za-z_]+)-g(\d+)-d(\d+)(?:-.*)?")
OF_API = re.compile(r"/api/v1/location/(\d+)(?:/.*)?")
LANGUAGES = {
    "at": "de", "be": "fr", "ch": "de", "cl": "es", "cn": "zh", "co": "es", "com.ar": "es", "com.br": "pt",
    "com.gr": "el", "com.mx": "es", "com.pe": "es", "com.tr": "tr", "com.tw": "zh_TW", "com.ve": "es", "cz": "cs",
    "de": "de", "dk": "da", "es": "es", "fi": "fi", "fr": "fr", "it": "it", "jp": "ja", "nl": "nl", "no": "no",
    "pl": "pl", "pt": "pt", "rs": "sr", "ru": "ru", "se": "sv",
}  # fmt: skip
"""The language of a country's site, where it is not English."""
FORBIDDEN = 403


def claims(url: str) -> str | None:
    """The page of a place without its name and the page of reviews; the API's address with its language."""
    parts = split(url)
    if parts is None:
        return None
    if parts.hostname == "api.content.tripadvisor.com" and (place := OF_API.fullmatch(parts.path)):
        return with_query(f"{API}/{place[1]}/reviews", language=in_query(url, "language") or None)
    host, page = HOST.fullmatch(parts.hostname or ""), OF_PAGE.fullmatch(parts.path)
    if host is None or page is None:
        return None
    kind = "Hotel_Review" if page[1] == "ShowUserReviews" else page[1]
    return f"https://{host['own'] or 'www'}.tripadvisor.{host['country']}/{kind}-g{page[2]}-d{page[3]}-Reviews.html"


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """Its newest reviews, in the language of the site that is watched."""
    parts = split(target)
    host = HOST.fullmatch(parts.hostname or "") if parts else None
    own, country = (host["own"], host["country"]) if host else (None, "com")
    language = in_query(target, "language") or LANGUAGES.get(own or country, own or "en")
    place = re.search(r"-d(\d+)|/location/(\d+)", target)
    if place is None:
        msg = f"{target!r} names no place: give the address of its page, with -d and its number in it"
        raise Invalid(msg)
    return [with_query(f"{API}/{place[1] or place[2]}/reviews", language=language)]


def page_of(answer: Answer) -> Page:
    """The newest reviews."""
    if not isinstance(part(answer.json, "data"), list):
        return not_its_shape(answer, "the answer has no reviews")
    return unless_unreadable(page_of_rows(answer, rows(answer.json, "data"), _mention))


def _mention(row: Mapping[str, Any]) -> CrawledMention | None:
    said = moment(string(row, "published_date"))
    text = joined_text(line(string(row, "title")), plain(string(row, "text")))
    rating = rating_of(row.get("rating"), 5, 1)
    if not text and rating is None:
        return None
    return CrawledMention(
        native_id=global_id("tripadvisor", string(row, "id")),
        text=text,
        rating=rating.value if rating else None,
        author=author_of(string(row.get("user"), "username")),
        language=string(row, "lang") or None,
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=_page(string(row, "url")),
        answer=plain(string(row.get("owner_response"), "text")) or None,
    )


def _page(url: str) -> str | None:
    """The review on its site; without the partner's number, which the API adds."""
    parts = split(url)
    return parts._replace(query="", fragment="").geturl() if parts else None


def signed(ask: Ask, keys: Keys) -> Ask:
    """With the key in the address, the only place where it is taken."""
    return replace(ask, url=with_query(ask.url, key=keys["tripadvisor"]))


def refused(answer: Answer) -> Verdict | None:
    """The status: 403 is how the API's gateway refuses a key, or the address that the key is used from."""
    if answer.status == FORBIDDEN:
        return replace(
            NOT_ACCEPTED, detail=f"{NOT_ACCEPTED.detail}, or is only for other addresses than this machine's"
        )
    return keyed_refusal(answer, string(part(answer.json, "error"), "message") or string(answer.json, "message"))


SOURCE = Source(
    kind="tripadvisor",
    title="the newest reviews of a place on Tripadvisor",
    target="the page of the place; its country's site tells the language",
    tier=Tier.KEY,
    addresses=(
        "https://www.tripadvisor.com/Hotel_Review-g60763-d93437-Reviews-Acme_Hotel-New_York.html",
        "https://www.tripadvisor.ru/Restaurant_Review-g298484-d123-Reviews-or10-Acme.html",
        "https://api.content.tripadvisor.com/api/v1/location/93437/reviews?language=de",
    ),
    terms="the official Content API with your own key; Tripadvisor forbids crawlers",
    fields="id, title and text, rating, author (hashed), time, language, the owner's answer",
    limits="the five newest reviews in one language; 5,000 requests a month are free",
    tested="answers that we wrote in the documented shapes",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(Key("tripadvisor", "a key of the Tripadvisor Content API (tripadvisor.com/developers)"),),
    signed=signed,
    refused=refused,
    obeys_robots=False,
)
