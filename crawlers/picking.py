"""What of a page is kept: what the query asks for, not once more what was kept; and how far a list is believed."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

from core.clock import now
from crawlers.items import CrawledMention, Page
from crawlers.outcomes import Seen
from crawlers.queries import Query
from crawlers.route import Route
from store.identity import content_hash

EMPTY_PAGES = 3
"""An empty page is not the end of a walk; so many in a row are."""


@dataclass(slots=True)
class Picking:
    """Of one crawl."""

    seen: Seen
    query: Query | None = None
    fingerprints: set[str] = field(init=False, default_factory=set)
    empty_pages: int = field(init=False, default=0)
    is_doubtful: bool = field(init=False, default=False)
    """Whether a page was such that what it does not show may be there all the same."""

    def begin(self) -> None:
        """Another start: its pages may be those of the one before."""
        self.empty_pages = 0
        self.fingerprints.clear()

    def picked(self, page: Page, route: Route) -> Page:
        """The page with what is kept of it; without a next one where it repeats one, or where nothing more comes."""
        # Before the query: what two pages have of it may be the same one mention, or none.
        fingerprint = content_hash(*(f"{mention.native_id}\n{mention.text}" for mention in page.mentions))
        repeats = bool(page.mentions) and fingerprint in self.fingerprints
        self.fingerprints.add(fingerprint)
        page = self._asked_for(page, route)
        if repeats:
            self.seen.is_repeating |= not page.may_repeat
            page = replace(page, mentions=(), threads=(), next_url=None)
        self.is_doubtful |= self.seen.is_repeating or page.problem is not None or page.is_selection
        self.is_doubtful |= not page.is_recognised
        if not route.in_thread:
            self.empty_pages = 0 if page.mentions or page.filtered or page.threads else self.empty_pages + 1
        if self.empty_pages == EMPTY_PAGES:
            self.is_doubtful = True
            page = replace(page, next_url=None)
        return page

    def _asked_for(self, page: Page, route: Route) -> Page:
        """What the query asks for, and its threads: answers need not name the brand."""
        if self.query is None:
            return page
        if route.in_thread:
            return route.of_kept(page)
        kept: dict[str, CrawledMention] = {}
        for mention in page.mentions:
            if (mention.in_thread and mention.reply_to in kept) or self.query.matches(mention.text):
                kept[mention.native_id] = mention
        threads = tuple(thread for thread in page.threads if thread.of in kept)
        # A date ahead would be the newest for ever.
        latest = now() + timedelta(days=1)
        dates = [at for one in page.mentions if not one.in_thread and (at := one.published_at) and at < latest]
        newest = {"newest": max(dates).isoformat()} if dates else {}
        route.left_out = {mention.native_id for mention in page.mentions} - set(kept)
        left_out = page.filtered + len(page.mentions) - len(kept)
        return replace(
            page, mentions=tuple(kept.values()), threads=threads, filtered=left_out,
            oldest_at=min(dates, default=None), cursor={**page.cursor, **newest},
        )  # fmt: skip
