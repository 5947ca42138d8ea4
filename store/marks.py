"""Marks on mentions that are kept: gone, a copy, suspect, the voice of their author; tallies follow."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.batches import batches
from core.labels import Side
from store.database import WriteSession
from store.models import Mention
from store.tallies import followed

MARKED_AT_ONCE = 5_000


def elect_voices(session: WriteSession, ids: Iterable[int]) -> None:
    """Give each author's voice to the newest mention in a location, channel and month, among these mentions.

    `ids` has to hold whole groups: all mentions of the author there. Without an author each mention is its own voice.
    Removed mentions and duplicates have none. A suspect mention takes no voice from another: what nobody suspects is
    then counted the same with and without suspects.
    """
    rank = (
        sa.func.row_number()
        .over(
            partition_by=(Mention.location_id, Mention.channel_id, Mention.month_on, Mention.author_key),
            order_by=(
                sa.or_(Mention.removed_at.is_not(None), Mention.duplicate_of_id.is_not(None)),
                Mention.suspicion.is_not(None),
                Mention.published_at.desc(),
                Mention.id.desc(),
            ),
        )
        .label("place")
    )
    ranked = (
        sa.select(Mention.id, Mention.is_voice, rank)
        .where(Mention.id.in_(list(ids)), Mention.author_key.is_not(None))
        .subquery()
    )
    changed = sa.select(ranked.c.id, ranked.c.place == 1).where(ranked.c.is_voice != (ranked.c.place == 1))
    if rows := session.execute(changed).all():
        session.execute(sa.update(Mention), [{"id": row_id, "is_voice": wins} for row_id, wins in rows])


def mark_removed(session: WriteSession, ids: Iterable[int], *, now: datetime) -> None:
    """Mark mentions that are gone at their source: they are kept, and count no more; their copies are screened anew."""
    mark(session, {mention: {"removed_at": now, "screened_at": None} for mention in ids})


def mark_duplicates(session: WriteSession, ids: Iterable[int], *, of_id: int) -> None:
    """Mark mentions as copies of another: they are kept, and count no more."""
    mark(session, {mention: {"duplicate_of_id": of_id} for mention in ids})


def mark(session: WriteSession, marks: Mapping[int, Mapping[str, Any]]) -> None:
    """Change columns of many mentions, by id: voices and tallies follow. The brand's turn is the caller's."""
    for some in batches(marks.items(), MARKED_AT_ONCE):
        _mark(session, dict(some))


def _mark(session: WriteSession, marks: Mapping[int, Mapping[str, Any]]) -> None:
    group = sa.select(Mention.brand_id, Mention.author_key, Mention.month_on).where(Mention.id.in_(marks)).subquery()
    rivals = session.scalars(
        sa.select(Mention.id).join(
            group,
            (Mention.brand_id == group.c.brand_id)
            & (Mention.author_key == group.c.author_key)
            & (Mention.month_on == group.c.month_on),
        )
    )
    with followed(session, Side.SOCIAL, {*marks, *rivals}) as touched:
        session.execute(sa.update(Mention), [{"id": mention, **values} for mention, values in marks.items()])
        elect_voices(session, touched)
