"""A job for the crawling process, and the parent's side of doing it there."""

import pickle
import signal
import subprocess
import sys
from dataclasses import dataclass, field

from core.errors import AfterwordError
from core.settings import Settings

INTERRUPTED = 130
"""The exit status of a process that was asked to stop."""
DIES_WITHIN_S = 150
"""A crawl that was asked to stop ends with the request in flight; after so long it is killed."""


class CrawlCrashed(AfterwordError):
    """The crawling process ended before its work did; what it had begun has failed."""


@dataclass(frozen=True, slots=True)
class Job:
    """What the parent asks for: feeds to crawl, or one address to look at."""

    settings: Settings
    feed_ids: list[int] = field(default_factory=list)
    base_url: str | None = None
    progress: bool = False
    probe_url: str | None = None
    allows_private: bool = False
    """Whether the address to look at may be one of the inner network."""
    renders: bool = False
    """Whether the address to look at needs a browser."""


def done_in_child(job: Job) -> str:
    """Do a job in a process of its own; what it reports. Raises CrawlCrashed where it died."""
    # -P: a file of the working directory must not pass for a module.
    command = [sys.executable, "-P", "-m", "crawlers"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:  # noqa: S603 - our own
        assert child.stdin and child.stdout  # noqa: S101, PT018 - pipes, for the type checker
        try:
            child.stdin.write(pickle.dumps(job))
            child.stdin.flush()
            report = child.stdout.read().decode()
            status = child.wait()
        except KeyboardInterrupt:
            _end(child)
            raise
        except BrokenPipeError:
            report, status = "", child.wait()
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    if status:
        died = f"died of {signal.Signals(-status).name}" if status < 0 else "failed, see the log"
        msg = f"the crawling process {died}; what it had kept is kept, and the next crawl goes on from there"
        raise CrawlCrashed(msg)
    return report


def _end(child: subprocess.Popen[bytes]) -> None:
    """Let it end by itself: a terminal has told it already, and a closed standard input tells it too."""
    if child.stdin:
        child.stdin.close()
    try:
        child.wait(DIES_WITHIN_S)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        child.kill()
