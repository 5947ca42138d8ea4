"""How feeds fare, for whoever watches the service: one row a feed, with nothing of what it reads."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from store.database import ReadSession
from store.models import Brand, Feed

LATE = 2
"""So many of its own pauses after its time a feed is overdue: a cycle takes time, and begins by its own clock."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """One feed's state."""

    brand: str
    kind: str
    is_paused: bool
    last_outcome: str | None
    last_success_at: datetime | None
    next_crawl_at: datetime | None
    every_minutes: int
    created_at: datetime

    @property
    def due_at(self) -> datetime:
        """When it is to be read again; a new one as soon as it was added."""
        return self.next_crawl_at or self.created_at

    def is_overdue(self, now: datetime) -> bool:
        """Whether its time has passed for longer than a schedule that works would let it."""
        return not self.is_paused and now - self.due_at > timedelta(minutes=LATE * self.every_minutes)


def feed_states(session: ReadSession) -> list[FeedState]:
    """Every feed's."""
    columns = (
        *(Brand.slug, Feed.kind, Feed.is_paused, Feed.last_outcome, Feed.last_success_at, Feed.next_crawl_at),
        *(Feed.every_minutes, Feed.created_at),
    )
    return [FeedState(*row) for row in session.execute(sa.select(*columns).join(Brand, Brand.id == Feed.brand_id))]
