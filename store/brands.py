"""Brands, their locations and their channels: found by slug, made when an import meets a new one."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa

from core.clock import zone
from core.errors import Conflict, Invalid, NotFound
from store.database import ReadSession, WriteSession, insert_for
from store.models import Brand, Channel, Location

LONGEST_SLUG = 100
NOWHERE = 0
"""The location id, in tallies, of what belongs to no location."""


def clean_slug(value: str) -> str:
    """The value with white space folded; raises Invalid where it is empty, unprintable or over 100 characters."""
    slug = " ".join(value.split())
    if not slug or len(slug) > LONGEST_SLUG or not slug.isprintable():
        msg = f"a slug has 1 to {LONGEST_SLUG} printable characters, not {slug[:40]!r}"
        raise Invalid(msg)
    return slug


def find_brand(session: ReadSession, slug: str) -> Brand:
    """The brand of this slug; raises NotFound."""
    brand = session.scalar(sa.select(Brand).where(Brand.slug == slug))
    if brand is None:
        msg = f"there is no brand {slug!r}; add it with `afterword brand add`"
        raise NotFound(msg)
    return brand


def all_brands(session: ReadSession) -> list[Brand]:
    """Every brand, by slug."""
    return list(session.scalars(sa.select(Brand).order_by(Brand.slug)))


def add_brand(session: WriteSession, slug: str, *, name: str, timezone: str, now: datetime) -> Brand:
    """Add a brand; raises Conflict if the slug is taken and Invalid for an unknown time zone."""
    slug, _ = clean_slug(slug), zone(timezone)
    if session.scalar(sa.select(Brand.id).where(Brand.slug == slug)) is not None:
        msg = f"there is a brand {slug!r} already"
        raise Conflict(msg)
    brand = Brand(slug=slug, name=name, timezone=timezone, created_at=now)
    session.add(brand)
    session.flush()
    return brand


def find_location(session: ReadSession, brand: Brand, slug: str) -> Location:
    """The brand's location of this slug; raises NotFound."""
    location = session.scalar(sa.select(Location).where(Location.brand_id == brand.id, Location.slug == slug))
    if location is None:
        msg = f"{brand.slug} has no location {slug!r}; add it with `afterword location add`"
        raise NotFound(msg)
    return location


def find_channel(session: ReadSession, brand: Brand, slug: str) -> Channel:
    """The brand's channel of this slug; raises NotFound that names those it has."""
    channels = {channel.slug: channel for channel in list_channels(session, brand)}
    if slug not in channels:
        msg = f"{brand.slug} has no channel {slug!r}; it has {', '.join(list(channels)[:20]) or 'none'}"
        raise NotFound(msg)
    return channels[slug]


def add_location(session: WriteSession, brand: Brand, slug: str, *, name: str) -> Location:
    """Add a location to a brand; raises Conflict if the slug is taken."""
    slug = clean_slug(slug)
    if slugs_to_ids(session, Location, brand.id, [slug]):
        msg = f"{brand.slug} has a location {slug!r} already"
        raise Conflict(msg)
    location = Location(brand_id=brand.id, slug=slug, name=name)
    session.add(location)
    session.flush()
    return location


def slugs_to_ids(
    session: ReadSession, table: type[Location] | type[Channel], brand_id: int, slugs: Iterable[str]
) -> dict[str, int]:
    """Ids of those slugs of a brand that exist."""
    query = sa.select(table.slug, table.id).where(table.brand_id == brand_id, table.slug.in_(set(slugs)))
    return dict(session.execute(query).all())


def ids_made(
    session: WriteSession, table: type[Location] | type[Channel], brand_id: int, slugs: Iterable[str]
) -> dict[str, int]:
    """Ids of all these slugs, making those that are new (two imports at once make them once)."""
    wanted = set(slugs)
    ids = slugs_to_ids(session, table, brand_id, wanted)
    if missing := sorted(wanted - ids.keys()):
        rows = [{"brand_id": brand_id, "slug": slug, "name": slug} for slug in missing]
        session.execute(insert_for(session, table).values(rows).on_conflict_do_nothing())
        ids |= slugs_to_ids(session, table, brand_id, missing)
    return ids


def list_locations(session: ReadSession, brand: Brand) -> list[Location]:
    """The locations of a brand, by slug."""
    return list(session.scalars(sa.select(Location).where(Location.brand_id == brand.id).order_by(Location.slug)))


def list_channels(session: ReadSession, brand: Brand) -> list[Channel]:
    """The channels of a brand, by slug."""
    return list(session.scalars(sa.select(Channel).where(Channel.brand_id == brand.id).order_by(Channel.slug)))


def slugs_of(session: ReadSession, brand: Brand) -> dict[str, dict[int, str | None]]:
    """Slugs by id of the brand's locations and channels, as tallies name them; what belongs to no location has none."""
    locations: dict[int, str | None] = {NOWHERE: None}
    channels: dict[int, str | None] = {}
    for table, slugs in ((Location, locations), (Channel, channels)):
        slugs.update(session.execute(sa.select(table.id, table.slug).filter_by(brand_id=brand.id)).all())
    return {"location": locations, "channel": channels}
