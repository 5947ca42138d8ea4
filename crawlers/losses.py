"""What it means that a request got no answer, in words."""

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)

from crawlers.outcomes import Outcome, Verdict


class NotAsked(IgnoreRequest):
    """A request that is not made, or an answer that is not taken; `verdict` says why."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.detail)
        self.verdict = verdict


class Private(NotAsked):
    """An address of the inner network that nobody allowed."""

    def __init__(self, address: str) -> None:
        way = "`watch` or `feed add` it with --allow-private if you mean it"
        detail = f"{address} is an address of the inner network: {way}"
        super().__init__(Verdict(Outcome.FAILED, detail))


LOSSES: tuple[tuple[type[BaseException], str, str], ...] = (
    (DownloadConnectionRefusedError, "", "the connection was refused"),
    (CannotResolveHostError, "", "there is no such host"),
    (DownloadTimeoutError, "", "the site did not answer in time"),
    (DownloadCancelledError, "", "the answer is larger than is read"),
    (ResponseDataLossError, "", "the answer broke off"),
    (UnsupportedURLSchemeError, "", "it leads to an address that is none of the web"),
    (IgnoreRequest, "max redirections", "it redirects again and again"),
    (IgnoreRequest, "DOWNLOAD_MAXSIZE", "the answer is larger than is read once it is unpacked"),
)
"""An error, a piece of its message (which may quote a signed address, and is not shown), and our words for it."""


def loss(error: BaseException | None) -> Verdict:
    """What it means that a request got no answer."""
    if isinstance(error, NotAsked):
        return error.verdict
    found = (words for kind, piece, words in LOSSES if isinstance(error, kind) and piece in str(error))
    return Verdict(Outcome.FAILED, next(found, f"no answer that can be read ({type(error).__name__})"))
