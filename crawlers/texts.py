"""Whatever a source calls a text -> plain text with paragraphs."""

import html
import re

import html_text
from lxml.etree import LxmlError

from store.identity import NAMELESS

LONGEST_SOURCE = 200_000
"""Characters of markup that are looked at; ten times what is stored of a text."""
LONGEST_WORDS = 200
"""Characters of what a source says of an error."""
UNESCAPINGS = 2
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--(?:[^-<]|-(?!->)|<(?!!--)){0,500}-->")
WITHIN_A_LINE = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|cite|code|del|em|font|i|ins|kbd|mark|q|s|small|span|strike|strong|sub|sup|tt|u|var|wbr)"
    r"(?=[\s/>])[^<>]*>",
    re.IGNORECASE,
)
ENTITY = re.compile(r"&(?:[a-zA-Z]{2,31}|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});")
INVISIBLE = re.compile(
    r"[\u200b\u2060-\u2064\u206a-\u206f\ufeff\u00ad\u034f\u180e\ud800-\udfff\ufff9-\ufffb\ufffe\uffff]"
    r"|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
"""Zero-width characters, marks and overrides of direction, controls, and what no encoding can carry."""
LINE_ENDS = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028]")
# Joiners shape Arabic and Indic letters and hold emoji together; elsewhere they only make equal texts differ.
STRAY_JOINER = re.compile(r"(?<![\u0600-\u0dff\u2190-\U0001fbff])[\u200c\u200d]")
SPACES = re.compile(r"[^\S\n]+")
BLANK_LINES = re.compile(r" ?\n ?(?:\n ?)+")


def plain(value: str) -> str:
    """Plain text of a value that may be HTML, escaped HTML or text already; entities and invisible characters go.

    What it gave it gives again, but for a text that still has tags or entities: one that was written about them.
    """
    text = value[:LONGEST_SOURCE]
    for _ in range(UNESCAPINGS):
        if TAG.search(text):
            text = _without_markup(text)
        if not ENTITY.search(text):
            break
        text = html.unescape(text)
    return tidy(text)


def tidy(value: str) -> str:
    """A text that its source gives as text already: `<b>` stays, as its author wrote it; invisible characters go."""
    text = value[:LONGEST_SOURCE]
    text = LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n")
    text = STRAY_JOINER.sub("", INVISIBLE.sub("", text))
    return BLANK_LINES.sub("\n\n", SPACES.sub(" ", text)).strip()


def _without_markup(text: str) -> str:
    # html_text parts words at every tag; within a line a browser does not: <b>С</b>бербанк is one word.
    text = WITHIN_A_LINE.sub("", text)
    try:
        return str(html_text.extract_text(text))
    except (LxmlError, ValueError, RecursionError, AssertionError):
        return TAG.sub(" ", text)


def line(value: str) -> str:
    """The same on one line, for names and titles."""
    return " ".join(plain(value).split())


def in_short(value: str) -> str:
    """What a source says of an error, on one line and short enough for the detail of an outcome."""
    return line(value)[:LONGEST_WORDS]


def author_of(value: str) -> str | None:
    """A person's name on one line; none for the words that sites put in place of one."""
    name = line(value)
    return None if name.casefold().strip(" .") in NAMELESS else name
