"""Add a feed to a brand, by the words that people use: for `watch`, `feed add` and the demo alike."""

from dataclasses import replace
from datetime import datetime

from crawlers.queries import query_of
from crawlers.sites import is_loopback
from crawlers.sources import source_of
from store.brands import find_brand, find_location, ids_made
from store.database import Database
from store.feeds import NO_OPTIONS, FeedOptions, add_feed
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
    options: FeedOptions = NO_OPTIONS,
) -> Feed:
    """Add a feed; its channel is made where it is new. Raises NotFound for brand and location, Conflict for a twin.

    Raises Invalid where the query is none, or missing where the source searches. Whoever sits at this machine and names
    it (`http://127.0.0.1:8000/`) allows it thereby; any other address of the inner network needs the option.
    """
    source_of(kind).starts(target, query_of(options.query))
    if is_loopback(target):
        options = replace(options, allows_private=True)
    with db.write.begin() as session:
        owner = find_brand(session, brand)
        return add_feed(
            session,
            owner,
            kind=kind,
            target=target,
            channel_id=ids_made(session, Channel, owner.id, [channel])[channel],
            location_id=find_location(session, owner, location).id if location else None,
            options=options,
            now=now,
        )
