"""Reports, each assembled in one place for whoever shows it: the API, the page, the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from core.counts import Counts
from core.labels import Side
from metrics.gaps import FALSE_DISCOVERIES, MIN_VOICES, GapRow, report
from metrics.intervals import CONFIDENCE
from metrics.nps import nps_each
from metrics.rows import POINT_DIGITS, SHARE_DIGITS, as_plain, flat
from store.database import ReadSession
from store.labels import labellers_in_use
from store.models import Brand
from store.queries import Slice, segments

ESTIMATOR = "plain count: not yet corrected for the labeller's errors"

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
    labellers: tuple[str, ...]
    estimator: str = ESTIMATOR
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
            "estimator": self.estimator,
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
            "rows": [as_plain(row) for row in self.rows],
            "total": as_plain(self.total),
            "meta": self.meta.as_plain(),
        }

    def as_table(self) -> list[dict[str, Any]]:
        """Flat rows for CSV and spreadsheets, the total last; the first column, `row`, says which is which.

        The dimensions of the total are None.
        """
        nowhere = dict.fromkeys(self.meta.by)
        plain = [("segment", as_plain(row)) for row in self.rows] + [("total", as_plain(self.total))]
        return [{"row": kind} | flat(row | {"segment": nowhere | row["segment"]}) for kind, row in plain]


def gap_report(
    session: ReadSession, brand: Brand, by: Sequence[str], part: Slice | None = None, *, now: datetime
) -> GapReport:
    """The gap report of a brand, cut by these dimensions (`store.queries.dimensions`); no rows for none of them."""
    part = part or Slice()
    [total] = segments(session, brand, (), part)
    rows = report(segments(session, brand, by, part), total) if by else []
    return GapReport(rows, report([total])[0], _meta(session, brand, by, part, now))


def nps_report(
    session: ReadSession, brand: Brand, by: Sequence[str], part: Slice | None = None, *, now: datetime
) -> dict[str, Any]:
    """Both series and their meta, ready for JSON; a segment in which nobody spoke is left out of that side's series."""
    part = part or Slice()
    found = segments(session, brand, by, part)
    sides = {
        Side.SURVEY: [(row.segment, row.survey) for row in found],
        Side.SOCIAL: [(row.segment, row.social) for row in found],
    }
    series = {side.value: _points(counted) for side, counted in sides.items()}
    return {"series": series, "meta": _meta(session, brand, by, part, now).as_plain()}


def nps_table(found: Mapping[str, Any]) -> tuple[list[str], list[dict[str, Any]]]:
    """The columns and flat rows of an `nps_report`, both series under one head; `side` says which is which."""
    by = found["meta"]["by"]
    rows = [
        {"side": side} | {name: point["segment"][name] for name in by} | {name: point[name] for name in NPS_FIELDS}
        for side, points in found["series"].items()
        for point in points
    ]
    return ["side", *by, *NPS_FIELDS], rows


def _points(counted: Sequence[tuple[Mapping[str, str | None], Counts]]) -> list[dict[str, Any]]:
    estimates = nps_each([counts for _, counts in counted])
    return [
        {
            "segment": dict(segment),
            "nps": round(nps.value, POINT_DIGITS),
            "low": round(nps.low, POINT_DIGITS),
            "high": round(nps.high, POINT_DIGITS),
            "n": round(nps.n),
            "promoters": round(nps.promoters, SHARE_DIGITS),
            "passives": round(nps.passives, SHARE_DIGITS),
            "detractors": round(nps.detractors, SHARE_DIGITS),
        }
        for (segment, _), nps in zip(counted, estimates, strict=True)
        if nps is not None
    ]


def _meta(session: ReadSession, brand: Brand, by: Sequence[str], part: Slice, now: datetime) -> ReportMeta:
    return ReportMeta(
        brand=brand.slug,
        by=tuple(by),
        location=part.location,
        channel=part.channel,
        start=part.start,
        end=part.end,
        generated_at=now,
        labellers=tuple(labellers_in_use(session, brand)),
    )
