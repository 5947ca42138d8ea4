"""WordPress: the comments of a site or of one post, by the REST API that every WordPress has.

Address: a page of the site, or the API. Target: the API's list of comments, of one post where it says `post`. Pages:
100 comments each, newest first, by number. Cursor: the walk's own. A reply by the author of the post is the site's
official answer; what else its people write cannot be told from what others do.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from core.labels import TextKind
from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import moment
from crawlers.queries import Query
from crawlers.reading import part, rows, string
from crawlers.sites import in_query, linked, site_of, split, with_query
from crawlers.source import Absence, Source, Tier
from crawlers.texts import author_of, plain
from crawlers.wordpress_api import (
    A_PAGE,
    in_utc,
    list_address,
    listed,
    number_behind,
    place,
    refused,
    root_behind,
)

ROUTE = "/wp/v2/comments"
ONE_POST = re.compile(r"/wp/v2/(?:posts|pages)/(\d+)")
OWN_ROUTES = frozenset({"", "/wp/v2", "/wp/v2/posts", "/wp/v2/pages"})
EMBEDDED = "up,children"
"""What comes with each comment: the post, for its author, and the replies, for the official one."""
NO_COMMENTS = frozenset({"pingback", "trackback"})


def claims(url: str) -> str | None:
    """The list of comments that an address of the API means, of one post where it names one."""
    found = place(url)
    if found is None:
        return None
    root, route = found
    post = ONE_POST.fullmatch(route)
    if post or route in OWN_ROUTES or route.startswith(ROUTE):
        return list_address(root, ROUTE, post=post[1] if post else in_query(url, "post") or None)
    return None


def behind(answer: Answer) -> str | None:
    """The comments of the post that a page shows, or of the whole site."""
    root = root_behind(answer)
    return list_address(root, ROUTE, post=number_behind(answer)) if root else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The newest comments; for any other page than a front page that page, which says where they are."""
    address = claims(target) or _of_front(target)
    return [with_query(address, per_page=A_PAGE, _embed=EMBEDDED) if address else target]


def _of_front(target: str) -> str | None:
    """The comments behind a front page, or behind a post by its number: `https://example.org/?p=17`."""
    parts = split(target)
    if parts is None or parts.path not in {"", "/"}:
        return None
    post = in_query(target, "p") or in_query(target, "page_id") or None
    return list_address(f"{site_of(target)}/wp-json", ROUTE, post=post)


def page_of(answer: Answer) -> Page:
    """One page of comments, newest first; or a page of the site, which leads to them."""
    if place(answer.url) is None and (target := behind(answer)):
        return Page(url=answer.url, next_url=starts(target, None)[0])
    return listed(answer, partial(_mention, answer.url), what="comments", is_left_out=_is_left_out)


def _is_left_out(comment: Any) -> bool:
    """Links from other sites, and the site's own replies: those are kept beside what they answer."""
    author = part(comment, "_embedded", "up", 0, "author")
    return string(comment, "type") in NO_COMMENTS or (bool(part(comment, "parent")) and _is_by(comment, author))


def _is_by(comment: Any, author: Any) -> bool:
    """Whether a comment is by this user; 0 is whoever was not signed in."""
    return isinstance(author, int) and author > 0 and part(comment, "author") == author


def _mention(page_url: str, comment: Mapping[str, Any]) -> CrawledMention | None:
    said = in_utc(string(comment, "date_gmt")) or moment(string(comment, "date"))
    text, link, parent = _text(comment), string(comment, "link"), string(comment, "parent")
    if not text:
        return None
    return CrawledMention(
        native_id=string(comment, "id"),
        text=text,
        author=author_of(string(comment, "author_name")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=linked(page_url, link) if link else None,
        answer=_answer(comment),
        reply_to=parent if parent != "0" else None,
        kind=TextKind.POST,
    )


def _text(comment: Any) -> str:
    return plain(string(part(comment, "content"), "rendered"))


def _answer(comment: Mapping[str, Any]) -> str | None:
    """What the author of the post replied, the oldest reply first."""
    author, replies = part(comment, "_embedded", "up", 0, "author"), rows(comment, "_embedded", "children", 0)
    return "\n\n".join(_text(reply) for reply in reversed(replies) if _is_by(reply, author)) or None


SOURCE = Source(
    kind="wordpress",
    title="the comments of a WordPress",
    target="the API's list of comments, of a site or of one post; or any page of the site",
    tier=Tier.OPEN,
    addresses=(
        "https://example.org/wp-json/wp/v2/comments?post=17",
        "https://example.org/wp-json/",
        "https://example.org/?rest_route=/wp/v2/comments",
    ),
    terms="a public API, on wherever its owner has not closed it; robots.txt is obeyed; the site's own terms are yours",
    fields="id, text, author (hashed), time, link, what it answers; the answer of the post's author",
    limits="100 comments a request; all of them; edits of old ones are seen once a week",
    tested="a WordPress 6.1 on loopback; answers recorded from one; answers that we wrote",
    claims=claims,
    behind=behind,
    starts=starts,
    page_of=page_of,
    refused=refused,
    absence=Absence.ANYWHERE,
)
