"""RSS, Atom and JSON Feed: the entries of any site that offers them.

Address: any feed. Target: the feed's address. Pages: `rel=next` and `next_url`. Cursor: the walk's own, with ETag and
Last-Modified, so that an unchanged feed costs a 304.
"""

import calendar
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import feedparser

from core.labels import TextKind
from crawlers.identities import content_id
from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import EARLIEST, Moment, moment
from crawlers.reading import not_its_shape, part, string
from crawlers.sites import joined, linked
from crawlers.source import Absence, Source, Tier
from crawlers.texts import author_of, line, plain

LONGEST_TITLE = 200
GENERATED_TITLE = re.compile(r"(?:comments?|комментари\w+|re|by|от|автор|ответ)\b", re.IGNORECASE)
"""Titles that a comment feed makes up; a title that somebody wrote belongs to the text."""


def page_of(answer: Answer) -> Page:
    """One feed document -> its entries, in its own order."""
    if answer.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json_feed(answer)
    return _xml_feed(answer)


def _page(answer: Answer, found: list[CrawledMention | None], *, title: str, next_url: str | None) -> Page:
    kept = [mention for mention in found if mention]
    once = {mention.native_id: mention for mention in kept}
    return Page(
        url=answer.url,
        mentions=tuple(once.values()),
        next_url=joined(answer.url, next_url) if next_url else None,
        title=title[:LONGEST_TITLE],
        dropped=len(found) - len(kept),
    )


def _mention(
    *, native_id: str, title: str, body: str, author: str, said: Moment | None, url: str | None, language: str | None
) -> CrawledMention | None:
    """A mention of an entry's parts; none where it says nothing."""
    heading, text = line(title), plain(body)
    if heading and not (text and (GENERATED_TITLE.match(heading) or text.startswith(heading.rstrip("….")))):
        text = f"{heading}\n\n{text}".strip()
    if not text:
        return None
    mention = CrawledMention(
        native_id=native_id.strip(),
        text=text,
        author=author_of(author),
        language=(language or "").strip() or None,
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=url,
        kind=TextKind.POST,
    )
    return mention if mention.native_id else replace(mention, native_id=content_id(mention))


def _xml_feed(answer: Answer) -> Page:
    # A stream, never the bytes: feedparser would open a text that looks like an address or a file.
    parsed = feedparser.parse(
        io.BytesIO(answer.body),
        response_headers={"content-type": answer.content_type or "application/xml", "content-location": answer.url},
        resolve_relative_uris=False,
        sanitize_html=False,
    )
    if not parsed.get("version"):
        return not_its_shape(answer, _fault(parsed) or "the answer is no feed")
    feed = parsed.get("feed", {})
    links = [link for link in feed.get("links", []) if link.get("rel") == "next" and link.get("href")]
    page = _page(
        answer,
        # Plain dicts: feedparser's own answer with one date where another is asked for, and warn of it.
        [_entry(dict(entry), answer.url, feed.get("language")) for entry in parsed.get("entries", [])],
        title=line(feed.get("title", "")),
        next_url=links[0]["href"] if links else None,
    )
    return page if page.mentions else replace(page, problem=_fault(parsed))


def _fault(parsed: Mapping[str, Any]) -> str | None:
    """Where the document is broken; a mislabelled encoding, which is mended, is no fault."""
    error = parsed.get("bozo_exception")
    if error is None or isinstance(error, feedparser.exceptions.ThingsNobodyCaresAboutButMe):
        return None
    return f"the XML is broken: {error}"


def _entry(entry: Mapping[str, Any], base: str, language: str | None) -> CrawledMention | None:
    contents = [part for part in entry.get("content", []) if part.get("value")]
    link = entry.get("link")
    return _mention(
        native_id=entry.get("id") or link or "",
        title=entry.get("title", ""),
        body=contents[0]["value"] if contents else entry.get("summary", ""),
        author=entry.get("author", ""),
        said=_said(entry),
        url=linked(base, link) if link else None,
        language=(contents[0].get("language") if contents else None) or language,
    )


def _said(entry: Mapping[str, Any]) -> Moment | None:
    for name in ("published", "updated", "created"):
        if parsed := entry.get(f"{name}_parsed"):
            try:
                said_at = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
            except (ValueError, OverflowError, OSError):
                continue
            if said_at >= EARLIEST:
                return said_at, "second"
        elif found := moment(entry.get(name, "")):
            return found
    return None


def _json_feed(answer: Answer) -> Page:
    document = answer.json
    items: Any
    if isinstance(part(document, "items"), list) and "jsonfeed.org" in string(document, "version"):
        items, channel = list(_json_items(document["items"], answer.url, document)), document
    elif isinstance(channel := part(document, "rss", "channel"), dict):
        items = list(_rss_in_json(channel.get("item"), answer.url))
    else:
        return not_its_shape(answer, "the JSON is no feed")
    return _page(answer, items, title=line(string(channel, "title")), next_url=string(channel, "next_url") or None)


def _json_items(items: list[Any], base: str, feed: Mapping[str, Any]) -> Iterator[CrawledMention | None]:
    for item in (item for item in items if isinstance(item, dict)):
        authors = item.get("authors")
        author = authors[0] if isinstance(authors, list) and authors else item.get("author")
        link = string(item, "url", "external_url")
        yield _mention(
            native_id=string(item, "id") or link,
            title=string(item, "title"),
            body=string(item, "content_html", "content_text", "summary"),
            author=string(author, "name") if isinstance(author, dict) else "",
            said=moment(string(item, "date_published", "date_modified")),
            url=linked(base, link) if link else None,
            language=string(item, "language") or string(feed, "language") or None,
        )


def _rss_in_json(items: Any, base: str) -> Iterator[CrawledMention | None]:
    """RSS written as JSON: a single item may come as an object instead of a list."""
    for item in (item for item in (items if isinstance(items, list) else [items]) if isinstance(item, dict)):
        link = string(item, "link")
        guid = item.get("guid")
        yield _mention(
            native_id=(string(guid, "#value") if isinstance(guid, dict) else string(item, "guid")) or link,
            title=string(item, "title"),
            body=string(item, "content:encoded", "description"),
            author=string(item, "dc:creator", "author"),
            said=moment(string(item, "pubDate")),
            url=linked(base, link) if link else None,
            language=None,
        )


SOURCE = Source(
    kind="feed",
    title="an RSS, Atom or JSON feed",
    target="the address of the feed",
    tier=Tier.OPEN,
    addresses=(),
    terms="robots.txt of the site; the site's own terms are yours to check",
    fields="id, title and text, author (hashed), date, language",
    limits="what the feed holds; ETag and Last-Modified are kept: an unchanged feed costs one 304; rel=next (RFC 5005)",
    tested="documents that we wrote; recorded Atom, RSS and JSON feeds",
    page_of=page_of,
    absence=Absence.WITHIN_WINDOW,
)
