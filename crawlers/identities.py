"""Which of a node's names tells it from all others, now and on the next crawl."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urldefrag, urljoin

from crawlers.items import CrawledMention
from crawlers.sites import split
from crawlers.structured import Node
from store.identity import content_hash

LONGEST_NAME = 1000
NUMBERED = re.compile(r"(?P<stem>[^#]*#.*?)(?P<number>\d{1,9})(?P<rest>\D*)")
LATER_PAGE = re.compile(r"(?:\bp|\bpage\w*|offset|start|skip)[=/_-]?(?!0*1?(?!\d))\d", re.IGNORECASE)
"""An address of a page after the first."""


def native_ids(nodes: Sequence[Node], others: Iterable[Node], page_url: str) -> list[str | None]:
    """For each node the first of its `@id`, identifier and url that is its alone; none where it has none.

    A name that two nodes of the page share, that another thing on the page has too, or that is the page's own says
    nothing. A place on the page (`…?page=2#review-21`) is taken by its fragment: reviews move to other pages. A mere
    count of the places (`#review-1`, `#review-2` on every page) names whatever stands there.
    """
    taken = {name for node in others for name in _names(node, page_url)} | {page_url, urldefrag(page_url).url}
    named = [_names(node, page_url) for node in nodes]
    taken |= _counted([name for own in named for name in dict.fromkeys(own)], page_url)
    names = [[name for name in own if name not in taken] for own in named]
    uses = Counter(name for own in names for name in set(own))
    return [next((name for name in own if uses[name] == 1), None) for own in names]


def _names(node: Node, page_url: str) -> list[str]:
    values = [node.get("@id"), node.get("identifier"), node.get("url")]
    absolute = [False, False, True]
    names = (_name(value, page_url, is_url=is_url) for value, is_url in zip(values, absolute, strict=True))
    return [name for name in names if name]


def _counted(names: list[str], page_url: str) -> set[str]:
    """Names in the order of the page whose number is the place there: 0 or 1 and on, or a later page going on."""
    by_stem: dict[tuple[str, str], list[str]] = {}
    for name in names:
        if match := NUMBERED.fullmatch(name):
            by_stem.setdefault((match["stem"], match["rest"]), []).append(name)
    counted: set[str] = set()
    for own in by_stem.values():
        numbers = [int(match["number"]) for name in own if (match := NUMBERED.fullmatch(name))]
        at_place = [name for place, name in enumerate(own) if numbers[place] == numbers[0] + place]
        goes_on = len(own) > 1 and len(at_place) == len(own) and LATER_PAGE.search(page_url)
        if numbers[0] <= 1 or goes_on:
            counted.update(at_place)
    return counted


def _name(value: Any, page_url: str, *, is_url: bool) -> str | None:
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("value") or value.get("@id")
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    name = str(value).strip()[:LONGEST_NAME]
    if is_url:
        try:
            name = urljoin(page_url, name)
        except ValueError:
            return None
    place, fragment = urldefrag(name) if split(name) or name.startswith("#") else (name, "")
    if fragment and place in ("", urldefrag(page_url).url):
        # "#reviews" is where all of them are; a place of one of them has a number.
        return f"#{fragment}" if re.search(r"\d", fragment) else None
    if is_url and not _is_of_one(name, page_url):
        return None
    return None if not name or name.startswith("_:") else name


def _is_of_one(url: str, page_url: str) -> bool:
    """Whether an address can be one review's: without a number, or above its page, it is what all reviews are about."""
    parts, page = split(url), split(page_url)
    if parts is None or page is None:
        return False
    is_above = not (parts.query or parts.fragment) and f"{page.path}/".startswith(parts.path.rstrip("/") + "/")
    last = f"{parts.path.rstrip('/').rpartition('/')[2]} {parts.query} {parts.fragment}"
    return bool(re.search(r"\d", last)) and not is_above


def content_id(mention: CrawledMention) -> str:
    """What a mention without a name of its own is told by: who said what, how it was rated, and when.

    A date that was counted back does not count: it is another one on the next crawl.
    """
    said_at = mention.published_at.isoformat() if mention.published_at and not mention.is_counted_back else ""
    return content_hash(
        mention.author or "", said_at, mention.text, "" if mention.rating is None else f"{mention.rating:g}"
    )
