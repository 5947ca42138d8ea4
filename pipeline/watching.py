"""Add a feed to a brand, by the words that people use: for `watch`, `feed add` and the demo alike."""

from datetime import datetime

from store.brands import find_brand, find_location, ids_made
from store.database import Database
from store.feeds import EVERY_MINUTES, add_feed
from store.models import Channel, Feed


def add_watched(
    db: Database,
    brand: str,
    *,
    kind: str,
    target: str,
    channel: str,
    location: str | None,
    now: datetime,
    every_minutes: int = EVERY_MINUTES,
) -> Feed:
    """Add a feed; its channel is made where it is new. Raises NotFound for brand and location, Conflict for a twin."""
    with db.write.begin() as session:
        owner = find_brand(session, brand)
        return add_feed(
            session,
            owner,
            kind=kind,
            target=target,
            channel_id=ids_made(session, Channel, owner.id, [channel])[channel],
            location_id=find_location(session, owner, location).id if location else None,
            every_minutes=every_minutes,
            now=now,
        )
