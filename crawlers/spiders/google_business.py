"""Google Business Profile: all reviews of one's own place on Google Maps, with the owner's consent by OAuth.

Address: the API's own, or business.google.com with the ids of account and location. Target: the location there. Pages:
50 reviews by `pageToken`, the last changed first. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from core.errors import Invalid
from crawlers.google import google_refusal
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.moments import moment
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import split, with_query
from crawlers.source import Absence, Key, Keys, SignIn, Source, Tier, with_headers
from crawlers.texts import author_of, plain

API = "https://mybusiness.googleapis.com/v4/"
TOKENS = "https://oauth2.googleapis.com/token"
HOSTS = frozenset({"business.google.com", "mybusiness.googleapis.com"})
LOCATION = re.compile(r"(?:^|/)(accounts/[\w-]+/locations/[\w-]+)(?=/|$)")
CLIENT, SECRET, CONSENT = "google_business_client_id", "google_business_client_secret", "google_business_refresh_token"
TOKEN = "google_business_token"  # noqa: S105 - the name of one
FIELDS = frozenset({"reviews", "averageRating", "totalReviewCount", "nextPageToken"})
STARS = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
TRANSLATED = re.compile(r"(?:^|\n)\s*\((?:Translated by Google|Переведено Google|Перевод Google)\)\s*")
ORIGINAL = re.compile(r"(?:^|\n)\s*\((?:Original|Оригинал)\)\s*")
A_PAGE = 50


def claims(url: str) -> str | None:
    """A location by the ids of its account and its own, as the API names it."""
    parts = split(url)
    found = LOCATION.search(parts.path) if parts and parts.hostname in HOSTS else None
    return f"https://business.google.com/{found[1]}" if found else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The reviews of the location, the last changed first."""
    found = LOCATION.search(target)
    if found is None:
        msg = "give the location with both ids: https://business.google.com/accounts/ACCOUNT/locations/LOCATION"
        raise Invalid(msg)
    return [with_query(f"{API}{found[1]}/reviews", pageSize=A_PAGE, orderBy="updateTime desc")]


def token_asked(url: str, keys: Keys) -> Ask:
    """The request that turns the owner's consent into a token of an hour."""
    said = {"client_id": keys[CLIENT], "client_secret": keys[SECRET], "refresh_token": keys[CONSENT]}
    body = urlencode({**said, "grant_type": "refresh_token"})
    return Ask(url, {"Content-Type": "application/x-www-form-urlencoded"}, "POST", body)


def token_given(answer: Answer) -> Keys:
    """The token; nothing where the consent was refused."""
    token = string(answer.json, "access_token")
    return {TOKEN: token} if token else {}


def signed(ask: Ask, keys: Keys) -> Ask:
    """The request with the token."""
    return with_headers(ask, Authorization=f"Bearer {keys.get(TOKEN, '')}")


def page_of(answer: Answer) -> Page:
    """One page of reviews; a location that nobody reviewed yet is an empty object."""
    body = answer.json
    if not isinstance(body, dict) or not body.keys() <= FIELDS or not isinstance(body.get("reviews", []), list):
        return not_its_shape(answer, "the answer has no list of reviews")
    token = string(body, "nextPageToken")
    following = with_query(answer.url, pageToken=token) if token else None
    return unless_unreadable(page_of_rows(answer, rows(body, "reviews"), _mention, next_url=following))


def _mention(row: Mapping[str, Any]) -> CrawledMention | None:
    own_id = string(row, "reviewId") or string(row, "name").rpartition("/")[2]
    text = as_written(string(row, "comment"))
    stars = rating_of(STARS.get(string(row, "starRating")), 5, 1)
    said = moment(string(row, "createTime")) or moment(string(row, "updateTime"))
    if not own_id or not (text or stars):
        return None
    is_anonymous = part(row, "reviewer", "isAnonymous") is True
    return CrawledMention(
        native_id=f"google:{own_id}",
        text=text,
        rating=stars.value if stars else None,
        author=None if is_anonymous else author_of(string(part(row, "reviewer"), "displayName")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        answer=as_written(string(part(row, "reviewReply"), "comment")) or None,
    )


def as_written(comment: str) -> str:
    """The text in the language of its author, without Google's translation: it comes before or behind it."""
    if original := ORIGINAL.split(comment, maxsplit=1)[1:]:
        return plain(original[0])
    return plain(TRANSLATED.split(comment, maxsplit=1)[0])


SOURCE = Source(
    kind="google_business",
    title="reviews of one's own place on Google Maps, by the Business Profile API",
    target="the location with the ids of its account and its own, as the API names it",
    tier=Tier.KEY,
    addresses=(
        "https://business.google.com/accounts/123/locations/456",
        "https://mybusiness.googleapis.com/v4/accounts/123/locations/456/reviews",
    ),
    terms="Google's official API, for verified owners and managers, once Google has approved the project's access; the "
    "only lawful way to all reviews on Google Maps",
    fields="id, text as written (not Google's translation), stars 1 to 5, author (hashed), time, the owner's answer",
    limits="all reviews, 50 a request; 300 requests a minute after approval, none before",
    tested="answers that we wrote in the shapes of Google's documentation",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(
        Key(CLIENT, "the client id of an OAuth client in Google Cloud with the Business Profile API"),
        Key(SECRET, "the secret of that OAuth client"),
        Key(CONSENT, "a refresh token that the owner's consent gave (scope business.manage)"),
    ),
    sign_in=SignIn(TOKENS, token_asked, token_given),
    signed=signed,
    refused=google_refusal,
    absence=Absence.ANYWHERE,
    obeys_robots=False,
)
