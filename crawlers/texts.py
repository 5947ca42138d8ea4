"""Whatever a source calls a text -> plain text with paragraphs."""

import html
import re

import html_text
from lxml.etree import LxmlError

from store.identity import NAMELESS

LONGEST_SOURCE = 200_000
"""Characters of markup that are looked at; ten times what is stored of a text."""
UNESCAPINGS = 2
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
ENTITY = re.compile(r"&(?:[a-zA-Z]{2,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
INVISIBLE = re.compile(r"[\u200b\u2060\ufeff\u00ad\u200e\u200f\ud800-\udfff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
# Joiners shape Arabic and Indic letters and hold emoji together; elsewhere they only make equal texts differ.
STRAY_JOINER = re.compile(r"(?<![\u0600-\u0dff\u2190-\U0001fbff])[\u200c\u200d]")
SPACES = re.compile(r"[^\S\n]+")
BLANK_LINES = re.compile(r" ?\n ?(?:\n ?)+")


def plain(value: str) -> str:
    """Plain text of a value that may be HTML, escaped HTML or text already; entities and invisible characters go."""
    text = value[:LONGEST_SOURCE]
    for _ in range(UNESCAPINGS):
        if TAG.search(text):
            text = _without_markup(text)
        if not ENTITY.search(text):
            break
        text = html.unescape(text)
    text = STRAY_JOINER.sub("", INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return BLANK_LINES.sub("\n\n", SPACES.sub(" ", text)).strip()


def _without_markup(text: str) -> str:
    try:
        return str(html_text.extract_text(text))
    except (LxmlError, ValueError, RecursionError, AssertionError):
        return TAG.sub(" ", text)


def line(value: str) -> str:
    """The same on one line, for names and titles."""
    return " ".join(plain(value).split())


def author_of(value: str) -> str | None:
    """A person's name on one line; none for the words that sites put in place of one."""
    name = line(value)
    return None if name.casefold().strip(" .") in NAMELESS else name
