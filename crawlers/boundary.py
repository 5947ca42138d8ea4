"""What may be fetched at all: only the feed's own site, whatever web content says, and only what robots.txt allows."""

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached

from crawlers.addresses import is_public, literal
from crawlers.losses import NotAsked, Private, loss
from crawlers.outcomes import TOO_MANY, Outcome, Verdict
from crawlers.sites import is_same_site, rebased


class OwnSite:
    """Downloader middleware, the first of all: whatever made a request, it stays on the spider's own site."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "OwnSite":
        """Scrapy's way of making a component."""
        return cls(crawler)

    def process_request(self, request: Request) -> Request | None:
        """Raise NotAsked for a request to another site than the one that is crawled, and for an inner address.

        A redirect of a stand-in may name the site that it stands in for: it stays with the stand-in. What a name stands
        for is looked at where it is connected to: `connections.Gate`.
        """
        own_sites: list[str] = getattr(self.crawler.spider, "own_sites", [])
        if not any(is_same_site(request.url, own) for own in own_sites):
            if any(is_same_site(request.url, site) for site in getattr(self.crawler.spider, "stands_in_for", ())):
                return request.replace(url=rebased(request.url, own_sites[0]))
            start_url = own_sites[0] if own_sites else "the feed"
            detail = f"{start_url} leads to {request.url[:200]}, another site: watch that one instead if it is right"
            raise NotAsked(Verdict(Outcome.FAILED, detail))
        address = literal(urlparse_cached(request).hostname or "")
        if address and not is_public(address) and not getattr(self.crawler.spider, "allows_private", False):
            raise Private(address)
        return None


MOST_ROBOTS = 500 * 1024
"""Bytes of robots.txt that are read: what RFC 9309 (2.5) asks for."""
NOBODY_THERE = (CannotResolveHostError, DownloadConnectionRefusedError, Private)
"""What says more of the site than of its robots.txt."""


class Robots(RobotsTxtMiddleware):
    """Scrapy's own, by the letter of RFC 9309 (2.3.1): a site that cannot say what it forbids forbids everything."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.unread: dict[str, Verdict] = {}
        """Why the robots.txt of a host could not be read."""

    async def process_request(self, request: Request) -> None:  # type: ignore[override]
        """Raise NotAsked for what robots.txt forbids, and for everything where it cannot be read."""
        if request.meta.get("dont_obey_robotstxt"):
            return
        is_allowed = await self.allows(request)
        if wrong := self.unread.get(urlparse_cached(request).netloc):
            raise NotAsked(wrong)
        if not is_allowed:
            raise NotAsked(Verdict(Outcome.FORBIDDEN_BY_ROBOTS, "robots.txt forbids this page"))

    async def allows(self, request: Request) -> bool:
        """Whether robots.txt was read and does not forbid a request."""
        parser = await self.robot_parser(request)
        if urlparse_cached(request).netloc in self.unread:
            return False
        return parser is None or parser.allowed(request.url, self._robotstxt_useragent or "")

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        status = response.status
        if status == TOO_MANY:
            raise NotAsked(Verdict(Outcome.RATE_LIMITED, f"HTTP {status} for robots.txt"))
        if 400 <= status < 500:  # noqa: PLR2004 - there is none, and everything is allowed
            response = response.replace(body=b"")
        elif not 200 <= status < 300:  # noqa: PLR2004
            raise NotAsked(Verdict(Outcome.FAILED, f"HTTP {status}"))
        if len(response.body) > MOST_ROBOTS:
            response = response.replace(body=response.body[:MOST_ROBOTS].rpartition(b"\n")[0])
        await super()._parse_robots(response, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        wrong = loss(exc)
        if wrong.outcome is Outcome.FAILED and not isinstance(exc, NOBODY_THERE):
            detail = f"robots.txt cannot be read, and until it can be the site is left alone: {wrong.detail}"
            wrong = Verdict(Outcome.FORBIDDEN_BY_ROBOTS, detail)
        self.unread[netloc] = wrong
        super()._robots_error(exc, netloc)
