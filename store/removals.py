"""Mentions that are gone at their source: they are kept, marked, and count no more."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from store.database import WriteSession
from store.marks import mark_removed
from store.mentions import Kept
from store.models import Mention

FEW = 10
"""So many may go at once whatever remains; of more, not more than remain."""


def remove_named(session: WriteSession, feed_id: int, native_ids: Sequence[str], *, now: datetime) -> int:
    """Mark what the source says is deleted; returns how many of them were there still."""
    query = sa.select(Mention.id).where(
        Mention.feed_id == feed_id, Mention.native_id.in_(native_ids), Mention.removed_at.is_(None)
    )
    ids = list(session.scalars(query))
    mark_removed(session, ids, now=now)
    return len(ids)


def remove_unseen(
    session: WriteSession,
    feed_id: int,
    *,
    unseen_since: datetime,
    newer_than: datetime | None,
    last_crawled_at: datetime | None = None,
    shows_others: bool = False,
    now: datetime,
) -> Kept:
    """Mark what no page showed since a moment, among what is newer than another (without it: among all).

    A source that suddenly shows nothing, or less than half, is rather broken than purged: then nothing is marked, and
    `doubted` says how many it would have been. What is listed in threads, or has no exact time, is told only where all
    was read. What was seen since `last_crawled_at`, when the feed's crawl before ended, another feed sees: nothing is
    said of it. `shows_others`: the source did show something, though perhaps only what is another feed's.
    """
    there = [Mention.feed_id == feed_id, Mention.removed_at.is_(None)]
    if newer_than is not None:
        there += [Mention.published_at > newer_than, Mention.in_thread.is_(False), Mention.precision == "second"]
    is_seen = Mention.seen_at >= unseen_since
    is_unseen = sa.or_(Mention.seen_at.is_(None), Mention.seen_at < unseen_since)
    if last_crawled_at is not None:
        is_unseen &= sa.or_(Mention.seen_at.is_(None), Mention.seen_at <= last_crawled_at)
    seen = session.scalar(sa.select(sa.func.count()).where(*there, is_seen)) or 0
    unseen = session.scalar(sa.select(sa.func.count()).where(*there, is_unseen)) or 0
    if not unseen:
        return Kept()
    if not (seen or shows_others) or unseen > max(FEW, seen):
        return Kept(doubted=unseen)
    mark_removed(session, session.scalars(sa.select(Mention.id).where(*there, is_unseen)), now=now)
    return Kept(removed=unseen)
