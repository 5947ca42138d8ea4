"""Topics of mentions and survey comments: who waits for them, writing them, their counts, the texts behind them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import sessionmaker

from core.counts import Counts
from core.labels import LOWEST_PASSIVE, LOWEST_PROMOTER, Label, Side
from store.brands import slugs_of
from store.database import ReadSession, WriteSession, insert_for, take_turns
from store.models import (
    Brand,
    Channel,
    Location,
    Mention,
    MentionLabel,
    MentionTopic,
    ResponseTopic,
    SurveyResponse,
    TopicTally,
)
from store.queries import Slice, counted_label, whole_months
from store.tallies import followed

Key = tuple[str | None, ...]
"""Values of the dimensions that were asked for, in their order: slugs and `2026-10`; none for no location."""

Rows = sa.Select[*tuple[Any, ...]]

TopicCounts = dict[Side, dict[str, Counts]]
"""Voices with a text by topic; "" counts all of them, `stage:...` those that speak of a stage."""


@dataclass(frozen=True, slots=True)
class Untold:
    """A mention or a survey answer whose topics are not told yet; `stamp` tells whether its text has changed since."""

    id: int
    text: str
    language: str | None
    stamp: str | None


@dataclass(frozen=True, slots=True)
class Told:
    """Topics of the mention or answer of this id, found in the text of this stamp."""

    id: int
    stamp: str | None
    topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Texts:
    """Where texts of a side are, and their topics."""

    table: type[Any]
    text: Any
    language: Any
    stamp: Any
    topics: type[Any]
    of: str


_TEXTS = {
    Side.SOCIAL: _Texts(Mention, Mention.text, Mention.language, Mention.content_hash, MentionTopic, "mention_id"),
    Side.SURVEY: _Texts(
        SurveyResponse, SurveyResponse.comment, sa.null(), SurveyResponse.comment, ResponseTopic, "response_id"
    ),
}


def groups_waiting(session: ReadSession, side: Side, version: str) -> list[str | None]:
    """Versions of dictionaries by which topics were told that are not this one, none for those never told.

    Found by seeking from one to the next in the index: "is another one" would read all of it.
    """
    column = _TEXTS[side].table.topics_version
    groups: list[str | None] = [None]
    last = ""
    while (found := session.scalar(sa.select(sa.func.min(column)).where(column > last))) is not None:
        last = found
        groups += [found] if found != version else []
    return groups


def count_waiting(session: ReadSession, side: Side, version: str) -> int:
    """How many mentions, or survey answers, wait for topics by this dictionary."""
    table = _TEXTS[side].table
    groups = [_same(table, group) for group in groups_waiting(session, side, version)]
    return session.scalars(sa.select(sa.func.count()).select_from(table).where(sa.or_(*groups))).one()


def _same(table: type[Any], group: str | None) -> sa.ColumnElement[bool]:
    waits: sa.ColumnElement[bool] = table.topics_version.is_(None) if group is None else table.topics_version == group
    return waits


def waiting_pages(read: sessionmaker[ReadSession], side: Side, version: str, *, size: int) -> Iterator[list[Untold]]:
    """Pages of what waits, by keyset, each read in a transaction of its own; an answer without comment has text ""."""
    table = _TEXTS[side].table
    with read() as session:
        groups = groups_waiting(session, side, version)
        last_id = session.scalar(sa.select(sa.func.max(table.id))) or 0
    for group in groups:
        after = 0
        while page := _page(read, side, group, after=after, until=last_id, size=size):
            after = page[-1].id
            yield page


def _page(
    read: sessionmaker[ReadSession], side: Side, group: str | None, *, after: int, until: int, size: int
) -> list[Untold]:
    texts = _TEXTS[side]
    of_id = texts.table.id
    query = (
        sa.select(of_id, sa.func.coalesce(texts.text, ""), texts.language, texts.stamp)
        .where(_same(texts.table, group), of_id > after, of_id <= until)
        .order_by(of_id)
        .limit(size)
    )
    with read() as session:
        return [Untold(*row) for row in session.execute(query)]


def write_topics(session: WriteSession, side: Side, told: Sequence[Told], version: str) -> int:
    """Replace the topics of these by what was told, and keep the tallies true; returns how many were written.

    What was edited since its text was read is left out: it waits for the next round.
    """
    texts = _TEXTS[side]
    by_id = {one.id: one for one in told}
    take_turns(session, sa.select(texts.table.brand_id).where(texts.table.id.in_(by_id)).distinct())
    query = sa.select(texts.table.id, texts.stamp).where(texts.table.id.in_(by_id)).order_by(texts.table.id)
    current = [of_id for of_id, stamp in session.execute(query.with_for_update()) if by_id[of_id].stamp == stamp]
    if not current:
        return 0
    rows = [{texts.of: of_id, "topic": topic} for of_id in current for topic in sorted(by_id[of_id].topics)]
    with followed(session, side, current):
        session.execute(sa.delete(texts.topics).where(getattr(texts.topics, texts.of).in_(current)))
        if rows:
            session.execute(insert_for(session, texts.topics), rows)
        change = sa.update(texts.table).where(texts.table.id.in_(current)).values(topics_version=version)
        session.execute(change, execution_options={"synchronize_session": False})
    return len(current)


def topic_counts(
    session: ReadSession,
    brand: Brand,
    by: Sequence[str] = (),
    part: Slice | None = None,
    *,
    locations: Sequence[str] | None = None,
    suspects: bool = True,
) -> dict[Key, TopicCounts]:
    """Both sides of every segment by topic, in one read of the tallies; what nobody spoke of is missing.

    `by` is any of location, month and channel; with none the key is (). Only `whole_months` of the part count, only
    these `locations` (slugs) where some are given, and no voices under suspicion unless `suspects`.
    """
    columns: dict[str, Any] = {
        "location": TopicTally.location_id,
        "month": sa.func.substr(sa.cast(TopicTally.month_on, sa.String), 1, 7),
        "channel": TopicTally.channel_id,
    }
    keys = [columns[name] for name in by]
    sums = [sa.func.sum(getattr(TopicTally, name)) for name in ("promoters", "passives", "detractors")]
    query = (
        sa.select(*keys, TopicTally.side, TopicTally.topic, *sums)
        .where(*_counted(session, brand, whole_months(part or Slice()), locations))
        .group_by(*keys, TopicTally.side, TopicTally.topic)
    )
    if not suspects:
        query = query.where(TopicTally.suspect.is_(False))
    names = slugs_of(session, brand)
    found: dict[Key, TopicCounts] = {}
    for row in session.execute(query):
        values = zip(by, row[: len(by)], strict=True)
        key = tuple(names[name][value] if name in names else value for name, value in values)
        side, topic, *counts = row[len(by) :]
        found.setdefault(key, {}).setdefault(side, {})[topic] = Counts(*map(int, counts))
    return found


def _counted(
    session: ReadSession, brand: Brand, part: Slice, locations: Sequence[str] | None
) -> list[sa.ColumnElement[bool]]:
    conditions = [TopicTally.brand_id == brand.id, TopicTally.side.in_(list(Side))]
    if part.start is not None:
        conditions.append(TopicTally.month_on >= part.start)
    if part.end is not None:
        conditions.append(TopicTally.month_on < part.end)
    for wanted, table, column in (
        (locations, Location, TopicTally.location_id),
        ([part.location] if part.location is not None else None, Location, TopicTally.location_id),
        ([part.channel] if part.channel is not None else None, Channel, TopicTally.channel_id),
    ):
        if wanted is not None:
            ids = sa.select(table.id).where(table.brand_id == brand.id, table.slug.in_(wanted))
            conditions.append(column.in_(session.scalars(ids).all()))
    return conditions


@dataclass(frozen=True, slots=True)
class Text:
    """One text, to be looked for terms in."""

    id: int
    text: str
    language: str | None


def evidence_ids(session: ReadSession, brand: Brand, topic: str, part: Slice | None = None, *, limit: int) -> list[int]:
    """Ids of public detractor voices that speak of a topic, the newest first, at most `limit`."""
    speaks = sa.exists().where(MentionTopic.mention_id == Mention.id, MentionTopic.topic == topic)
    query = _public(sa.select(Mention.id), brand, part or Slice(), Label.DETRACTOR)
    query = query.where(speaks, Mention.topics_version.is_not(None))  # an edited text may speak of something else now
    return list(session.scalars(query.limit(limit)))


def texts(
    session: ReadSession,
    brand: Brand,
    side: Side,
    part: Slice | None = None,
    *,
    label: Label | None = None,
    outside: bool = False,
    limit: int,
) -> list[Text]:
    """Texts of one side, the newest first, at most `limit`; of the voices of one class where a `label` is given.

    `outside`: those of all other locations (and of none) instead of the part's, which a place is compared with.
    """
    part = part or Slice()
    if side is Side.SOCIAL:
        query = _public(sa.select(Mention.id, Mention.text, Mention.language), brand, part, label, outside=outside)
    else:
        query = _answers(brand, part, label, outside=outside)
    return [Text(*row) for row in session.execute(query.limit(limit))]


def _public(query: Rows, brand: Brand, part: Slice, label: Label | None, *, outside: bool = False) -> Rows:
    joined = (MentionLabel.mention_id == Mention.id) & (MentionLabel.labeller_id == Mention.labeller_id)
    voices = (Mention.is_voice, Mention.removed_at.is_(None), Mention.duplicate_of_id.is_(None), Mention.text != "")
    query = query.outerjoin(MentionLabel, joined).where(*voices, *_of(Mention, brand, part, outside=outside))
    if label is not None:
        query = query.where(counted_label() == label)
    return query.order_by(Mention.published_at.desc(), Mention.id.desc())


def _answers(brand: Brand, part: Slice, label: Label | None, *, outside: bool) -> Rows:
    score = SurveyResponse.score
    classes = {
        Label.PROMOTER: score >= LOWEST_PROMOTER,
        Label.PASSIVE: (score >= LOWEST_PASSIVE) & (score < LOWEST_PROMOTER),
        Label.DETRACTOR: score < LOWEST_PASSIVE,
    }
    query = sa.select(SurveyResponse.id, SurveyResponse.comment, sa.null()).where(
        SurveyResponse.comment != "", *_of(SurveyResponse, brand, part, outside=outside)
    )
    if label is not None:
        query = query.where(classes.get(label, sa.false()))
    return query.order_by(SurveyResponse.responded_at.desc(), SurveyResponse.id.desc())


def _of(table: Any, brand: Brand, part: Slice, *, outside: bool) -> list[sa.ColumnElement[bool]]:
    """Conditions on mentions or answers; an unknown location or channel matches nothing."""
    conditions: list[sa.ColumnElement[bool]] = [table.brand_id == brand.id]
    if part.start is not None:
        conditions.append(table.said_on >= part.start)
    if part.end is not None:
        conditions.append(table.said_on < part.end)
    if part.location is not None:
        place = _id_of(Location, brand, part.location)
        here = table.location_id == place
        conditions.append(sa.or_(table.location_id.is_(None), table.location_id != place) if outside else here)
    if part.channel is not None:
        conditions.append(table.channel_id == _id_of(Channel, brand, part.channel))
    return conditions


def _id_of(table: Any, brand: Brand, slug: str) -> Any:
    return sa.select(table.id).where(table.brand_id == brand.id, table.slug == slug).scalar_subquery()
