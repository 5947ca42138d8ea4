"""Reads for reports, pages and rules: from the tallies where counts are wanted, by keyset where texts are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core.counts import SegmentCounts
from core.errors import Invalid
from core.labels import Label, Side
from store.brands import NOWHERE
from store.contributions import ANYTHING, EVIDENCE
from store.database import ReadSession
from store.models import Brand, Channel, Grain, Location, Mention, MentionLabel, Tally, TopicTally
from store.sums import SegmentSums

DIMENSIONS = ("location", "month", "channel", "topic")
STAGE = "stage:"
"""What the topics of a tally begin with that are stages of a visit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What part of a brand a report is about: half-open days `[start, end)`, slugs of location and channel."""

    start: date | None = None
    end: date | None = None
    location: str | None = None
    channel: str | None = None


def dimensions(by: str | None) -> tuple[str, ...]:
    """Parse `location,month`; raises Invalid for what a tally cannot be cut by."""
    names = tuple(name.strip() for name in (by or "").split(",") if name.strip())
    for name in names:
        if name not in DIMENSIONS:
            msg = f"cannot report by {name!r}: choose from {', '.join(DIMENSIONS)}"
            raise Invalid(msg)
    return tuple(dict.fromkeys(names))


def segments(session: ReadSession, brand: Brand, by: Sequence[str], part: Slice | None = None) -> list[SegmentCounts]:
    """Both sides of every segment, summed from the tallies: the cost does not depend on how many mentions there are.

    Ordered by the dimensions as given. With no dimensions it is one segment, `{}`, also when nothing was counted. By
    topic only voices with a text count, one in each topic that it speaks of; raises Invalid then for a part of a month.
    """
    part = part or Slice()
    table, on = (TopicTally, TopicTally.month_on) if "topic" in by else (Tally, Tally.said_on)
    columns: dict[str, Any] = {
        "location": table.location_id,
        "month": sa.func.substr(sa.cast(on, sa.String), 1, 7),
        "channel": table.channel_id,
        "topic": TopicTally.topic,
    }
    keys = [columns[name] for name in by]
    groups = [table.side, table.kind, table.suspect]
    query = (
        sa.select(*keys, *groups, *(sa.func.sum(getattr(table, name)) for name in EVIDENCE))
        .where(table.brand_id == brand.id, table.side.in_(list(Side)), *_of_grain(table, part))
        .where(*_within(session, brand, part, table, on))
        .group_by(*keys, *groups)
    )
    found: dict[tuple[Any, ...], SegmentSums] = {} if by else {(): SegmentSums()}
    for row in session.execute(query):
        found.setdefault(tuple(row[: len(by)]), SegmentSums()).add(*row[len(by) :])
    names = _names(session, brand)
    rows = [
        sums.counts({name: _named(names, name, key) for name, key in zip(by, keyed, strict=True)})
        for keyed, sums in found.items()
    ]
    return sorted(rows, key=lambda row: [value or "" for value in row.segment.values()])


def _of_grain(table: type[Tally | TopicTally], part: Slice) -> list[sa.ColumnElement[bool]]:
    """Rows of months where whole ones are asked for, thirty times fewer than days; topics have no others."""
    whole = all(day is None or day.day == 1 for day in (part.start, part.end))
    if table is Tally:
        return [Tally.grain == (Grain.MONTH if whole else Grain.DAY)]
    if not whole:
        msg = "topics are counted by month: from and to are first days of a month"
        raise Invalid(msg)
    return [TopicTally.topic != ANYTHING, ~TopicTally.topic.startswith(STAGE)]


def _named(names: dict[str, dict[int, str | None]], dimension: str, key: Any) -> str | None:
    return names[dimension][key] if dimension in names else key


def _names(session: ReadSession, brand: Brand) -> dict[str, dict[int, str | None]]:
    """Slugs by id; what belongs to no location has none."""
    locations: dict[int, str | None] = {NOWHERE: None}
    channels: dict[int, str | None] = {}
    for table, slugs in ((Location, locations), (Channel, channels)):
        slugs.update(session.execute(sa.select(table.id, table.slug).filter_by(brand_id=brand.id)).all())
    return {"location": locations, "channel": channels}


def _within(
    session: ReadSession, brand: Brand, part: Slice, table: type[Tally | TopicTally], on: Any
) -> list[sa.ColumnElement[bool]]:
    """Conditions on a tally; an unknown location or channel matches nothing."""
    conditions: list[sa.ColumnElement[bool]] = []
    if part.start is not None:
        conditions.append(on >= part.start)
    if part.end is not None:
        conditions.append(on < part.end)
    if part.location is not None:
        ids = session.scalars(sa.select(Location.id).filter_by(brand_id=brand.id, slug=part.location))
        conditions.append(table.location_id.in_(ids.all()))
    if part.channel is not None:
        ids = session.scalars(sa.select(Channel.id).filter_by(brand_id=brand.id, slug=part.channel))
        conditions.append(table.channel_id.in_(ids.all()))
    return conditions


@dataclass(frozen=True, slots=True)
class DayCount:
    """What the public said of one location (none: of no location) on one day: all voices, and the detractors."""

    location_id: int | None
    said_on: date
    n: int
    detractors: int


def social_days(session: ReadSession, brand: Brand, *, start: date, end: date) -> list[DayCount]:
    """Days with public voices in `[start, end)`, by location and day."""
    query = (
        sa.select(Tally.location_id, Tally.said_on, sa.func.sum(Tally.voices), sa.func.sum(Tally.detractors))
        .where(Tally.brand_id == brand.id, Tally.side == Side.SOCIAL, Tally.grain == Grain.DAY)
        .where(Tally.said_on >= start, Tally.said_on < end)
        .group_by(Tally.location_id, Tally.said_on)
        .order_by(Tally.location_id, Tally.said_on)
    )
    return [DayCount(place or None, on, int(n), int(d)) for place, on, n, d in session.execute(query)]


def detractor_ids(session: ReadSession, brand: Brand, *, location_id: int | None, on: date, limit: int) -> list[int]:
    """Ids of a day's counted detractor voices, the surest first; of the whole brand where no location is given."""
    query = (
        sa.select(Mention.id)
        .outerjoin(
            MentionLabel, (MentionLabel.mention_id == Mention.id) & (MentionLabel.labeller_id == Mention.labeller_id)
        )
        .where(
            Mention.brand_id == brand.id,
            Mention.said_on == on,
            Mention.is_voice,
            Mention.removed_at.is_(None),
            Mention.duplicate_of_id.is_(None),
            counted_label() == Label.DETRACTOR,
        )
        .order_by(MentionLabel.detractor.desc().nulls_last(), Mention.id)
        .limit(limit)
    )
    if location_id is not None:
        query = query.where(Mention.location_id == location_id)
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class MentionRow:
    """A mention with its label and the slugs of where it belongs, as the API and the page show it."""

    mention: Mention
    label: MentionLabel | None
    location: str | None
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionFilter:
    """Which mentions to list; moments are aware and half-open, `q` is looked for in the text, any case."""

    location: str | None = None
    channel: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    label: Label | None = None
    q: str | None = None


