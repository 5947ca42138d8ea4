"""The way of one crawl over a feed: its starts one after another, and the threads of each page before the next page.

Knows neither Scrapy nor the store. Addresses in a cursor are without their site, so that a stand-in may go on; one at
another of the source's sites is kept whole.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crawlers.items import Page, Thread
from crawlers.sites import site_of
from crawlers.source import Absence
from crawlers.walk import Gone, Step, Walk, gone_from_all, is_newest_first
from store.identity import content_hash

MARK = 12
"""Characters that tell the threads of one page apart."""


@dataclass(slots=True)
class Route:
    """Where a crawl is, and what is kept of it."""

    starts: Sequence[str]
    """Addresses where it begins; a feed of several keeps a cursor for each."""
    cursor: Mapping[str, Any]
    """What the crawl before left."""
    began_at: datetime
    absence: Absence = Absence.SAYS_NOTHING
    names: Sequence[str] = ()
    """What the starts are called in the cursor: their addresses, whatever stands in for them."""
    place: int = field(init=False, default=0)
    """Which of the starts is being read."""
    walk: Walk = field(init=False)
    """The pass over the present start."""
    cursors: dict[str, Any] = field(init=False, default_factory=dict)
    """The cursors of several starts, by their names."""
    pending: Step | None = field(init=False, default=None)
    """The step after a page, while its threads are read."""
    held: dict[str, Any] = field(init=False, default_factory=dict)
    """The cursor that is kept meanwhile: who goes on from it reads the page, and its threads, again."""
    listed: deque[str] = field(init=False, default_factory=deque)
    """Threads of the page that are not begun."""
    thread: str | None = field(init=False, default=None)
    """The thread that is being read."""
    done: list[str] = field(init=False, default_factory=list)
    """Marks of the page's threads that are read; a cursor keeps them, so that no page is too much for one crawl."""
    threads: deque[str] = field(init=False, default_factory=deque)
    """Further pages of the thread, and the threads below it."""
    inside: dict[str, str] = field(init=False, default_factory=dict)
    """Where to go on in the thread that an earlier crawl was cut off in, by its mark."""
    resumed: dict[str, str] = field(init=False, default_factory=dict)
    """The thread of a page that this crawl went on from."""
    read_threads: set[str] = field(init=False, default_factory=set)
    has_cut_threads: bool = field(init=False, default=False)
    """Whether a thread was left at a page of what is known: then the pass proves nothing of what is in threads."""
    proofs: list[Gone | None] = field(init=False, default_factory=list)
    """What the passes over the starts so far prove of those that they did not see."""
    left_out: set[str] = field(init=False, default_factory=set)
    """Mentions of the present page that the query does not ask for."""

    def __post_init__(self) -> None:
        self.names = self.names or self.starts
        self.cursors = {name: own for name, own in self.cursor.items() if name in self.names and isinstance(own, dict)}
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
            self._go_on_in_thread(page, added)
        return self._kept()

    def step_over(self, page: Page) -> Step:
        """The step after a page in mid-list that is not of the source's shape: it is read again the next time."""
        self.pending = self.walk.doubt(self._path(page.url))
        return self._kept()

    def around(self, url: str) -> str | None:
        """Where else to go on from where an earlier crawl was cut off, if that page is gone; none for other pages.

        Pages move, and tokens of pages expire: a thread is read anew then, a list from its newest pages on.
        """
        if self.in_thread:
            return self.thread if self.resumed.pop(url, None) else None
        if self.walk.has_jumped and self._path(url) == self.walk.backlog:
            self.pending = self.walk.without_backlog()
            return self.next_url()
        return None

    def _kept(self) -> Step:
        """The pending step with the cursor to keep: while the threads of a page are read it stays at the page."""
        assert self.pending  # noqa: S101 - for the type checker
        if self.threads or self.listed:
            return Step(self._of_all_starts({**self.held, **self._in_threads()}), self.pending.next_url)
        if self.pending.next_url is None:
            self.proofs.append(self.walk.gone(read_all=False) if self.has_cut_threads else self.pending.gone)
        gone = gone_from_all(self.proofs) if len(self.proofs) == len(self.starts) else None
        return replace(self.pending, cursor=self._of_all_starts(self.pending.cursor), gone=gone)

    def _in_threads(self) -> dict[str, Any]:
        """Which threads of the page are read, and where the crawl is in the one that is not read to its end."""
        if self.thread is None or not self.threads:
            return {"done": self.done}
        return {"done": self.done, "inside": [_mark(self.thread), self._path(self.threads[0])]}

    def _go_on_in_thread(self, page: Page, added: int) -> None:
        is_cut = page.next_url is not None and added == 0 and self._is_known_further(page)
        self.has_cut_threads |= is_cut
        further = [None if is_cut else page.next_url, *(thread.url for thread in page.threads)]
        self.threads.extendleft(url for url in reversed(further) if url and url not in self.read_threads)
        if not self.threads and self.thread is not None:
            self.done.append(_mark(self.thread))
            self.thread = None

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
        if self.threads or self.listed:
            if not self.threads:
                self.thread = self.listed.popleft()
            url = self.threads.popleft() if self.threads else self._first_of(self.thread or "")
            self.read_threads.add(url)
            return url
        step, self.pending = self.pending, None
        return self._address(step.next_url) if step and step.next_url else None

    def go_to_next_start(self) -> bool:
        """Set out from the start after this one; false after the last."""
        if self.place + 1 >= len(self.starts):
            return False
        self.place += 1
        self._set_out()
        return True

    def _set_out(self) -> None:
        cursor = self.cursors.get(self.names[self.place], {}) if len(self.starts) > 1 else self.cursor
        self.walk = Walk(cursor, self.began_at, self.absence)
        self.has_cut_threads = False

    def _step(self, page: Page, *, holds_news: bool) -> None:
        here, following = self._path(page.url), self._path(page.next_url) if page.next_url else None
        step = self.walk.step(here, following, holds_news=holds_news, own=page.cursor, mentions=page.mentions)
        held = {"complete": False, "at": here, "since": self.walk.since.isoformat()}
        self.pending = step
        self.held = held if step.cursor.get("complete") else step.cursor
        self._list_threads(here, page.threads)

    def _is_known_further(self, page: Page) -> bool:
        """Whether what follows in a thread was read by the pass before, which came to its end."""
        is_later = self.walk.is_complete and not self.walk.is_whole
        return is_later and bool(page.mentions) and is_newest_first(page.mentions)

    def _may_lead_to_news(self, page: Page) -> bool:
        """Whether pages after one that has nothing new may have it.

        Of what the query leaves out nothing is kept to know it by: there the newest date of the pass before tells.
        A list from old to new goes on where an earlier crawl was cut off: read from its beginning each time, one that
        is longer than a crawl would never be read to its end.
        """
        if page.mentions:
            return not is_newest_first(page.mentions) and not self.walk.is_before_cut
        newest = self.walk.cursor.get("newest")
        return not (page.filtered and page.oldest_at and newest and page.oldest_at <= datetime.fromisoformat(newest))

    def _of_all_starts(self, cursor: dict[str, Any]) -> dict[str, Any]:
        """The cursor of the present start as it is kept: beside those of the others, where there are several."""
        if len(self.starts) == 1:
            return cursor
        self.cursors[self.names[self.place]] = cursor
        return dict(self.cursors)

    def _list_threads(self, here: str, threads: Sequence[Thread]) -> None:
        """Note the threads of a page, without those that an earlier crawl read before it was cut off there."""
        cursor = self.walk.cursor if self.walk.cursor.get("at") == here else {}
        self.done = list(cursor.get("done") or ())
        mark, path = cursor.get("inside") or (None, None)
        self.inside = {mark: self._address(path)} if mark and path else {}
        self.walk.leaves_out |= bool(self.done or self.inside)
        # The answers to several mentions may be one list.
        self.listed.extend(url for url in dict.fromkeys(one.url for one in threads) if _mark(url) not in self.done)

    def _first_of(self, thread: str) -> str:
        """Where a thread begins, or where an earlier crawl was cut off in it."""
        further = self.inside.pop(_mark(thread), None)
        if further:
            self.resumed[further] = thread
        return further or thread

    def _path(self, url: str) -> str:
        """An address as cursors keep it."""
        path = url.removeprefix(site_of(self.start_url))
        return path if path.startswith(("/", "http://", "https://")) else f"/{path}"

    def _address(self, path: str) -> str:
        """The address that a cursor means."""
        return site_of(self.start_url) + path if path.startswith("/") else path


def _mark(url: str) -> str:
    """A short name of a thread, whatever stands in for its site."""
    return content_hash(url.removeprefix(site_of(url)))[:MARK]
