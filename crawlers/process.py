"""The child process that crawls: Twisted's reactor cannot be started twice, and its memory goes with it.

The parent writes one pickled job to standard input and leaves it open: when it closes, the parent is gone, and the
crawl ends as it does for Ctrl-C. What the parent reads back is on standard output.
"""

import asyncio
import json
import logging
import os
import pickle
import resource
import signal
import sys
import threading
from contextlib import nullcontext
from dataclasses import asdict, replace
from typing import Any

import structlog
from scrapy import Spider
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.utils.reactor import install_reactor
from twisted.logger import STDLibLogObserver, globalLogBeginner

from core.errors import AfterwordError, UnknownSource
from core.logs import configure_logs
from core.secrets import Discreet, Secrets
from core.settings import Settings
from crawlers.grouping import by_hosts
from crawlers.job import INTERRUPTED, Job
from crawlers.outcomes import Outcome, Seen, Verdict, verdict
from crawlers.probe import Finding, ProbeSpider
from crawlers.progress import Tell, shown_progress, untold
from crawlers.rendering import lacking, rendering_settings
from crawlers.settings import scrapy_settings
from crawlers.sites import split
from crawlers.sources import require_switched_on, source_of
from crawlers.spider import SourceSpider
from crawlers.storage import Storage, Work
from store.database import open_database
from store.feeds import find_feed
from store.identity import secret_of
from store.runs import BEAT_S, CrawledElsewhere

log = structlog.get_logger()

SITES_AT_ONCE = 8
CACHE_MB = 8
"""Of each connection: a crawl writes, and reads little twice; with eight at once the store's own would be 512 MB."""
TOLD_ANYWAY = ("scrapy.downloadermiddlewares.retry", "scrapy.downloadermiddlewares.robotstxt", "scrapy-playwright")
"""Loggers of what ends as an outcome: a site that does not answer needs no traceback."""
MOST_MEMORY = 1_500_000_000
"""Bytes of all crawls of a process together: a page that takes more to read than is left is not read."""
CAPS = frozenset({"closespider_timeout", "closespider_pagecount"})


class Crawling:
    """All crawls of one process: one at a time per site, several sites at once, until all are done or it is stopped."""

    def __init__(self, job: Job, secrets: Secrets) -> None:
        self.job, self.secrets = job, secrets
        self.runner = AsyncCrawlerRunner(scrapy_settings(job.settings))
        self.sites = asyncio.Semaphore(SITES_AT_ONCE)
        self.is_stopping = False
        self.stopping: asyncio.Future[None] | None = None

    def stop(self) -> None:
        """End politely: pages in flight are kept, nothing new is begun."""
        if not self.is_stopping:
            self.is_stopping = True
            log.warning("crawl_is_stopping")
            self.stopping = asyncio.ensure_future(self.runner.stop())

    async def probe(self) -> str:
        """Look at one address; the finding as JSON."""
        findings: list[Finding] = []
        told = {"start_url": self.job.probe_url, "allows_private": self.job.allows_private}
        if self.job.renders and (reason := lacking()):
            return json.dumps(asdict(Finding(error=reason)))
        await self._run(ProbeSpider, renders=self.job.renders, findings=findings, **told)
        return json.dumps(asdict(findings[0] if findings else Finding(error="the page was not fetched")))

    async def feeds(self) -> str:
        """Crawl all feeds; nothing to report."""
        db = open_database(self.job.settings.database_url, cache_mb=CACHE_MB)
        keys = {name: value.get_secret_value() for name, value in self.job.settings.key.items()}
        storage = Storage(db, secret_of(self.job.settings), keys, self.secrets.add)
        with db.read() as session:
            groups = by_hosts([find_feed(session, feed_id) for feed_id in self.job.feed_ids], self.job.base_url)
        try:
            with shown_progress(len(self.job.feed_ids)) if self.job.progress else nullcontext(untold) as tell:
                await asyncio.gather(*(self._site(feed_ids, storage, tell) for feed_ids in groups))
        finally:
            db.close()
        return ""

    async def _site(self, feed_ids: list[int], storage: Storage, tell: Tell) -> None:
        """The feeds of one site, one after another; the rest waits for a later crawl where the site asks for it."""
        async with self.sites:
            for place, feed_id in enumerate(feed_ids):
                if place:
                    await asyncio.sleep(self.job.settings.crawl_delay_s)
                if self.is_stopping:
                    return
                try:
                    end = await self._feed(feed_id, storage, tell)
                except AfterwordError as error:  # a feed that was removed meanwhile
                    log.warning("feed_not_crawled", feed=feed_id, reason=str(error))
                    continue
                finally:
                    tell(1, 0, 0)
                if end and end.outcome is Outcome.RATE_LIMITED and end.retry_at:
                    await asyncio.to_thread(storage.postpone, feed_ids[place + 1 :], end.retry_at)
                    return

    async def _feed(self, feed_id: int, storage: Storage, tell: Tell) -> Verdict | None:
        """Crawl one feed; how it ended, none where it was left alone or stopped."""
        try:
            work = await asyncio.to_thread(storage.start, feed_id, base_url=self.job.base_url)
        except CrawledElsewhere as error:
            log.warning("feed_left_alone", feed=feed_id, reason=str(error))
            return None
        self.secrets.add(work.keys.values())
        seen = Seen(had_mentions=work.had_mentions)
        try:
            source = source_of(work.kind)
            require_switched_on(source, self.job.settings.grey_sources)
        except UnknownSource as error:
            seen.failure = Verdict(Outcome.FAILED, str(error))
        else:
            if source.keys and work.keys_problem:
                seen.failure = Verdict(Outcome.NEEDS_KEY, work.keys_problem)
            elif split(work.target) is None:
                seen.failure = Verdict(Outcome.FAILED, "its target is no address that begins with http:// or https://")
            elif work.renders and (reason := lacking()):
                seen.failure = Verdict(Outcome.FAILED, reason)
        if seen.failure is None:
            told = {"source": source, "work": work, "storage": storage, "seen": seen, "tell": tell}
            beating = asyncio.create_task(_beats(storage, work))
            try:
                crawler = await self._run(SourceSpider, renders=work.renders, **told)
            finally:
                beating.cancel()
            if self.is_stopping:
                await asyncio.to_thread(storage.stop, work)
                return None
            _note_end(crawler, seen)
        end = verdict(seen)
        end = replace(end, detail=self.secrets.hidden_in(end.detail) if end.detail else None)
        await asyncio.to_thread(storage.finish, work, end)
        log.info("feed_crawled", feed=feed_id, outcome=end.outcome.value, pages=seen.pages, added=seen.added)
        return end

    async def _run(self, spider: type[Spider], *, renders: bool, **told: Any) -> Crawler:
        settings = self.runner.settings.copy()
        if renders:
            settings.update(rendering_settings(self.job.settings), priority="cmdline")
        crawler = Crawler(spider, settings)
        await self.runner.crawl(crawler, **told)
        return crawler


