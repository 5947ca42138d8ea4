"""What may be fetched at all: only the feed's own site, whatever web content says, and only what robots.txt allows."""

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response

from crawlers.sites import is_same_site


class Elsewhere(IgnoreRequest):
    """A redirect or a link led to another site; the message says where."""


class OwnSite:
    """Downloader middleware, the first of all: whatever made a request, it stays on the spider's own site."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "OwnSite":
        """Scrapy's way of making a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Raise Elsewhere for a request to another site than the one that is crawled."""
        own_sites: list[str] = getattr(self.crawler.spider, "own_sites", [])
        if not any(is_same_site(request.url, own) for own in own_sites):
            start_url = own_sites[0] if own_sites else "the feed"
            msg = f"{start_url} leads to {request.url[:200]}, another site: watch that one instead if it is right"
            raise Elsewhere(msg)


NOTHING_ALLOWED = b"User-agent: *\nDisallow: /"
LOWEST_SERVER_ERROR = 500


class Robots(RobotsTxtMiddleware):
    """Scrapy's own, by the letter of RFC 9309 (2.3.1): a site that cannot say what it forbids forbids everything."""

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= LOWEST_SERVER_ERROR:
            response = response.replace(body=NOTHING_ALLOWED)
        await super()._parse_robots(response, netloc, request)
