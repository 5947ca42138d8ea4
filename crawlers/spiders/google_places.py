"""Google Places: the five reviews of a place that Google selects, by its Places API.

Address: Google Maps with the place's id, or the API's own. Target: the place on Google Maps. Pages: one. Cursor: none.
A stand-in may give the details of the older API, whose reviews have no names and whose texts are HTML.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from core.errors import Invalid
from crawlers.google import google_refusal
from crawlers.identities import content_id
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import MISSING, Outcome, Verdict
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import in_query, linked, site_of, split, with_query
from crawlers.source import Key, Keys, Source, Tier, with_headers
from crawlers.texts import author_of, line, plain, tidy

TARGET = "https://www.google.com/maps/place/?q=place_id:"
API = "https://places.googleapis.com/v1/places/"
OLDER = "/maps/api/place/details/json"
FIELDS = "id,reviews"
"""What is asked for, and paid for: Google refuses to answer without a list."""
DENIED = {
    "REQUEST_DENIED": Outcome.NEEDS_KEY,
    "OVER_QUERY_LIMIT": Outcome.RATE_LIMITED,
    "OVER_DAILY_LIMIT": Outcome.RATE_LIMITED,
    "NOT_FOUND": Outcome.GONE,
    "INVALID_REQUEST": Outcome.FAILED,
}
"""What the older API says with HTTP 200."""
MAPS = re.compile(r"(?:www\.|maps\.|search\.)?google\.[a-z]{2,3}(?:\.[a-z]{2})?")
API_HOSTS = frozenset({"places.googleapis.com", "maps.googleapis.com"})
PLACE_ID = re.compile(r"[\w-]{16,300}", re.ASCII)
NAMED = re.compile(r"place_id:([\w-]+)", re.ASCII)
IN_PATH = re.compile(r"!19s(ChIJ[\w-]+)|^/v1/places/([\w-]+)", re.ASCII)
"""In what Google Maps writes into its addresses, and in those of the API."""


def claims(url: str) -> str | None:
    """A place by its id, wherever an address of Google has one."""
    parts = split(url)
    host = (parts.hostname or "") if parts else ""
    if parts is None or not (MAPS.fullmatch(host) or host in API_HOSTS):
        return None
    asked = (in_query(url, name) for name in ("query_place_id", "place_id", "placeid", "destination_place_id"))
    named = NAMED.search(in_query(url, "q") or in_query(url, "query") or unquote(parts.path))
    path = IN_PATH.search(unquote(parts.path))
    found = [*asked, named[1] if named else "", (path[1] or path[2]) if path else ""]
    return next((f"{TARGET}{one}" for one in found if PLACE_ID.fullmatch(one)), None)


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The place's details."""
    place = claims(target)
    if place is None:
        msg = f"give the place with its id, such as {TARGET}ChIJN1t_tDeuEmsRUsoyG83frY4"
        raise Invalid(msg)
    return [f"{API}{place.removeprefix(TARGET)}"]


def signed(ask: Ask, keys: Keys) -> Ask:
    """The request with its key, and with the fields that are asked for, in headers; in the address of the older API."""
    if OLDER in ask.url:
        return replace(ask, url=with_query(ask.url, key=keys["google_places"]))
    return with_headers(ask, X_Goog_Api_Key=keys["google_places"], X_Goog_FieldMask=FIELDS)


def refused(answer: Answer) -> Verdict | None:
    """What Google says; but a stand-in that knows no such place, and says so in other words, may have the older API."""
    state, words = string(answer.json, "status"), line(string(answer.json, "error_message"))
    if state in DENIED:
        return Verdict(DENIED[state], f"Google says {state}: {words}" if words else f"Google says {state}")
    return None if _is_older(answer) else google_refusal(answer)


def _is_older(answer: Answer) -> bool:
    return answer.status in MISSING and OLDER not in answer.url and not part(answer.json, "error")


def page_of(answer: Answer) -> Page:
    """The reviews of one place, in Google's order; a place that nobody reviewed has none."""
    if _is_older(answer):
        older = f"{site_of(answer.url)}{OLDER}"
        place = answer.url.partition("?")[0].rpartition("/")[2]
        return Page(url=answer.url, next_url=with_query(older, place_id=place, fields="place_id,review"))
    body = answer.json
    if isinstance(result := part(body, "result"), dict) and part(body, "status") == "OK":
        return unless_unreadable(page_of_rows(answer, rows(result, "reviews"), _older_mention, is_selection=True))
    is_place = bool(string(body, "id", "name")) or isinstance(part(body, "reviews"), list)
    if not is_place or not isinstance(part(body, "reviews") or [], list):
        return not_its_shape(answer, "the answer is no place with reviews")
    return unless_unreadable(page_of_rows(answer, rows(body, "reviews"), _mention, is_selection=True))


def _mention(row: Mapping[str, Any]) -> CrawledMention | None:
    text = tidy(string(part(row, "originalText"), "text") or string(part(row, "text"), "text"))
    language = string(part(row, "originalText"), "languageCode") or string(part(row, "text"), "languageCode")
    stars = rating_of(row.get("rating"), 5, 1)
    said = moment(string(row, "publishTime"))
    if not (text or stars):
        return None
    mention = CrawledMention(
        native_id=f"google:{string(row, 'name')}",
        text=text,
        rating=stars.value if stars else None,
        author=author_of(string(part(row, "authorAttribution"), "displayName")),
        language=language or None,
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=linked(TARGET, string(row, "googleMapsUri")) if row.get("googleMapsUri") else None,
    )
    return mention if string(row, "name") else replace(mention, native_id=content_id(mention))


def _older_mention(row: Mapping[str, Any]) -> CrawledMention | None:
    text, stars, said = plain(string(row, "text")), rating_of(row.get("rating"), 5, 1), moment(string(row, "time"))
    if not (text or stars):
        return None
    mention = CrawledMention(
        native_id="",
        text=text,
        rating=stars.value if stars else None,
        author=author_of(string(row, "author_name")),
        language=string(row, "original_language", "language") or None,
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
    )
    return replace(mention, native_id=content_id(mention))


SOURCE = Source(
    kind="google_places",
    title="five reviews of a place on Google Maps, by the Places API",
    target="the place on Google Maps, with its id",
    tier=Tier.KEY,
    addresses=(
        f"{TARGET}ChIJN1t_tDeuEmsRUsoyG83frY4",
        "https://www.google.com/maps/search/?api=1&query=acme&query_place_id=ChIJN1t_tDeuEmsRUsoyG83frY4",
        "https://search.google.com/local/reviews?placeid=ChIJN1t_tDeuEmsRUsoyG83frY4",
        "https://places.googleapis.com/v1/places/ChIJN1t_tDeuEmsRUsoyG83frY4",
    ),
    terms="Google Maps Platform's terms: reviews may be shown with author and link, but only "
    "place ids may be stored for long; check them before you begin, and read your own place by google_business instead",
    fields="id, text as written, stars 1 to 5, author (hashed), time, language, link",
    limits="five reviews that Google selects, so nothing follows from one that is absent; each request is paid for",
    tested="answers that we wrote in the shapes of Google's documentation",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(Key("google_places", "an API key of a Google Cloud project with the Places API (New)"),),
    signed=signed,
    refused=refused,
    obeys_robots=False,
)