def counted_label() -> sa.ColumnElement[Any]:
    """The class a mention counts as: its rating's where it has one, else its text's."""
    return sa.func.coalesce(Mention.rating_label, MentionLabel.label)


def mentions_page(
    session: ReadSession,
    brand: Brand,
    wanted: MentionFilter,
    *,
    before: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[MentionRow]:
    """Mentions, the newest first, at most `limit`; `before` is (published_at, id) of the former page's last row."""
    query = (
        sa.select(Mention, MentionLabel, Location.slug, Channel.slug)
        .join(Channel, Channel.id == Mention.channel_id)
        .outerjoin(Location, Location.id == Mention.location_id)
        .outerjoin(
            MentionLabel, (MentionLabel.mention_id == Mention.id) & (MentionLabel.labeller_id == Mention.labeller_id)
        )
        .where(Mention.brand_id == brand.id, Mention.removed_at.is_(None), *_wanted(wanted))
        .order_by(Mention.published_at.desc(), Mention.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(sa.tuple_(Mention.published_at, Mention.id) < sa.tuple_(*map(sa.literal, before)))
    return [MentionRow(*row) for row in session.execute(query)]


def _wanted(wanted: MentionFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if wanted.location is not None:
        conditions.append(Location.slug == wanted.location)
    if wanted.channel is not None:
        conditions.append(Channel.slug == wanted.channel)
    if wanted.start is not None:
        conditions.append(Mention.published_at >= wanted.start)
    if wanted.end is not None:
        conditions.append(Mention.published_at < wanted.end)
    if wanted.label is not None:
        conditions.append(counted_label() == wanted.label)
    if wanted.q:
        conditions.append(Mention.text.icontains(wanted.q, autoescape=True))
    return conditions
