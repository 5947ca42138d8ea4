"""Survey answers from a file: NPS on 0-10, and CSAT, CES and scores of aspects, which are kept apart from the NPS."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from core.clock import Clock
from core.errors import Invalid
from core.labels import HIGHEST_SCORE
from metrics.loyalty.aaker import aspect_named
from pipeline.imports.cells import LONGEST_ID, Record, Refused, text, whole_within
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
RANGES = {
    Scale.NPS: (0, HIGHEST_SCORE),
    Scale.CSAT5: (1, 5),
    Scale.CES7: (1, 7),
    Scale.CES7_LOW: (1, 7),
    Scale.ASPECT5: (1, 5),
}
LONGEST_ASPECT = 100


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
    """Import survey answers on one scale; only those on `nps` count to the NPS.

    It is `nps` (0-10), `csat5` (1-5), `ces7` (1-7, where 7 is easy), `ces7_low` (1-7, where 1 is easy), or `aspect5`
    (1-5, a row an aspect, which the column `aspect` names: rows of one id are aspects of one answer). Each needs
    a score and a date: without one it would count to a month in which it was not given. Without a channel it is of
    `survey`. Errors as in `run_import`; Invalid for another scale.
    """
    if scale not in {known.value for known in Scale}:
        msg = f"scale: {scale!r} is none of {', '.join(Scale)}"
        raise Invalid(msg)
    required = [("score",), ("responded_at",)] + [("aspect",)] * (scale == Scale.ASPECT5)
    kind = Kind(SurveyResponse, SURVEY, required, partial(_read, scale=Scale(scale)), _keep)
    return run_import(db, brand_slug, path, kind, columns=columns, secret=secret, clock=clock, advance=advance)


def _read(record: Record, context: Context, *, scale: Scale) -> Draft:
    score = whole_within(record, "score", *RANGES[scale])
    responded = dated(record, "responded_at", context)
    channel, location = slug(record, "channel") or CHANNEL, slug(record, "location")
    customer_key = person_key(context.secret, context.brand, text(record, "customer"))
    comment = text(record, "comment")
    aspect = _aspect(record) if scale is Scale.ASPECT5 else None
    content = (location, customer_key, responded.at.isoformat(), score, comment)
    identity = native_id(record, context.seen, channel, *content, *([aspect] if aspect else []))
    values = {
        "score": score if scale is Scale.NPS else None,
        "score_given": float(score),
        "scale": scale.value,
        "aspect": aspect,
        "responded_at": responded.at,
        "comment": comment and comment[:LONGEST_TEXT],
        "customer_key": customer_key,
        "native_id": _of_aspect(record, identity, aspect),
    }
    return Draft(values, location, channel)


def _aspect(record: Record) -> str:
    words = text(record, "aspect", longest=LONGEST_ASPECT)
    if words is None:
        raise Refused(record, "aspect", "is missing")
    return aspect_named(words)


def _of_aspect(record: Record, identity: str, aspect: str | None) -> str:
    """One answer rates several aspects, a row each: its id alone would keep the last of them."""
    if aspect is None:
        return identity
    if len(identity) + len(aspect) >= LONGEST_ID:
        raise Refused(record, "id", f"is longer than the {LONGEST_ID} characters that it and the aspect may have")
    return f"{identity}#{aspect}"


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
