"""The one Scrapy spider: fetch a page, have its source read it, have it kept, go on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

import structlog
from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from core.clock import now
from core.errors import Invalid
from crawlers.items import Answer, Page
from crawlers.losses import loss
from crawlers.numbering import numbered
from crawlers.outcomes import MISSING, UNMODIFIED, Outcome, Seen, Verdict, holds_captcha, is_captcha, later
from crawlers.picking import Picking
from crawlers.progress import Tell
from crawlers.queries import query_of
from crawlers.route import Route
from crawlers.sites import is_same_site, names_in_query, rebased, with_query
from crawlers.source import Source, needed
from crawlers.storage import Storage, Work
from crawlers.threads import READ_WITHIN_S, apart
from crawlers.throttle import LONGEST_WAIT_S, MOST_WAITS, waited
from crawlers.walk import Step
from store.mentions import Kept

log = structlog.get_logger()

CLOSED = frozenset({Outcome.NOTHING_NEW, Outcome.BLOCKED, Outcome.GONE})
"""How a source says of one thread that there is nothing to read; whatever else it says is of all of it."""
LOST_PLACES = frozenset({Outcome.GONE, Outcome.FAILED})
"""What a source says of the page that an earlier crawl was cut off at, where it does not know that page any more."""
VALIDATORS = {"etag": ("ETag", "If-None-Match"), "modified": ("Last-Modified", "If-Modified-Since")}
"""Cursor entry -> the header that gives it, and the one that asks with it."""


class SourceSpider(Spider):
    """A pass over one feed: the pages of its starts one after another, and the threads of each page before the next."""

    name = "source"

    def __init__(self, *, source: Source, work: Work, storage: Storage, seen: Seen, tell: Tell) -> None:
        super().__init__()
        self.source = numbered(source, work.target)
        self.work, self.storage, self.seen, self.tell = work, storage, seen, tell
        self.keys = dict(work.keys)
        self.allows_private = work.allows_private
        self.own_sites = [rebased(work.target, work.base_url)]
        """Addresses whose sites may be fetched from."""
        self.stands_in_for: list[str] = []
        """Addresses of the sites whose place a stand-in takes."""
        self.route = Route(self.own_sites, work.cursor, now(), source.absence)
        self.picking = Picking(seen)
        self.has_guarded_forms = False
        """Whether pages with mentions hold a captcha too: then it only guards a form."""

    async def start(self) -> AsyncIterator[Any]:
        """Sign in where the source asks for it, and ask for the first page."""
        if missing := self.source.missing_keys(self.keys):
            self.fail(Verdict(Outcome.NEEDS_KEY, needed(missing[0].name, missing[0].words)))
            return
        try:
            self.picking.query = query_of(self.work.query)
            starts = self.source.starts(self.work.target, self.picking.query)
        except Invalid as error:
            self.fail(Verdict(Outcome.FAILED, str(error)))
            return
        self.stands_in_for = [self.work.target, *starts] if self.work.base_url else []
        rebased_starts = [rebased(url, self.work.base_url) for url in starts]
        self.own_sites += rebased_starts
        self.route = Route(rebased_starts, self.work.cursor, now(), self.source.absence, names=starts)
        if self.source.sign_in is None or not self.source.signs_in(self.keys):
            yield self._first_request()
            return
        url = rebased(self.source.sign_in.url, self.work.base_url)
        self.own_sites.append(url)
        ask = self.source.sign_in.ask(url, self.keys)
        yield Request(
            ask.url, method=ask.method, headers=dict(ask.headers), body=ask.body, callback=self.signed_in,
            errback=self.lost, dont_filter=True, meta={"dont_obey_robotstxt": True},
        )  # fmt: skip

    async def signed_in(self, response: Response, **_: Any) -> AsyncIterator[Any]:
        """Go on with the token, or say that the keys were not accepted."""
        assert self.source.sign_in  # noqa: S101 - it was asked for
        answer = answer_of(response, response.url)
        gained = self.source.sign_in.keys(answer) if answer.status < 300 else {}  # noqa: PLR2004
        # A stand-in that has recorded answers alone need not know how to sign in.
        if gained or (self.work.base_url and answer.status in MISSING):
            self.storage.hide(gained.values())
            self.keys |= gained
            yield self._first_request()
        else:
            wrong = self.source.refused(answer)
            refused = Verdict(Outcome.NEEDS_KEY, f"the keys that are set were not accepted (HTTP {answer.status})")
            self.fail(wrong if wrong and wrong.outcome not in {Outcome.BLOCKED, Outcome.GONE} else refused)

    def _first_request(self) -> Request:
        """The first page of the present start: only if it has changed since the last complete pass."""
        headers = {}
        if self.route.walk.is_complete:
            known = {ask: self.route.walk.cursor.get(name) for name, (_, ask) in VALIDATORS.items()}
            headers = {ask: value for ask, value in known.items() if isinstance(value, str)}
        return self.request(self.route.start_url, headers)

    def request(self, url: str, headers: dict[str, str] | None = None, *, again: int = 0) -> Request:
        """A request for one page, signed. Scrapy's duplicate filter would lose a redirect that only sets a cookie."""
        ask = self.source.signed(self.source.asked(url), self.keys)
        meta: dict[str, Any] = {"page_url": url, "again": again, "knows": bool(headers)}
        if not self.source.obeys_robots:
            meta["dont_obey_robotstxt"] = True
        return Request(
            ask.url, method=ask.method, headers={**(headers or {}), **ask.headers}, body=ask.body, meta=meta,
            callback=self.parse, errback=self.lost, dont_filter=True,
        )  # fmt: skip

    async def parse(self, response: Response, **_: Any) -> AsyncIterator[Page]:
        """Read an answer and hand the page on; it is kept before the next one is asked for."""
        if response.status == UNMODIFIED and response.meta["knows"]:
            self.seen.is_unmodified = True
            following = self._next_start()
        else:
            page = await self._read(response)
            following = await self._around(response, page)
            if following is None and self._is_to_be_kept(response, page):
                yield self._page(response, page)
        if following is not None:
            yield following  # type: ignore[misc]

    async def _around(self, response: Response, page: Page) -> Request | None:
        """The request to make in place of keeping a page: the same once more, or around a place that is gone."""
        if page.again_after_s is not None:
            return await self._again(response, page.again_after_s)
        if page.refused is None or page.refused.outcome not in LOST_PLACES:
            return None
        url = self._on_site(self.route.around(page.url))
        return self.request(url) if url else None

    def _is_to_be_kept(self, response: Response, page: Page) -> bool:
        """Whether a page is one of the source's; what is wrong with it is noted."""
        if page.refused:
            self.fail(page.refused)
        if page.refused or page.again_after_s is not None:  # what was asked for too often, or too late, is noted
            return False
        self.seen.is_recognised |= page.is_recognised
        self.seen.problem = self.seen.problem or page.problem
        is_guarded = holds_captcha(response.body)
        self.has_guarded_forms |= is_guarded and bool(page.mentions)
        if is_guarded and not (page.mentions or self.has_guarded_forms) and is_captcha(response.body):
            self.fail(Verdict(Outcome.CAPTCHA, "the page asks for a captcha"))
            return False
        if not page.mentions and page.problem:
            self.fail(Verdict(Outcome.LAYOUT_CHANGED, page.problem))
            return False
        if not (page.is_recognised or self.route.in_thread) and self.route.walk.visited:
            detail = f"page {self.seen.pages + 1} holds nothing that its spider reads"
            self.fail(Verdict(Outcome.LAYOUT_CHANGED, detail))
        return page.is_recognised or bool(self.route.walk.visited)

    async def _read(self, response: Response) -> Page:
        """The page of an answer, by the address that was asked for."""
        asked_url = response.meta["page_url"]
        answer = answer_of(response, asked_url)
        if response.meta.get("redirect_urls"):
            answer = replace(answer, url=self._without_key(response), asked_url=asked_url)
        if wrong := self.source.refused(answer):
            return self._refused(Page(url=asked_url, refused=wrong))
        try:
            page = await apart(partial(self.source.read, answer), within_s=READ_WITHIN_S)
        except TimeoutError:
            slow = Verdict(Outcome.FAILED, f"the page could not be read within {READ_WITHIN_S} s")
            return Page(url=asked_url, refused=slow)
        except MemoryError:
            return Page(url=asked_url, refused=Verdict(Outcome.FAILED, "the page takes too much memory to read"))
        return self._refused(replace(page, url=asked_url))

    def _without_key(self, response: Response) -> str:
        """The address that a redirect led to, without what the key had added to the one that was asked."""
        asked_url = response.meta["page_url"]
        signed = self.source.signed(self.source.asked(asked_url), self.keys).url
        added = dict.fromkeys(names_in_query(signed) - names_in_query(asked_url))
        return with_query(response.url, **added) if added else response.url

    def _refused(self, page: Page) -> Page:
        """A thread that is gone or closed ends nothing: it is a page of nothing then."""
        if page.refused is None or not self.route.in_thread or page.refused.outcome not in CLOSED:
            return page
        if page.url in self.route.resumed:
            return page  # an earlier crawl was cut off there: it may be the page that is gone, and not the thread
        self.seen.closed += page.refused.outcome is Outcome.BLOCKED
        return Page(url=page.url)

    async def _again(self, response: Response, seconds: float) -> Request | None:
        """The same request once more, as the source asks; none where it asks for too long, or too often."""
        again = response.meta["again"]
        if again >= MOST_WAITS or seconds > LONGEST_WAIT_S:
            self.fail(later(seconds, "the source"))
            return None
        await waited(self.crawler, seconds)
        return self.request(response.meta["page_url"], again=again + 1)

    def _page(self, response: Response, page: Page) -> Page:
        """The page as it is kept: what is asked for of it, with its validators, and with links that may be followed."""
        page = self.picking.picked(page, self.route)
        own = dict(page.cursor)
        # An empty answer must not be taken for unchanged next time, nor the first of several pages for all of them.
        if page.mentions and page.next_url is None and not page.threads:
            for name, (header, _) in VALIDATORS.items():
                if value := response.headers.get(header):
                    own[name] = value.decode("latin-1")
        threads = tuple(replace(thread, url=url) for thread in page.threads if (url := self._on_site(thread.url)))
        return replace(
            page, cursor=own, next_url=self._on_site(page.next_url), threads=threads, in_thread=self.route.in_thread
        )

    def _on_site(self, url: str | None) -> str | None:
        """A link where the spider may follow it: a stand-in's page may name the site that it stands in for."""
        if url is None or any(is_same_site(url, own) for own in self.own_sites):
            return url
        if any(is_same_site(url, original) for original in self.stands_in_for):
            return rebased(url, self.route.start_url)
        log.warning("next_page_is_elsewhere", feed=self.work.feed_id)
        return None

    def step_after(self, page: Page, kept: Kept) -> Step:
        """Decide where to go from a page that is being kept."""
        if page.is_recognised or self.route.in_thread:
            step = self.route.step_after(page, added=kept.added + kept.fresh)
        else:
            step = self.route.step_over(page)
        return replace(step, gone=None) if self.picking.is_doubtful else step

    async def go_on(self, page: Page, kept: Kept) -> None:
        """Count a page that is kept, and ask for the next one: of its threads, of this start, of the next start."""
        self._count(page, kept)
        url = self._on_site(self.route.next_url())
        request = self.request(url) if url else self._next_start()
        if request is None:
            return
        if self.seen.pages >= self.settings.getint("PAGES_A_CRAWL"):
            self.seen.is_capped = True
        elif page.wait_s > LONGEST_WAIT_S:
            self.fail(later(page.wait_s, "the source"))
        else:
            await waited(self.crawler, page.wait_s)
            if self.crawler.crawling:
                self.crawler.engine.crawl(request)

    def _next_start(self) -> Request | None:
        """The first page of the start after this one; none after the last."""
        if not self.route.go_to_next_start():
            return None
        self.picking.begin()
        return self._first_request()

    def _count(self, page: Page, kept: Kept) -> None:
        seen = self.seen
        seen.pages += 1
        seen.mentions += len(page.mentions)
        seen.filtered += page.filtered
        seen.added += kept.added
        seen.changed += kept.changed + kept.removed
        if kept.doubted and seen.mentions:  # an empty list has a name of its own
            detail = (
                f"{kept.doubted} mentions are no longer listed: too many at once to believe; none was marked removed"
            )
            seen.problem = seen.problem or detail
        self.tell(0, 1, len(page.mentions))
        counts = {"mentions": len(page.mentions), "added": kept.added, "changed": kept.changed}
        log.debug("page_kept", feed=self.work.feed_id, **counts)
        if page.dropped or page.dropped_ratings:
            log.warning("dropped", feed=self.work.feed_id, items=page.dropped, ratings=page.dropped_ratings)

    def fail(self, wrong: Verdict) -> None:
        """Note what ends the crawl; the first word counts."""
        self.seen.failure = self.seen.failure or wrong

    def lost(self, failure: Failure) -> None:
        """Note a request that got no answer."""
        self.fail(loss(failure.value))


def answer_of(response: Response, url: str) -> Answer:
    """Scrapy's answer as parsers take it; `url` is its address without what a key added."""
    headers = {
        name.decode("latin-1").lower(): ", ".join(value.decode("latin-1") for value in values)
        for name, values in response.headers.items()
    }
    return Answer(url=url, body=response.body, headers=headers, status=response.status, fetched_at=now())
