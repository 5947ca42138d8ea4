"""On which days feeds spoke: what their habits are learnt from."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.clock import day_of
from store.database import ReadSession
from store.models import Mention


@dataclass(frozen=True, slots=True)
class FeedDays:
    """The days of the brand on which a feed said something new, and the day on which it was first read."""

    spoken_on: frozenset[date]
    watched_since: date


def feed_days(
    session: ReadSession, feed_ids: Collection[int], timezone: ZoneInfo, *, since: date
) -> Mapping[int, FeedDays]:
    """By feed, from what was published since a day; feeds without anything are left out.

    A mention counts on the day on which it was found, as some sources show it only weeks after its date; what was found
    at the first look counts on its own day, as all of the past came at once.
    """
    query = (
        sa.select(
            *(Mention.feed_id, Mention.said_on, sa.func.min(Mention.first_seen_at)),
            sa.func.max(Mention.first_seen_at),
        )
        .where(Mention.feed_id.in_(feed_ids), Mention.said_on >= since)
        .group_by(Mention.feed_id, Mention.said_on)
    )
    rows: dict[int | None, list[tuple[date, date, date]]] = {}
    for feed_id, said_on, first, last in session.execute(query):
        rows.setdefault(feed_id, []).append((said_on, day_of(first, timezone), day_of(last, timezone)))
    return {feed_id: _days(days) for feed_id, days in rows.items() if feed_id is not None}


def _days(rows: Collection[tuple[date, date, date]]) -> FeedDays:
    """From days of publication, each with the first and the last day on which something of it was found."""
    watched_since = min(first for _, first, _ in rows)
    past = {said_on for said_on, first, _ in rows if first == watched_since}
    found = {day for _, first, last in rows for day in (first, last) if day > watched_since}
    return FeedDays(frozenset(past | found), watched_since)
