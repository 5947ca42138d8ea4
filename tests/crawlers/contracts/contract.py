"""What every source has to show, through the real crawling process, from a stand-in at `--base-url`, in five acts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crawlers.outcomes import Outcome
from tests.sites import Answers, as_json

GOOGLES_TOKEN = as_json({"access_token": "ya29.of-a-stand-in", "expires_in": 3599, "token_type": "Bearer"})
"""What is at `/token`, where all that sign in at Google ask: the one path that sources may share."""


class Act(StrEnum):
    """The five crawls, one after another, of one feed."""

    FIRST = "first"
    """Two pages (or all that a source of one page has)."""
    SECOND = "second"
    """The same with one new, one edited, one deleted."""
    EMPTY = "empty"
    """The source's own shape with nothing in it."""
    ERROR = "error"
    """The source's own error body."""
    CHANGED = "changed"
    """Good status, another layout."""


Route = Mapping[str, Answers]
"""What is answered at each path."""


@dataclass(frozen=True, kw_only=True)
class Contract:
    """A source's stand-in, and what must be kept of it. Texts are compared whole, and tell mentions apart."""

    kind: str
    target: str
    """An address that `watch` would take."""
    routes: Callable[[Act], Route]
    """Paths must be the source's real ones, so that no two sources share one."""
    first: frozenset[str]
    """The texts that are there after the first act."""
    second: frozenset[str]
    """The texts that are there, not removed, after the second act."""
    removed: frozenset[str] = frozenset()
    """The texts that are marked removed after it; none where the source cannot tell."""
    query: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    error: Outcome = Outcome.FAILED
    """How a crawl ends that gets the error body."""
    empty: Outcome = Outcome.EMPTY_UNEXPECTEDLY
