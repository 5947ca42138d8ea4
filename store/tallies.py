"""Roll-ups: one row a day, maintained in the transaction that changes what it counts.

Whatever changes mentions, labels or survey answers does so inside `followed`: it takes what these rows contribute
before and after, and adds the difference. There is one definition of a contribution, so a tally can always be rebuilt.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from core.batches import batches
from core.labels import CLASSES, LOWEST_PASSIVE, LOWEST_PROMOTER, Label, Side
from store.brands import NOWHERE
from store.database import ReadSession, WriteSession, insert_for
from store.models import Mention, MentionLabel, Scale, SurveyResponse, Tally

KEYS = ("brand_id", "side", "location_id", "said_on", "channel_id")
SUMS = (
    *("mentions", "voices", "promoters", "passives", "detractors", "rated"),
    *("p_promoter", "p_passive", "p_detractor"),
)
IDS_A_QUERY = 5_000

Cells = dict[tuple[Any, ...], Counter[str]]
"""From a tally's key to its sums."""


def _sum(condition: ColumnElement[bool], value: Any = 1) -> ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, value), else_=0)), 0)


def _place(location_id: Any) -> ColumnElement[int]:
    """The location of a tally; written out, since PostgreSQL takes two bound zeros for two expressions."""
    return sa.func.coalesce(location_id, sa.literal_column(str(NOWHERE), sa.Integer))


def _social() -> sa.Select[Any]:
    """Contributions of mentions: a voice counts by its rating where it has one, else by its text's label."""
    label = sa.func.coalesce(Mention.rating_label, MentionLabel.label)
    rated = Mention.rating_label.is_not(None)
    voice = Mention.is_voice & label.in_([known.value for known in CLASSES])
    chances = zip(
        CLASSES, (MentionLabel.promoter, MentionLabel.passive, MentionLabel.detractor), strict=True
    )  # a rating is as sure of itself as a survey score is
    sums = [
        sa.func.count(),
        _sum(voice),
        *(_sum(voice & (label == known.value)) for known in CLASSES),
        _sum(voice & rated),
        *(
            _sum(voice, sa.case((rated, sa.case((label == known.value, 1.0), else_=0.0)), else_=p))
            for known, p in chances
        ),
    ]
    return (
        sa.select(
            Mention.brand_id, sa.literal(Side.SOCIAL.value), _place(Mention.location_id),
            Mention.said_on, Mention.channel_id, *sums,
        )
        .outerjoin(
            MentionLabel,
            (MentionLabel.mention_id == Mention.id) & (MentionLabel.labeller_id == Mention.labeller_id),
        )
        .where(Mention.removed_at.is_(None), Mention.duplicate_of_id.is_(None))
        .group_by(Mention.brand_id, _place(Mention.location_id), Mention.said_on, Mention.channel_id)
    )  # fmt: skip


def _survey() -> sa.Select[Any]:
    """Contributions of survey answers on the NPS scale: each is one voice."""
    score = SurveyResponse.score
    by_class = {
        Label.PROMOTER: _sum(score >= LOWEST_PROMOTER),
        Label.PASSIVE: _sum((score >= LOWEST_PASSIVE) & (score < LOWEST_PROMOTER)),
        Label.DETRACTOR: _sum(score < LOWEST_PASSIVE),
    }
    counts = [by_class[known] for known in CLASSES]
    place = _place(SurveyResponse.location_id)
    return (
        sa.select(
            SurveyResponse.brand_id, sa.literal(Side.SURVEY.value), place,
            SurveyResponse.said_on, SurveyResponse.channel_id,
            sa.func.count(), sa.func.count(), *counts, sa.literal(0), *counts,
        )
        .where(SurveyResponse.scale == Scale.NPS.value)
        .group_by(SurveyResponse.brand_id, place, SurveyResponse.said_on, SurveyResponse.channel_id)
    )  # fmt: skip


QUERIES = {Side.SOCIAL: (_social, Mention.id), Side.SURVEY: (_survey, SurveyResponse.id)}


def _contributions(session: ReadSession, side: Side, ids: Iterable[int]) -> Cells:
    query, row_id = QUERIES[side]
    cells: Cells = {}
    for some in batches(ids, IDS_A_QUERY):
        for row in session.execute(query().where(row_id.in_(some))):
            cell = cells.setdefault(tuple(row[: len(KEYS)]), Counter())
            cell.update(dict(zip(SUMS, row[len(KEYS) :], strict=True)))
    return cells


def _hold(session: WriteSession, side: Side, ids: Iterable[int]) -> None:
    """Lock rows until the end of the transaction: what another writer changes between before and after counts twice.

    In the order of their ids, so that two writers cannot wait for each other in a ring. SQLite has one writer anyway.
    """
    _, row_id = QUERIES[side]
    for some in batches(sorted(ids), IDS_A_QUERY):
        session.execute(sa.select(row_id).where(row_id.in_(some)).order_by(row_id).with_for_update())


@contextmanager
def followed(session: WriteSession, side: Side, ids: Iterable[int]) -> Iterator[set[int]]:
    """Keep the tallies true while rows of these ids change inside the block.

    Yields the set of ids that are followed: ids of rows inserted inside the block are added to it by the caller. Rows
    that cannot be seen afterwards (deleted, removed) take their contribution with them.
    """
    touched = set(ids)
    _hold(session, side, touched)
    before = _contributions(session, side, touched)
    yield touched
    session.flush()
    change = _contributions(session, side, touched)
    for key, sums in before.items():
        change.setdefault(key, Counter()).subtract(sums)
    _add(session, {key: sums for key, sums in change.items() if any(sums.values())})


def _add(session: WriteSession, change: Cells) -> None:
    """Add to the tallies, in the order of their keys, so that two writers cannot wait for each other in a ring."""
    rows = [
        dict(zip(KEYS, key, strict=True)) | {name: sums[name] for name in SUMS} for key, sums in sorted(change.items())
    ]
    if rows:  # one statement, compiled once: many rows in one VALUES are compiled anew for each number of them
        insert = insert_for(session, Tally)
        session.execute(
            insert.on_conflict_do_update(
                index_elements=list(KEYS),
                set_={name: getattr(Tally, name) + getattr(insert.excluded, name) for name in SUMS},
            ),
            rows,
        )
    if any(row["mentions"] < 0 for row in rows):
        session.execute(sa.delete(Tally).where(Tally.mentions == 0))


def rebuild(session: WriteSession) -> None:
    """Count everything anew, inside the database: for repair, and as the tests' yardstick."""
    session.execute(sa.delete(Tally))
    for query, _ in QUERIES.values():
        session.execute(sa.insert(Tally).from_select([*KEYS, *SUMS], query()))
