"""Bluesky: posts that a search finds, or those of one account.

Address: a search, a hashtag or a profile on bsky.app. Target: the same. Pages: newest first, 100 posts; by the cursor
of an answer, and from where a search refuses it to those without a login, by date. Cursor: the walk's own.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote, urldefrag

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.moments import Moment, moment
from crawlers.outcomes import Outcome, Verdict, refusal
from crawlers.queries import Query
from crawlers.reading import not_its_shape, page_of_rows, part, rows, string
from crawlers.sites import in_query, split, with_query
from crawlers.source import Absence, Key, Keys, SignIn, Source, Tier, with_headers
from crawlers.texts import in_short, line, tidy

APPVIEW = "https://api.bsky.app"
PDS = "https://bsky.social"
SEARCH = "/xrpc/app.bsky.feed.searchPosts"
FEED = "/xrpc/app.bsky.feed.getAuthorFeed"
A_PAGE = 100
A_SECOND = timedelta(seconds=1)
SITES = frozenset({"bsky.app", "main.bsky.dev"})
SERVERS = frozenset({"api.bsky.app", "public.api.bsky.app", "bsky.social"})
ACTOR = re.compile(r"did:[a-z]+:[\w.:%-]+|[a-z0-9-]+(?:\.[a-z0-9-]+)+")
PROFILE = re.compile(r"/profile/([^/]+)/?")
HASHTAG = re.compile(r"/hashtag/([^/]+)/?")
BY_DATE = "#by-date"
"""At the end of an address: its search is paged by date. It and the date in its place are not sent."""
STAYS_HIDDEN = "!no-unauthenticated"
"""The label of who does not want to be shown to those without a login."""
FORBIDDEN = 403
NO_LOGIN = frozenset({"AuthMissing", "AuthenticationRequired", "AuthFactorTokenRequired", "InvalidToken"})
NO_ACCOUNT = re.compile(
    r"(?:profile|actor|account) (?:was )?not found|could not (?:find|resolve)|deactivated|taken ?down", re.IGNORECASE
)


def claims(url: str) -> str | None:
    """A search, a hashtag or a profile, or the site as a search without words; the API's own addresses too."""
    parts = split(url)
    host = (parts.hostname or "").removeprefix("www.") if parts else ""
    if parts is None or host not in SITES | SERVERS:
        return None
    if host in SERVERS:
        actor = in_query(url, "actor") if parts.path == FEED else ""
        words = in_query(url, "q") if parts.path == SEARCH else ""
        return _profile(actor) or (_search(words) if words else None)
    if found := PROFILE.fullmatch(parts.path):
        return _profile(unquote(found[1]))
    if found := HASHTAG.fullmatch(parts.path):
        return _search(f"#{unquote(found[1])}")
    return _search(in_query(url, "q")) if parts.path in {"", "/", "/search"} else None


def _profile(actor: str) -> str | None:
    name = actor.removeprefix("@")
    name = name if name.startswith("did:") else name.lower()
    return f"https://bsky.app/profile/{name}" if ACTOR.fullmatch(name) else None


def _search(words: str) -> str:
    return with_query("https://bsky.app/search", q=words) if words.strip() else "https://bsky.app/"


def starts(target: str, query: Query | None) -> Sequence[str]:
    """The posts of the account in the target, else one search for each alternative of the query or the target's own."""
    own = claims(target) or target
    parts = split(own)
    if parts and (found := PROFILE.fullmatch(parts.path)):
        return [with_query(APPVIEW + FEED, actor=unquote(found[1]), filter="posts_with_replies", limit=A_PAGE)]
    words = query.searches if query else [in_query(own, "q")]
    if not all(words):
        msg = "Bluesky is searched: give --query, such as --query '\"acme gym\" OR acmefit', or a profile"
        raise Invalid(msg)
    return [with_query(APPVIEW + SEARCH, q=text, sort="latest", limit=A_PAGE) for text in words]


def asked(url: str) -> Ask:
    """The address without our note at its end."""
    return Ask(urldefrag(url).url)


def signed(ask: Ask, keys: Keys) -> Ask:
    """Through the account's own server, which alone knows its token; as anybody without one."""
    token = keys.get("bluesky_token")
    if not token:
        return ask
    url = ask.url.replace(APPVIEW, PDS, 1) if ask.url.startswith(APPVIEW) else ask.url
    return with_headers(replace(ask, url=url), Authorization=f"Bearer {token}")


def _sign_in(url: str, keys: Keys) -> Ask:
    account = {"identifier": keys["bluesky_handle"], "password": keys["bluesky_password"]}
    return Ask(url, {"Content-Type": "application/json"}, "POST", json.dumps(account))


def _token(answer: Answer) -> Keys:
    token = string(answer.json, "accessJwt")
    return {"bluesky_token": token} if token else {}


def refused(answer: Answer) -> Verdict | None:
    """What an error says is wrong; a search that refuses no more than its cursor goes on by date."""
    wrong = refusal(answer.status, answer.body)
    if wrong is None or _refuses_its_cursor(answer):
        return None
    error, said = string(answer.json, "error"), in_short(string(answer.json, "message"))
    detail = f"HTTP {answer.status} ({': '.join(filter(None, (error, said)))})" if error else f"HTTP {answer.status}"
    if error in NO_LOGIN:
        return Verdict(Outcome.NEEDS_KEY, f"it answers only to an account whose app password is right: {detail}")
    if NO_ACCOUNT.search(f"{error} {said}"):
        return Verdict(Outcome.GONE, detail)
    if wrong.outcome is Outcome.BLOCKED:
        closed = "; searches are closed at times to those without a login: set bluesky_handle and bluesky_password"
        return Verdict(Outcome.BLOCKED, detail + closed)
    return Verdict(wrong.outcome, detail)


