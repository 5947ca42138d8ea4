"""From pages into the store: mentions, the cursor that covers them and the run's counts, one transaction a page."""

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from scrapy.crawler import Crawler

from core.clock import now, zone
from core.errors import Invalid
from crawlers.items import CrawledMention, Page
from crawlers.numbering import first_page
from crawlers.outcomes import SUCCESSES, Outcome, Verdict
from crawlers.sites import site_slug
from crawlers.texts import INVISIBLE
from crawlers.walk import Known, Step
from store.database import Database
from store.feeds import find_feed, postpone
from store.identity import content_hash, person_key
from store.mentions import Kept, NewMention
from store.models import Brand
from store.runs import beat, finish_run, has_mentions, keep_page, note_gone, start_run, stop_run
from store.sightings import fresh_to
from store.source_keys import brand_keys

log = structlog.get_logger()

LONGEST_ID = 300
CONTENT_ID = re.compile(r"[0-9a-f]{32}(?![0-9a-z])")
"""What `identities.content_id` gives, perhaps with a number after it."""
LONGEST_URL = 2000
LONGEST_LANGUAGE = 16
FUTURE = timedelta(days=1)
"""A date further ahead than any time zone is a mistake of the source."""


@dataclass(frozen=True, slots=True)
class Work:
    """One feed to crawl: what its spider has to know."""

    feed_id: int
    run_id: int
    channel_id: int
    location_id: int | None
    kind: str
    target: str
    base_url: str | None
    """The stand-in that takes the place of all its sites."""
    query: str
    allows_private: bool
    renders: bool
    keys: Mapping[str, str] = field(repr=False)
    """Secrets of its source that are set."""
    keys_problem: str | None
    """Why those that the brand has cannot be read; none where they can."""
    cursor: dict[str, Any]
    timezone: str
    had_mentions: bool


def _unseen(_values: Iterable[str]) -> None: ...


