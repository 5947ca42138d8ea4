"""The mentions behind a claim, by their ids: what a report shows under its topics, in one read."""

from collections.abc import Collection

import sqlalchemy as sa

from store.database import ReadSession
from store.models import Brand, Channel, Location, Mention
from store.queries import MentionRow


def mentions_by_id(session: ReadSession, brand: Brand, ids: Collection[int]) -> dict[int, MentionRow]:
    """Those of these mentions that are the brand's and still there, without their labels; {} for no ids."""
    if not ids:
        return {}
    query = (
        sa.select(Mention, Location.slug, Channel.slug)
        .join(Channel, Channel.id == Mention.channel_id)
        .outerjoin(Location, Location.id == Mention.location_id)
        .where(Mention.id.in_(ids), Mention.brand_id == brand.id, Mention.removed_at.is_(None))
    )
    return {
        mention.id: MentionRow(mention, None, location, channel)
        for mention, location, channel in session.execute(query).all()
    }
