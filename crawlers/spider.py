"""What every source shares: fetch a page, have it read, have it kept, go on. A source adds what is its own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import urljoin

import structlog
from scrapy import Request, Spider
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
)
from scrapy.http import Response
from twisted.python.failure import Failure

from core.clock import now
from crawlers.boundary import Elsewhere
from crawlers.items import Answer, Page
from crawlers.outcomes import UNMODIFIED, Outcome, Seen, Verdict, is_captcha, refusal
from crawlers.progress import Tell
from crawlers.sites import is_same_site, rebased
from crawlers.storage import Storage, Work
from crawlers.walk import Step, Walk, is_newest_first
from store.identity import content_hash
from store.mentions import Kept

log = structlog.get_logger()

READ_WITHIN_S = 60
"""A page that takes longer to parse was made to."""
EMPTY_PAGES = 3
"""An empty page is not the end of a walk; so many in a row are."""
VALIDATORS = {"etag": ("ETag", "If-None-Match"), "modified": ("Last-Modified", "If-Modified-Since")}
"""Cursor entry -> the header that gives it, and the one that asks with it."""


class SourceSpider(Spider):
    """One source. A subclass has a `name` (its kind), says in words what it reads, and reads one page."""

    title: ClassVar[str]
    """What it reads, in words: shown where an address is not recognised."""
    target: ClassVar[str]
    """What its target is, in words."""

    def __init__(self, *, work: Work, storage: Storage, seen: Seen, tell: Tell) -> None:
        super().__init__()
        self.work, self.storage, self.seen, self.tell = work, storage, seen, tell
        self.start_url = work.start_url
        self.walk = Walk(work.cursor, now().date())
        self.fingerprints: set[str] = set()
        self.empty_pages = 0

    @classmethod
    def claims(cls, url: str) -> str | None:  # noqa: ARG003
        """The target behind an address that is this source's whatever it answers; none where only the page tells."""
        return None

    @staticmethod
    def page_of(answer: Answer) -> Page:
        """Read one answer; pure, and never raises on what a site may send."""
        raise NotImplementedError

    def first_url(self) -> str:
        """Where a pass begins."""
        return self.start_url

    async def start(self) -> AsyncIterator[Any]:
        """Ask for the first page, politely: only if it has changed since the last complete pass."""
        headers = {}
        if self.walk.is_complete:
            known = {ask: self.work.cursor.get(name) for name, (_, ask) in VALIDATORS.items()}
            headers = {ask: value for ask, value in known.items() if isinstance(value, str)}
        yield self.request(self.first_url(), headers)

    def request(self, url: str, headers: dict[str, str] | None = None) -> Request:
        """A request for one page. Scrapy's duplicate filter would lose a redirect that only sets a cookie."""
        return Request(url, headers=headers, callback=self.parse, errback=self.lost, dont_filter=True)

    async def parse(self, response: Response, **_: Any) -> AsyncIterator[Page]:
        """Read an answer and hand the page on; it is kept before the next one is asked for."""
        if response.status == UNMODIFIED:
            self.seen.is_unmodified = True
            return
        if wrong := refusal(response.status, response.body):
            self.fail(wrong)
            return
        try:
            page = await asyncio.wait_for(asyncio.to_thread(self.page_of, answer_of(response)), READ_WITHIN_S)
        except TimeoutError:
            self.fail(Verdict(Outcome.FAILED, f"the page could not be read within {READ_WITHIN_S} s"))
            return
        self.seen.is_recognised |= page.is_recognised
        self.seen.problem = self.seen.problem or page.problem
        if not page.mentions and is_captcha(response.body):
            self.fail(Verdict(Outcome.CAPTCHA, "the page asks for a captcha"))
        elif not page.mentions and page.problem:
            self.fail(Verdict(Outcome.LAYOUT_CHANGED, page.problem))
        elif page.is_recognised or self.seen.pages:
            yield self._page(response, page)

    def _page(self, response: Response, page: Page) -> Page:
        """The page as it is kept: not once more what this crawl has kept, and with its validators."""
        asked_url = response.meta.get("redirect_urls", [response.url])[0]
        fingerprint = content_hash(*(f"{mention.native_id}\n{mention.text}" for mention in page.mentions))
        if page.mentions and fingerprint in self.fingerprints:
            self.seen.is_repeating = True
            page = replace(page, mentions=(), next_url=None)
        self.fingerprints.add(fingerprint)
        self.empty_pages = 0 if page.mentions else self.empty_pages + 1
        if self.empty_pages == EMPTY_PAGES:
            page = replace(page, next_url=None)
        own = dict(page.cursor)
        # An empty answer must not be taken for unchanged next time, nor the first of several pages for all of them.
        if page.mentions and page.next_url is None:
            for name, (header, _) in VALIDATORS.items():
                if value := response.headers.get(header):
                    own[name] = value.decode("latin-1")
        return replace(page, url=asked_url, cursor=own, next_url=self._on_site(page.next_url))

    def _on_site(self, url: str | None) -> str | None:
        """A link where the spider may follow it: a stand-in's page may name the site that it stands in for."""
        if url and is_same_site(url, self.work.target) and not is_same_site(url, self.start_url):
            return rebased(url, self.start_url)
        if url and not is_same_site(url, self.start_url):
            log.warning("next_page_is_elsewhere", feed=self.work.feed_id)
            return None
        return url

    def step_after(self, page: Page, kept: Kept) -> Step:
        """Decide where to go from a page that is being kept. Addresses in the cursor are without their host."""
        holds_news = kept.added > 0 or not page.mentions or not is_newest_first(page.mentions)
        here, following = self._path(page.url), self._path(page.next_url) if page.next_url else None
        return self.walk.step(here, following, holds_news=holds_news, own=page.cursor)

    def _path(self, url: str) -> str:
        return url.removeprefix(urljoin(url, "/")[:-1])

    def go_on(self, page: Page, kept: Kept, step: Step) -> None:
        """Count a page that is kept, and ask for the next one."""
        seen = self.seen
        seen.pages += 1
        seen.mentions += len(page.mentions)
        seen.added += kept.added
        seen.changed += kept.changed
        self.tell(0, 1, len(page.mentions))
        counts = {"mentions": len(page.mentions), "added": kept.added, "changed": kept.changed}
        log.debug("page_kept", feed=self.work.feed_id, **counts)
        if page.dropped or page.dropped_ratings:
            log.warning("dropped", feed=self.work.feed_id, items=page.dropped, ratings=page.dropped_ratings)
        if step.next_url is None:
            return
        if seen.pages >= self.settings.getint("PAGES_A_CRAWL"):
            seen.is_capped = True
        elif self.crawler.crawling:
            self.crawler.engine.crawl(self.request(urljoin(self.start_url, step.next_url)))

    def fail(self, wrong: Verdict) -> None:
        """Note what ends the crawl; the first word counts."""
        self.seen.failure = self.seen.failure or wrong

    def lost(self, failure: Failure) -> None:
        """Note a request that got no answer."""
        self.fail(loss(failure))


def answer_of(response: Response) -> Answer:
    """Scrapy's answer as parsers take it."""
    return Answer(
        url=response.url,
        body=response.body,
        content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"),
        link_header=", ".join(value.decode("latin-1") for value in response.headers.getlist("Link")),
    )


LOSSES: tuple[tuple[type[BaseException], str], ...] = (
    (DownloadConnectionRefusedError, "the connection was refused"),
    (CannotResolveHostError, "there is no such host"),
    (DownloadTimeoutError, "the site did not answer in time"),
    (DownloadCancelledError, "the answer is larger than is read"),
)


def loss(failure: Failure) -> Verdict:
    """What it means that a request got no answer."""
    error = failure.value
    if isinstance(error, Elsewhere):
        return Verdict(Outcome.FAILED, str(error))
    if isinstance(error, IgnoreRequest):
        forbidden = "robots.txt" in str(error)
        return Verdict(Outcome.FORBIDDEN_BY_ROBOTS if forbidden else Outcome.FAILED, str(error))
    detail = next((words for kind, words in LOSSES if isinstance(error, kind)), f"no answer ({type(error).__name__})")
    return Verdict(Outcome.FAILED, detail)
