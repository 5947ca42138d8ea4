"""Lemmy: posts and comments of a community, or those that a search of an instance finds.

Address: a community or a search on any instance. Target: that page, or the instance where the feed's query names the
words. Pages: posts and comments are two lists, newest first, 50 a page, by number or by the cursor of an answer. An
instance of version 1.0 takes no numbers any more: it is read by its newer API. Cursor: the walk's own.
"""

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote, unquote, urldefrag, urlsplit

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer, Ask, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import MISSING, Outcome, Verdict, refusal
from crawlers.queries import Query
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import in_query, number_in_query, split, watched_site_of, with_query
from crawlers.source import Absence, Source, Tier
from crawlers.texts import tidy

A_PAGE = 50
OLDER_API, NEWER_API = "/api/v3/", "/api/v4/"
API = re.compile(r"/api/v\d/(?:post/list|comment/list|search)/?")
COMMUNITY = re.compile(r"/c/(\w+(?:@[\w.:-]+)?)/?")
INSTANCE = re.compile(
    r"(?:^|[.-])lemm(?:y|ygrad|\.ee)\b|^feddit\.|^(?:beehaw\.org|sh\.itjust\.works|programming\.dev|sopuli\.xyz"
    r"|hexbear\.net|discuss\.tchncs\.de|slrpnk\.net|mander\.xyz|aussie\.zone|midwest\.social)$"
)
INTERFACE = b"window.isoData"
"""How its own interface hands a page's data to its script; the page names Lemmy's data too."""
LISTS = ("posts", "comments", "search", "results", "items")
"""Where the versions of the API list what they found."""
NO_OPINIONS = frozenset({"community", "person", "multi_community"})
ZONE = re.compile(r"(?:Z|[+-]\d\d:?\d\d)$")
NO_COMMUNITY = frozenset({"couldnt_find_community", "couldnt_find_object", "not_found"})
CLOSED = frozenset({"instance_is_private", "not_logged_in", "incorrect_login"})


def claims(url: str) -> str | None:
    """A community or a search where host or path tell an instance; the API's own addresses on any host."""
    parts = split(url)
    if parts is None:
        return None
    if API.fullmatch(parts.path):
        return _page(url, in_query(url, "community_name"), in_query(url, "q"))
    is_instance = INSTANCE.search(parts.hostname or "") or "@" in unquote(parts.path)
    return _shown(url) if is_instance else None


def behind(answer: Answer) -> str | None:
    """The community or the search that a page of its own interface shows."""
    is_its_own = INTERFACE in answer.body and b"lemmy" in answer.body.lower()
    return _shown(answer.url) if is_its_own else None


def _shown(url: str) -> str | None:
    path = unquote(urlsplit(url).path)
    if community := COMMUNITY.fullmatch(path):
        return _page(url, community[1], "")
    return _page(url, "", in_query(url, "q")) if path in {"", "/", "/search"} else None


def _page(url: str, community: str, words: str) -> str:
    """The page of a community or of a search on the instance of an address."""
    if community:
        return f"{watched_site_of(url)}/c/{quote(community.lower(), safe='@.:')}"
    return with_query(f"{watched_site_of(url)}/search", q=words) if words.strip() else f"{watched_site_of(url)}/"


def starts(target: str, query: Query | None) -> Sequence[str]:
    """Posts and comments of the community, or those found: for each alternative of the query by its longest term.

    The search takes words in their order alone, and quotes as letters; the rest is left to the test of the texts.
    """
    page = claims(target) or (_shown(target) if split(target) else None) or ""
    community = COMMUNITY.fullmatch(unquote(urlsplit(page).path))
    own = in_query(page, "q")
    words = [max(terms, key=len).rstrip("*") for terms in query.alternatives] if query else [own] if own else []
    if not (community or (page and words)):
        msg = "Lemmy is read by community, https://INSTANCE/c/NAME, or searched: give the instance with --query acme"
        raise Invalid(msg)
    api = watched_site_of(page) + OLDER_API
    name = community[1] if community else None
    if not words:
        lists = [f"{api}{kind}/list?type_=All&sort=New&limit={A_PAGE}" for kind in ("post", "comment")]
        return [with_query(url, community_name=name) for url in lists]
    searches = [f"{api}search?listing_type=All&sort=New&limit={A_PAGE}&type_={kind}" for kind in ("Posts", "Comments")]
    return [with_query(url, q=word, community_name=name) for word in words for url in searches]


def asked(url: str) -> Ask:
    """The address without our note at its end."""
    return Ask(urldefrag(url).url)


def refused(answer: Answer) -> Verdict | None:
    """What a status or an error body says is wrong; an older instance has no newer API, and needs none."""
    error = string(answer.json, "error")
    wrong = refusal(answer.status, answer.body) or (Verdict(Outcome.FAILED) if error else None)
    if wrong is None or _lacks_newer_api(answer):
        return None
    if error in NO_COMMUNITY:
        return Verdict(Outcome.GONE, f"the instance knows no such community ({error})")
    if error in CLOSED:
        return Verdict(Outcome.BLOCKED, f"the instance is open to its members alone ({error})")
    outcome = Outcome.RATE_LIMITED if error == "rate_limit_error" else wrong.outcome
    return Verdict(outcome, f"HTTP {answer.status} ({error})" if error else wrong.detail)


