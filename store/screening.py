"""Rows for the search for copies and suspects: who waits, which originals share a band, who spoke on which days."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from core.batches import batches
from core.counts import Counts
from core.labels import Label, Side
from store.brands import NOWHERE
from store.database import ReadSession, WriteSession, insert_for
from store.models import ChangedDay, Grain, Mention, MentionLabel, Shingle, Tally

IDS_A_QUERY = 5_000
DAYS_A_QUERY = 2_000


class Suspicion(StrEnum):
    """Why a mention may not be a customer's: it is one of a burst of strangers, or its text is several authors'."""

    BURST = "burst"
    COPIES = "copies"


Series = tuple[int, int]
"""Location (0 for none) and channel: what has its own usual number of mentions a day."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mention that waits to be screened, and what was found of it before, if anything was."""

    id: int
    location_id: int | None
    channel_id: int
    published_at: datetime
    said_on: date
    text: str
    is_gone: bool
    duplicate_of_id: int | None
    suspicion: str | None

    @property
    def series(self) -> Series:
        """What its day is judged in."""
        return self.location_id or NOWHERE, self.channel_id


@dataclass(frozen=True, slots=True)
class Original:
    """A mention that is nobody's copy, to be compared with."""

    id: int
    location_id: int | None
    published_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """A mention that counts and has an author, on one day of one series; without a class it is not labelled yet."""

    id: int
    series: Series
    on: date
    author_key: str | None
    label: Label | None
    suspicion: str | None


def next_brand(session: ReadSession) -> int | None:
    """A brand of which mentions wait; none when nothing does."""
    return session.scalar(sa.select(sa.func.min(Mention.brand_id)).where(_waits))


def count_unscreened(session: ReadSession) -> int:
    """How many mentions wait."""
    return session.scalars(sa.select(sa.func.count()).select_from(Mention).where(_waits)).one()


def waiting_page(session: ReadSession, brand_id: int, *, size: int) -> list[Waiting]:
    """The first mentions of a brand that wait, by id: those that are done leave, so the first are always the next."""
    columns = (
        *(Mention.id, Mention.location_id, Mention.channel_id, Mention.published_at, Mention.said_on, Mention.text),
        *(Mention.removed_at.is_not(None), Mention.duplicate_of_id, Mention.suspicion),
    )
    query = sa.select(*columns).where(_waits, Mention.brand_id == brand_id).order_by(Mention.id).limit(size)
    return [Waiting(*row) for row in session.execute(query)]


def originals_under(session: ReadSession, brand_id: int, bands: Iterable[int]) -> dict[int, list[int]]:
    """Ids of originals under each of these bands, the first kept first; bands without any are left out."""
    found: dict[int, list[int]] = {}
    for some in batches(sorted(set(bands)), IDS_A_QUERY):
        query = sa.select(Shingle.band, Shingle.mention_id).where(Shingle.brand_id == brand_id, Shingle.band.in_(some))
        for band, mention in session.execute(query.order_by(Shingle.band, Shingle.mention_id)):
            found.setdefault(band, []).append(mention)
    return found


def originals_of(session: ReadSession, ids: Iterable[int]) -> Iterator[Original]:
    """These mentions, to be compared with."""
    for some in batches(ids, IDS_A_QUERY):
        query = sa.select(Mention.id, Mention.location_id, Mention.published_at, Mention.text)
        for row in session.execute(query.where(Mention.id.in_(some))):
            yield Original(*row)


def taken_bands(session: WriteSession, ids: Iterable[int]) -> dict[int, set[int]]:
    """The bands of these mentions, which are deleted: of those alone that were originals."""
    taken: dict[int, set[int]] = {}
    for some in batches(ids, IDS_A_QUERY):
        query = sa.select(Shingle.mention_id, Shingle.band).where(Shingle.mention_id.in_(some))
        for mention, band in session.execute(query):
            taken.setdefault(mention, set()).add(band)
    for some in batches(taken, IDS_A_QUERY):
        session.execute(sa.delete(Shingle).where(Shingle.mention_id.in_(some)))
    return taken


def keep_bands(session: WriteSession, brand_id: int, bands: Iterable[tuple[int, int]]) -> None:
    """Remember the bands of originals: pairs of band and mention, in the order of the index that they go into."""
    rows = [{"brand_id": brand_id, "band": band, "mention_id": mention} for band, mention in sorted(bands)]
    if rows:
        session.connection().execute(sa.insert(Shingle.__table__), rows)  # type: ignore[arg-type]


def hand_over(session: WriteSession, heirs: Mapping[int, int]) -> None:
    """Give the copies of mentions that are copies themselves to the originals of these, to be screened once more.

    A copy counts no more under one original than under another: the tallies do not change.
    """
    if heirs:
        update = sa.update(Mention).where(Mention.duplicate_of_id == sa.bindparam("of_old"))
        session.connection().execute(
            update.values(duplicate_of_id=sa.bindparam("of_new"), screened_at=None),
            [{"of_old": old, "of_new": new} for old, new in heirs.items()],
        )


