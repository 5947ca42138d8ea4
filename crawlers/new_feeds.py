"""Add a feed to a brand, by the words that people use: for `watch`, `feed add`, the demo and the API alike."""

from dataclasses import dataclass, replace
from datetime import datetime

from crawlers.queries import query_of
from crawlers.sites import is_loopback, site_slug
from crawlers.sources import source_of
from store.brands import clean_slug, find_location, ids_made
from store.database import WriteSession
from store.feeds import NO_OPTIONS, FeedOptions, add_feed
from store.models import Brand, Channel, Feed


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed that is being added, in words."""

    kind: str
    target: str
    channel: str | None = None
    """The name of its channel, made where it is new; none: the site."""
    location: str | None = None
    options: FeedOptions = NO_OPTIONS


def add_new(session: WriteSession, brand: Brand, new: NewFeed, *, now: datetime) -> Feed:
    """Add a feed. Raises UnknownSource for the kind, NotFound for the location, Conflict for a twin.

    Raises Invalid where the query is none, or missing where the source searches. Whoever sits at this machine and names
    it (`http://127.0.0.1:8000/`) allows it thereby; any other address of the inner network needs the option.
    """
    source_of(new.kind).starts(new.target, query_of(new.options.query))
    options = replace(new.options, allows_private=new.options.allows_private or is_loopback(new.target))
    channel = clean_slug(new.channel or site_slug(new.target))
    return add_feed(
        session,
        brand,
        kind=new.kind,
        target=new.target,
        channel_id=ids_made(session, Channel, brand.id, [channel])[channel],
        location_id=find_location(session, brand, new.location).id if new.location else None,
        options=options,
        now=now,
    )
