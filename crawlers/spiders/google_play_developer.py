"""Google Play Developer API: last week's reviews of one's own app, with the owner's service account.

Address: the API's own (the Play Console's do not name the app's package). Target: the app's reviews there. Pages:
100 reviews each, the newest or last changed first, by a token. Cursor: the walk's own. What is older than a week is
kept from earlier crawls, or comes from the Play Console's export.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import jwt

from core.clock import now
from core.errors import Invalid
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict, refusal
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import in_query, split, with_query
from crawlers.source import Absence, Key, Keys, SignIn, Source, Tier, with_headers
from crawlers.texts import author_of, line, plain

ACCOUNT, TOKEN = "google_play_developer", "google_play_developer_token"
TOKENS = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPE = "https://www.googleapis.com/auth/androidpublisher"
HOSTS = frozenset({"androidpublisher.googleapis.com", "www.googleapis.com"})
APP = re.compile(r"/androidpublisher/v\d/applications/([A-Za-z]\w*(?:\.\w+)+)(?=/|$)")
PACKAGE = re.compile(r"[A-Za-z]\w*(?:\.\w+)+")
LIVES = timedelta(hours=1)
QUOTA = re.compile(r"RESOURCE_EXHAUSTED|rateLimit|dailyLimit|quota", re.IGNORECASE)
UNAUTHORIZED = 401
TOP_LEVEL = frozenset({"reviews", "tokenPagination", "pageInfo", "kind"})
QUIET = Verdict(Outcome.NOTHING_NEW, "no review within the last week, and Google gives no older ones")
"""A quiet week is no failure, whatever came before it."""


def claims(url: str) -> str | None:
    """The API's address of an app's reviews."""
    parts = split(url)
    found = APP.match(parts.path) if parts and parts.hostname in HOSTS else None
    return _api(found[1]) if found else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """Last week's reviews; an address of the app in the store names its package as well."""
    found, named = APP.search(target), in_query(target, "id")
    package = found[1] if found else named if PACKAGE.fullmatch(named) else None
    if package is None:
        msg = f"give the API's address with the app's package, such as {_api('org.acme.gym')}"
        raise Invalid(msg)
    return [with_query(_api(package), maxResults=100)]


def _api(package: str) -> str:
    return f"https://androidpublisher.googleapis.com/androidpublisher/v3/applications/{package}/reviews"


def token_asked(url: str, keys: Keys) -> Ask:
    """The request that turns a signed word of the service account into a token.

    A key that is no service account signs nothing: Google then says that it is not accepted.
    """
    at = now()
    try:
        account = json.loads(keys[ACCOUNT])
        said = {"iss": account["client_email"], "scope": SCOPE, "aud": TOKENS, "iat": at, "exp": at + LIVES}
        assertion = jwt.encode(said, account["private_key"], "RS256", {"kid": account.get("private_key_id", "")})
    except (jwt.PyJWTError, ValueError, TypeError, LookupError):
        assertion = ""
    body = urlencode({"grant_type": GRANT, "assertion": assertion})
    return Ask(url, {"Content-Type": "application/x-www-form-urlencoded"}, "POST", body)


def token_given(answer: Answer) -> Keys:
    """The token; nothing where the account was refused."""
    token = string(answer.json, "access_token")
    return {TOKEN: token} if token else {}


def signed(ask: Ask, keys: Keys) -> Ask:
    """The request with the token that the service account was given."""
    return with_headers(ask, Authorization=f"Bearer {keys.get(TOKEN, '')}")


def refused(answer: Answer) -> Verdict | None:
    """What Google's error says: an error of the token and 401 are of the key, 403 of its rights or of a quota."""
    found = refusal(answer.status, answer.body)
    if found is None:
        return None
    error = part(answer.json, "error")
    if isinstance(error, str):  # of the token: `invalid_grant` and its kin
        words = string(answer.json, "error_description")[:200] or error[:200]
        return Verdict(Outcome.NEEDS_KEY, f"the key that is set is not accepted: {words}")
    if answer.status == UNAUTHORIZED:
        return Verdict(Outcome.NEEDS_KEY, "the key that is set is not accepted")
    words = string(error, "message")[:200]
    reasons = f"{string(error, 'status')} {string(part(error, 'errors', 0), 'reason')}"
    outcome = Outcome.RATE_LIMITED if QUOTA.search(reasons) else found.outcome
    return Verdict(outcome, f"{found.detail}: {words}" if words else found.detail)


def page_of(answer: Answer) -> Page:
    """One page of reviews; an app that nobody reviewed within the week is an object without a list."""
    said = answer.json
    if not isinstance(said, dict) or not (isinstance(said.get("reviews", []), list) and said.keys() <= TOP_LEVEL):
        return not_its_shape(answer, "the answer has no list of reviews")
    if not said.get("reviews") and not in_query(answer.url, "token"):
        return Page(url=answer.url, refused=QUIET)
    token = string(part(said, "tokenPagination"), "nextPageToken")
    following = with_query(answer.url, token=token) if token else None
    return unless_unreadable(page_of_rows(answer, rows(said, "reviews"), _mention, next_url=following))


def _mention(row: Mapping[str, Any]) -> CrawledMention | None:
    own_id = string(row, "reviewId")
    comments = rows(row, "comments")
    users = [one["userComment"] for one in comments if isinstance(one.get("userComment"), dict)]
    developers = [one["developerComment"] for one in comments if isinstance(one.get("developerComment"), dict)]
    if not own_id or not users:
        return None
    said = users[-1]
    title, tab, body = string(said, "originalText", "text").partition("\t")
    text = joined_text(line(title), plain(body)) if tab else plain(title)
    stars = rating_of(said.get("starRating"), 5, 1)
    at = moment(string(part(said, "lastModified"), "seconds"))
    return CrawledMention(
        native_id=f"googleplay:{own_id}",
        text=text,
        rating=stars.value if stars else None,
        author=author_of(string(row, "authorName")),
        language=string(said, "reviewerLanguage") or None,
        published_at=at[0] if at else None,
        precision=at[1] if at else "second",
        answer=plain(string(developers[-1], "text")) or None if developers else None,
    )


SOURCE = Source(
    kind="google_play_developer",
    title="one's own app in Google Play, by the Developer API",
    target="the app's reviews in the API",
    tier=Tier.KEY,
    addresses=("https://androidpublisher.googleapis.com/androidpublisher/v3/applications/org.acme.gym/reviews",),
    terms="Google's official API, with a service account of the app's owner, under the Play Console's terms",
    fields="id, title and text, stars 1 to 5, author (hashed), language, time of the last change, the answer",
    limits="reviews with text of the last week only, so crawl daily; 200 requests an hour; 100 reviews a request",
    tested="answers that we wrote in the shapes of Google's documentation",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(Key(ACCOUNT, "the JSON of a Google Cloud service account that may reply to reviews in the Play Console"),),
    sign_in=SignIn(TOKENS, token_asked, token_given),
    signed=signed,
    refused=refused,
    absence=Absence.WITHIN_WINDOW,
    obeys_robots=False,
)
