"""Identifiers as files told them, the persons that were worked out from them, and who spoke on both sides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.sql.elements import ColumnElement

from core.batches import batches
from core.labels import CLASSES, LOWEST_PASSIVE, LOWEST_PROMOTER, Label
from store.contributions import Rows
from store.database import ONE_STATEMENT, ReadSession, WriteSession, insert_for
from store.mentions import Kept
from store.models import Brand, Channel, Identifier, Location, Mention, MentionLabel, Person, Scale, SurveyResponse
from store.queries import Slice

ROWS_A_FETCH = 50_000
ROWS_A_WRITE = 5_000
KEY = np.dtype("S32")

Keys = NDArray[np.bytes_]
Pairs = tuple[tuple[int, int, int], ...]
"""Persons [class in the survey][class in public], in the order of `core.labels.CLASSES`."""


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """One customer and some of its identifiers: from each identifier's key to what it is of (email, a channel)."""

    customer_key: str
    identifiers: Mapping[str, str]


def keep_customers(
    session: WriteSession, brand: Brand, customers: Sequence[NewCustomer], *, source: str, now: datetime
) -> Kept:
    """Insert the identifiers that this file has not told yet, those too that another file told: each can be taken back.

    Counts customers in the order given, not identifiers: one is added where any of its identifiers is new, and changed
    where this file tells what only others told before.
    """
    told = _told(session, brand, customers)
    ours, known = {pair for pair, file in told if file == source}, {pair for pair, _ in told}
    kept, rows = Kept(), dict[tuple[str, str], str]()
    for customer in customers:
        whose = {(customer.customer_key, key): channel for key, channel in customer.identifiers.items()}
        kept += (
            Kept(unchanged=1) if whose.keys() <= ours else Kept(changed=1) if whose.keys() <= known else Kept(added=1)
        )
        rows |= {pair: channel for pair, channel in whose.items() if pair not in ours}
        known |= whose.keys()
        ours |= whose.keys()
    shared = {"brand_id": brand.id, "source": source, "added_at": now}
    values = [{"customer_key": one, "key": key, "channel": channel} | shared for (one, key), channel in rows.items()]
    if values:
        insert = insert_for(session, Identifier).on_conflict_do_nothing()
        session.execute(insert, values, execution_options=ONE_STATEMENT)
    return kept


def _told(session: ReadSession, brand: Brand, customers: Sequence[NewCustomer]) -> set[tuple[tuple[str, str], str]]:
    """Which file told which identifiers of these customers: pairs of a pair and a file."""
    query = sa.select(Identifier.customer_key, Identifier.key, Identifier.source).where(
        Identifier.brand_id == brand.id, Identifier.customer_key.in_({one.customer_key for one in customers})
    )
    return {((customer, key), source) for customer, key, source in session.execute(query)}


def drop_identifiers(
    session: WriteSession, brand: Brand, *, source: str | None = None, customer_key: str | None = None
) -> int:
    """Delete what one file told, or what is known of one customer; how many were told. With neither given, none.

    What another file told as well is still told.
    """
    if source is None and customer_key is None:
        return 0
    where = Identifier.source == source if customer_key is None else Identifier.customer_key == customer_key
    found = session.execute(sa.delete(Identifier).where(Identifier.brand_id == brand.id, where))
    return int(getattr(found, "rowcount", 0))


def identifier_columns(session: ReadSession, brand: Brand) -> tuple[Keys, Keys]:
    """The customer and the key of every identifier, as two columns: a million take 64 MB.

    What two files told is there twice.
    """
    return _columns(session, sa.select(Identifier.customer_key, Identifier.key).where(Identifier.brand_id == brand.id))


def _columns(session: ReadSession, query: Rows) -> tuple[Keys, Keys]:
    fetched = session.execute(query.execution_options(yield_per=ROWS_A_FETCH)).partitions()
    # hashes are of one width: joined they are an array already, four times as fast as row by row
    parts = [np.frombuffer("".join(chain.from_iterable(part)).encode(), KEY) for part in fetched]
    both = np.concatenate([np.empty(0, KEY), *parts])
    return both[::2], both[1::2]


def write_persons(session: WriteSession, brand: Brand, keys: Keys, persons: Keys) -> int:
    """Make these the brand's persons, `persons[i]` that of `keys[i]`, writing only what differs; how many rows did.

    `keys` are sorted.
    """
    old_keys, old_persons = _columns(session, sa.select(Person.key, Person.person_key).filter_by(brand_id=brand.id))
    order = np.argsort(old_keys, kind="stable")
    old_keys, old_persons = old_keys[order], old_persons[order]
    at = np.searchsorted(old_keys, keys)
    at[at == len(old_keys)] = 0
    stays = old_keys[at] == keys if len(old_keys) else np.zeros(len(keys), np.bool_)
    gone = np.delete(old_keys, at[stays])
    for some in batches(_words(gone), ROWS_A_WRITE):
        session.execute(sa.delete(Person).where(Person.brand_id == brand.id, Person.key.in_(some)))
    stays[stays] = old_persons[at[stays]] == persons[stays]
    _upsert_persons(session, brand, keys[~stays], persons[~stays])
    return len(gone) + int(np.count_nonzero(~stays))


