"""Isso: the comments of one page, by the API of the Isso that serves them.

Address: the API with the page's `uri`, or the page itself where its Isso lies at the same site. Target: the API's list
of the page's comments. Pages: 100 comments with all replies, oldest first; the next one begins after the last comment.
Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from core.errors import UnknownSource
from core.labels import TextKind
from crawlers.items import Answer, CrawledMention, Page, Thread
from crawlers.moments import moment
from crawlers.pages import html_page
from crawlers.queries import Query
from crawlers.ratings import number
from crawlers.reading import not_its_shape, page_of_rows, part, rows, string
from crawlers.sites import in_query, is_loopback, is_same_site, linked, site_of, split, with_query
from crawlers.source import Absence, Source, Tier
from crawlers.texts import author_of, plain

A_PAGE = 100
PARAMETERS = frozenset({"uri", "limit", "nested_limit", "after", "parent", "plain", "sort", "offset"})
EMBEDDED = re.compile(r"/js/(?:embed|count)(?:\.min|\.dev)?\.js(?:[?#].*)?$")
CURSOR = re.compile(r"\d{1,13}(?:\.\d{1,20})?")
DELETED = 4
"""The mode of a deleted comment that keeps its place, since it was answered."""


def claims(url: str) -> str | None:
    """The comments of a page, by the only address that tells them: the API with `uri` and nothing foreign."""
    parts = split(url)
    names = {name for name, _ in parse_qsl(parts.query, keep_blank_values=True)} if parts else set()
    uri = in_query(url, "uri")
    if parts is None or not uri or names - PARAMETERS or not (parts.path or "/").endswith("/"):
        return None
    return _list(f"{parts.scheme}://{parts.netloc.lower()}{parts.path}", uri)


def _list(api: str, uri: str) -> str:
    return with_query(f"{api.rstrip('/')}/", uri=uri)


def behind(answer: Answer) -> str | None:
    """The comments that a page embeds.

    Raises UnknownSource with their address where they are another site's: a feed reaches no other than its own.
    """
    api, uri = _embedded(answer)
    if api is None:
        return None
    if not is_same_site(api, answer.url):
        if not is_loopback(answer.url) or is_loopback(api):
            msg = f"the page has its comments from Isso at another site: watch {_list(api, uri)} instead"
            raise UnknownSource(msg)
        api = site_of(answer.url) + urlsplit(api).path  # a stand-in's page names the site that it stands in for
    return _list(api, uri)


def _embedded(answer: Answer) -> tuple[str | None, str]:
    """The API that a page names, in `data-isso` or by where the script lies, and what the page is called there."""
    tree = html_page(answer).tree if answer.body.lstrip()[:1] == b"<" else None
    if tree is None:
        return None, ""
    named = [str(value) for value in tree.xpath("//script/@data-isso")]
    named += [src[: found.start()] for src in map(str, tree.xpath("//script/@src")) if (found := EMBEDDED.search(src))]
    threads = tree.xpath("//*[@id='isso-thread']")
    if not (named and threads):
        return None, ""
    return linked(answer.url, named[0]), threads[0].get("data-isso-id") or urlsplit(answer.url).path or "/"


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The oldest comments; those of a page whose Isso nobody named are asked for at the root of its site."""
    own = claims(target) or _list(site_of(target), urlsplit(target).path or "/")
    return [with_query(own, limit=A_PAGE)]


def page_of(answer: Answer) -> Page:
    """One page of comments with their replies, oldest first, or of the replies to one comment."""
    if not isinstance(part(answer.json, "replies"), list) or part(answer.json, "hidden_replies") is None:
        return not_its_shape(answer, "the answer is no list of Isso's comments: `afterword watch` finds where it is")
    top = _later(answer.url, answer.json)
    told = [one for comment in top for one in (comment, *rows(comment, "replies"))]
    deleted = [one for one in told if one.get("mode") == DELETED]
    return page_of_rows(
        answer,
        [one for one in told if one.get("mode") != DELETED],
        partial(_mention, answer.url),
        next_url=_following(answer.url, answer.json),
        threads=tuple(_thread(answer.url, one) for one in top if _has_more(one)),
        removed=tuple(string(one, "id") for one in deleted),
    )


def _later(url: str, listed: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is listed after the moment that was asked for: all of it, where the server heeds the moment."""
    asked = _asked(url)
    return [one for one in rows(listed, "replies") if (said := _said(one)) is None or said > asked]


def _asked(url: str) -> float:
    found = CURSOR.fullmatch(in_query(url, "after"))
    return float(found[0]) if found else 0


def _said(comment: Mapping[str, Any]) -> float | None:
    return number(comment.get("created"))


def _has_more(listed: Mapping[str, Any]) -> bool:
    return (number(listed.get("hidden_replies")) or 0) > 0


def _following(url: str, listed: Mapping[str, Any]) -> str | None:
    """The page from the last comment on that is listed; none where that comment alone is left, or all are there.

    The count of hidden ones is of the whole thread, whatever moment is asked for. The last comment is asked for once
    more, so that a page of a single new one is seen to run upwards as all of them do.
    """
    dates = [said for one in _later(url, listed) if (said := _said(one)) is not None]
    if not _has_more(listed) or not dates or (len(dates) == 1 and _asked(url)):
        return None
    return with_query(url, after=repr(dates[-2:][0]))


def _thread(url: str, comment: Mapping[str, Any]) -> Thread:
    own_id = string(comment, "id")
    first = with_query(url, parent=own_id, limit=A_PAGE, after=None, nested_limit=None)
    return Thread(own_id, _following(first, comment) or first)


def _mention(url: str, comment: Mapping[str, Any]) -> CrawledMention | None:
    own_id, parent = string(comment, "id"), string(comment, "parent")
    text, said = plain(string(comment, "text")), moment(string(comment, "created"))
    if not text:
        return None
    return CrawledMention(
        native_id=own_id,
        text=text,
        author=author_of(string(comment, "author")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=_link(url, own_id),
        reply_to=parent or None,
        in_thread=bool(parent) and not in_query(url, "parent"),
        kind=TextKind.POST,
    )


def _link(url: str, own_id: str) -> str | None:
    """The comment on its page; none where only the path of the page is known, and not whether its site is Isso's."""
    uri = in_query(url, "uri")
    if uri.startswith("/") and urlsplit(url).path == "/":
        return None
    page = linked(url, uri)
    return f"{page}#isso-{own_id}" if page else None


SOURCE = Source(
    kind="isso",
    title="the comments of a page by Isso",
    target="the API's list of the comments of one page; or the page itself",
    tier=Tier.OPEN,
    addresses=("https://comments.example.org/?uri=/coffee/", "https://example.org/isso/?uri=/coffee/"),
    terms="free software on its owner's site; robots.txt is obeyed; the site's own terms are yours to check",
    fields="id, text, author (hashed), time, what it answers; what is deleted but was answered",
    limits="100 comments a request, with all their replies; all of them, each time",
    tested="an Isso 0.14 on loopback; answers recorded from one; answers that we wrote",
    claims=claims,
    behind=behind,
    starts=starts,
    page_of=page_of,
    absence=Absence.ANYWHERE,
)
