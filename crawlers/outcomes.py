"""How a crawl ended, in one word: what it saw, and the decision that follows from it."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.clock import now


class Outcome(StrEnum):
    """The named ends of a crawl. Only the first two are successes."""

    OK = "ok"
    """Something new or changed was kept."""
    NOTHING_NEW = "nothing_new"
    """The source answered, and all of it is known (or it said so itself: 304)."""
    EMPTY_UNEXPECTEDLY = "empty_unexpectedly"
    """The source answered without a single mention, though it gave some before."""
    BLOCKED = "blocked"
    """The source refuses us: 401, 403, 451."""
    CAPTCHA = "captcha"
    """The source asks for a person; there it ends for us."""
    LAYOUT_CHANGED = "layout_changed"
    """The source answered, but not in a shape that its spider reads."""
    FORBIDDEN_BY_ROBOTS = "forbidden_by_robots"
    """robots.txt forbids the page."""
    NEEDS_KEY = "needs_key"
    """The source answers only to a key that nobody has set, or the key that is set is not accepted."""
    RATE_LIMITED = "rate_limited"
    """The source asks to come later than we wait within a crawl."""
    GONE = "gone"
    """The page is not there: 404, 410."""
    REPEATING_PAGES = "repeating_pages"
    """The page after a page was the same again: there may be more that cannot be reached."""
    FAILED = "failed"
    """Anything else; the detail says what."""


SUCCESSES = frozenset({Outcome.OK, Outcome.NOTHING_NEW})


@dataclass(frozen=True, slots=True)
class Verdict:
    """A crawl's outcome, in words where it needs any, and when to come again where the source named a time."""

    outcome: Outcome
    detail: str | None = None
    retry_at: datetime | None = None

    def saying(self, words: str) -> "Verdict":
        """The same, with what the source says to it; itself where that is nothing."""
        return replace(self, detail=f"{self.detail}: {words}") if words else self


@dataclass(slots=True, kw_only=True)
class Seen:
    """What a crawl saw; grows while it runs."""

    had_mentions: bool
    """Whether an earlier crawl of the feed gave anything."""
    pages: int = 0
    mentions: int = 0
    filtered: int = 0
    """Left out because they are not what the feed's query asks for."""
    added: int = 0
    changed: int = 0
    closed: int = 0
    """Threads that the source denied us."""
    is_unmodified: bool = False
    is_recognised: bool = False
    is_repeating: bool = False
    is_capped: bool = False
    problem: str | None = None
    failure: Verdict | None = None
    """The first thing that went wrong; it ended the crawl."""


def verdict(seen: Seen) -> Verdict:
    """The outcome of a crawl that came to its end.

    A failure names itself. Without a single mention it is never a success, but for a 304 and for a source that never
    gave any and is there in its own shape (a feed without entries yet).
    """
    if seen.failure:
        kept = f" ({seen.mentions} mentions were read before)" if seen.mentions else ""
        return Verdict(seen.failure.outcome, f"{seen.failure.detail}{kept}", seen.failure.retry_at)
    if seen.is_repeating:
        return Verdict(Outcome.REPEATING_PAGES, f"page {seen.pages} repeats an earlier one")
    closed = f"{seen.closed} threads are closed to us" if seen.closed else None
    if closed and not seen.mentions:
        return Verdict(Outcome.BLOCKED, closed)
    if not seen.mentions and not seen.filtered and not seen.is_unmodified:
        return _of_nothing(seen)
    detail = (
        "stopped at the most pages of one crawl; the next one goes on" if seen.is_capped else seen.problem or closed
    )
    return Verdict(Outcome.OK if seen.added or seen.changed else Outcome.NOTHING_NEW, detail)


def _of_nothing(seen: Seen) -> Verdict:
    if seen.problem:
        return Verdict(Outcome.LAYOUT_CHANGED, seen.problem)
    if seen.had_mentions:
        return Verdict(Outcome.EMPTY_UNEXPECTEDLY, "the source answered with nothing, though it gave something before")
    if seen.is_recognised:
        return Verdict(Outcome.NOTHING_NEW, "the source is empty so far")
    return Verdict(Outcome.LAYOUT_CHANGED, "the page answers, but holds nothing that its spider reads")


CAPTCHA = re.compile(
    rb"g-recaptcha|h-captcha|smart-?captcha|showcaptcha|cf-challenge|cf-chl-|captcha[-_]?(?:form|page)", re.IGNORECASE
)
LONGEST_CAPTCHA_PAGE = 60_000
"""Bytes of a page that is nothing but a captcha; a longer one only has a form that is guarded by it."""
REFUSED = frozenset({401, 403, 451})
MISSING = frozenset({404, 410})
UNMODIFIED = 304
TOO_MANY = 429
LATEST_RETRY = timedelta(days=30)


def holds_captcha(body: bytes) -> bool:
    """Whether there is a captcha anywhere on a page, if only to guard a form."""
    return bool(CAPTCHA.search(body))


def is_captcha(body: bytes) -> bool:
    """Whether a page without mentions asks to be solved by a person."""
    return len(body) <= LONGEST_CAPTCHA_PAGE and holds_captcha(body)


def later(seconds: float, who: str) -> Verdict:
    """Who asks to come again after more seconds than are waited within a crawl is asked then."""
    retry_at = now() + timedelta(seconds=min(seconds, LATEST_RETRY.total_seconds()))
    detail = f"{who} asks to come again at {retry_at:%Y-%m-%d %H:%M:%S} UTC"
    return Verdict(Outcome.RATE_LIMITED, detail, retry_at)


def refusal(status: int, body: bytes) -> Verdict | None:
    """What an answer's status says is wrong; none for a good one and for 304."""
    if 200 <= status < 300 or status == UNMODIFIED:  # noqa: PLR2004
        return None
    detail = f"HTTP {status}"
    if status in MISSING:
        return Verdict(Outcome.GONE, detail)
    if is_captcha(body):
        return Verdict(Outcome.CAPTCHA, f"{detail} with a captcha")
    if status in REFUSED:
        return Verdict(Outcome.BLOCKED, detail)
    return Verdict(Outcome.RATE_LIMITED if status == TOO_MANY else Outcome.FAILED, detail)
