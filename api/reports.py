"""Reports, each assembled in one place for whoever shows it: the API, the page, the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from api.correction import Correction, correction
from api.why import explained
from api.words import Language
from core.counts import Counts
from core.labels import Side
from core.memory import uncollected
from metrics.aspects import Dictionary
from metrics.gaps import FALSE_DISCOVERIES, MIN_VOICES
from metrics.intervals import CONFIDENCE
from metrics.nps import Nps, nps_each, widened
from metrics.platforms import platforms_each
from metrics.report import GapRow, report
from metrics.rows import as_plain, flat, side
from metrics.shrinkage import shrink
from store.database import ReadSession
from store.labels import labellers_in_use
from store.models import Brand
from store.queries import Slice, newest_languages, whole_months
from store.segments import segments

NPS_FIELDS = ("nps", "low", "high", "n", "promoters", "passives", "detractors")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportMeta:
    """What a report is about and how it was made; days are half-open `[start, end)`, days of the brand."""

    brand: str
    by: tuple[str, ...]
    location: str | None
    channel: str | None
    start: date | None
    end: date | None
    generated_at: datetime
    language: Language
    labellers: tuple[str, ...]
    correction: Correction
    confidence: float = CONFIDENCE
    min_voices: int = MIN_VOICES
    false_discovery_rate: float = FALSE_DISCOVERIES

    def as_plain(self) -> dict[str, Any]:
        """Ready for JSON, the days as `from` and `to`."""
        return {
            "brand": self.brand,
            "by": list(self.by),
            "location": self.location,
            "channel": self.channel,
            "from": self.start.isoformat() if self.start else None,
            "to": self.end.isoformat() if self.end else None,
            "generated_at": self.generated_at.isoformat(),
            "language": self.language.value,
            "estimator": self.correction.name,
            "estimators": self.correction.as_plain(),
            "labellers": list(self.labellers),
            "confidence": self.confidence,
            "min_voices": self.min_voices,
            "false_discovery_rate": self.false_discovery_rate,
        }


@dataclass(frozen=True, slots=True)
class GapReport:
    """The gap report: a row a segment (none without dimensions), the brand as a whole, and what it is about."""

    rows: list[GapRow]
    total: GapRow
    meta: ReportMeta

    def as_plain(self) -> dict[str, Any]:
        """`{"rows": [...], "total": row, "meta": {...}}`, ready for JSON."""
        return {
            "rows": [as_plain(row, self.meta.language.value) for row in self.rows],
            "total": as_plain(self.total, self.meta.language.value),
            "meta": self.meta.as_plain(),
        }

    def as_table(self) -> list[dict[str, Any]]:
        """Flat rows for CSV and spreadsheets, the total last; the first column, `row`, says which is which.

        The dimensions of the total are None.
        """
        nowhere = dict.fromkeys(self.meta.by)
        language = self.meta.language.value
        plain = [("segment", as_plain(row, language)) for row in self.rows]
        plain.append(("total", as_plain(self.total, language)))
        return [{"row": kind} | flat(row | {"segment": nowhere | row["segment"]}) for kind, row in plain]


def gap_report(
    session: ReadSession,
    brand: Brand,
    by: Sequence[str],
    part: Slice | None = None,
    *,
    now: datetime,
    dictionary: Dictionary,
    language: Language | None = None,
) -> GapReport:
    """The gap report of a brand, cut by these dimensions (`store.segments.dimensions`); no rows for none of them.

    Topics are counted by whole months: cut by them, the report is of those that lie within the part. They are named in
    the language given, else in that of most of the brand's newest mentions.
    """
    part = whole_months(part or Slice()) if "topic" in by else part or Slice()
    with uncollected():
        [counted] = segments(session, brand, (), part)
        correct = correction(session, brand, counted if part == Slice() else None)
        rows = report(segments(session, brand, by, part), counted, estimate=correct.estimate) if by else []
        [total] = report([counted], estimate=correct.estimate)
        if tuple(by) == ("location",):
            rows = _compared_locations(session, brand, part, rows)
    rows = explained(session, brand, rows, part, dictionary)
    [total] = explained(session, brand, [total], part, dictionary)
    return GapReport(rows, total, _meta(session, brand, by, part, now, correct, language))


def _compared_locations(session: ReadSession, brand: Brand, part: Slice, rows: Sequence[GapRow]) -> list[GapRow]:
    """Locations pulled to their brand, and whether their platforms agree."""
    worth = [_worth(row.social) if row.social else Counts() for row in rows]
    pulled = shrink(worth)
    channels: dict[str | None, dict[str, Counts]] = {}
    for cell in segments(session, brand, ("location", "channel"), part):
        channels.setdefault(cell.segment["location"], {})[cell.segment["channel"] or ""] = cell.social
    platforms = platforms_each([channels.get(row.segment["location"], {}) for row in rows])
    locations = pulled.locations if pulled else [None] * len(rows)
    shrunk = [
        one and widened(one, row.social.residual if row.social else 0.0)
        for one, row in zip(locations, rows, strict=True)
    ]
    return [replace(row, shrunk=one, platforms=said) for row, one, said in zip(rows, shrunk, platforms, strict=True)]


def _worth(social: Nps) -> Counts:
    """The voices that an estimate is worth, by class."""
    return Counts(*(social.worth * share for share in (social.promoters, social.passives, social.detractors)))


def nps_report(
    session: ReadSession, brand: Brand, by: Sequence[str], part: Slice | None = None, *, now: datetime
) -> dict[str, Any]:
    """Both series and their meta, ready for JSON; a segment in which nobody spoke is left out of that side's series."""
    part, correct = part or Slice(), correction(session, brand)
    found = segments(session, brand, by, part)
    sides = {
        Side.SURVEY: nps_each([row.survey for row in found]),
        Side.SOCIAL: correct.estimate([row.public for row in found]),
    }
    names = [row.segment for row in found]
    series = {side.value: _points(names, estimates) for side, estimates in sides.items()}
    return {"series": series, "meta": _meta(session, brand, by, part, now, correct).as_plain()}


def nps_table(found: Mapping[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns and flat rows of an `nps_report`, both series under one head; `side` says which is which."""
    by = found["meta"]["by"]
    rows = [
        {"side": side} | {name: point["segment"][name] for name in by} | {name: point[name] for name in NPS_FIELDS}
        for side, points in found["series"].items()
        for point in points
    ]
    return ["side", *by, *NPS_FIELDS], rows


def _points(names: Sequence[Mapping[str, str | None]], estimates: Sequence[Nps | None]) -> list[dict[str, Any]]:
    return [
        {"segment": dict(segment)} | side(nps) | {"n": round(nps.n)}
        for segment, nps in zip(names, estimates, strict=True)
        if nps is not None
    ]


def _meta(
    session: ReadSession,
    brand: Brand,
    by: Sequence[str],
    part: Slice,
    now: datetime,
    correct: Correction,
    language: Language | None = None,
) -> ReportMeta:
    return ReportMeta(
        brand=brand.slug,
        by=tuple(by),
        location=part.location,
        channel=part.channel,
        start=part.start,
        end=part.end,
        generated_at=now,
        language=language or language_of(session, brand),
        labellers=tuple(labellers_in_use(session, brand)),
        correction=correct,
    )


def language_of(session: ReadSession, brand: Brand) -> Language:
    """Russian where most of the newest mentions are; English otherwise."""
    spoken = newest_languages(session, brand)
    return Language.RU if 2 * spoken.count(Language.RU.value) > len(spoken) else Language.EN
