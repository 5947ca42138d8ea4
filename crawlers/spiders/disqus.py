"""Disqus: the comments of a forum, which is a site, by the official API.

Address: the forum's page on disqus.com, its own host, or the API's. Target: the page. Pages: newest first, 100 a page,
by cursor. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.clock import now
from core.labels import TextKind
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.keyed import NOT_ACCEPTED, keyed_refusal
from crawlers.limits import reset_after
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict, later
from crawlers.queries import Query
from crawlers.reading import global_id, ids_of, not_its_shape, page_of_rows, part, parted, rows, string
from crawlers.sites import in_query, linked, split, with_query
from crawlers.source import Absence, Key, Keys, Source, Tier
from crawlers.texts import author_of, in_short, plain

API = "https://disqus.com/api/3.0/posts/list.json"
OF_PAGE = re.compile(r"/home/(?:forums?|channel)/([\w-]+)(?:/.*)?")
OF_API = re.compile(r"/api/3\.0/(?:posts/list|forums/listPosts)\.json")
OF_HOST = re.compile(r"([\w-]+)\.disqus\.com")
OWN_HOSTS = frozenset(
    {"www", "api", "help", "blog", "about", "docs", "links", "publishers", "secure", "import", "referrer", "status"}
)
NO_ZONE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+")
KEYS, MISSING, LIMITED = frozenset({4, 5, 9, 11, 12, 17}), 8, frozenset({13, 14})
"""Codes of the API's errors: about the key and what it may read, about what is not there, about too many requests."""


def claims(url: str) -> str | None:
    """The page of a forum."""
    parts = split(url)
    if parts is None:
        return None
    host = parts.hostname or ""
    if host in {"disqus.com", "www.disqus.com"}:
        page = OF_PAGE.fullmatch(parts.path)
        forum = page[1] if page else in_query(url, "forum") if OF_API.fullmatch(parts.path) else ""
    else:
        own = OF_HOST.fullmatch(host)
        forum = own[1] if own and own[1] not in OWN_HOSTS else ""
    return f"https://disqus.com/home/forum/{forum.lower()}/" if forum else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """All comments of the forum, with the pages that they are on."""
    forum = in_query(target, "forum") or target.rstrip("/").rpartition("/")[2]
    return [with_query(API, forum=forum, limit=100, order="desc", related="thread")]


def page_of(answer: Answer) -> Page:
    """One page of comments; those that are deleted or spam are removed, and of the unapproved nothing is said."""
    if not isinstance(part(answer.json, "response"), list):
        return not_its_shape(answer, "the answer has no comments")
    found = rows(answer.json, "response")
    gone, others = parted(found, lambda row: _is(row, "isDeleted", "isSpam", "isDeletedByAuthor"))
    cursor = part(answer.json, "cursor")
    following = string(cursor, "next") if _is(cursor, "hasNext", "more") else ""
    return page_of_rows(
        answer,
        [row for row in others if row.get("isApproved") is not False],
        _mention,
        next_url=with_query(answer.url, cursor=following) if following else None,
        removed=ids_of(gone, _own_id),
    )


def _own_id(row: Mapping[str, Any]) -> str:
    return global_id("disqus", string(row, "id"))


def _is(row: Any, *names: str) -> bool:
    return any(part(row, name) is True for name in names)


def _mention(row: Mapping[str, Any]) -> CrawledMention | None:
    text = plain(string(row, "message", "raw_message"))
    if not text:
        return None
    at = string(row, "createdAt")
    said = moment(f"{at}Z" if NO_ZONE.fullmatch(at) else at)  # all of Disqus's times are UTC
    page = string(row, "url") or f"{string(row.get('thread'), 'link')}#comment-{string(row, 'id')}"
    return CrawledMention(
        native_id=_own_id(row),
        text=text,
        author=author_of(string(row.get("author"), "name", "username")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=None if page.startswith("#") else linked("https://disqus.com/", page),
        reply_to=global_id("disqus", string(row, "parent")) or None,
        kind=TextKind.POST,
    )


def signed(ask: Ask, keys: Keys) -> Ask:
    """With the public key in the address, where the API takes it."""
    return replace(ask, url=with_query(ask.url, api_key=keys["disqus"]))


def refused(answer: Answer) -> Verdict | None:
    """What the code in the body says, whatever the status; else the status."""
    code, words = part(answer.json, "code"), in_short(string(answer.json, "response"))
    if not isinstance(code, int) or code == 0:
        return keyed_refusal(answer)
    said = f"Disqus says: {words or f'error {code}'}"
    if code in LIMITED:
        seconds = reset_after(answer.headers, answer.fetched_at or now())
        return Verdict(Outcome.RATE_LIMITED, said) if seconds is None else later(seconds, "Disqus")
    if code in KEYS:
        return Verdict(Outcome.NEEDS_KEY, f"{NOT_ACCEPTED.detail}: {said}")
    return Verdict(Outcome.GONE if code == MISSING or "Unable to find" in words else Outcome.FAILED, said)


SOURCE = Source(
    kind="disqus",
    title="the comments of a site at Disqus",
    target="the forum's page on disqus.com",
    tier=Tier.KEY,
    addresses=(
        "https://disqus.com/home/forum/acme/",
        "https://acme.disqus.com/",
        "https://disqus.com/api/3.0/posts/list.json?forum=acme&limit=25",
    ),
    terms="the official API with an application's public key",
    fields="id, text, author (hashed), time, what it answers, the page it is on",
    limits="the whole list, 100 comments a request; 1,000 requests an hour",
    tested="answers that we wrote in the documented shapes",
    claims=claims,
    starts=starts,
    page_of=page_of,
    keys=(Key("disqus", "the public key of an application (disqus.com/api/applications)"),),
    signed=signed,
    refused=refused,
    absence=Absence.ANYWHERE,
    obeys_robots=False,
)
