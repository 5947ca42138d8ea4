"""The loyalty report, assembled in one place for the API and the command line."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from core.clock import day_of, zone
from core.errors import Invalid
from core.purchases import Purchases
from metrics.intervals import CONFIDENCE
from metrics.loyalty.history import History, history
from metrics.loyalty.ledger import groups
from metrics.loyalty.measures import Measure
from metrics.loyalty.overview import Overview, overview
from metrics.loyalty.purchases import Repeat
from metrics.loyalty.retention import ACTIVE_DAYS, month_named
from metrics.loyalty.rows import FIELDS, overview_plain, overview_rows, plain
from metrics.loyalty.segments import NOTHING_BOUGHT, Answers, Bought, measures
from store.database import ReadSession
from store.loyalty import (
    DIMENSIONS,
    AnswerCount,
    Segment,
    amounts,
    answer_counts,
    category_repeats,
    location_names,
    purchases,
)
from store.models import Brand, Scale
from store.queries import Slice

CURRENCY = "the brand's own, as in its orders"


@dataclass(frozen=True, slots=True)
class LoyaltyRow:
    """All loyalty measures of one segment by name (`metrics.loyalty.segments.UNITS`)."""

    segment: Mapping[str, str | None]
    measures: Mapping[str, Measure]

    def as_plain(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "segment": dict(self.segment),
            "measures": {name: plain(measure) for name, measure in self.measures.items()},
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyMeta:
    """What a loyalty report is about; days are half-open `[start, end)`, and nothing from `until` on is in it."""

    brand: str
    by: tuple[str, ...]
    location: str | None
    start: date | None
    end: date | None
    until: date
    active_days: int
    generated_at: datetime

    def as_plain(self) -> dict[str, Any]:
        """Ready for JSON, the days as `from` and `to`."""
        return {
            "brand": self.brand,
            "by": list(self.by),
            "location": self.location,
            "from": self.start.isoformat() if self.start else None,
            "to": self.end.isoformat() if self.end else None,
            "until": self.until.isoformat(),
            "active_days": self.active_days,
            "generated_at": self.generated_at.isoformat(),
            "confidence": CONFIDENCE,
            "currency": CURRENCY,
        }


@dataclass(frozen=True, slots=True)
class LoyaltyReport:
    """The loyalty report: a row a segment (none without dimensions), the whole, and what is no single measure of it."""

    rows: list[LoyaltyRow]
    total: LoyaltyRow
    overview: Overview
    meta: LoyaltyMeta

    def as_plain(self) -> dict[str, Any]:
        """`{"rows": [...], "total": row, "overview": {...}, "meta": {...}}`, ready for JSON."""
        return {
            "rows": [row.as_plain() for row in self.rows],
            "total": self.total.as_plain(),
            "overview": overview_plain(self.overview),
            "meta": self.meta.as_plain(),
        }

    def as_table(self) -> tuple[list[str], list[dict[str, Any]]]:
        """Columns and flat rows, one a measure: those of segments, of the total, then of the parts of the overview."""
        nowhere = dict.fromkeys(self.meta.by)
        named = [("segment", row) for row in self.rows] + [("total", self.total)]
        rows = [
            {"part": part, **nowhere, **row.segment, "of": None, "measure": name} | plain(measure)
            for part, row in named
            for name, measure in row.measures.items()
        ]
        rows += [nowhere | row for row in overview_rows(overview_plain(self.overview))]
        return ["part", *self.meta.by, "of", "measure", *FIELDS], rows


def loyalty_dimensions(by: str | None) -> tuple[str, ...]:
    """Parse `location,month`; raises Invalid for what orders cannot be cut by."""
    names = tuple(name.strip() for name in (by or "").split(",") if name.strip())
    for name in names:
        if name not in DIMENSIONS:
            msg = f"cannot report loyalty by {name!r}: choose from {', '.join(DIMENSIONS)}"
            raise Invalid(msg)
    return tuple(dict.fromkeys(names))


def loyalty_report(
    session: ReadSession,
    brand: Brand,
    by: Sequence[str],
    part: Slice | None = None,
    *,
    now: datetime,
    active_days: int = ACTIVE_DAYS,
) -> LoyaltyReport:
    """The loyalty report of a brand or one location of it, cut by these dimensions (`loyalty_dimensions`).

    Retention, repurchase, lifetime values and cohorts look back before the start of the part, as far as orders go.
    """
    part, tomorrow = part or Slice(), day_of(now, zone(brand.timezone)) + timedelta(days=1)
    until = min(part.end or tomorrow, tomorrow)
    known = replace(part, end=until, start=min(part.start, until) if part.start else None)
    bought = purchases(session, brand, known, by_location="location" in by)
    told_of = partial(history, start=known.start, until=until, active_days=active_days)
    told = told_of(bought)
    answers = _answers(answer_counts(session, brand, (), known)).get((), Answers())
    sums = amounts(session, brand, (), known).get((), {})
    repeats = {row.category: Repeat(row.customers, row.again) for row in category_repeats(session, brand, known)}
    return LoyaltyReport(
        rows=_rows(session, brand, by, known, bought, told_of) if by else [],
        total=LoyaltyRow({}, measures(answers, told.whole(), sums)),
        overview=overview(told, answers.aspects, repeats, until=until),
        meta=LoyaltyMeta(
            brand=brand.slug,
            by=tuple(by),
            location=part.location,
            start=part.start,
            end=part.end,
            until=until,
            active_days=active_days,
            generated_at=now,
        ),
    )


def _rows(
    session: ReadSession,
    brand: Brand,
    by: Sequence[str],
    part: Slice,
    bought: Purchases,
    told_of: Callable[[Purchases], History],
) -> list[LoyaltyRow]:
    """A row for each segment in which somebody answered, ordered or might have stayed, by its names."""
    sold = _sold(location_names(session, brand), by, bought, told_of)
    said = _answers(answer_counts(session, brand, by, part))
    sums = amounts(session, brand, by, part)
    found = sorted({*sold, *said}, key=lambda segment: [name or "" for name in segment])
    return [
        LoyaltyRow(
            dict(zip(by, segment, strict=True)),
            measures(said.get(segment, Answers()), sold.get(segment, NOTHING_BOUGHT), sums.get(segment, {})),
        )
        for segment in found
    ]


def _sold(
    names: Mapping[int, str | None], by: Sequence[str], bought: Purchases, told_of: Callable[[Purchases], History]
) -> dict[Segment, Bought]:
    """What each segment sold; `bought` tells locations apart where the dimensions have them."""
    found: dict[Segment, Bought] = {}
    for place, rows in groups(bought.location):
        for month, sold in _months(told_of(bought.take(rows)), by):
            values = {"location": names.get(place), "month": month}
            found[tuple(values[name] for name in by)] = sold
    return found


def _months(told: History, by: Sequence[str]) -> Iterable[tuple[str | None, Bought]]:
    if "month" not in by:
        return [(None, told.whole())]
    return [(month_named(month), sold) for month, sold in told.by_month().items()]


def _answers(counted: Iterable[AnswerCount]) -> dict[Segment, Answers]:
    """Answers by segment; two rows of one answer add up (`4` and `4.0`)."""
    scores: dict[Segment, dict[Scale, dict[int, int]]] = {}
    aspects: dict[Segment, dict[str, dict[int, int]]] = {}
    for row in counted:
        scale = scores.setdefault(row.segment, {}).setdefault(row.scale, {})
        of = aspects.setdefault(row.segment, {}).setdefault(row.aspect, {}) if row.aspect else scale
        of[row.score] = of.get(row.score, 0) + row.times
    return {
        segment: Answers(
            found.get(Scale.CSAT5, {}),
            found.get(Scale.CES7, {}),
            found.get(Scale.CES7_LOW, {}),
            aspects.get(segment, {}),
        )
        for segment, found in scores.items()
    }
