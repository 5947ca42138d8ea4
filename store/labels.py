"""Labels of mentions: who still needs one, and writing them so that the tallies follow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from core.batches import batches
from core.counts import Agreement, Counts
from core.labels import CLASSES, Label, Side, TextKind
from store import models
from store.brands import NOWHERE
from store.database import ReadSession, WriteSession, insert_for, take_turns
from store.models import Brand, Labeller, Mention, MentionLabel
from store.screening import Series, keep_changed_days
from store.tallies import followed


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """A mention that waits for its label."""

    id: int
    text: str
    question: str | None
    content_hash: str
    rating: float | None = None
    rating_best: float | None = None
    rating_worst: float | None = None


@dataclass(frozen=True, slots=True)
class NewLabel:
    """A label for the mention of this id, made from the text of this hash beside this rating.

    `fused` are the probabilities by text and rating together; None where there is no rating: the text's own.
    """

    mention_id: int
    content_hash: str
    promoter: float
    passive: float
    detractor: float
    opinion: float
    label: Label
    language: str | None
    rating: float | None = None
    fused: tuple[float, float, float] | None = None

    @property
    def row(self) -> dict[str, object]:
        """The columns that a labeller fills."""
        fused = self.fused or (self.promoter, self.passive, self.detractor)
        named = {f"fused_{known.value}": share for known, share in zip(CLASSES, fused, strict=True)}
        return {name: getattr(self, name) for name in ("promoter", "passive", "detractor", "opinion", "label")} | named


def labeller_id(
    session: WriteSession, version: str, *, now: datetime, error_model: Mapping[str, Any] = MappingProxyType({})
) -> int:
    """The id of a labeller version, made on its first use; keeps how it was mistaken where that was measured."""
    insert = insert_for(session, Labeller).values(version=version, first_used_at=now, error_model=dict(error_model))
    told = {"error_model": insert.excluded.error_model}
    session.execute(insert.on_conflict_do_update(index_elements=["version"], set_=told) if error_model else
                    insert.on_conflict_do_nothing())  # fmt: skip
    return session.scalars(sa.select(Labeller.id).where(Labeller.version == version)).one()


def _waiting(labeller: int, *, everything: bool) -> sa.ColumnElement[bool]:
    if everything:
        return sa.true()
    return sa.or_(Mention.labeller_id.is_(None), Mention.labeller_id != labeller)


def count_waiting(session: ReadSession, labeller: int, *, everything: bool = False) -> int:
    """How many mentions wait for a label of this labeller (`everything`: for a new one, all of them)."""
    query = sa.select(sa.func.count()).select_from(Mention).where(_waiting(labeller, everything=everything))
    return session.scalars(query).one()


def unlabelled_counts(session: ReadSession) -> list[tuple[str, int]]:
    """Brand and number of the mentions that no labeller has labelled; brands without any are left out."""
    query = sa.select(Brand.slug, sa.func.count()).join(Mention, Mention.brand_id == Brand.id)
    rows = session.execute(query.where(Mention.labeller_id.is_(None)).group_by(Brand.slug))
    return [(brand, count) for brand, count in rows]


def groups_waiting(session: ReadSession, labeller: int, *, everything: bool = False) -> list[int | None]:
    """Labellers whose mentions wait, none for those without a label.

    A page is read group by group: "has another labeller" alone would scan the table, "has this one" uses the index.
    """
    ids = session.scalars(sa.select(Labeller.id).order_by(Labeller.id))
    return [None, *(other for other in ids if everything or other != labeller)]


def waiting_pages(
    read: sa.orm.sessionmaker[ReadSession], labeller: int, *, size: int, everything: bool = False
) -> Iterator[list[Unlabelled]]:
    """Pages of mentions that wait, by keyset, each read in a transaction of its own."""
    with read() as session:
        groups = groups_waiting(session, labeller, everything=everything)
        last_id = session.scalar(sa.select(sa.func.max(Mention.id))) or 0
    for group in groups:
        after = 0
        while page := _page(read, group, after=after, until=last_id, size=size):
            after = page[-1].id
            yield page


def _page(
    read: sa.orm.sessionmaker[ReadSession], group: int | None, *, after: int, until: int, size: int
) -> list[Unlabelled]:
    same = Mention.labeller_id.is_(None) if group is None else Mention.labeller_id == group
    query = (
        sa.select(
            *(Mention.id, Mention.text, Mention.question, Mention.content_hash),
            *(Mention.rating, Mention.rating_best, Mention.rating_worst),
        )
        .where(same, Mention.id > after, Mention.id <= until)
        .order_by(Mention.id)
        .limit(size)
    )
    with read() as session:
        return [Unlabelled(*row) for row in session.execute(query)]


def known_labels(session: ReadSession, labeller: int, hashes: Sequence[str]) -> dict[str, NewLabel]:
    """Labels that this labeller gave to the same texts before, by content hash."""
    first = (
        sa.select(sa.func.min(Mention.id))
        .where(Mention.content_hash.in_(hashes), Mention.labeller_id == labeller)
        .group_by(Mention.content_hash)
    )
    query = (
        sa.select(Mention.content_hash, MentionLabel, Mention.language)
        .join(MentionLabel, (MentionLabel.mention_id == Mention.id) & (MentionLabel.labeller_id == labeller))
        .where(Mention.id.in_(first))
    )
    return {
        text_hash: NewLabel(
            mention_id=old.mention_id,
            content_hash=text_hash,
            promoter=old.promoter,
            passive=old.passive,
            detractor=old.detractor,
            opinion=old.opinion,
            label=old.label,
            language=language,
        )
        for text_hash, old, language in session.execute(query)
    }


def write_labels(session: WriteSession, labeller: int, labels: Sequence[NewLabel]) -> int:
    """Write labels, make them the ones that count, and keep the tallies true; returns how many were written.

    A mention that was edited since it was read is left out: it waits for the next round.
    """
    by_id = {new.mention_id: new for new in labels}
    take_turns(session, sa.select(Mention.brand_id).where(Mention.id.in_(by_id)).distinct())
    query = sa.select(Mention.id, Mention.content_hash, Mention.rating).where(Mention.id.in_(by_id))
    current = [
        by_id[row.id]
        for row in session.execute(query.order_by(Mention.id).with_for_update())
        if (by_id[row.id].content_hash, by_id[row.id].rating) == (row.content_hash, row.rating)
    ]
    if not current:
        return 0
    with followed(session, Side.SOCIAL, [new.mention_id for new in current]):
        insert = insert_for(session, MentionLabel)
        session.execute(
            insert.on_conflict_do_update(
                index_elements=["mention_id", "labeller_id"],
                set_={name: insert.excluded[name] for name in current[0].row},
            ),
            [{"mention_id": new.mention_id, "labeller_id": labeller} | new.row for new in current],
        )
        detected = sa.func.coalesce(Mention.language, sa.bindparam("detected", type_=sa.String))
        update = sa.update(Mention).where(Mention.id == sa.bindparam("of_id"))
        session.connection().execute(
            update.values(labeller_id=labeller, language=detected),
            [{"of_id": new.mention_id, "detected": new.language} for new in current],
        )
    _judge_again(session, [new.mention_id for new in current])
    return len(current)


def _judge_again(session: WriteSession, ids: Sequence[int]) -> None:
    """Have the days of mentions that were screened before they had this label judged for bursts once more."""
    screened = Mention.id.in_(ids) & Mention.screened_at.is_not(None)
    query = sa.select(Mention.brand_id, Mention.location_id, Mention.channel_id, Mention.said_on).where(screened)
    days: dict[int, set[tuple[Series, date]]] = {}
    for brand_id, place, channel, on in session.execute(query.distinct()):
        days.setdefault(brand_id, set()).add(((place or NOWHERE, channel), on))
    for brand_id, changed in days.items():
        keep_changed_days(session, brand_id, changed)


def labellers_in_use(session: ReadSession, brand: Brand) -> list[str]:
    """Versions of the labellers whose labels of this brand's mentions count, by first use."""
    used = sa.exists().where(Mention.labeller_id == Labeller.id, Mention.brand_id == brand.id)
    return list(session.scalars(sa.select(Labeller.version).where(used).order_by(Labeller.id)))


