"""Hacker News: stories and comments that a search finds, by Algolia's API.

Address: a search on hn.algolia.com, or news.ycombinator.com with a query. Target: the search. Pages: by date, 1,000
hits a page; the next one begins at the oldest date of this one, since no search gives more. Cursor: the walk's own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer, CrawledMention, Page
from crawlers.moments import moment
from crawlers.queries import Query
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string
from crawlers.sites import in_query, split, with_query
from crawlers.source import Absence, Source, Tier
from crawlers.texts import author_of, line, plain

API = "https://hn.algolia.com/api/v1/search_by_date"
A_PAGE = 1000
"""Hits a page, and the most that one search gives."""


def claims(url: str) -> str | None:
    """A search of hn.algolia.com as it is, Hacker News itself as a search without words."""
    parts = split(url)
    if parts is None or parts.hostname not in {"hn.algolia.com", "news.ycombinator.com"}:
        return None
    words = in_query(url, "q") or in_query(url, "query")
    return with_query("https://hn.algolia.com/", q=words or None)


def starts(target: str, query: Query | None) -> Sequence[str]:
    """One search for each alternative of the query, or for the words in the target."""
    words = query.searches if query else [in_query(target, "q")]
    if not all(words):
        msg = "Hacker News is searched: give --query, such as --query '\"acme gym\" OR acmefit'"
        raise Invalid(msg)
    return [with_query(API, query=text, tags="(story,comment)", hitsPerPage=A_PAGE) for text in words]


def page_of(answer: Answer) -> Page:
    """One page of hits, newest first."""
    if not isinstance(part(answer.json, "hits"), list):
        return not_its_shape(answer, string(answer.json, "message") or "the answer has no hits")
    hits = rows(answer.json, "hits")
    dates = [hit["created_at_i"] for hit in hits if isinstance(hit.get("created_at_i"), int)]
    total = part(answer.json, "nbHits")
    is_all = len(hits) < A_PAGE and (not isinstance(total, int) or total <= len(hits))
    older = with_query(answer.url, numericFilters=f"created_at_i<={min(dates)}") if dates and not is_all else None
    return page_of_rows(answer, hits, _mention, next_url=older)


def _mention(hit: Mapping[str, Any]) -> CrawledMention | None:
    own_id = string(hit, "objectID")
    text = joined_text(line(string(hit, "title")), plain(string(hit, "comment_text", "story_text")))
    said = moment(string(hit, "created_at_i", "created_at"))
    if not (own_id and text):
        return None
    parent = string(hit, "parent_id")
    return CrawledMention(
        native_id=f"hn:{own_id}",
        text=text,
        author=author_of(string(hit, "author")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=f"https://news.ycombinator.com/item?id={own_id}",
        reply_to=f"hn:{parent}" if parent else None,
        kind=TextKind.POST,
    )


SOURCE = Source(
    kind="hacker_news",
    title="a search of Hacker News",
    target="a search on hn.algolia.com, or the site with --query",
    tier=Tier.OPEN,
    addresses=("https://hn.algolia.com/?q=acme", "https://news.ycombinator.com/"),
    terms="a public API for anyone, by Algolia for Hacker News; robots.txt is obeyed",
    fields="id, title and text, author (hashed), time, what it answers",
    limits="1,000 hits a request, moved back by date; 10,000 requests an hour",
    tested="answers that we wrote; recorded hits",
    claims=claims,
    starts=starts,
    searches=True,
    page_of=page_of,
    absence=Absence.WITHIN_WINDOW,
)
