"""What a feed may not know of what is stored: another feed, or another start of it, may have stored it meanwhile."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from store.database import ReadSession
from store.models import Feed, Mention


def fresh_to(
    session: ReadSession,
    feed: Feed,
    native_ids: Sequence[str],
    *,
    others_until: datetime | None,
    own_until: datetime,
) -> int:
    """How many of these were first stored so late that the feed's pass before did not come by them.

    By another feed since that pass began (none: it is not known when), or by this one since it ended.
    """
    late = [Mention.first_seen_at >= own_until]
    if others_until is not None:
        others = sa.or_(Mention.feed_id.is_(None), Mention.feed_id != feed.id)
        late.append(sa.and_(others, Mention.first_seen_at >= others_until))
    query = sa.select(sa.func.count()).where(
        Mention.brand_id == feed.brand_id,
        Mention.channel_id == feed.channel_id,
        Mention.native_id.in_(native_ids),
        sa.or_(*late),
    )
    return session.scalar(query) or 0
