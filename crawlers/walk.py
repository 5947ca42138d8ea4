"""Which page comes next, and the cursor that says where to go on. Pure: knows neither Scrapy nor the store.

A first pass goes to the end. Later ones read the newest pages, until one holds nothing new, and every week go to the
end again, since not every site puts the newest first. The cursor says `complete` only at the end of a pass; until
then `at` names the last page that was kept, and a run after a killed one reads the newest pages first and then goes on
from there, to the end. So a kill at any moment loses nothing, and the store doubles nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from core.clock import Clock, now
from crawlers.items import CrawledMention
from crawlers.source import Absence

WHOLE_PASS_EVERY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Gone:
    """Which mentions a pass that came to its end should have seen and did not."""

    unseen_since: datetime
    newer_than: datetime | None
    """Only those published after; none where the pass read everything."""


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a page that is kept: the cursor to keep with it, and the page to fetch; none at the end."""

    cursor: dict[str, Any]
    next_url: str | None
    gone: Gone | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Since when a feed may not know what is stored: another feed, or another start of it, may have stored it.

    What others stored counts as news from the moment on when the pass before began, its own from when that ended.
    """

    others_until: datetime | None
    own_until: datetime


@dataclass(slots=True)
class Walk:
    """One pass over the pages of a target."""

    cursor: Mapping[str, Any]
    began_at: datetime
    absence: Absence = Absence.SAYS_NOTHING
    clock: Clock = now
    is_whole: bool = field(init=False)
    """Whether this pass goes to the end, whatever is known already."""
    backlog: str | None = field(init=False)
    """The page where an earlier pass was cut off."""
    whole_on: str | None = field(init=False)
    """The day of the last pass that went to the end, ISO."""
    since: datetime = field(init=False)
    """When the pass began that this one ends: an earlier one's, where it was cut off."""
    skipped: str | None = field(init=False, default=None)
    """What would have come after the newest pages, had the pass not jumped to the backlog."""
    last: str | None = field(init=False, default=None)
    """The page that was kept last."""
    visited: set[str] = field(init=False, default_factory=set)
    own: dict[str, Any] = field(init=False, default_factory=dict)
    oldest_at: datetime | None = field(init=False, default=None)
    is_descending: bool = field(init=False, default=True)
    """Whether all pages so far list the newest first, one after the other."""
    has_jumped: bool = field(init=False, default=False)
    leaves_out: bool = field(init=False, default=False)
    """Whether it left out threads that the pass before it had read when it was cut off."""

    def __post_init__(self) -> None:
        at, whole_on = self.cursor.get("at"), self.cursor.get("whole_on")
        self.backlog = at if isinstance(at, str) and not self.is_complete else None
        self.whole_on = whole_on if isinstance(whole_on, str) else None
        oldest = (self.today - WHOLE_PASS_EVERY).isoformat()
        self.is_whole = self.backlog is None and not (self.is_complete and (self.whole_on or "") > oldest)
        since = self.cursor.get("since") if self.backlog else None
        self.since = datetime.fromisoformat(since) if isinstance(since, str) else self.began_at

    @property
    def today(self) -> date:
        """The day on which the pass began."""
        return self.began_at.date()

    @property
    def is_complete(self) -> bool:
        """Whether the pass before this one came to its end."""
        return self.cursor.get("complete") is True

    @property
    def is_before_cut(self) -> bool:
        """Whether the page where an earlier pass was cut off is still to come."""
        return self.backlog is not None and self.backlog not in self.visited

    @property
    def known(self) -> Known:
        """Since when what is stored may not be known to the pass before."""
        began = self.cursor.get("began" if self.is_complete else "since")
        ended = self.cursor.get("ended") if self.is_complete else None
        return Known(
            datetime.fromisoformat(began) if isinstance(began, str) else None,
            datetime.fromisoformat(ended) if isinstance(ended, str) else self.began_at,
        )

    def step(
        self,
        url: str,
        next_url: str | None,
        *,
        holds_news: bool,
        own: Mapping[str, Any],
        mentions: Sequence[CrawledMention] = (),
    ) -> Step:
        """The step after the page at `url`.

        `holds_news` is false where everything on it was known and older pages can hold nothing new. `own` is what the
        source wants remembered; that of the first page counts.
        """
        self.own = self.own if self.visited else dict(own)
        self.visited.add(url)
        self.last = url
        self._note_dates(mentions)
        follow, is_cut = next_url, False
        if not self.is_whole and not holds_news:
            follow, is_cut = self._after_window(next_url), next_url is not None
            if follow is not None and follow != next_url:
                self.has_jumped, self.skipped = True, next_url
            self.is_whole = self.backlog is not None
        if follow is None or follow in self.visited:
            read_all = not is_cut and next_url is None and (self.is_whole or not self.has_jumped)
            return Step(self._complete(read_all=read_all), None, self.gone(read_all=read_all))
        return Step(self._incomplete(self.backlog if follow == self.backlog else url), follow)

    def doubt(self, url: str) -> Step:
        """The step at a page that is not of the source's shape: a fault, or the end if it is the same the next time."""
        if self.cursor.get("doubt") == url or self.last is None:
            return Step(self._complete(read_all=False), None)
        return Step({**self._incomplete(self.last), "doubt": url}, None)

    def without_backlog(self) -> Step:
        """The step where the page of an earlier pass's cut is gone: on from the newest pages, to the end."""
        self.backlog, self.has_jumped, self.is_whole = None, False, True
        if self.skipped is None or self.last is None:
            return Step(self._complete(read_all=True), None)
        return Step(self._incomplete(self.last), self.skipped)

    def _complete(self, *, read_all: bool) -> dict[str, Any]:
        whole_on = self.today.isoformat() if self.is_whole or read_all else self.whole_on
        times = {"began": self.since.isoformat(), "ended": self.clock().isoformat()}
        return {**self.own, "complete": True, **times} | ({"whole_on": whole_on} if whole_on else {})

    def _incomplete(self, at: str | None) -> dict[str, Any]:
        return {**self.own, "complete": False, "at": at, "since": self.since.isoformat()}

    def _after_window(self, next_url: str | None) -> str | None:
        """From the end of the newest pages to where an earlier pass was cut off."""
        return next_url if self.backlog in self.visited else self.backlog

    def _note_dates(self, mentions: Sequence[CrawledMention]) -> None:
        for mention in (one for one in mentions if not one.in_thread):
            # A day without its clock and zone cannot be compared with what is stored by the brand's.
            said_at = mention.published_at if mention.precision == "second" else None
            if said_at is None or (self.oldest_at is not None and said_at > self.oldest_at):
                self.is_descending = False
            else:
                self.oldest_at = said_at

    def gone(self, *, read_all: bool) -> Gone | None:
        """What a pass that ends here proves of those that it did not see."""
        if self.absence is Absence.ANYWHERE and read_all:
            # A pass that left nothing out has seen all by itself, though the one before it was cut off.
            return Gone(self.since if self.has_jumped or self.leaves_out else self.began_at, None)
        if self.absence is Absence.SAYS_NOTHING or self.has_jumped or not self.is_descending or not self.oldest_at:
            return None
        return Gone(self.began_at, self.oldest_at)


def gone_from_all(proofs: Sequence[Gone | None]) -> Gone | None:
    """What the passes over all starts of a feed prove together: of a mention nobody knows to which start it belongs."""
    whole = [proof for proof in proofs if proof]
    if not whole or len(whole) < len(proofs):
        return None
    newer_than = max((proof.newer_than for proof in whole if proof.newer_than), default=None)
    return Gone(min(proof.unseen_since for proof in whole), newer_than)


def is_newest_first(mentions: Sequence[CrawledMention]) -> bool:
    """Whether older pages can hold nothing newer: false where the dates of this one run upwards."""
    dates = [mention.published_at for mention in mentions if mention.published_at and not mention.in_thread]
    return not dates or dates[0] >= dates[-1]
