"""Crawling processes that are killed at random moments, and what each kill met."""

import os
import pickle
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic, sleep
from types import TracebackType
from typing import Self

import psutil

from core.settings import Settings
from crawlers.job import Job
from tests.sites import Site

SOON_S = 60


class Nursery:
    """A process that has imported all that a crawl needs, and forks one for each job.

    Two hundred crawls that each import it anew would take minutes of doing nothing else.
    """

    def __enter__(self) -> Self:
        code = "from tests.crawlers.kills import nurse; nurse()"
        self.process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.process.kill()
        self.process.communicate()

    def child(self, job: Job) -> int:
        """The process that does a job."""
        assert self.process.stdin
        assert self.process.stdout
        written = pickle.dumps(job)
        self.process.stdin.write(len(written).to_bytes(8, "big") + written)
        self.process.stdin.flush()
        return int(self.process.stdout.readline())


def nurse() -> None:
    """Fork a crawl for each job on standard input, and tell its number."""
    from crawlers.process import main  # noqa: PLC0415 - Twisted is for this process alone

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is dead is gone
    while length := sys.stdin.buffer.read(8):
        job = sys.stdin.buffer.read(int.from_bytes(length, "big"))
        if child := os.fork():
            sys.stdout.write(f"{child}\n")
            sys.stdout.flush()
            continue
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        reading, writing = os.pipe()
        os.write(writing, job)
        sys.stdin = os.fdopen(reading)  # stays open: the parent is there
        sys.stdout = sys.stderr
        main()


@dataclass
class Killer:
    """Kills crawls of one feed; `holds_lock` tells whether a process that stands still has a transaction open."""

    settings: Settings
    feed_id: int
    site: Site
    holds_lock: Callable[[], bool]
    chance: random.Random
    base_url: str | None = None
    kills: int = 0
    ended: int = 0
    """Crawls that were over before their end had come."""
    in_transaction: int = 0

    def kill(self, nursery: Nursery, *, most_requests: int) -> None:
        """Begin a crawl, and kill it while or shortly after it asks for a page; sometimes before it asks at all."""
        until = len(self.site.asked) + self.chance.randint(0, most_requests)
        child = nursery.child(Job(self.settings, feed_ids=[self.feed_id], base_url=self.base_url))
        give_up_at = monotonic() + SOON_S
        while len(self.site.asked) < until and psutil.pid_exists(child) and monotonic() < give_up_at:
            sleep(0.0005)
        sleep(self.chance.uniform(0, 0.05))
        if _stands_still(child):
            self.in_transaction += self.holds_lock()
            self.kills += 1
        else:
            self.ended += 1
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        while psutil.pid_exists(child):
            sleep(0.0005)


def _stands_still(child: int) -> bool:
    """Stop a process where it is, so that it can be looked at; whether it was still there."""
    try:
        os.kill(child, signal.SIGSTOP)
        while psutil.Process(child).status() != psutil.STATUS_STOPPED:
            sleep(0.0005)
    except (ProcessLookupError, psutil.NoSuchProcess):
        return False
    return True
