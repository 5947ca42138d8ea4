"""Survey answers from a file: NPS on 0-10, and CSAT and CES, which are kept apart from the NPS."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from core.clock import Clock
from core.errors import Invalid
from core.labels import HIGHEST_SCORE
from pipeline.imports.cells import Record, Refused, text, whole_within
from pipeline.imports.columns import SURVEY
from pipeline.imports.identities import native_id
from pipeline.imports.moments import Moment, moment
from pipeline.imports.places import slug
from pipeline.imports.runs import Context, Draft, ImportResult, Kind, run_import
from pipeline.progress import Advance, silent
from store.database import Database, WriteSession
from store.identity import person_key
from store.mentions import LONGEST_TEXT, Kept
from store.models import Brand, Scale, SurveyResponse
from store.surveys import NewResponse, keep_responses

CHANNEL = "survey"
RANGES = {Scale.NPS: (0, HIGHEST_SCORE), Scale.CSAT5: (1, 5), Scale.CES7: (1, 7)}


def import_survey(
    db: Database,
    brand_slug: str,
    path: Path,
    *,
    columns: Mapping[str, str],
    secret: bytes,
    clock: Clock,
    advance: Advance = silent,
    scale: str = Scale.NPS,
) -> ImportResult:
    """Import survey answers on the scale `nps` (0-10), `csat5` (1-5) or `ces7` (1-7); only `nps` counts to the NPS.

    Each needs a score and a date: without one it would count to a month in which it was not given. Without a channel
    it is of `survey`. Errors as in `run_import`; Invalid for another scale.
    """
    if scale not in {known.value for known in Scale}:
        msg = f"scale: {scale!r} is none of {', '.join(Scale)}"
        raise Invalid(msg)
    kind = Kind(SurveyResponse, SURVEY, (("score",), ("responded_at",)), partial(_read, scale=Scale(scale)), _keep)
    return run_import(db, brand_slug, path, kind, columns=columns, secret=secret, clock=clock, advance=advance)


def _read(record: Record, context: Context, *, scale: Scale) -> Draft:
    score = whole_within(record, "score", *RANGES[scale])
    responded = dated(record, "responded_at", context)
    channel, location = slug(record, "channel") or CHANNEL, slug(record, "location")
    customer_key = person_key(context.secret, context.brand, text(record, "customer"))
    comment = text(record, "comment")
    content = (location, customer_key, responded.at.isoformat(), score, comment)
    values = {
        "score": score if scale is Scale.NPS else None,
        "score_given": float(score),
        "scale": scale.value,
        "responded_at": responded.at,
        "comment": comment and comment[:LONGEST_TEXT],
        "customer_key": customer_key,
        "native_id": native_id(record, context.seen, channel, *content),
    }
    return Draft(values, location, channel)


def dated(record: Record, field: str, context: Context) -> Moment:
    """The moment of a field that has to be known to the month. Raises Refused where it is missing or a mere year."""
    found = moment(record, field, zone=context.zone, now=context.now)
    if found is None:
        raise Refused(record, field, "is missing")
    if found.precision == "year":
        raise Refused(record, field, "is a year without a month")
    return found


def _keep(session: WriteSession, brand: Brand, rows: Sequence[dict[str, Any]], now: datetime) -> Kept:
    return keep_responses(session, brand, [NewResponse(**row) for row in rows], now=now)
