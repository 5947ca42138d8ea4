"""Which page comes next, and the cursor that says where to go on. Pure: knows neither Scrapy nor the store.

A first pass goes to the end. Later ones read the newest pages, until one holds nothing new, and every week go to the
end again, since not every site puts the newest first. The cursor says `complete` only at the end of a pass; until
then `at` names the last page that was kept, and a run after a killed one reads the newest pages first and then goes on
from there, to the end. So a kill at any moment loses nothing, and the store doubles nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from crawlers.items import CrawledMention

WHOLE_PASS_EVERY = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Step:
    """What follows from a page that is kept: the cursor to keep with it, and the page to fetch; none at the end."""

    cursor: dict[str, Any]
    next_url: str | None


@dataclass(slots=True)
class Walk:
    """One pass over the pages of a target."""

    cursor: Mapping[str, Any]
    today: date
    is_whole: bool = field(init=False)
    """Whether this pass goes to the end, whatever is known already."""
    backlog: str | None = field(init=False)
    """The page where an earlier pass was cut off."""
    whole_on: str | None = field(init=False)
    """The day of the last pass that went to the end, ISO."""
    visited: set[str] = field(init=False, default_factory=set)
    own: dict[str, Any] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        at, whole_on = self.cursor.get("at"), self.cursor.get("whole_on")
        self.backlog = at if isinstance(at, str) and not self.is_complete else None
        self.whole_on = whole_on if isinstance(whole_on, str) else None
        oldest = (self.today - WHOLE_PASS_EVERY).isoformat()
        self.is_whole = self.backlog is None and not (self.is_complete and (self.whole_on or "") > oldest)

    @property
    def is_complete(self) -> bool:
        """Whether the pass before this one came to its end."""
        return self.cursor.get("complete") is True

    def step(self, url: str, next_url: str | None, *, holds_news: bool, own: Mapping[str, Any]) -> Step:
        """The step after the page at `url`.

        `holds_news` is false where everything on it was known and older pages can hold nothing new. `own` is what the
        source wants remembered; that of the first page counts.
        """
        self.own = self.own if self.visited else dict(own)
        self.visited.add(url)
        follow = next_url
        if not self.is_whole and not holds_news:
            follow, self.is_whole = self._after_window(next_url), self.backlog is not None
        if follow is None or follow in self.visited:
            whole_on = self.today.isoformat() if self.is_whole else self.whole_on
            return Step({**self.own, "complete": True} | ({"whole_on": whole_on} if whole_on else {}), None)
        at = self.backlog if follow == self.backlog else url
        return Step({**self.own, "complete": False, "at": at}, follow)

    def _after_window(self, next_url: str | None) -> str | None:
        """From the end of the newest pages to where an earlier pass was cut off."""
        return next_url if self.backlog in self.visited else self.backlog


def is_newest_first(mentions: tuple[CrawledMention, ...]) -> bool:
    """Whether older pages can hold nothing newer: false where the dates of this one run upwards."""
    dates = [mention.published_at for mention in mentions if mention.published_at]
    return not dates or dates[0] >= dates[-1]
