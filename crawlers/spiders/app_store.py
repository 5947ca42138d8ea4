"""Apple App Store: the newest reviews of an app in one country's store, by Apple's own feed.

Address: an app on apps.apple.com or itunes.apple.com, or the feed itself. Target: the app in one country's store.
Pages: 50 reviews each, by number, ten at most. Cursor: the walk's own. A first page without reviews says that the feed
gave nothing, never that there are none: since June 2026 Apple often answers so.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from lxml import etree

from core.errors import Invalid
from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict
from crawlers.queries import Query
from crawlers.ratings import rating_of
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string, unless_unreadable
from crawlers.sites import split
from crawlers.source import Absence, Source, Tier
from crawlers.texts import author_of, line, plain

HOSTS = frozenset({"apps.apple.com", "itunes.apple.com"})
APP = re.compile(r"/(?:(?P<country>[a-z]{2})/)?(?:app/.*?\bid|rss/customerreviews/.*?\bid=)(?P<app>\d{3,15})\b")
PAGE = re.compile(r"/page=(\d{1,3})(?=/|$)")
LAST_PAGE = 10
DEFAULT_COUNTRY = "us"
"""Where Apple sends an address that names none."""
ATOM = {"a": "http://www.w3.org/2005/Atom", "im": "http://itunes.apple.com/rss"}
NOTHING = Verdict(
    Outcome.EMPTY_UNEXPECTEDLY,
    "Apple's feed gave nothing, as it often does since June 2026: it does not say that there are no reviews. "
    "Whoever owns the app has all of them from App Store Connect (app_store_connect)",
)


def claims(url: str) -> str | None:
    """An app of the store, by its number and country."""
    parts = split(url)
    if parts is None or parts.hostname not in HOSTS:
        return None
    found = APP.match(parts.path)
    return f"https://apps.apple.com/{found['country'] or DEFAULT_COUNTRY}/app/id{found['app']}" if found else None


def starts(target: str, _query: Query | None) -> Sequence[str]:
    """The first page of the feed, newest first."""
    parts = split(target)
    found = APP.match(parts.path) if parts else None
    if found is None:
        msg = "an app of the App Store has an address such as https://apps.apple.com/us/app/id123456789"
        raise Invalid(msg)
    country = found["country"] or DEFAULT_COUNTRY
    return [f"https://itunes.apple.com/{country}/rss/customerreviews/page=1/id={found['app']}/sortby=mostrecent/json"]


def page_of(answer: Answer) -> Page:
    """One page of the feed, in either of its forms; the app itself, which may come first, is no review."""
    here = _number(answer.url) or 1
    is_feed, entries, links = _feed(answer)
    if not is_feed and answer.body.strip():
        return not_its_shape(answer, "the answer is no feed of reviews")
    reviews = [entry for entry in entries if "im:rating" in entry]
    if not reviews and here == 1:
        return Page(url=answer.url, refused=NOTHING)
    return unless_unreadable(page_of_rows(answer, reviews, _mention, next_url=_following(answer.url, here, links)))


def _feed(answer: Answer) -> tuple[bool, list[dict[str, Any]], list[Mapping[str, Any]]]:
    """Whether it is a feed at all, its entries, and the attributes of its links."""
    if answer.body.lstrip()[:1] == b"<":
        root = etree.fromstring(answer.body, etree.XMLParser(resolve_entities=False, no_network=True, recover=True))
        links: list[Mapping[str, Any]] = [dict(link.attrib) for link in root.iterfind("a:link", ATOM)]
        return root.tag == f"{{{ATOM['a']}}}feed", [_of_xml(one) for one in root.iterfind("a:entry", ATOM)], links
    feed = part(answer.json, "feed")
    # One entry comes as an object, not in a list.
    attributes = [part(link, "attributes") or {} for link in rows(feed, "link")]
    return isinstance(feed, dict), rows(feed, "entry"), attributes


def _of_xml(entry: Any) -> dict[str, Any]:
    """An entry of the XML form as the JSON form would have it."""
    paths = {"id": "a:id", "title": "a:title", "content": "a:content", "updated": "a:updated", "im:rating": "im:rating"}
    found = {name: {"label": text} for name, path in paths.items() if (text := entry.findtext(path, None, ATOM))}
    return {**found, "author": {"name": {"label": entry.findtext("a:author/a:name", "", ATOM)}}}


def _following(url: str, here: int, links: Sequence[Mapping[str, Any]]) -> str | None:
    """The address of the next page: its number is the feed's own word where it gives one, else one more.

    The feed's own link leads to its XML form, so that only its number is taken.
    """
    named = [string(link, "href") for link in links if string(link, "rel") == "next"]
    following = _number(named[0]) if named else here + 1
    if following is None or not here < following <= LAST_PAGE or not PAGE.search(url):
        return None
    return PAGE.sub(f"/page={following}", url, count=1)


def _number(url: str) -> int | None:
    found = PAGE.search(url)
    return int(found[1]) if found else None


def _label(entry: Mapping[str, Any], *names: str) -> str:
    return string(part(entry, *names), "label")


def _mention(entry: Mapping[str, Any]) -> CrawledMention | None:
    own_id, stars = _label(entry, "id"), rating_of(_label(entry, "im:rating"), 5, 1)
    text = joined_text(line(_label(entry, "title")), plain(_label(entry, "content")))
    said = moment(_label(entry, "updated"))
    if not own_id or not (text or stars):
        return None
    return CrawledMention(
        native_id=f"appstore:{own_id}",
        text=text,
        rating=stars.value if stars else None,
        author=author_of(_label(entry, "author", "name")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
    )


SOURCE = Source(
    kind="app_store",
    title="an app in Apple's App Store",
    target="an app in one country's store; one feed a country",
    tier=Tier.OPEN,
    addresses=(
        "https://apps.apple.com/us/app/acme-gym/id123456789",
        "https://itunes.apple.com/us/rss/customerreviews/page=1/id=123456789/sortby=mostrecent/json",
    ),
    terms="a public feed, made for machines by Apple; robots.txt is obeyed",
    fields="id, title and text, stars 1 to 5, author (hashed), time where the feed gives it",
    limits="the 500 newest of a country's store; since June 2026 often empty, which is told as empty_unexpectedly",
    tested="answers that we wrote in the shapes of Apple's feed; no recorded answer was at hand",
    claims=claims,
    starts=starts,
    page_of=page_of,
    absence=Absence.WITHIN_WINDOW,
)