def look_again(session: WriteSession, ids: Iterable[int]) -> None:
    """Let mentions wait once more, since what they were compared with has changed."""
    for some in batches(ids, IDS_A_QUERY):
        session.execute(_without_loading(sa.update(Mention).where(Mention.id.in_(some)).values(screened_at=None)))


def look_again_at_copies(session: WriteSession, originals: Iterable[int]) -> None:
    """Let the copies of these mentions wait once more."""
    for some in batches(originals, IDS_A_QUERY):
        copies = sa.update(Mention).where(Mention.duplicate_of_id.in_(some))
        session.execute(_without_loading(copies.values(screened_at=None)))


def set_screened(session: WriteSession, ids: Iterable[int], *, now: datetime) -> None:
    """These mentions wait no more."""
    for some in batches(ids, IDS_A_QUERY):
        session.execute(_without_loading(sa.update(Mention).where(Mention.id.in_(some)).values(screened_at=now)))


def told_suspects(session: ReadSession, originals: Iterable[int]) -> set[int]:
    """Those of these originals that are known to be suspects as copies, and do not wait to be looked at again."""
    told = (Mention.suspicion == Suspicion.COPIES.value, Mention.screened_at.is_not(None))
    found: set[int] = set()
    for some in batches(originals, IDS_A_QUERY):
        found |= set(session.scalars(sa.select(Mention.id).where(Mention.id.in_(some), *told)))
    return found


def authors_of(session: ReadSession, originals: Iterable[int], *, most: int) -> dict[int, set[str]]:
    """Authors of each of these originals and its copies, at most so many of each: enough to know whether they are many.

    Mentions without an author, and those that are gone, tell of nobody.
    """
    star = sa.func.coalesce(Mention.duplicate_of_id, Mention.id).label("original")
    found: dict[int, set[str]] = {}
    for some in batches(originals, IDS_A_QUERY):
        known = (Mention.author_key.is_not(None), Mention.removed_at.is_(None))
        authors = sa.union(
            *(sa.select(star, Mention.author_key).where(member, *known) for member in _members(some))
        ).subquery()
        place = sa.func.row_number().over(partition_by=authors.c.original, order_by=authors.c.author_key)
        ranked = sa.select(authors, place.label("place")).subquery()
        query = sa.select(ranked.c.original, ranked.c.author_key).where(ranked.c.place <= most)
        for original, author in session.execute(query):
            found.setdefault(original, set()).add(author)
    return found


def unsuspected(session: ReadSession, originals: Iterable[int]) -> list[int]:
    """Ids of these originals and of their copies that are no suspects as copies yet."""
    fresh = sa.func.coalesce(Mention.suspicion, "") != Suspicion.COPIES.value
    found: list[int] = []
    for some in batches(originals, IDS_A_QUERY):
        for member in _members(some):
            found += session.scalars(sa.select(Mention.id).where(member, fresh))
    return found


def _members(originals: Sequence[int]) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
    """Two conditions, each with its index: with OR between them SQLite and PostgreSQL may read the whole table."""
    return Mention.id.in_(originals) & Mention.duplicate_of_id.is_(None), Mention.duplicate_of_id.in_(originals)


def keep_changed_days(session: WriteSession, brand_id: int, days: Iterable[tuple[Series, date]]) -> None:
    """Remember that mentions of these days have changed, until the days are judged."""
    rows = [
        {"brand_id": brand_id, "location_id": place, "channel_id": channel, "said_on": on}
        for (place, channel), on in sorted(set(days))
    ]
    if rows:
        session.execute(insert_for(session, ChangedDay).on_conflict_do_nothing(), rows)


def next_brand_to_judge(session: ReadSession) -> int | None:
    """A brand of which days have changed; none when there is none."""
    return session.scalar(sa.select(sa.func.min(ChangedDay.brand_id)))


def changed_days(session: ReadSession, brand_id: int, *, places: int) -> dict[Series, list[date]]:
    """Days that have changed since they were judged, of so many locations at most."""
    of_brand = ChangedDay.brand_id == brand_id
    some = sa.select(ChangedDay.location_id).where(of_brand).distinct().order_by(ChangedDay.location_id).limit(places)
    query = sa.select(ChangedDay.location_id, ChangedDay.channel_id, ChangedDay.said_on)
    found: dict[Series, list[date]] = {}
    for place, channel, on in session.execute(query.where(of_brand, ChangedDay.location_id.in_(some))):
        found.setdefault((place, channel), []).append(on)
    return found


