"""The way of one crawl over a feed: its starts one after another, and the threads of each page before the next page.

Pure: knows neither Scrapy nor the store. Addresses in a cursor are without their site, so that a stand-in may go on.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

from crawlers.items import Page
from crawlers.sites import site_of
from crawlers.source import Absence
from crawlers.walk import Gone, Step, Walk, gone_from_all, is_newest_first


@dataclass(slots=True)
class Route:
    """Where a crawl is, and what is kept of it."""

    starts: Sequence[str]
    """Addresses where it begins; a feed of several keeps a cursor for each."""
    cursor: Mapping[str, Any]
    """What the crawl before left."""
    began_at: datetime
    absence: Absence = Absence.SAYS_NOTHING
    place: int = field(init=False, default=0)
    """Which of the starts is being read."""
    walk: Walk = field(init=False)
    """The pass over the present start."""
    cursors: dict[str, Any] = field(init=False, default_factory=dict)
    """The cursors of several starts, by their paths."""
    pending: Step | None = field(init=False, default=None)
    """The step after a page, while its threads are read."""
    held: dict[str, Any] = field(init=False, default_factory=dict)
    """The cursor that is kept meanwhile: who goes on from it reads the page, and its threads, again."""
    threads: deque[str] = field(init=False, default_factory=deque)
    read_threads: set[str] = field(init=False, default_factory=set)
    has_cut_threads: bool = field(init=False, default=False)
    """Whether a thread was left at a page of what is known: then the pass proves nothing of what is in threads."""
    proofs: list[Gone | None] = field(init=False, default_factory=list)
    """What the passes over the starts so far prove of those that they did not see."""
    left_out: set[str] = field(init=False, default_factory=set)
    """Mentions of the present page that the query does not ask for."""

    def __post_init__(self) -> None:
        paths = {_path(url) for url in self.starts}
        self.cursors = {path: own for path, own in self.cursor.items() if path in paths and isinstance(own, dict)}
        self._set_out()

    @property
    def start_url(self) -> str:
        """Where the pass over the present start begins."""
        return self.starts[self.place]

    @property
    def in_thread(self) -> bool:
        """Whether the page that is being read is one of a thread."""
        return self.pending is not None

    def step_after(self, page: Page, *, added: int) -> Step:
        """The step after a page that is being kept, with the cursor to keep with it."""
        if self.pending is None:
            self._step(page, holds_news=added > 0 or self._may_lead_to_news(page))
        else:
            is_cut = page.next_url is not None and added == 0 and self._is_known_further(page)
            self.has_cut_threads |= is_cut
            further = [None if is_cut else page.next_url, *(thread.url for thread in page.threads)]
            self.threads.extendleft(url for url in reversed(further) if url and url not in self.read_threads)
        assert self.pending  # noqa: S101 - for the type checker
        if self.threads:
            return Step(self._of_all_starts(self.held), self.pending.next_url)
        if self.pending.next_url is None:
            self.proofs.append(self.walk.gone(read_all=False) if self.has_cut_threads else self.pending.gone)
        gone = gone_from_all(self.proofs) if len(self.proofs) == len(self.starts) else None
        return replace(self.pending, cursor=self._of_all_starts(self.pending.cursor), gone=gone)

    def of_kept(self, page: Page) -> Page:
        """A page of a thread without answers to what the query left out: one list may have the answers to several."""
        kept = []
        for mention in page.mentions:
            if mention.reply_to in self.left_out:
                self.left_out.add(mention.native_id)
            else:
                self.left_out.discard(mention.native_id)
                kept.append(mention)
        return replace(page, mentions=tuple(kept), filtered=page.filtered + len(page.mentions) - len(kept))

    def next_url(self) -> str | None:
        """The page to read after the one that was kept, of this start; none at its end."""
        if self.threads:
            url = self.threads.popleft()
            self.read_threads.add(url)
            return url
        step, self.pending = self.pending, None
        return urljoin(self.start_url, step.next_url) if step and step.next_url else None

    def go_to_next_start(self) -> bool:
        """Set out from the start after this one; false after the last."""
        if self.place + 1 >= len(self.starts):
            return False
        self.place += 1
        self._set_out()
        return True

    def _set_out(self) -> None:
        cursor = self.cursors.get(_path(self.start_url), {}) if len(self.starts) > 1 else self.cursor
        self.walk = Walk(cursor, self.began_at, self.absence)
        self.has_cut_threads = False

    def _step(self, page: Page, *, holds_news: bool) -> None:
        here, following = _path(page.url), _path(page.next_url) if page.next_url else None
        step = self.walk.step(here, following, holds_news=holds_news, own=page.cursor, mentions=page.mentions)
        held = {"complete": False, "at": here, "since": self.walk.since.isoformat()}
        self.pending = step
        self.held = held if step.cursor.get("complete") else step.cursor
        # The answers to several mentions may be one list.
        self.threads.extend(dict.fromkeys(thread.url for thread in page.threads))

    def _is_known_further(self, page: Page) -> bool:
        """Whether what follows in a thread was read by the pass before, which came to its end."""
        is_later = self.walk.is_complete and not self.walk.is_whole
        return is_later and bool(page.mentions) and is_newest_first(page.mentions)

    def _may_lead_to_news(self, page: Page) -> bool:
        """Whether pages after one that has nothing new may have it.

        Of what the query leaves out nothing is kept to know it by: there the newest date of the pass before tells.
        """
        if page.mentions:
            return not is_newest_first(page.mentions)
        newest = self.walk.cursor.get("newest")
        return not (page.filtered and page.oldest_at and newest and page.oldest_at <= datetime.fromisoformat(newest))

    def _of_all_starts(self, cursor: dict[str, Any]) -> dict[str, Any]:
        """The cursor of the present start as it is kept: beside those of the others, where there are several."""
        if len(self.starts) == 1:
            return cursor
        self.cursors[_path(self.start_url)] = cursor
        return dict(self.cursors)


def _path(url: str) -> str:
    return url.removeprefix(site_of(url))