@dataclass(frozen=True, slots=True)
class Storage:
    """What spiders know of the store."""

    db: Database
    secret: bytes
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Secrets of sources, as the settings have them; those of a brand are in the store and go before."""
    hide: Callable[[Iterable[str]], None] = _unseen
    """Takes the secrets that come to light, so that no log shows them."""

    def start(self, feed_id: int, *, base_url: str | None) -> Work:
        """Open a run of a feed; raises NotFound, and CrawledElsewhere where another process crawls it."""
        with self.db.write.begin() as session:
            feed = find_feed(session, feed_id)
            try:
                own, problem = brand_keys(session, feed.brand_id, self.secret), None
            except Invalid as error:  # what concerns the keys of one brand keeps no feed without keys from its crawl
                own, problem = {}, str(error)
            return Work(
                feed_id=feed_id,
                run_id=start_run(session, feed_id, now=now()),
                channel_id=feed.channel_id,
                location_id=feed.location_id,
                kind=feed.kind,
                target=feed.target,
                base_url=base_url,
                query=feed.query,
                allows_private=feed.allows_private or base_url is not None,
                renders=feed.renders,
                keys={**self.keys, **own},
                keys_problem=problem,
                cursor=dict(feed.cursor),
                timezone=session.get_one(Brand, feed.brand_id).timezone,
                had_mentions=has_mentions(session, feed_id),
            )

    def keep(self, work: Work, page: Page, step_after: Callable[[Page, Kept], Step], known: Known) -> Kept:
        """Keep a page; what became of it decides the step, whose cursor is kept with it."""
        fetched_at = now()
        mentions = [
            new_mention(work, mention, self.secret, fetched_at, in_thread=page.in_thread) for mention in page.mentions
        ]
        removed = [_global_id(native_id, work.target, self.secret) for native_id in page.removed]
        with self.db.write.begin() as session:
            feed = find_feed(session, work.feed_id)
            kept = keep_page(
                session, feed, mentions, run_id=work.run_id, removed=removed, dropped=page.dropped,
                filtered=page.filtered, now=fetched_at,
            )  # fmt: skip
            if mentions and not kept.added:
                ids = [mention.native_id for mention in mentions]
                fresh = fresh_to(
                    session, feed, ids, others_until=known.others_until, own_until=known.own_until
                )  # fmt: skip
                kept = replace(kept, fresh=fresh)
            step = step_after(page, kept)
            feed.cursor = step.cursor
            if gone := step.gone:
                kept += note_gone(
                    session, feed, run_id=work.run_id, unseen_since=gone.unseen_since, newer_than=gone.newer_than,
                    now=fetched_at,
                )  # fmt: skip
        return kept

    def beat(self, work: Work) -> None:
        """Give a sign of life."""
        with self.db.write.begin() as session:
            beat(session, work.run_id, now=now())

    def stop(self, work: Work) -> None:
        """Close a run that somebody stopped."""
        with self.db.write.begin() as session:
            stop_run(session, work.run_id, now=now())

    def postpone(self, feed_ids: Sequence[int], until: datetime) -> None:
        """Leave feeds alone that ask a site which asks to come again later."""
        with self.db.write.begin() as session:
            postpone(session, feed_ids, until=until)

    def finish(self, work: Work, end: Verdict) -> None:
        """Close the run."""
        with self.db.write.begin() as session:
            finish_run(
                session,
                work.run_id,
                outcome=end.outcome,
                is_success=end.outcome in SUCCESSES,
                detail=end.detail,
                retry_at=end.retry_at,
                now=now(),
            )


def new_mention(
    work: Work, mention: CrawledMention, secret: bytes, fetched_at: datetime, *, in_thread: bool = False
) -> NewMention:
    """A crawled mention as the store takes it: the author hashed, dated at the fetch where the source has no date."""
    published_at, precision = mention.published_at, mention.precision
    if published_at is not None and precision != "second":
        # Without a zone it is the clock, and the day, of where the brand is.
        published_at = published_at.replace(tzinfo=zone(work.timezone))
    if published_at is None or published_at > fetched_at + FUTURE:
        published_at, precision = fetched_at, "fetched"
    url = INVISIBLE.sub("", mention.url or first_page(work.target))
    return NewMention(
        channel_id=work.channel_id,
        location_id=work.location_id,
        feed_id=work.feed_id,
        native_id=_global_id(mention.native_id, work.target, secret),
        text=mention.text,
        published_at=published_at,
        precision=precision,
        keeps_date=mention.is_counted_back,
        rating=mention.rating,
        rating_best=mention.best,
        rating_worst=mention.worst,
        language=_language(mention.language),
        author_key=person_key(secret, site_slug(work.target), mention.author),
        url=url if len(url) <= LONGEST_URL else None,
        answer=mention.answer,
        kind=mention.kind,
        reply_to=_global_id(mention.reply_to, work.target, secret) if mention.reply_to else None,
        in_thread=in_thread or mention.in_thread,
    )


def _language(told: str | None) -> str | None:
    """A language tag as the source gives it; none where it is no text, or too long for one."""
    tag = INVISIBLE.sub("", told).strip() if isinstance(told, str) else ""
    return tag if 0 < len(tag) <= LONGEST_LANGUAGE else None


def _global_id(native_id: str, target: str, secret: bytes) -> str:
    """An id with a scheme as it is; any other counts within its target, as two branches may both have a review 17."""
    clean = INVISIBLE.sub("", native_id)
    if CONTENT_ID.match(clean):
        # An author's name is part of it: only with the key can it be tried out against a list of names.
        return person_key(secret, target, clean) or clean
    scheme, colon, _ = clean.partition(":")
    if not (colon and scheme[:1].isalpha() and scheme.isalnum()):
        return f"{content_hash(target)}:{clean}" if len(clean) <= LONGEST_ID else content_hash(target, native_id)
    return clean if len(clean) <= LONGEST_ID else content_hash(native_id)


class StoragePipeline:
    """Scrapy's item pipeline: keeps each page, off the event loop, before the next one is asked for."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "StoragePipeline":
        """Scrapy's way of making a component."""
        return cls(crawler)

    async def process_item(self, item: Page) -> Page:
        """Keep the page and have the spider go on from it."""
        spider: Any = self.crawler.spider
        try:
            kept = await asyncio.to_thread(
                spider.storage.keep, spider.work, item, spider.step_after, spider.route.walk.known
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, the crawl has to say that something is missing
            # Its message would quote the texts.
            log.error("page_not_kept", feed=spider.work.feed_id, error=type(error).__name__)  # noqa: TRY400
            spider.fail(Verdict(Outcome.FAILED, f"the page could not be stored ({type(error).__name__})"))
        else:
            await spider.go_on(item, kept)
        return item