def error_model(session: ReadSession, brand: Brand) -> dict[TextKind, dict[str, Agreement]]:
    """How the labeller that counts for this brand was mistaken on held-back texts, by kind of text and source.

    Of the newest one, where labels of several count; {} where nobody measured it.
    """
    used = sa.exists().where(Mention.labeller_id == Labeller.id, Mention.brand_id == brand.id)
    told = session.scalar(sa.select(Labeller.error_model).where(used).order_by(Labeller.id.desc()).limit(1)) or {}
    return {
        TextKind(kind): {
            source: Agreement(tuple(map(tuple, one["confusion"])), Counts(*one["chances"]))
            for source, one in sources.items()
        }
        for kind, sources in told.items()
    }


_CELLS = [[getattr(models.Agreement, f"{true.value}_{said.value}") for said in CLASSES] for true in CLASSES]
_CHANCES = [getattr(models.Agreement, f"p_{known.value}") for known in CLASSES]


def agreements(session: ReadSession, brand: Brand) -> dict[TextKind, dict[str, Agreement]]:
    """What labels say of this brand's voices whose rating is known, by kind of text and by location and channel."""
    table = models.Agreement
    query = sa.select(
        *(table.kind, table.location_id, table.channel_id), *(cell for row in _CELLS for cell in row), *_CHANCES
    ).where(table.brand_id == brand.id)
    found: dict[TextKind, dict[str, Agreement]] = {}
    for kind, place, channel, *counts in session.execute(query):
        numbers = [max(number, 0) for number in counts]  # rounding leaves a little less than nothing
        rows = ((float(a), float(b), float(c)) for a, b, c in batches(numbers[:9], 3))
        found.setdefault(kind, {})[f"{place}/{channel}"] = Agreement(tuple(rows), Counts(*numbers[9:]))
    return found