def set_judged(session: WriteSession, brand_id: int, series: Iterable[Series]) -> None:
    """All days of the locations of these series are judged."""
    places = {place for place, _ in series}
    of_places = (ChangedDay.brand_id == brand_id, ChangedDay.location_id.in_(places))
    session.execute(_without_loading(sa.delete(ChangedDay).where(*of_places)))


def public_days(
    session: ReadSession, brand_id: int, places: Collection[int], *, start: date
) -> Iterator[tuple[Series, date, int, int]]:
    """What was said of these locations (0: of none) since `start`: series, day, mentions that count, suspects.

    The days of each series in their order.
    """
    heard = Tally.mentions - Tally.copies
    sums = (sa.func.sum(heard), sa.func.sum(sa.case((Tally.suspect, heard), else_=0)))
    key = (Tally.location_id, Tally.said_on, Tally.channel_id)  # in the order of the index, which saves a sort
    query = sa.select(*key, *sums).where(*_of_days(brand_id, places), Tally.said_on >= start)
    for place, on, channel, mentions, suspects in session.execute(query.group_by(*key).order_by(*key)):
        yield (place, channel), on, int(mentions), int(suspects)


def voices_by_day(
    session: ReadSession, brand_id: int, places: Collection[int], *, start: date, end: date
) -> dict[Series, dict[date, Counts]]:
    """The voices of these locations (0: of none) in `[start, end)`, by series and day; silent days are left out."""
    classes = (sa.func.sum(column) for column in (Tally.promoters, Tally.passives, Tally.detractors))
    key = (Tally.location_id, Tally.said_on, Tally.channel_id)
    within = (Tally.said_on >= start, Tally.said_on < end)
    query = sa.select(*key, *classes).where(*_of_days(brand_id, places), *within).group_by(*key)
    found: dict[Series, dict[date, Counts]] = {}
    for place, on, channel, *counted in session.execute(query):
        found.setdefault((place, channel), {})[on] = Counts(*map(int, counted))
    return found


def first_days(session: ReadSession, brand_id: int, places: Collection[int]) -> dict[Series, date]:
    """When each series of these locations began."""
    query = sa.select(Tally.location_id, Tally.channel_id, sa.func.min(Tally.said_on))
    found = session.execute(query.where(*_of_days(brand_id, places)).group_by(Tally.location_id, Tally.channel_id))
    return {(place, channel): on for place, channel, on in found}


def _of_days(brand_id: int, places: Collection[int]) -> tuple[sa.ColumnElement[bool], ...]:
    key = (Tally.brand_id == brand_id, Tally.side == Side.SOCIAL, Tally.grain == Grain.DAY)
    return *key, Tally.location_id.in_(sorted(places))


def speakers(session: ReadSession, brand_id: int, days: Mapping[Series, Collection[date]]) -> Iterator[Speaker]:
    """The mentions that count on these days, with the class by their rating or else by their text's label."""
    label = sa.func.coalesce(Mention.rating_label, MentionLabel.label)
    joined = (MentionLabel.mention_id == Mention.id) & (MentionLabel.labeller_id == Mention.labeller_id)
    columns = (Mention.id, Mention.location_id, Mention.channel_id, Mention.said_on, Mention.author_key)
    counted = (Mention.brand_id == brand_id, Mention.removed_at.is_(None), Mention.duplicate_of_id.is_(None))
    each = sorted((series, on) for series, dates in days.items() for on in dates)
    for some in batches(each, DAYS_A_QUERY):
        query = sa.select(*columns, label, Mention.suspicion).outerjoin(MentionLabel, joined)
        rows = session.execute(query.where(*counted, sa.or_(*(_on(*group) for group in groupby(some, itemgetter(0))))))
        for mention, place, channel, on, author, said, suspicion in rows:
            yield Speaker(
                mention, (place or NOWHERE, channel), on, author, Label(said) if said is not None else None, suspicion
            )


def _on(series: Series, days: Iterable[tuple[Series, date]]) -> sa.ColumnElement[bool]:
    place, channel = series
    here = Mention.location_id == place if place != NOWHERE else Mention.location_id.is_(None)
    return here & (Mention.channel_id == channel) & Mention.said_on.in_([on for _, on in days])


def first_said(session: ReadSession, brand_id: int, authors: Iterable[str]) -> dict[str, date]:
    """The day on which each of these authors first spoke of the brand, wherever that was."""
    found: dict[str, date] = {}
    for some in batches(sorted(set(authors)), IDS_A_QUERY):
        query = sa.select(Mention.author_key, sa.func.min(Mention.said_on))
        query = query.where(Mention.brand_id == brand_id, Mention.author_key.in_(some)).group_by(Mention.author_key)
        found |= {author: on for author, on in session.execute(query) if author is not None}
    return found


_waits = Mention.screened_at.is_(None)


def _without_loading(statement: Any) -> Any:
    """Without changing objects that the session holds: it holds none of mentions here."""
    return statement.execution_options(synchronize_session=False)
