"""Wait as long as a site asks: `Retry-After` of a 429 or 503, used-up rate limits, `Crawl-delay` of robots.txt."""

import asyncio
import math
from time import monotonic

import structlog
from scrapy import Request, signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from core.clock import now
from crawlers.limits import reset_after, retry_after, used_up_for
from crawlers.losses import NotAsked
from crawlers.outcomes import later

log = structlog.get_logger()

BUSY = frozenset({429, 503})
LONGEST_WAIT_S = 120
"""What is waited within a crawl; who asks for more is asked again by a later crawl."""
MOST_WAITS = 3
FIRST_WAIT_S = 5
"""Where no time is named: so many crawl delays, doubled each time."""
LONGEST_DELAY_S = 60
LOOKS_EVERY_S = 0.2


class Throttle:
    """Downloader middleware: asks a busy site again when it said so, a few times; then the crawl is rate limited."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.free_at: dict[str, float] = {}
        """When a host that had no request left takes one again, on the monotonic clock."""
        crawler.signals.connect(self.slow_down, signal=signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "Throttle":
        """Scrapy's way of making a component."""
        return cls(crawler)

    def slow_down(self, robotparser: RobotParser) -> None:
        """Keep the pause that robots.txt asks for, within reason."""
        asked = robotparser.crawl_delay(self.crawler.settings["ROBOTSTXT_USER_AGENT"]) or 0
        delay = min(asked, LONGEST_DELAY_S)
        if delay <= self.crawler.settings.getfloat("DOWNLOAD_DELAY"):
            return
        for slot in self.crawler.engine.downloader.slots.values():
            slot.delay = max(slot.delay, delay)
        for extension in self.crawler.extensions.middlewares:
            if hasattr(extension, "mindelay"):  # AutoThrottle would go below it
                extension.mindelay = max(extension.mindelay, delay)

    async def process_request(self, request: Request) -> None:
        """Wait until the host has requests left; raises NotAsked where that is longer than is waited within a crawl."""
        seconds = self.free_at.get(urlparse_cached(request).netloc, 0) - monotonic()
        if seconds > LONGEST_WAIT_S:
            raise NotAsked(later(seconds, "the site has answered all that it answers in a while and"))
        if seconds > 0:
            log.info("rate_limit_is_used_up", wait_s=math.ceil(seconds))
            await waited(self.crawler, seconds)

    async def process_response(self, request: Request, response: Response) -> Request | Response:
        """Give the same request again after the pause, or the answer itself where waiting makes no sense."""
        headers = {str(name).lower(): text for name, text in response.headers.to_unicode_dict().items()}
        if response.status not in BUSY:
            if seconds := used_up_for(headers, now()):
                self.free_at[urlparse_cached(request).netloc] = monotonic() + seconds
            return response
        named = retry_after(headers.get("retry-after", ""), now())
        if named is None:
            named = reset_after(headers, now())
        waits = request.meta.get("waits", 0)
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