async def _beats(storage: Storage, work: Work) -> None:
    """Signs of life, until it is cancelled: a site that lets us wait is no reason to take this crawl for dead."""
    while True:
        await asyncio.sleep(BEAT_S)
        try:
            await asyncio.to_thread(storage.beat, work)
        except Exception as error:  # noqa: BLE001 - one that is missed does no harm
            log.warning("no_sign_of_life", feed=work.feed_id, error=type(error).__name__)


def _note_end(crawler: Crawler, seen: Seen) -> None:
    """What only Scrapy knows: a cap that was reached, or a mistake of ours in a spider."""
    if crawler.stats.get_value("finish_reason") in CAPS:
        seen.is_capped = True
    prefix = "spider_exceptions/"
    mistakes = {key.removeprefix(prefix) for key in crawler.stats.get_stats() if key.startswith(prefix)} - {"count"}
    if mistakes and seen.failure is None:
        seen.failure = Verdict(Outcome.FAILED, f"a mistake in the spider: {min(mistakes)}")


def main() -> None:
    """Do the job on standard input; leave with 0, 1 after an error that is on standard error, or 130 when stopped."""
    job: Job = pickle.load(sys.stdin.buffer)  # noqa: S301 - our own parent wrote it
    secrets = _kept_secret(job.settings)
    configure_logs(job.settings.log_level, as_json=job.settings.log_json)
    for name in TOLD_ANYWAY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    if hasattr(resource, "RLIMIT_DATA"):
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    status = _status(job, secrets)
    sys.stdout.flush()
    sys.stderr.flush()
    # Not sys.exit: a thread that hangs on a hostile page would be waited for.
    os._exit(status)


def _kept_secret(settings: Settings) -> Secrets:
    """What no log may show. Everything goes through one discreet stream: ours, Scrapy's, Twisted's, any traceback."""
    values = [*settings.key.values(), *([settings.secret_key] if settings.secret_key else [])]
    secrets = Secrets(value.get_secret_value() for value in values)
    stream: Any = Discreet(sys.stderr, secrets)
    sys.stderr = stream
    # Twisted has taken hold of the stream that was there when it was imported.
    observers: list[Any] = [STDLibLogObserver()]
    globalLogBeginner.beginLoggingTo(observers, redirectStandardIO=False)
    return secrets


def _status(job: Job, secrets: Secrets) -> int:
    from twisted.internet import reactor as installed  # noqa: PLC0415 - importing it installs it

    reactor: Any = installed
    loop = asyncio.get_event_loop()
    crawling = Crawling(job, secrets)

    async def work() -> int:
        try:
            return await _done(crawling)
        finally:
            reactor.stop()

    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, crawling.stop)
    threading.Thread(target=_watch_parent, args=(loop, crawling), daemon=True).start()
    working = loop.create_task(work())
    reactor.run(installSignalHandlers=False)
    return working.result()


async def _done(crawling: Crawling) -> int:
    try:
        report = await (crawling.probe() if crawling.job.probe_url else crawling.feeds())
    except AfterwordError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Exception as error:  # noqa: BLE001 - the edge of this process
        # Not the traceback: a database's error quotes what it could not store.
        log.error("crawl_crashed", error=type(error).__name__)  # noqa: TRY400
        return 1
    sys.stdout.write(report)
    return INTERRUPTED if crawling.is_stopping else 0


def _watch_parent(loop: asyncio.AbstractEventLoop, crawling: Crawling) -> None:
    """Stop when standard input ends: the parent is gone."""
    sys.stdin.buffer.read()
    loop.call_soon_threadsafe(crawling.stop)
