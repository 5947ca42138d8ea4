"""Pages that a pattern in the target numbers, from 1 to their end: `https://example.org/reviews?page={page}`."""

import re
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlsplit

from crawlers.items import Answer, Page
from crawlers.outcomes import MISSING, Verdict
from crawlers.queries import Query
from crawlers.source import Source

PLACE = re.compile(r"\{page\}|%7Bpage%7D", re.IGNORECASE)


def is_numbered(target: str) -> bool:
    """Whether a target is a pattern."""
    return bool(PLACE.search(target))


def first_page(target: str) -> str:
    """The first page of a pattern; any other target as it is."""
    return PLACE.sub("1", target)


def numbered(source: Source, target: str) -> Source:
    """The source as it reads a pattern: a page leads to the next number; the source itself for any other target.

    Behind the last one may be nothing (404), a page without mentions, or an earlier page once more: each is the end.
    """
    if not is_numbered(target):
        return source

    def starts(_target: str, query: Query | None) -> Sequence[str]:
        return source.starts(first_page(target), query)

    def page_of(answer: Answer) -> Page:
        number = _number(target, answer.asked_url or answer.url)
        if number > 1 and answer.status in MISSING:
            return Page(url=answer.url)
        page = source.read(answer)
        leads_on = number and (page.mentions or number > 1)
        return replace(
            page,
            next_url=_page(target, answer.url, number + 1) if leads_on else page.next_url,
            problem=page.problem if page.mentions or number == 1 else None,
            may_repeat=True,
        )

    def refused(answer: Answer) -> Verdict | None:
        is_behind = _number(target, answer.asked_url or answer.url) > 1 and answer.status in MISSING
        return None if is_behind else source.refused(answer)

    return replace(source, starts=starts, page_of=page_of, refused=refused)


def _number(target: str, url: str) -> int:
    """The number of a page; 0 where an address is no page of the pattern."""
    before, after = PLACE.split(_path(target), maxsplit=1)
    match = re.fullmatch(re.escape(before) + r"(\d{1,9})" + PLACE.sub(r"\\d+", re.escape(after)), _path(url))
    return int(match[1]) if match else 0


def _page(target: str, url: str, number: int) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{PLACE.sub(str(number), _path(target))}"


def _path(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
