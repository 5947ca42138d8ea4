"""Both sides of every segment of a brand, summed from the tallies: what reports are made of."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.counts import Counts, SegmentCounts
from core.errors import Invalid
from core.labels import Side
from core.topics import ANYTHING, STAGE
from store.brands import slugs_of
from store.contributions import COUNTS, EVIDENCE
from store.database import ReadSession
from store.models import Brand, Channel, Grain, Location, Tally, TopicTally
from store.queries import Slice, whole_months
from store.sums import SegmentSums

DIMENSIONS = ("location", "month", "channel", "topic")


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
    topic only voices with a text count, one in each topic that it speaks of, in the whole months of the part.
    """
    part = whole_months(part or Slice()) if "topic" in by else part or Slice()
    survey, social = (
        # where nothing is grouped, the sums of no rows are null
        [row for row in session.execute(_sums(session, brand, by, part, side)).all() if row[-1] is not None]
        for side in (Side.SURVEY, Side.SOCIAL)
    )
    sums, names = SegmentSums(survey, social, len(by)), slugs_of(session, brand)
    segments = [
        {name: _named(names, name, key) for name, key in zip(by, keyed, strict=True)} for keyed in sums.segments
    ]
    if not by and not segments:
        return [SegmentCounts({}, Counts(), Counts())]
    return sorted(sums.counts(segments), key=lambda row: [value or "" for value in row.segment.values()])


def _sums(
    session: ReadSession, brand: Brand, by: Sequence[str], part: Slice, side: Side
) -> sa.Select[*tuple[Any, ...]]:
    """Rows of the dimensions and the three counts; of the public side of kind, whether suspect, and all evidence.

    Plain columns: they are read by ten thousands.
    """
    table = TopicTally if "topic" in by else Tally
    columns = table.__table__.c
    on = columns.month_on if table is TopicTally else columns.said_on
    keys: dict[str, Any] = {
        "location": columns.location_id,
        "month": sa.func.substr(sa.cast(on, sa.String), 1, 7),
        "channel": columns.channel_id,
        "topic": columns.get("topic"),
    }
    groups = [keys[name] for name in by]
    groups += [columns.kind, columns.suspect] if side is Side.SOCIAL else []
    told = [sa.type_coerce(column, sa.String) if isinstance(column.type, sa.Enum) else column for column in groups]
    return (
        sa.select(*told, *(sa.func.sum(columns[name]) for name in (EVIDENCE if side is Side.SOCIAL else COUNTS)))
        .where(columns.brand_id == brand.id, columns.side == side, *_of_grain(columns, part))
        .where(*_within(session, brand, part, columns, on))
        .group_by(*groups)
    )


def _of_grain(columns: Any, part: Slice) -> list[sa.ColumnElement[bool]]:
    """Rows of months where whole ones are asked for, thirty times fewer than days; topics have no others."""
    whole = all(day is None or day.day == 1 for day in (part.start, part.end))
    if "topic" not in columns:
        return [columns.grain == (Grain.MONTH if whole else Grain.DAY)]
    return [columns.topic != ANYTHING, ~columns.topic.startswith(STAGE)]


def _named(names: dict[str, dict[int, str | None]], dimension: str, key: Any) -> str | None:
    return names[dimension][key] if dimension in names else key


def _within(session: ReadSession, brand: Brand, part: Slice, columns: Any, on: Any) -> list[sa.ColumnElement[bool]]:
    """Conditions on a tally; an unknown location or channel matches nothing."""
    conditions: list[sa.ColumnElement[bool]] = []
    if part.start is not None:
        conditions.append(on >= part.start)
    if part.end is not None:
        conditions.append(on < part.end)
    if part.location is not None:
        ids = session.scalars(sa.select(Location.id).filter_by(brand_id=brand.id, slug=part.location))
        conditions.append(columns.location_id.in_(ids.all()))
    if part.channel is not None:
        ids = session.scalars(sa.select(Channel.id).filter_by(brand_id=brand.id, slug=part.channel))
        conditions.append(columns.channel_id.in_(ids.all()))
    return conditions