def _lacks_newer_api(answer: Answer) -> bool:
    return answer.status in MISSING and NEWER_API in answer.url and bool(urldefrag(answer.url).fragment)


def page_of(answer: Answer) -> Page:
    """One page of posts or comments, newest first; those that are deleted or removed are named as such."""
    if _lacks_newer_api(answer):
        return Page(url=answer.url, is_selection=True)
    lists = [rows(answer.json, name) for name in LISTS if isinstance(part(answer.json, name), list)]
    if not lists:
        return not_its_shape(answer, string(answer.json, "error") or "the answer lists neither posts nor comments")
    views = [view for found in lists for view in found if string(view, "type_") not in NO_OPINIONS]
    first = next((quote(ap_id, safe="") for view in views if (ap_id := string(_said(view), "ap_id"))), "")
    if first and first == urldefrag(answer.url).fragment:
        return Page(url=answer.url, next_url=_by_newer_api(answer.url))
    withdrawn = (string(_said(view), "ap_id") for view in views if _is_withdrawn(_said(view)))
    ids = {string(view["comment"], "id"): string(view["comment"], "ap_id") for view in views if "comment" in view}
    page = page_of_rows(
        answer,
        [view for view in views if not _is_withdrawn(_said(view))],
        partial(_mention, ids=ids, has_pinned="/post/list" in answer.url),
        next_url=_older(answer, first),
        removed=tuple(filter(None, withdrawn)),
        # Two lists on one page end at different dates.
        is_selection=sum(map(bool, lists)) > 1,
    )
    return unless_unreadable(page)


def _said(view: Mapping[str, Any]) -> Any:
    return view["comment"] if isinstance(view.get("comment"), dict) else view.get("post")


def _is_withdrawn(said: Any) -> bool:
    return part(said, "deleted") is True or part(said, "removed") is True


def _older(answer: Answer, first: str) -> str | None:
    """The page after this one: by cursor where there is one; by number it notes what this page begins with."""
    url = urldefrag(answer.url).url
    if cursor := string(answer.json, "next_page"):
        return with_query(url, page_cursor=cursor, page=None)
    if not first or NEWER_API in url or in_query(url, "page_cursor"):
        return None
    return f"{with_query(url, page=number_in_query(url, 'page', default=1) + 1)}#{first}"


def _by_newer_api(url: str) -> str:
    """The first page of the same list, for an instance that gives it again whatever number is asked for."""
    names = {name: in_query(url, name).lower() or None for name in ("type_", "listing_type", "sort")}
    bare = urldefrag(url).url.replace(OLDER_API, NEWER_API, 1)
    return f"{with_query(bare, page=None, **names)}#newer"


def _mention(view: Mapping[str, Any], *, ids: Mapping[str, str], has_pinned: bool) -> CrawledMention | None:
    said, post, creator = _said(view), view.get("post"), view.get("creator")
    ap_id = string(said, "ap_id")
    text = joined_text(" ".join(tidy(string(said, "name")).split()), tidy(string(said, "body", "content")))
    at = string(said, "published", "published_at")
    said_at = moment(at if ZONE.search(at) else f"{at}Z")  # before 0.19 without a zone: UTC
    if not (ap_id and text):
        return None
    above = string(said, "path").split(".")[1:-1]
    answers = ids.get(above[-1]) if above else string(post, "ap_id")
    return CrawledMention(
        native_id=ap_id,
        text=text,
        author=string(creator, "actor_id", "ap_id", "name") or None,
        published_at=said_at[0] if said_at else None,
        precision=said_at[1] if said_at else "second",
        url=ap_id,
        reply_to=answers if said is not post else None,
        in_thread=has_pinned and (part(said, "featured_community") is True or part(said, "featured_local") is True),
        kind=TextKind.POST,
    )


SOURCE = Source(
    kind="lemmy",
    title="a community or a search on a Lemmy instance",
    target="the community, https://INSTANCE/c/NAME, or a search there, or the instance with --query",
    tier=Tier.OPEN,
    addresses=(
        "https://lemmy.world/c/acme",
        "https://lemmy.world/c/acme@lemmy.ml",
        "https://lemmy.world/search?q=acme",
    ),
    terms="a public API; robots.txt is obeyed; instances may be closed to all but their members",
    fields="ap_id, title and text, author (hashed), time, what it answers, whether it was deleted or removed",
    limits="what the instance knows; 50 posts or comments a request; an instance sets how many requests it takes",
    tested="answers that we wrote, in the shapes of versions 0.18, 0.19 and 1.0",
    page_of=page_of,
    claims=claims,
    behind=behind,
    starts=starts,
    searches=True,
    asked=asked,
    refused=refused,
    absence=Absence.WITHIN_WINDOW,
)
