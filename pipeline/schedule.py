"""Cycles by the clock, beside the web server: one after another, never two at once."""

import threading
from collections.abc import Callable

import structlog

from core.errors import AfterwordError

log = structlog.get_logger()


def repeat(work: Callable[[], object], *, every_s: float, stopped: threading.Event) -> None:
    """Do the work now and then every so many seconds, until stopped. A failed round is logged; the next one follows."""
    while not stopped.is_set():
        try:
            work()
        except AfterwordError as error:
            log.warning("cycle_failed", reason=str(error))
        except Exception:
            # the schedule outlives whatever a round meets: it is the only thing that would try again
            log.exception("cycle_broke")
        stopped.wait(every_s)
