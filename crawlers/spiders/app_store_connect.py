"""App Store Connect: every review of one's own app, of all countries, by Apple's API with the owner's key.

Address: the app's pages on appstoreconnect.apple.com, or the API's own address. Target: the app there. Pages: 200
reviews each, newest first, linked one from another. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import jwt

from core.clock import now
from core.errors import Invalid
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict, refusal
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import linked, split, with_query
from crawlers.source import Absence, Key, Keys, Source, Tier, with_headers
from crawlers.texts import LONGEST_WORDS, author_of, line, plain

ISSUER, KEY_ID, PRIVATE_KEY = "app_store_connect_issuer", "app_store_connect_key_id", "app_store_connect_private_key"
HOSTS = frozenset({"appstoreconnect.apple.com", "api.appstoreconnect.apple.com"})
APP = re.compile(r"/(?:v1/)?apps/(\d{3,15})(?=/|$)")
STORE_APP = re.compile(r"/id(\d{3,15})\b")
UNAUTHORIZED = 401
LIVES = timedelta(minutes=15)
"""Of a token; Apple takes none of more than twenty minutes, by its own clock."""


def claims(url: str) -> str | None:
    """An app in App Store Connect, by its number."""
    parts = split(url)
    found = APP.match(parts.path) if parts and parts.hostname in HOSTS else None
    return f"https://appstoreconnect.apple.com/apps/{found[1]}" if found else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The newest reviews with their answers; an address of the App Store itself names the app as well."""
    found = APP.search(target) or STORE_APP.search(target)
    if found is None:
        msg = "an app of App Store Connect has an address such as https://appstoreconnect.apple.com/apps/123456789"
        raise Invalid(msg)
    api = f"https://api.appstoreconnect.apple.com/v1/apps/{found[1]}/customerReviews"
    return [with_query(api, sort="-createdDate", limit=200, include="response")]


def signed(ask: Ask, keys: Keys) -> Ask:
    """The request with a fresh token. A private key that is none leaves it unsigned: Apple then says what is wrong."""
    at = now()
    said = {"iss": keys[ISSUER].strip(), "iat": at, "exp": at + LIVES, "aud": "appstoreconnect-v1"}
    pem = keys[PRIVATE_KEY].replace("\\n", "\n").strip()
    try:
        token = jwt.encode(said, pem, algorithm="ES256", headers={"kid": keys[KEY_ID].strip()})
    except (jwt.PyJWTError, ValueError, TypeError):
        return ask
    return with_headers(ask, Authorization=f"Bearer {token}")


def refused(answer: Answer) -> Verdict | None:
    """What Apple's error says: 401 is of the key, 403 of the rights that it has."""
    found = refusal(answer.status, answer.body)
    said = string(part(answer.json, "errors", 0), "detail", "title")
    if found is None:
        return None
    if answer.status == UNAUTHORIZED:
        return Verdict(Outcome.NEEDS_KEY, "the key that is set is not accepted")
    return found.saying(said[:LONGEST_WORDS])


def page_of(answer: Answer) -> Page:
    """One page of reviews, and the answers that came with them."""
    if not isinstance(part(answer.json, "data"), list):
        return not_its_shape(answer, "the answer has no list of reviews")
    included = rows(answer.json, "included")
    responses = {string(one, "id"): one for one in included if string(one, "type") == "customerReviewResponses"}
    link = string(part(answer.json, "links"), "next")
    following = linked(answer.url, link) if link else None
    found = rows(answer.json, "data")
    return unless_unreadable(page_of_rows(answer, found, lambda row: _mention(row, responses), next_url=following))


def _mention(row: Mapping[str, Any], responses: Mapping[str, Any]) -> CrawledMention | None:
    said, own_id = part(row, "attributes"), string(row, "id")
    stars = rating_of(part(said, "rating"), 5, 1)
    text = joined_text(line(string(said, "title")), plain(string(said, "body")))
    at = moment(string(said, "createdDate"))
    if not own_id or not (text or stars):
        return None
    return CrawledMention(
        native_id=f"appstoreconnect:{own_id}",
        text=text,
        rating=stars.value if stars else None,
        author=author_of(string(said, "reviewerNickname")),
        published_at=at[0] if at else None,
        precision=at[1] if at else "second",
        answer=_answer(responses.get(string(part(row, "relationships", "response", "data"), "id"))),
    )


def _answer(response: Any) -> str | None:
    """What is public of it: an answer that waits to be published is not."""
    said = part(response, "attributes")
    is_public = string(said, "state") in {"PUBLISHED", ""}
    return plain(string(said, "responseBody")) or None if is_public else None


SOURCE = Source(
    kind="app_store_connect",
    title="one's own app in App Store Connect",
    target="the app there, by its number",
    tier=Tier.KEY,
    addresses=(
        "https://appstoreconnect.apple.com/apps/123456789",
        "https://api.appstoreconnect.apple.com/v1/apps/123456789/customerReviews",
    ),
    terms="Apple's official API, with the app owner's key, under the terms of the developer programme",
    fields="id, title and text, stars 1 to 5, author (hashed), time, the published answer",
    limits="200 reviews a request, complete; 3,600 requests an hour; the same reviews as app_store: watch one of both",
    tested="answers that we wrote in the shapes of Apple's documentation",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(
        Key(ISSUER, "the issuer id of App Store Connect's API keys (Users and Access, Integrations)"),
        Key(KEY_ID, "the id of an API key of App Store Connect with the role Customer Support or higher"),
        Key(PRIVATE_KEY, "the private key (AuthKey_….p8, PEM) of that API key"),
    ),
    signed=signed,
    refused=refused,
    absence=Absence.ANYWHERE,
    obeys_robots=False,
)
