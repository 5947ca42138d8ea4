"""Mentions from a file: reviews and posts that no spider reaches, such as a platform's export."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import Clock
from pipeline.imports.cells import Record, Refused, number, text, within
from pipeline.imports.columns import MENTIONS
from pipeline.imports.identities import native_id
from pipeline.imports.moments import Moment, moment
from pipeline.imports.places import slug
from pipeline.imports.runs import Context, Draft, ImportResult, Kind, run_import
from pipeline.progress import Advance, silent
from store.database import Database, WriteSession
from store.identity import person_key
from store.mentions import LONGEST_QUESTION, LONGEST_TEXT, Kept, NewMention, keep_mentions
from store.models import Brand, Mention

CHANNEL = "import"
BEST, WORST = 5.0, 1.0
RANGE = re.compile(r"(?P<worst>\d{1,3})\s*(?:-|–|\.\.)\s*(?P<best>\d{1,3})", re.ASCII)
LONGEST_LANGUAGE = 16
LONGEST_URL = 2000


def import_mentions(
    db: Database,
    brand_slug: str,
    path: Path,
    *,
    columns: Mapping[str, str],
    secret: bytes,
    clock: Clock,
    advance: Advance = silent,
) -> ImportResult:
    """Import mentions; each needs a text or a rating. `columns` maps fields to column names, as --map does.

    Without a date a mention is dated now, with precision `fetched`; without a channel it is of `import`. Errors as in
    `run_import`.
    """
    kind = Kind(Mention, MENTIONS, (("text", "rating"),), _read, _keep)
    return run_import(db, brand_slug, path, kind, columns=columns, secret=secret, clock=clock, advance=advance)


def _read(record: Record, context: Context) -> Draft:
    words, rating = text(record, "text"), _rating(record)
    if words is None and not rating:
        raise Refused(record, "text", "a mention needs a text or a rating")
    channel, location = slug(record, "channel") or CHANNEL, slug(record, "location")
    author_key = person_key(context.secret, channel, text(record, "author"))
    given = moment(record, "published_at", zone=context.zone, now=context.now)
    published = given or Moment(context.now, "fetched")
    question = (text(record, "question") or "")[:LONGEST_QUESTION] or None
    asked = (question,) if question else ()
    content = (location, author_key, given and given.at.isoformat(), words, *asked, *rating.values())
    values = {
        "text": (words or "")[: LONGEST_TEXT + 1],
        "published_at": published.at,
        "precision": published.precision,
        "author_key": author_key,
        "url": _url(record),
        "answer": (text(record, "answer") or "")[:LONGEST_TEXT] or None,
        "question": question,
        "language": text(record, "language", longest=LONGEST_LANGUAGE),
        "native_id": native_id(record, context.seen, channel, *content),
    }
    return Draft(values | rating, location, channel)


def _rating(record: Record) -> dict[str, float]:
    """The rating with its scale, 1..5 where the row gives none; {} without one."""
    if number(record, "rating") is None:
        return {}
    best, worst = _scale(record)
    hint = "; give rating_best where the scale is another" if best is None else ""
    best, worst = BEST if best is None else best, WORST if worst is None else worst
    if worst >= best:
        raise Refused(record, "rating_best", f"{best:g} is not above the worst, {worst:g}")
    rating = within(record, "rating", worst, best, hint=hint)
    return {} if rating is None else {"rating": rating, "rating_best": best, "rating_worst": worst}


def _scale(record: Record) -> tuple[float | None, float | None]:
    """The best and the worst as the row gives them; a scale written as `1-5` in place of the best gives both."""
    both = RANGE.fullmatch(text(record, "rating_best") or "")
    if both:
        return float(both["best"]), float(both["worst"])
    return number(record, "rating_best"), number(record, "rating_worst")


def _url(record: Record) -> str | None:
    """Only what a browser may follow safely: pages link to it."""
    url = text(record, "url", longest=LONGEST_URL)
    if url is not None and not url.lower().startswith(("https://", "http://")):
        raise Refused(record, "url", "is not an address that begins with https:// or http://")
    return url


def _keep(session: WriteSession, brand: Brand, rows: Sequence[dict[str, Any]], now: datetime) -> Kept:
    return keep_mentions(session, brand, [NewMention(**row) for row in rows], now=now)
