"""Reads for reports, pages and rules: from the tallies where counts are wanted, by keyset where texts are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core.labels import Label, Side
from core.months import days_of
from core.topics import STAGE
from store.database import ReadSession
from store.models import Brand, Channel, Grain, Location, Mention, MentionLabel, MentionTopic, MentionVersion, Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What part of a brand a report is about: half-open days `[start, end)`, slugs of location and channel."""

    start: date | None = None
    end: date | None = None
    location: str | None = None
    channel: str | None = None


def whole_months(part: Slice) -> Slice:
    """The whole months within a slice: topics are counted by month, and a part of one would be a guess."""
    start, end = part.start, part.end
    if start is not None and start.day > 1:
        _, start = days_of(start.isoformat()[:7])
    return Slice(start=start, end=end and end.replace(day=1), location=part.location, channel=part.channel)


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


NEWEST = 200


def newest_languages(session: ReadSession, brand: Brand) -> list[str | None]:
    """The languages of a brand's newest mentions, of 200 at most."""
    query = sa.select(Mention.language).where(Mention.brand_id == brand.id)
    return list(session.scalars(query.order_by(Mention.published_at.desc(), Mention.id.desc()).limit(NEWEST)))


@dataclass(frozen=True, slots=True)
class MentionRow:
    """A mention with its label and the slugs of where it belongs, as the API and the page show it."""

    mention: Mention
    label: MentionLabel | None
    location: str | None
    channel: str
    topics: tuple[str, ...] = ()
    answers: int | None = None
    """The id of the mention that it answers, where that one is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MentionFilter:
    """Which mentions to list; moments are aware and half-open, `q` is looked for in the text, any case.

    `topic` is a key of the dictionary, `id` one mention's own; `voices` leaves out copies and whom an author's newer
    word replaced. `removed` lets in what is gone at its source.
    """

    location: str | None = None
    channel: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    label: Label | None = None
    q: str | None = None
    topic: str | None = None
    id: int | None = None
    voices: bool = False
    removed: bool = False


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
        .where(Mention.brand_id == brand.id, *_wanted(wanted))
        .order_by(Mention.published_at.desc(), Mention.id.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(sa.tuple_(Mention.published_at, Mention.id) < sa.tuple_(*map(sa.literal, before)))
    rows = session.execute(query).all()
    mentions = [row[0] for row in rows]
    topics, answered = _topics(session, [mention.id for mention in mentions]), _answered(session, mentions)
    return [
        MentionRow(
            *row, topics=tuple(topics.get(row[0].id, ())), answers=answered.get((row[0].channel_id, row[0].reply_to))
        )
        for row in rows
    ]


def _answered(session: ReadSession, mentions: Sequence[Mention]) -> dict[tuple[int, str | None], int]:
    """Ids of what these mentions answer, by channel and native id."""
    if not (replies := [mention for mention in mentions if mention.reply_to]):
        return {}
    query = sa.select(Mention.channel_id, Mention.native_id, Mention.id).where(
        Mention.brand_id == replies[0].brand_id,
        Mention.channel_id.in_({mention.channel_id for mention in replies}),
        Mention.native_id.in_({mention.reply_to for mention in replies}),
    )
    return {(channel_id, native_id): found for channel_id, native_id, found in session.execute(query)}


def versions_of(session: ReadSession, mention_id: int) -> list[MentionVersion]:
    """What edits of a mention replaced, the oldest first."""
    query = sa.select(MentionVersion).where(MentionVersion.mention_id == mention_id)
    return list(session.scalars(query.order_by(MentionVersion.replaced_at, MentionVersion.id)))


def _topics(session: ReadSession, ids: Sequence[int]) -> dict[int, list[str]]:
    """Topics by mention, stages left out."""
    query = sa.select(MentionTopic.mention_id, MentionTopic.topic).where(MentionTopic.mention_id.in_(ids))
    found: dict[int, list[str]] = {}
    for mention_id, topic in session.execute(query.order_by(MentionTopic.topic)) if ids else ():
        if not topic.startswith(STAGE):
            found.setdefault(mention_id, []).append(topic)
    return found


def brand_of_mention(session: ReadSession, mention_id: int) -> Brand | None:
    """The brand that a mention belongs to; none where there is no such mention."""
    return session.scalar(sa.select(Brand).join(Mention, Mention.brand_id == Brand.id).where(Mention.id == mention_id))


def _wanted(wanted: MentionFilter) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = [] if wanted.removed else [Mention.removed_at.is_(None)]
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
    if wanted.topic is not None:
        spoken = sa.exists().where(MentionTopic.mention_id == Mention.id, MentionTopic.topic == wanted.topic)
        conditions.append(spoken)
    if wanted.voices:
        conditions += [Mention.is_voice == sa.true(), Mention.duplicate_of_id.is_(None)]
    if wanted.id is not None:
        conditions.append(Mention.id == wanted.id)
    if wanted.q:
        conditions.append(Mention.text.icontains(wanted.q, autoescape=True))
    return conditions