def _refuses_its_cursor(answer: Answer) -> bool:
    has_cursor = bool(in_query(answer.url, "cursor")) and bool(urldefrag(answer.url).fragment)
    return has_cursor and (answer.status == FORBIDDEN or string(answer.json, "error") == "InvalidRequest")


def page_of(answer: Answer) -> Page:
    """One page of a search or of an account's posts, newest first; one without posts where the cursor is refused."""
    if _refuses_its_cursor(answer):
        until = urldefrag(answer.url).fragment
        return Page(url=answer.url, next_url=with_query(urldefrag(answer.url).url, cursor=None, until=until) + BY_DATE)
    is_search = isinstance(part(answer.json, "posts"), list)
    if not is_search and not isinstance(part(answer.json, "feed"), list):
        return not_its_shape(answer, line(string(answer.json, "message", "error")) or "the answer has no posts")
    items = rows(answer.json, "posts") if is_search else rows(answer.json, "feed")
    posts = items if is_search else [part(item, "post") for item in items if not _is_repost(item)]
    if items and not any(isinstance(part(item if is_search else item.get("post"), "record"), dict) for item in items):
        return not_its_shape(answer, "the answer lists no posts")
    shown = [post for post in posts if not _stays_hidden(post)]
    return page_of_rows(answer, shown, _mention, next_url=_older(answer, posts), filtered=len(items) - len(shown))


def _is_repost(item: Mapping[str, Any]) -> bool:
    return "reasonRepost" in string(part(item, "reason"), "$type")


def _stays_hidden(post: Mapping[str, Any]) -> bool:
    return any(string(label, "val") == STAYS_HIDDEN for label in rows(post, "author", "labels"))


def _older(answer: Answer, posts: Sequence[Mapping[str, Any]]) -> str | None:
    """The page after this one: by its cursor; a search notes the date from where it goes on without one."""
    url, note = urldefrag(answer.url)
    cursor = string(answer.json, "cursor")
    if FEED in url:
        return with_query(url, cursor=cursor) if cursor else None
    said = _said(posts[-1]) if posts else None
    if said is None:
        return None
    by_date, is_full = f"#{note}" == BY_DATE, len(posts) >= A_PAGE
    if cursor and not by_date:
        return f"{with_query(url, cursor=cursor)}#{_iso(said[0] + A_SECOND)}"
    # What was said in the same second is asked for again; where it fills a page, the rest of it cannot be had.
    earlier = [until for until in (_iso(said[0] + A_SECOND), _iso(said[0])) if until < (in_query(url, "until") or "9")]
    is_end = not earlier or (len(earlier) == 1 and not is_full) or not (by_date or is_full)
    return None if is_end else with_query(url, until=earlier[0], cursor=None) + BY_DATE


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _said(post: Mapping[str, Any]) -> Moment | None:
    """When it was said: what the author claims, but no later than the server saw it. So the source sorts."""
    moments = [moment(string(part(post, *names), name)) for *names, name in (("record", "createdAt"), ("indexedAt",))]
    return min((one for one in moments if one), default=None)


def _mention(post: Mapping[str, Any]) -> CrawledMention | None:
    uri, did = string(post, "uri"), string(part(post, "author"), "did")
    record = part(post, "record")
    text, said = tidy(string(record, "text")), _said(post)
    if not (uri and text):
        return None
    languages = part(record, "langs")
    return CrawledMention(
        native_id=uri,
        text=text,
        author=did or None,
        language=languages[0] if isinstance(languages, list) and len(languages) == 1 else None,
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=f"https://bsky.app/profile/{quote(did, safe=':')}/post/{quote(uri.rpartition('/')[2])}",
        reply_to=string(part(record, "reply", "parent"), "uri") or None,
        kind=TextKind.POST,
    )


SOURCE = Source(
    kind="bluesky",
    title="a search of Bluesky, or one account there",
    target="a search, a hashtag or a profile on bsky.app, or the site with --query",
    tier=Tier.KEY,
    addresses=(
        "https://bsky.app/search?q=acme",
        "https://bsky.app/hashtag/acme",
        "https://bsky.app/profile/acme.example",
    ),
    terms="an API that is open in part; its makers ask not to harvest the network by search; robots.txt is obeyed; "
    "authors who hide from those without a login are left out",
    fields="uri, text, author (hashed), time, language, what it answers; reposts are left out",
    limits="3,000 requests in 5 minutes, 300 sign-ins a day; without an app password searches are closed at times",
    tested="answers that we wrote; recorded answers and a running network of the AT Protocol's own development servers",
    page_of=page_of,
    claims=claims,
    starts=starts,
    searches=True,
    asked=asked,
    keys=(
        Key("bluesky_handle", "the handle of a Bluesky account", is_needed=False),
        Key("bluesky_password", "an app password of that account (Settings, Privacy and security)", is_needed=False),
    ),
    sign_in=SignIn(f"{PDS}/xrpc/com.atproto.server.createSession", _sign_in, _token),
    signed=signed,
    refused=refused,
    absence=Absence.WITHIN_WINDOW,
)
