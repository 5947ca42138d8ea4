"""Wait as long as a site asks: `Retry-After` of a 429 or 503, and `Crawl-delay` of robots.txt."""

import asyncio
import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import structlog
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.robotstxt import RobotParser

from core.clock import now
from crawlers.outcomes import LATEST_RETRY, later

log = structlog.get_logger()

BUSY = frozenset({429, 503})
LONGEST_WAIT_S = 120
"""What is waited within a crawl; who asks for more is asked again by a later crawl."""
MOST_WAITS = 3
FIRST_WAIT_S = 5
"""Where no time is named: so many crawl delays, doubled each time."""
LONGEST_DELAY_S = 60
LOOKS_EVERY_S = 0.2


def retry_after(header: str, at: datetime) -> float | None:
    """The seconds that a `Retry-After` header asks for at a moment: a number or an HTTP date; none for neither."""
    text = header.strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return min(float(text), LATEST_RETRY.total_seconds())
    try:
        named = parsedate_to_datetime(text)
        seconds = (named.replace(tzinfo=named.tzinfo or UTC) - at).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(0.0, seconds), LATEST_RETRY.total_seconds())


class Throttle:
    """Downloader middleware: asks a busy site again when it said so, a few times; then the crawl is rate limited."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        crawler.signals.connect(self.slow_down, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Throttle":
        """Scrapy's way of making a component."""
        return cls(crawler)

    def slow_down(self, robotparser: RobotParser) -> None:
        """Keep the pause that robots.txt asks for, within reason."""
        asked = robotparser.crawl_delay(self.crawler.settings["USER_AGENT"]) or 0
        delay = min(asked, LONGEST_DELAY_S)
        if delay <= self.crawler.settings.getfloat("DOWNLOAD_DELAY"):
            return
        for slot in self.crawler.engine.downloader.slots.values():
            slot.delay = max(slot.delay, delay)
        for extension in self.crawler.extensions.middlewares:
            if hasattr(extension, "mindelay"):  # AutoThrottle would go below it
                extension.mindelay = max(extension.mindelay, delay)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Give the same request again after the pause, or the answer itself where waiting makes no sense."""
        if response.status not in BUSY:
            return response
        header = (response.headers.get("Retry-After") or b"").decode("latin-1")
        waits = request.meta.get("waits", 0)
        named = retry_after(header, now())
        delay = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        seconds = FIRST_WAIT_S * delay * 2**waits if named is None else named
        if waits >= MOST_WAITS or seconds > LONGEST_WAIT_S:
            self._give_up(response, named)
            return response
        log.info("site_is_busy", status=response.status, wait_s=math.ceil(seconds), waits=waits + 1)
        await waited(self.crawler, seconds)
        return request.replace(meta=request.meta | {"waits": waits + 1}, dont_filter=True)

    def _give_up(self, response: Response, named: float | None) -> None:
        """A named time is the source's own word, whatever the status; without one the status speaks for itself."""
        fail = getattr(self.crawler.spider, "fail", None)
        if fail and named is not None:
            fail(later(named, f"HTTP {response.status}; the site"))


async def waited(crawler: Crawler, seconds: float) -> None:
    """Wait, but no longer than the crawl goes on: Ctrl-C is not kept waiting."""
    for _ in range(math.ceil(seconds / LOOKS_EVERY_S)):
        if not crawler.crawling:
            return
        await asyncio.sleep(LOOKS_EVERY_S)
