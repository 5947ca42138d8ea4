"""Decide which sources ail, and leave what changed as rows: a feed that fails, or is silent beyond its own habit."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from alerts.rules import Changes
from core.clock import day_of, zone
from metrics.silence import SilenceRule, silence
from store.alerts import last_feed_alerts, open_alert
from store.database import WriteSession
from store.feed_days import feed_days
from store.feeds import FeedRow, list_feeds
from store.models import Alert, Brand, Feed

SOURCE_HEALTH = "source_health"
FAILURES = 3
"""So many crawls in a row without success are told, whatever the reason."""
LASTING = frozenset(
    {"blocked", "captcha", "layout_changed", "gone", "forbidden_by_robots", "empty_unexpectedly", "repeating_pages"}
)
"""Outcomes that rarely pass by themselves: told after a day, also where a feed is crawled more rarely than that."""
LASTING_FOR = timedelta(days=1)
FOR_A_PERSON = frozenset({"needs_key"})
"""Outcomes that never pass by themselves: told at once."""
SAME_TROUBLE = timedelta(days=2)
"""What comes back so soon after it ended is the same trouble: nobody is told twice."""


class Trouble(NamedTuple):
    """What is wrong with a source."""

    feed: Feed
    evidence: dict[str, Any]


def check_sources(session: WriteSession, brand: Brand, *, as_of: datetime, rule: SilenceRule | None = None) -> Changes:
    """Look at every feed of a brand and write what changed; again is harmless.

    An alert opens once, goes on, and closes when the source gives something again or a person pauses the feed. A feed
    that was crawled after `as_of` is left alone: how it fared before is not known any more.
    """
    rows = [row for row in list_feeds(session, brand_id=brand.id) if _is_known_at(row.feed, as_of)]
    troubles = {trouble.feed.id: trouble for trouble in _failing(rows, as_of)}
    troubles |= {trouble.feed.id: trouble for trouble in _silent(session, brand, rows, as_of, rule or SilenceRule())}
    last = last_feed_alerts(session, brand.id, SOURCE_HEALTH)
    changes = Changes()
    for row in rows:
        changes += _follow(session, brand, last.get(row.feed.id), row.feed, troubles.get(row.feed.id), as_of)
    return changes


def _is_known_at(feed: Feed, as_of: datetime) -> bool:
    return feed.last_crawled_at is not None and feed.last_crawled_at <= as_of


def _failing(rows: Iterable[FeedRow], as_of: datetime) -> Iterable[Trouble]:
    for row in rows:
        feed = row.feed
        if feed.is_paused or not feed.failures or feed.failing_since is None:
            continue
        lasts = as_of - feed.failing_since >= LASTING_FOR
        is_told = feed.last_outcome in FOR_A_PERSON or (feed.last_outcome in LASTING and lasts)
        if is_told or feed.failures >= FAILURES:
            yield Trouble(feed, _failure(row, feed.failing_since))


def _failure(row: FeedRow, since: datetime) -> dict[str, Any]:
    return {
        "reason": "failing",
        **_of_feed(row.feed),
        "outcome": row.feed.last_outcome,
        "detail": row.run.detail if row.run else None,
        "failures": row.feed.failures,
        "since": since.isoformat(),
    }


def _silent(
    session: WriteSession, brand: Brand, rows: Iterable[FeedRow], as_of: datetime, rule: SilenceRule
) -> Iterable[Trouble]:
    """Feeds that answer well and say nothing new. Only those that said nothing yesterday are looked at."""
    timezone = zone(brand.timezone)
    today = day_of(as_of, timezone)
    feeds = {
        row.feed.id: row.feed
        for row in rows
        if not row.feed.is_paused and not row.feed.failures and row.feed.last_added_at
        and day_of(row.feed.last_added_at, timezone) < today - timedelta(days=1)
    }  # fmt: skip
    days = feed_days(session, feeds.keys(), timezone, since=today - timedelta(days=rule.window_days)) if feeds else {}
    for feed_id, known in days.items():
        found = silence(known.spoken_on, today, watched_since=known.watched_since, rule=rule)
        if found and found.is_unusual:
            evidence = {
                "since": found.since.isoformat(),
                "silent_days": found.days,
                "usual_gap_days": round(found.usual_gap, 2),
                "longest_gap_days": found.longest_gap,
                "p_value": found.p_value,
            }
            yield Trouble(feeds[feed_id], {"reason": "silent", **_of_feed(feeds[feed_id]), **evidence})


def _of_feed(feed: Feed) -> dict[str, Any]:
    success = feed.last_success_at
    return {"source": feed.kind, "target": feed.target, "last_success_at": success.isoformat() if success else None}


def _follow(
    session: WriteSession, brand: Brand, alert: Alert | None, feed: Feed, trouble: Trouble | None, as_of: datetime
) -> Changes:
    """Move the alert of one feed from state to state."""
    today = day_of(as_of, zone(brand.timezone))
    is_open = alert is not None and alert.closed_on is None
    if trouble is None:
        if alert is None or not is_open:
            return Changes()
        alert.closed_on = today
        return Changes(closed=(alert.id,))
    if alert is not None and (alert.closed_on is None or today - alert.closed_on <= SAME_TROUBLE):
        alert.closed_on, alert.last_seen_on, alert.evidence = None, max(alert.last_seen_on, today), trouble.evidence
        return Changes()
    opened = open_alert(
        session, brand_id=brand.id, kind=SOURCE_HEALTH, location_id=feed.location_id, feed_id=feed.id, on=today,
        evidence=trouble.evidence, now=as_of,
    )  # fmt: skip
    return Changes(opened=(opened.id,))
