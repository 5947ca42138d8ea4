"""Pages that only a browser can read: Chromium, by way of scrapy-playwright, within the bounds of any other crawl.

The browser resolves no name: it is told the address of the feed's own site, which was looked at before, and that there
is no other. So whatever a page's programs ask for, a redirect, a socket or a frame, there is nothing else to reach.
"""

import asyncio
import re
import resource
import socket
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from playwright.async_api import Request as Asked
from playwright.async_api import TimeoutError as PlaywrightTimeoutError
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError
from scrapy.http import Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler
from scrapy_playwright.page import PageMethod

from crawlers.addresses import is_public
from crawlers.boundary import Robots
from crawlers.connections import Connections
from crawlers.losses import NotAsked, Private
from crawlers.outcomes import Outcome, Verdict
from crawlers.sites import PORTS, is_same_site, port_of

NEEDED = frozenset({"document", "script", "stylesheet", "xhr", "fetch"})
"""Kinds of requests that a text may depend on: no images, fonts, films, beacons and sockets."""
SETTLES_WITHIN = 0.25
"""Of the time that a page may take: one that goes on asking after it was loaded is read as it is then."""
ENDS_WITHIN_S = 10
ARGUMENTS = (
    "--no-proxy-server",
    "--disable-quic",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--js-flags=--max-old-space-size=512",
)
NET_ERROR = re.compile(r"net::(\w+)")


class Browser(ScrapyPlaywrightDownloadHandler, Connections):  # type: ignore[misc]
    """Download handler that renders pages; robots.txt and what is no GET it fetches as any other crawl does."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.abort_request = self._is_refused
        self.is_ready = False
        # Chromium reserves more than a crawl may take, and would inherit the limit.
        _, most = resource.getrlimit(resource.RLIMIT_DATA)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))

    async def download_request(self, request: Request) -> Response:
        """A page as it is after its programs have run."""
        if request.method != "GET" or urlsplit(request.url).path == "/robots.txt":
            return await Connections.download_request(self, request)
        if not self.is_ready:
            rules = await self._host_rules()
            self.config.launch_options["args"] = [*ARGUMENTS, f"--host-resolver-rules={rules}"]
            self.is_ready = True
        request.meta.update(
            playwright=True,
            playwright_page_methods=[PageMethod(self._settle)],
            playwright_context_kwargs={
                "user_agent": self._crawler.settings["USER_AGENT"],
                "service_workers": "block",
                "accept_downloads": False,
            },
        )
        response = await self._within_time(request)
        if not is_same_site(response.url, request.url):
            raise NotAsked(Verdict(Outcome.FAILED, "the page leads to another site"))
        return response

    async def _within_time(self, request: Request) -> Response:
        within_s = self._crawler.settings.getfloat("DOWNLOAD_TIMEOUT")
        try:
            return await asyncio.wait_for(super().download_request(request), within_s)
        except (TimeoutError, PlaywrightTimeoutError) as error:
            await self._end()
            raise NotAsked(Verdict(Outcome.FAILED, f"the page was not ready within {within_s:g} s")) from error
        except RuntimeError as error:  # scrapy-playwright's, of a download that was not allowed
            raise NotAsked(Verdict(Outcome.FAILED, "it is a file to be saved, or saves one, and no page")) from error
        except PlaywrightError as error:
            await self._end()
            named = NET_ERROR.search(error.message)
            if named and named[1] == "ERR_CONNECTION_REFUSED":
                raise DownloadConnectionRefusedError from error
            words = f"the browser cannot read it: {named[1] if named else error.message.splitlines()[0][:200]}"
            raise NotAsked(Verdict(Outcome.FAILED, words)) from error

    async def _end(self) -> None:
        """Close what hangs: the page, and the browser where that hangs too."""
        contexts = [wrapper.context for wrapper in self.context_wrappers.values()]
        try:
            await asyncio.wait_for(asyncio.gather(*(context.close() for context in contexts)), ENDS_WITHIN_S)
        except (TimeoutError, PlaywrightError):
            with suppress(TimeoutError, PlaywrightError):
                await asyncio.wait_for(self.browser.close(), ENDS_WITHIN_S)

    async def _settle(self, page: Page) -> None:
        """Wait for what the page's programs ask for; raises NotAsked where they made more of it than is read."""
        with suppress(PlaywrightTimeoutError):
            within_ms = self._crawler.settings.getfloat("DOWNLOAD_TIMEOUT") * 1000 * SETTLES_WITHIN
            await page.wait_for_load_state("networkidle", timeout=within_ms)
        session = await page.context.new_cdp_session(page)
        tree = await session.send("Page.getFrameTree")
        # A world of its own: what a page says of its own size is its program's to say.
        world = await session.send("Page.createIsolatedWorld", {"frameId": tree["frameTree"]["frame"]["id"]})
        measure = {"expression": "document.documentElement.outerHTML.length", "contextId": world["executionContextId"]}
        measured = await session.send("Runtime.evaluate", measure)
        if measured["result"].get("value", 0) > self._crawler.settings.getint("DOWNLOAD_MAXSIZE"):
            raise NotAsked(Verdict(Outcome.FAILED, "the answer is larger than is read once it is rendered"))

    async def _is_refused(self, asked: Asked) -> bool:
        """Whether a request of the browser's is none that the text may depend on, or one that the site forbids."""
        own_sites: list[str] = getattr(self._crawler.spider, "own_sites", [])
        if asked.resource_type not in NEEDED or not any(is_same_site(asked.url, own) for own in own_sites):
            return True
        robots = self._crawler.get_downloader_middleware(Robots)
        obeys = getattr(getattr(self._crawler.spider, "source", None), "obeys_robots", True)
        return bool(obeys and robots and not await robots.allows(Request(asked.url)))

    async def _host_rules(self) -> str:
        """Chromium's own rules: each site of the feed is where it was found, and nothing else is anywhere."""
        own_sites: list[str] = getattr(self._crawler.spider, "own_sites", [])
        places = {place: None for site in own_sites for place in _places(site)}
        rules = [f"MAP {_written(*place)} {_written(await self._address(*place), place[1])}" for place in places]
        return ", ".join([*rules, "MAP * ~NOTFOUND"])

    async def _address(self, host: str, port: int) -> str:
        """The address of a host that may be connected to; raises Private where there is none."""
        try:
            loop = asyncio.get_running_loop()
            found: list[Any] = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise CannotResolveHostError(host) from error
        addresses = [str(address[0]) for *_, address in found]
        allows_private = getattr(self._crawler.spider, "allows_private", False)
        for address in addresses:
            if allows_private or is_public(address):
                return address
        raise Private(addresses[0])


def _places(site: str) -> list[tuple[str, int]]:
    """Host and port of a site; of one at a usual port with both, since they are one site."""
    parts = urlsplit(site)
    usual = sorted(PORTS.values())
    ports = usual if port_of(parts) in usual else [port_of(parts)]
    return [(parts.hostname or "", port) for port in ports]


def _written(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
