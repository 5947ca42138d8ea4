"""The connections of a crawl: to public addresses alone, unless the feed is allowed others, and with bounded heads.

The check is on the address that is connected to: a name that meant something else a moment ago (DNS rebinding), an odd
spelling of an address and a redirect all come by here. A proxy of the environment (`https_proxy`) is the operator's
own: what it reaches is its to say.
"""

from typing import Any

from scrapy import Request
from scrapy.core.downloader.handlers.http11 import (
    HTTP11DownloadHandler,
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
    _ScrapyAgent,
)
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response
from scrapy.utils._download_handlers import wrap_twisted_exceptions
from scrapy.utils.defer import maybe_deferred_to_future
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress
from twisted.web.client import Agent, ResponseFailed
from zope.interface import directlyProvides, providedBy

from crawlers.addresses import is_public
from crawlers.losses import NotAsked, Private
from crawlers.outcomes import Outcome, Verdict

LARGEST_HEAD = 256_000
"""Bytes of a status line and all headers."""
LONGEST_HEADER = 64_000
MOST_ENCODINGS = 3
"""Layers of compression that are taken off one answer."""


class Gate:
    """Twisted's reactor, but for connections to addresses that are not public: those are refused before a packet."""

    def __init__(self, reactor: Any) -> None:
        self.reactor = reactor
        directlyProvides(self, providedBy(reactor))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reactor, name)

    def connectTCP(self, host: str, port: int, *rest: Any, **named: Any) -> Any:  # noqa: N802 - Twisted's name
        """Connect to an address that a name was resolved to; raises NotAsked where it is not public."""
        if not is_public(host):
            raise Private(host)
        return self.reactor.connectTCP(host, port, *rest, **named)


class _GatedAgent(_ScrapyAgent):
    def _get_agent(self, request: Request, timeout: float) -> Agent:
        from twisted.internet import reactor  # noqa: PLC0415 - importing it installs it

        if request.meta.get("proxy") or getattr(self._crawler.spider, "allows_private", False):
            return super()._get_agent(request, timeout)
        gate: Any = Gate(reactor)
        return Agent(gate, self._contextFactory, timeout, pool=self._pool)  # type: ignore[no-untyped-call]


class HeadTooLarge(Exception):
    """Headers without end."""


class _BoundedParser(_LenientHTTPClientParser):
    MAX_LENGTH = LONGEST_HEADER
    head_bytes = 0

    def lineReceived(self, line: bytes) -> None:  # noqa: N802 - Twisted's name
        self.head_bytes += len(line) + 1
        if self.head_bytes > LARGEST_HEAD:
            raise HeadTooLarge
        super().lineReceived(line)

    def lineLengthExceeded(self, _line: bytes) -> None:  # noqa: N802 - Twisted's name
        raise HeadTooLarge


class _BoundedProtocol(_LenientHTTP11ClientProtocol):
    def request(self, request: Any) -> "Deferred[Any]":
        answer = super().request(request)
        # As Scrapy itself puts its parser in the place of Twisted's.
        self._parser.__class__ = _BoundedParser
        return answer


class _BoundedFactory(_LenientHTTP11ClientFactory):
    def buildProtocol(self, _addr: IAddress | None) -> _BoundedProtocol:  # noqa: N802 - Twisted's name
        return _BoundedProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class Connections(HTTP11DownloadHandler):
    """Scrapy's download handler for http and https, gated and bounded; time and size of bodies it bounds itself."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _BoundedFactory  # noqa: SLF001 - as Scrapy sets its own

    async def download_request(self, request: Request) -> Response:
        """One answer, compressed as it came; raises NotAsked for an address that is not public."""
        agent = _GatedAgent(
            contextFactory=self._contextFactory,
            pool=self._pool,
            maxsize=self._default_maxsize,
            fail_on_dataloss=self._fail_on_dataloss,
            crawler=self._crawler,
        )
        try:
            with wrap_twisted_exceptions():
                response: Response = await maybe_deferred_to_future(agent.download_request(request))
        except DownloadFailedError as error:
            if _has_large_head(error):
                raise NotAsked(Verdict(Outcome.FAILED, "the headers of the answer are larger than is read")) from error
            raise
        if response.headers.get("Content-Encoding"):
            encodings = b",".join(response.headers.getlist("Content-Encoding")).split(b",")
            if len(encodings) > MOST_ENCODINGS:
                raise NotAsked(Verdict(Outcome.FAILED, f"the answer is compressed {len(encodings)} times over"))
        return response


def _has_large_head(error: DownloadFailedError) -> bool:
    failed = error.__cause__
    return isinstance(failed, ResponseFailed) and any(reason.check(HeadTooLarge) for reason in failed.reasons)