def _upsert_persons(session: WriteSession, brand: Brand, keys: Keys, persons: Keys) -> None:
    insert = insert_for(session, Person)
    update = insert.on_conflict_do_update(
        index_elements=["brand_id", "key"], set_={"person_key": insert.excluded.person_key}
    )
    for some in batches(zip(_words(keys), _words(persons), strict=True), ROWS_A_WRITE):
        session.execute(update, [{"brand_id": brand.id, "key": key, "person_key": person} for key, person in some])


def _words(keys: Keys) -> Iterator[str]:
    return (key.decode() for key in keys.tolist())


def matched(session: ReadSession, brand: Brand, part: Slice | None = None) -> Pairs:
    """Persons who spoke on both sides, by their newest survey answer and their newest voice; each person once.

    Days and location hold for both sides, the channel for the public one. All zeros where no identifiers are known.
    """
    counts = {(said, public): 0 for said in CLASSES for public in CLASSES}
    if session.scalar(sa.select(sa.exists().where(Person.brand_id == brand.id))):
        answers, voices = _newest(_answers(brand, part or Slice())), _newest(_voices(brand, part or Slice()))
        # no join of the two: without statistics SQLite compares each of the one with each of the other
        both = sa.union_all(
            sa.select(answers.c.person_key, answers.c.said, sa.null().label("public")).where(answers.c.age == 1),
            sa.select(voices.c.person_key, sa.null(), voices.c.said).where(voices.c.age == 1),
        ).subquery()
        person = sa.select(sa.func.max(both.c.said).label("said"), sa.func.max(both.c.public).label("public"))
        each = person.group_by(both.c.person_key).subquery()
        query = (
            sa.select(each.c.said, each.c.public, sa.func.count())
            .where(each.c.said.is_not(None), each.c.public.is_not(None))
            .group_by(each.c.said, each.c.public)
        )
        counts |= {(Label(said), Label(public)): n for said, public, n in session.execute(query)}
    return tuple(
        (counts[said, Label.PROMOTER], counts[said, Label.PASSIVE], counts[said, Label.DETRACTOR]) for said in CLASSES
    )


def _newest(query: Rows) -> sa.Subquery:
    """The same with the age of each row among its person's: 1 is the newest."""
    person, said, at, row_id = query.selected_columns
    age = sa.func.row_number().over(partition_by=person, order_by=(at.desc(), row_id.desc()))
    return query.with_only_columns(person, said.label("said"), age.label("age")).subquery()


def _answers(brand: Brand, part: Slice) -> Rows:
    said = sa.case(
        (SurveyResponse.score >= LOWEST_PROMOTER, Label.PROMOTER.value),
        (SurveyResponse.score >= LOWEST_PASSIVE, Label.PASSIVE.value),
        else_=Label.DETRACTOR.value,
    )
    return (
        sa.select(Person.person_key, said, SurveyResponse.responded_at, SurveyResponse.id)
        .join(SurveyResponse, SurveyResponse.customer_key == Person.key)
        .where(Person.brand_id == brand.id, SurveyResponse.brand_id == brand.id)
        .where(SurveyResponse.scale == Scale.NPS.value, *_within(SurveyResponse, brand, part))
    )


def _voices(brand: Brand, part: Slice) -> Rows:
    said = sa.func.coalesce(Mention.rating_label, MentionLabel.label)
    labelled = (MentionLabel.mention_id == Mention.id) & (MentionLabel.labeller_id == Mention.labeller_id)
    conditions = _within(Mention, brand, part)
    if part.channel is not None:
        ids = sa.select(Channel.id).where(Channel.brand_id == brand.id, Channel.slug == part.channel)
        conditions.append(Mention.channel_id.in_(ids))
    return (
        sa.select(Person.person_key, said, Mention.published_at, Mention.id)
        .join(Mention, Mention.author_key == Person.key)
        .outerjoin(MentionLabel, labelled)
        .where(Person.brand_id == brand.id, Mention.brand_id == brand.id)
        .where(Mention.is_voice, Mention.removed_at.is_(None), Mention.duplicate_of_id.is_(None))
        .where(said.in_([known.value for known in CLASSES]), *conditions)
    )


def _within(table: type[Mention | SurveyResponse], brand: Brand, part: Slice) -> list[ColumnElement[bool]]:
    """Conditions on the day and the location; an unknown location matches nothing."""
    conditions: list[ColumnElement[bool]] = []
    if part.start is not None:
        conditions.append(table.said_on >= part.start)
    if part.end is not None:
        conditions.append(table.said_on < part.end)
    if part.location is not None:
        ids = sa.select(Location.id).where(Location.brand_id == brand.id, Location.slug == part.location)
        conditions.append(table.location_id.in_(ids))
    return conditions
