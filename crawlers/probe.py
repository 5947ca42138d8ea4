"""Fetch one address once, by the same rules as a crawl, and ask each source whether it reads what comes."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from scrapy import Request, Spider
from scrapy.http import Response
from twisted.python.failure import Failure

from core.errors import UnknownSource
from crawlers.items import Answer
from crawlers.losses import loss
from crawlers.outcomes import Outcome, Verdict, refusal
from crawlers.pages import html_page
from crawlers.sites import clean_address
from crawlers.sources import SOURCES, supported
from crawlers.spider import answer_of
from crawlers.threads import READ_WITHIN_S, apart

REFUSALS = {
    Outcome.GONE: "there is no page at this address",
    Outcome.BLOCKED: "the site refuses us",
    Outcome.CAPTCHA: "the site asks for a captcha, and there it ends for us",
    Outcome.RATE_LIMITED: "the site asks to come again later",
    Outcome.FORBIDDEN_BY_ROBOTS: "robots.txt of the site forbids this page; import a file instead (`afterword import`)",
    Outcome.FAILED: "the page cannot be fetched",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """What an address turned out to be: a source's kind, its target and the page's title, or why it is none."""

    kind: str | None = None
    target: str = ""
    """What is to be fetched of the site; as the page was fetched, perhaps from a stand-in."""
    title: str = ""
    error: str | None = None


class ProbeSpider(Spider):
    """Fetches one page and says what it found in `findings`."""

    name = "probe"

    def __init__(self, *, start_url: str, findings: list[Finding], allows_private: bool = False) -> None:
        super().__init__()
        self.start_url, self.findings, self.allows_private = start_url, findings, allows_private
        self.own_sites = [start_url]

    async def start(self) -> AsyncIterator[Any]:
        """The one request."""
        yield Request(self.start_url, callback=self.parse, errback=self.lost, dont_filter=True)

    async def parse(self, response: Response, **_: Any) -> None:
        """Name the source that reads the answer."""
        if wrong := refusal(response.status, response.body):
            self.fail(wrong)
            return
        answer = answer_of(response, response.url)
        try:
            self.findings.append(await apart(partial(finding_of, answer), within_s=READ_WITHIN_S))
        except TimeoutError:
            self.findings.append(Finding(error=f"the page cannot be read within {READ_WITHIN_S} s"))

    def lost(self, failure: Failure) -> None:
        """Say why there was no answer."""
        self.fail(loss(failure.value))

    def fail(self, wrong: Verdict) -> None:
        """Say what went wrong."""
        self.findings.append(Finding(error=f"{REFUSALS[wrong.outcome]}: {wrong.detail}"))


def finding_of(answer: Answer) -> Finding:
    """Which source reads an answer; pure. The first of the registry that recognises it.

    Where a source only knows what to watch instead, and no other reads it, that is the error.
    """
    problems: list[str] = []
    instead: list[str] = []
    for kind, source in SOURCES.items():
        try:
            target, page = source.found_behind(answer)
        except UnknownSource as error:
            instead.append(str(error))
            continue
        if target:
            return Finding(kind=kind, target=target, title=page.title)
        problems += [page.problem] if page.problem else []
    return Finding(error=instead[0] if instead else _unread(answer, problems))


def _unread(answer: Answer, problems: list[str]) -> str:
    broken = [problem for problem in problems if "JSON-LD" in problem]
    if broken:
        return f"{broken[0]}. No review could be read from the page"
    if feeds := html_page(answer).feeds:
        return f"the page holds no reviews that we can read, but it offers a feed: try {clean_address(feeds[0])}"
    return f"the page holds no reviews that we can read. Supported are: {supported()}"
