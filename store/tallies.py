"""Roll-ups: counts by day, month, topic and agreement, maintained in the transaction that changes what they count.

Whatever changes mentions, labels, topics or survey answers does so inside `followed`: it takes what these rows
contribute before and after, and adds the difference. There is one definition of each contribution, so that a roll-up
can always be rebuilt.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.batches import batches
from core.labels import Side
from store.contributions import COUNTED, Counted
from store.database import ReadSession, WriteSession, insert_for
from store.models import Grain, Mention, SurveyResponse, Tally

IDS_A_QUERY = 5_000
ROW_IDS = {Side.SOCIAL: Mention.id, Side.SURVEY: SurveyResponse.id}
_GRAIN, _SAID_ON = COUNTED[0].keys.index("grain"), COUNTED[0].keys.index("said_on")

Cells = dict[tuple[Any, ...], Counter[str]]
"""From a row's key to its sums."""


@dataclass(frozen=True, slots=True)
class _Change:
    """By how much the rows of one roll-up change."""

    counted: Counted
    cells: Cells


@contextmanager
def followed(session: WriteSession, side: Side, ids: Iterable[int]) -> Iterator[set[int]]:
    """Keep the roll-ups true while rows of these ids change inside the block.

    Yields the set of ids that are followed: ids of rows inserted inside the block are added to it by the caller. Rows
    that cannot be seen afterwards (deleted, removed) take their contribution with them.
    """
    touched = set(ids)
    _hold(session, side, touched)
    before = _contributions(session, side, touched)
    yield touched
    session.flush()
    after = _contributions(session, side, touched)
    for was, change in zip(before, after, strict=True):
        for key, sums in was.cells.items():
            change.cells.setdefault(key, Counter()).subtract(sums)
        _add(session, change.counted, {key: sums for key, sums in change.cells.items() if any(sums.values())})


def _hold(session: WriteSession, side: Side, ids: Iterable[int]) -> None:
    """Lock rows until the end of the transaction: what another writer changes between before and after counts twice.

    In the order of their ids, so that two writers cannot wait for each other in a ring; across several blocks of one
    transaction only a brand's turn (`store.database.take_turn`) sees to that. SQLite has one writer anyway.
    """
    row_id = ROW_IDS[side]
    for some in batches(sorted(ids), IDS_A_QUERY):
        session.execute(sa.select(row_id).where(row_id.in_(some)).order_by(row_id).with_for_update())


def _contributions(session: ReadSession, side: Side, ids: Iterable[int]) -> list[_Change]:
    changes = [_Change(counted, {}) for counted in COUNTED if side in counted.queries]
    for some in batches(ids, IDS_A_QUERY):
        for change in changes:
            _read(session, side, change, some)
    for change in changes:
        if change.counted.table is Tally:
            _add_months(change.cells)
    return changes


def _read(session: ReadSession, side: Side, change: _Change, ids: list[int]) -> None:
    width = len(change.counted.keys)
    for query in change.counted.queries[side]:
        for row in session.execute(query().where(ROW_IDS[side].in_(ids))):
            cell = change.cells.setdefault(tuple(row[:width]), Counter())
            cell.update(dict(zip(change.counted.sums, row[width:], strict=True)))


def _add_months(cells: Cells) -> None:
    """Beside the rows of days those of the months that they lie in."""
    for key, sums in list(cells.items()):
        month = list(key)
        month[_GRAIN], month[_SAID_ON] = Grain.MONTH.value, key[_SAID_ON].replace(day=1)
        cells.setdefault(tuple(month), Counter()).update(sums)


def _add(session: WriteSession, counted: Counted, change: Cells) -> None:
    """Add to a roll-up, in the order of its keys, so that two writers cannot wait for each other in a ring."""
    rows = [
        dict(zip(counted.keys, key, strict=True)) | {name: sums[name] for name in counted.sums}
        for key, sums in sorted(change.items())
    ]
    if not rows:
        return
    # one statement, compiled once: many rows in one VALUES are compiled anew for each number of them
    insert = insert_for(session, counted.table)
    session.execute(
        insert.on_conflict_do_update(
            index_elements=list(counted.keys),
            set_={name: getattr(counted.table, name) + getattr(insert.excluded, name) for name in counted.sums},
        ),
        rows,
    )
    every = counted.sums[0]
    if any(row[every] < 0 for row in rows):
        session.execute(sa.delete(counted.table).where(getattr(counted.table, every) == 0))


def rebuild(session: WriteSession) -> None:
    """Count everything anew, inside the database: for repair, and as the tests' yardstick."""
    for counted in COUNTED:
        session.execute(sa.delete(counted.table))
        columns = [getattr(counted.table, name) for name in counted.sums]
        for queries in counted.queries.values():
            for query in queries:
                session.execute(sa.insert(counted.table).from_select([*counted.keys, *counted.sums], query()))
        if counted.table is Tally:
            _rebuild_months(session, columns)


def _rebuild_months(session: WriteSession, sums: list[Any]) -> None:
    month = sa.func.substr(sa.cast(Tally.said_on, sa.String), 1, 7)
    others = [Tally.brand_id, Tally.side, Tally.location_id, Tally.channel_id, Tally.kind, Tally.suspect]
    names = [column.key for column in (*others, *sums)]
    query = sa.select(month, *others, *map(sa.func.sum, sums)).group_by(month, *others)
    rows = [
        dict(zip(names, rest, strict=True)) | {"grain": Grain.MONTH, "said_on": date.fromisoformat(f"{on}-01")}
        for on, *rest in session.execute(query)
    ]
    if rows:
        session.execute(sa.insert(Tally), rows)
