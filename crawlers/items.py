"""What a source makes of one answer: plain values, made by a pure function and carried through Scrapy as an item."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from w3lib.encoding import html_to_unicode

from core.labels import TextKind
from crawlers.encodings import encoding_of
from crawlers.outcomes import Verdict

MOST_MARKS = 400_000


@dataclass(frozen=True)
class Ask:
    """One request, as a source makes it of an address."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: str = "GET"
    body: str = field(default="", repr=False)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, as a source's `page_of` takes it: all that a parser may look at."""

    url: str
    """Without what a key added to it."""
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """By lower-case name; values of a repeated header are joined by a comma."""
    status: int = 200
    asked_url: str = ""
    """The address that was asked for, where a redirect led to another."""
    fetched_at: datetime | None = None
    """What "two days ago" counts from; none in tests that need no clock."""

    @property
    def content_type(self) -> str:
        """The Content-Type header; empty without one."""
        return self.headers.get("content-type", "")

    @property
    def link_header(self) -> str:
        """The Link header; empty without one."""
        return self.headers.get("link", "")

    @cached_property
    def text(self) -> str:
        """The body as text: by the header's charset, a byte order mark, the page's own word, else by its look."""
        return str(html_to_unicode(self.content_type or None, self.body, auto_detect_fun=encoding_of)[1])

    @cached_property
    def is_dense(self) -> bool:
        """Whether it has more tags and brackets than any honest page: it would fill the memory with what it opens."""
        return sum(self.body.count(mark) for mark in (b"<", b"{", b"[")) > MOST_MARKS

    @cached_property
    def json(self) -> Any:
        """The body as JSON, control characters allowed; none where it is no JSON (`null` reads as none too)."""
        if self.is_dense:
            return None
        try:
            return json.loads(self.body, strict=False)
        except (ValueError, RecursionError):
            return None


@dataclass(frozen=True, slots=True)
class Thread:
    """The answers to one mention, on pages of their own."""

    of: str
    """The native id of the mention that is answered."""
    url: str
    """Its first page, absolute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrawledMention:
    """One review or post as its source gives it.

    What people wrote is kept out of `repr`, so that it cannot reach a log.
    """

    native_id: str
    """The source's own id. One with a scheme (`https:`, `tag:`, `hn:`) is global, any other is its feed's own."""
    text: str = field(repr=False)
    """Plain text with paragraphs; may be empty where there is a rating."""
    rating: float | None = None
    """As given, within worst..best."""
    best: float = 5
    worst: float = 1
    author: str | None = field(default=None, repr=False)
    """The name as given; hashed on its way into the store and never kept. None for the anonymous."""
    language: str | None = None
    published_at: datetime | None = None
    """Aware; none where the source gives no date. With a precision coarser than a second it is the brand's own time."""
    precision: str = "second"
    is_counted_back: bool = False
    """Whether the date was counted back from the fetch ("2 days ago"): each later look knows it less exactly."""
    url: str | None = None
    answer: str | None = field(default=None, repr=False)
    """The brand's official answer."""
    reply_to: str | None = None
    """The native id of the mention that it answers."""
    in_thread: bool = False
    """Whether the page lists it with what it answers, not by its time."""
    kind: TextKind | None = None
    """A post where the source is one of posts; none where the length of the text is to tell review from comment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One answer as its source read it, kept in one transaction together with the cursor that covers it."""

    url: str
    mentions: tuple[CrawledMention, ...] = ()
    next_url: str | None = None
    """The page after this one, absolute, as the page claims it; none on the last."""
    is_recognised: bool = True
    """Whether the answer has the shape of this source at all."""
    threads: tuple[Thread, ...] = ()
    """Answers to its mentions that are paged apart; they are read before the next page."""
    in_thread: bool = False
    """Whether it is a page of a thread; the spider knows."""
    may_repeat: bool = False
    """Whether an earlier page once more is the end of its list, as behind the last of numbered ones."""
    removed: tuple[str, ...] = ()
    """Native ids of what the source itself says is deleted."""
    refused: Verdict | None = None
    """What the source says instead of an answer, where a status alone does not tell: an error in a body."""
    again_after_s: float | None = None
    """The source asks to repeat this very request after so many seconds; nothing else of the page counts."""
    wait_s: float = 0
    """How long the source asks to wait before the next request."""
    title: str = ""
    """What the page calls itself."""
    dropped: int = 0
    """Items with neither text nor rating, which cannot be mentions."""
    filtered: int = 0
    """What was left out: not what the feed's query asks for, or what the brand itself published."""
    oldest_at: datetime | None = None
    """The oldest date on the page, those left out included; the spider knows, but for what a source leaves out."""
    is_selection: bool = False
    """Whether the source shows a choice of its own here: what is absent may be there all the same."""
    dropped_ratings: int = 0
    """Ratings outside their own scale; their mentions are kept without."""
    problem: str | None = None
    """What of the page could not be read, in words."""
    cursor: Mapping[str, Any] = field(default_factory=dict)
    """What the source wants to find in its cursor next time, beside the walk's own entries."""
