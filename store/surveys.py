"""Keep survey answers: each once, a corrected one replaces its former self."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core.clock import day_of, zone
from core.labels import Side
from store.database import ONE_STATEMENT, WriteSession, insert_for, take_turn
from store.mentions import Kept
from store.models import Brand, Scale, SurveyResponse
from store.tallies import followed


@dataclass(frozen=True, slots=True, kw_only=True)
class NewResponse:
    """A survey answer as an import hands it over: `score_given` on the scale of the question, `score` on 0..10.

    On another scale than `nps` the score is none: a CSAT of 5 is no promoter. On `aspect5` alone an aspect was rated.
    """

    channel_id: int
    native_id: str
    score: int | None
    score_given: float
    responded_at: datetime
    scale: str = Scale.NPS.value
    aspect: str | None = None
    location_id: int | None = None
    comment: str | None = None
    customer_key: str | None = None


NAMES = tuple(field.name for field in fields(NewResponse))
COMPARED = ("score", "score_given", "scale", "aspect", "comment", "customer_key", "location_id", "responded_at")


def keep_responses(session: WriteSession, brand: Brand, responses: Sequence[NewResponse], *, now: datetime) -> Kept:
    """Insert what is new, update what differs, leave the rest; tallies follow in the same transaction.

    Identity is (brand, channel, native id); of two with one identity in a batch the later counts.
    """
    timezone = zone(brand.timezone)
    take_turn(session, brand.id)
    rows = {
        (r.channel_id, r.native_id): {name: getattr(r, name) for name in NAMES}
        | _days(day_of(r.responded_at, timezone))
        | {"brand_id": brand.id}
        for r in responses
    }
    ids = {native_id for _, native_id in rows}
    query = sa.select(SurveyResponse).where(SurveyResponse.brand_id == brand.id, SurveyResponse.native_id.in_(ids))
    known = {(old.channel_id, old.native_id): old for old in session.scalars(query)}
    new = [row | {"first_seen_at": now} for key, row in rows.items() if key not in known]
    edits = [_edit(known[key], row) for key, row in rows.items() if key in known and _differs(known[key], row)]
    with followed(session, Side.SURVEY, {row["id"] for row in edits}) as touched:
        if edits:
            session.execute(sa.update(SurveyResponse), edits)
        if new:
            insert = insert_for(session, SurveyResponse).on_conflict_do_nothing().returning(SurveyResponse.id)
            touched.update(session.scalars(insert, new, execution_options=ONE_STATEMENT))
    return Kept(added=len(new), changed=len(edits), unchanged=len(rows) - len(new) - len(edits))


def _days(said_on: date) -> dict[str, date]:
    return {"said_on": said_on, "month_on": said_on.replace(day=1)}


def _edit(old: SurveyResponse, row: dict[str, Any]) -> dict[str, Any]:
    """The row of an answer that is there already; another comment waits for its topics again."""
    same = old.comment == row["comment"]
    return row | {"id": old.id, "topics_version": old.topics_version if same else None}


def _differs(old: SurveyResponse, row: dict[str, Any]) -> bool:
    return any(getattr(old, name) != row[name] for name in COMPARED)
