"""Mastodon: public posts with a hashtag, as one instance knows them.

Address: a tag's page on any instance. Target: that page, or the instance where the feed's query names the tags. Pages:
newest first, 40 posts; the Link header names the next one. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict, refusal
from crawlers.pages import html_page
from crawlers.queries import Query
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string
from crawlers.sites import in_query, next_in_header, split, watched_site_of, with_query
from crawlers.source import Absence, Source, Tier
from crawlers.texts import author_of, in_short, plain

A_PAGE = 40
"""The most that one request gives."""
TAG = re.compile(r"(?!\d+$)[\w·]{1,100}")
TAGGED = re.compile(r"(?:(?:/web|/deck)?/tags?|/api/v1/timelines/tag)/([^/]+)/?")
"""A tag's page as instances, and what speaks their API, write it; and the API's own address."""
FRONT_PAGES = frozenset({"", "/", "/explore", "/public", "/home", "/about"})
INSTANCE = re.compile(r"(?:^|\.)(?:mastodon|mstdn|toot|fosstodon|hachyderm|infosec\.exchange|mas\.to)\b")
OTHERS = re.compile(
    r"\.stackexchange\.com$|(?:overflow|serverfault|superuser|askubuntu|stackapps)\."
    r"|^(?:forum|discuss|discourse|community)\b|\.discourse\."
)
"""Sites that have tags at the same path and are known not to be instances."""
INLINE = re.compile(r"</?(?:span|wbr)\b[^<>]*>")
"""Marks within a word or an address, which are no gap: `#<span>tag</span>`."""
CLOSED = frozenset({401, 403, 422})


def claims(url: str) -> str | None:
    """A tag's page on any host, or the instance itself where its name says that it is one."""
    parts = split(url)
    if parts is None or OTHERS.search(parts.hostname or ""):
        return None
    if not INSTANCE.search(parts.hostname or ""):
        # There a final slash, or `/tag/`, tells the tags of a blog.
        is_plain = parts.path.startswith(("/tags/", "/api/")) and not parts.path.endswith("/")
        return _tag_page(url) if is_plain else None
    return _tag_page(url) or (f"{watched_site_of(url)}/" if parts.path in FRONT_PAGES else None)


def behind(answer: Answer) -> str | None:
    """The tag, or the instance, behind a page of Mastodon's own interface."""
    if not html_page(answer).count("//*[@id='mastodon'] | //script[@id='initial-state']"):
        return None
    parts = split(answer.url)
    return _tag_page(answer.url) or (f"{watched_site_of(answer.url)}/" if parts and parts.path in FRONT_PAGES else None)


def _tag_page(url: str) -> str | None:
    """The page of the tag that an address names; none where it names none."""
    parts = split(url)
    tagged = TAGGED.fullmatch(parts.path) if parts else None
    tag = _tag_in(tagged[1]) if tagged else None
    return f"{watched_site_of(url)}/tags/{tag}" if tag else None


def _tag_in(segment: str) -> str | None:
    """A tag as its page is addressed; none for what Mastodon takes for no tag."""
    tag = unquote(segment).lstrip("#").lower()
    return quote(tag) if TAG.fullmatch(tag) else None


def starts(target: str, query: Query | None) -> Sequence[str]:
    """The timeline of the tag in the target, else of each alternative's first word or phrase."""
    page = _tag_page(target)
    names = [re.sub(r"[^\w·]+", "", terms[0]) for terms in query.alternatives] if query else []
    tags = [page.rpartition("/")[2]] if page else list(dict.fromkeys(tag for name in names if (tag := _tag_in(name))))
    if not tags or split(target) is None:
        msg = "Mastodon is read by tag: give https://INSTANCE/tags/NAME, or the instance with --query 'acme OR acmefit'"
        raise Invalid(msg)
    return [f"{watched_site_of(target)}/api/v1/timelines/tag/{tag}?limit={A_PAGE}" for tag in tags]


def refused(answer: Answer) -> Verdict | None:
    """An instance that shows timelines only to its members says so by 401, 403 or 422."""
    if answer.status in CLOSED:
        said = string(answer.json, "error") or f"HTTP {answer.status}"
        return Verdict(Outcome.BLOCKED, f"the instance shows this tag only to its members ({in_short(said)})")
    return refusal(answer.status, answer.body)


def page_of(answer: Answer) -> Page:
    """One page of a tag's timeline, newest first."""
    if not isinstance(answer.json, list):
        return not_its_shape(answer, string(answer.json, "error") or "the answer is no list of posts")
    statuses = rows(answer.json)
    if answer.json and not any("content" in status and isinstance(status.get("account"), dict) for status in statuses):
        return not_its_shape(answer, "the answer lists no posts")
    open_to_all = [status for status in statuses if not _is_withheld(status)]
    uris = {own_id: string(status, "uri") for status in statuses if (own_id := string(status, "id"))}
    return page_of_rows(
        answer,
        open_to_all,
        lambda status: _mention(status, uris),
        next_url=_older(answer, statuses),
        filtered=len(statuses) - len(open_to_all),
    )


def _older(answer: Answer, statuses: Sequence[Mapping[str, Any]]) -> str | None:
    """The page after this one: as the Link header says, on whatever host we asked; a full page without one goes on."""
    link = next_in_header(answer.link_header)
    max_id = in_query(link, "max_id") if link else string(statuses[-1], "id") if len(statuses) >= A_PAGE else ""
    return with_query(answer.url, max_id=max_id) if max_id else None


def _is_withheld(status: Mapping[str, Any]) -> bool:
    """Whether its author does not want it to be found, or it is no post of its author's own.

    Who never said anything of `discoverable` has null there; `indexable` is false until one agrees (FEP-5feb).
    """
    account = part(status, "account")
    opted_out = (
        part(account, "noindex") is True
        or part(account, "indexable") is False
        or part(account, "discoverable") is False
    )
    is_private = string(status, "visibility") in {"private", "direct"}
    return opted_out or is_private or part(status, "reblog") is not None


def _mention(status: Mapping[str, Any], uris: Mapping[str, str]) -> CrawledMention | None:
    uri, url = string(status, "uri"), string(status, "url")
    text = joined_text(*(plain(INLINE.sub("", string(status, name))) for name in ("spoiler_text", "content")))
    said = moment(string(status, "created_at"))
    if not (uri and text):
        return None
    return CrawledMention(
        native_id=uri,
        text=text,
        author=author_of(string(part(status, "account"), "acct", "username")),
        language=string(status, "language") or None,
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=url or uri,
        # The source names what is answered by an id of its own; only a post on the same page tells the global one.
        reply_to=uris.get(string(status, "in_reply_to_id")),
        kind=TextKind.POST,
    )


SOURCE = Source(
    kind="mastodon",
    title="a hashtag on a Mastodon instance",
    target="the tag's page, https://INSTANCE/tags/NAME, or the instance with --query",
    tier=Tier.OPEN,
    addresses=("https://mastodon.social/tags/acme", "https://mastodon.social/"),
    terms="a public API; robots.txt is obeyed; authors who did not agree to be indexed or discovered are left out",
    fields="uri, text as the author last left it, content warning, author (hashed), time, language, what it answers",
    limits="what the instance knows of the tag, which some show to members only; 300 requests of 40 posts in 5 minutes",
    tested="answers that we wrote; recorded answers of Mastodon 4.6",
    page_of=page_of,
    claims=claims,
    behind=behind,
    starts=starts,
    searches=True,
    refused=refused,
    absence=Absence.WITHIN_WINDOW,
)
