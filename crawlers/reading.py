"""Reading JSON that a site may have made of anything: what is not there, or not what it should be, is none."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from xml.sax import SAXException

from lxml.etree import LxmlError

from crawlers.items import Answer, CrawledMention, Page

Row = dict[str, Any]

UNREADABLE = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError, AssertionError,
    LxmlError, SAXException,
)  # fmt: skip
"""What a hostile document makes a parser raise."""


def part(value: Any, *names: str | int) -> Any:
    """The value at a path of names and places; none where the path breaks off."""
    for name in names:
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and isinstance(name, int) and -len(value) <= name < len(value):
            value = value[name]
        else:
            return None
    return value


def rows(value: Any, *names: str | int) -> list[dict[str, Any]]:
    """The objects at a path: of a list, or one alone that is not in a list; [] where there are none."""
    found = part(value, *names)
    several = found if isinstance(found, list) else [found]
    return [one for one in several if isinstance(one, dict)]


def string(value: Any, *names: str) -> str:
    """The first of these names whose value is a text or a number, as text; empty where none is."""
    found = (value.get(name) for name in names) if isinstance(value, dict) else ()
    texts = (str(one) for one in found if isinstance(one, (str, int, float)) and not isinstance(one, bool))
    return next((text for text in texts if text), "")


def page_of_rows(
    answer: Answer, found: Iterable[Any], read: Callable[[Any], CrawledMention | None], **fields: Any
) -> Page:
    """A page of what `read` makes of each row, in their order.

    A row that `read` gives none for, or stumbles over, is dropped and counted, and never hides the others; of two with
    one id the first counts. `fields` are the page's own.
    """
    once: dict[str, CrawledMention] = {}
    dropped = 0
    for row in found:
        try:
            mention = read(row)
        except UNREADABLE:
            mention = None
        if mention is None or not mention.native_id:
            dropped += 1
        else:
            once.setdefault(mention.native_id, mention)
    return Page(url=answer.url, mentions=tuple(once.values()), dropped=dropped, **fields)


def parted(found: Iterable[Row], claim: Callable[[Row], bool]) -> tuple[list[Row], list[Row]]:
    """Those rows that a claim is true of, and the others, in their order."""
    sides: tuple[list[Row], list[Row]] = ([], [])
    for row in found:
        sides[not claim(row)].append(row)
    return sides


def global_id(scheme: str, own_id: str) -> str:
    """An id that counts everywhere, `scheme:id`; empty where there is none."""
    return f"{scheme}:{own_id}" if own_id else ""


def ids_of(found: Iterable[Row], own_id: Callable[[Row], str]) -> tuple[str, ...]:
    """The ids of rows, without those that have none."""
    return tuple(one for one in map(own_id, found) if one)


def not_its_shape(answer: Answer, problem: str) -> Page:
    """An answer that is not this source's: a page of nothing, with the reason in words."""
    return Page(url=answer.url, is_recognised=False, problem=problem)


def unless_unreadable(page: Page) -> Page:
    """The page, or one of another layout where it lists items and not one of them could be read.

    For sources that drop nothing on purpose: without it a changed layout within the items would read as an empty list.
    """
    if page.mentions or not page.dropped:
        return page
    return replace(page, problem=f"none of the {page.dropped} items on the page can be read")


def joined_text(*parts: str) -> str:
    """A title and a text as one, a blank line between; a title that the text begins with is not said twice."""
    texts: list[str] = []
    for text in (one.strip() for one in parts):
        if text and not (texts and text.startswith(texts[-1])):
            texts.append(text)
        elif text:
            texts[-1] = text
    return "\n\n".join(texts)


Read = Callable[[Mapping[str, Any]], CrawledMention | None]
"""Reads one row."""
