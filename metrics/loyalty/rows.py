"""Loyalty measures as plain values: the one shape that the API, the exports and `--json` share."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from metrics.loyalty.budget import NO_RULE, SELECTION, LoyaltyBudget, ProfitFirst
from metrics.loyalty.history import CompleteMonth
from metrics.loyalty.lifetime_value import NOT_PREDICTED
from metrics.loyalty.measures import Measure, Unit
from metrics.loyalty.overview import CohortValue, Overview, Spending
from metrics.loyalty.retention import churn, month_named, retention
from metrics.loyalty.rfm import TOO_FEW, RfmSegment

DIGITS = {Unit.SHARE: 4, Unit.SCORE: 2, Unit.MONEY: 2, Unit.NUMBER: 2}
FIELDS = ("value", "low", "high", "n", "unit", "why")
Plain = dict[str, Any]


def plain(measure: Measure) -> Plain:
    """A measure as a dictionary, rounded by its unit: shares to four digits, all else to two."""
    digits = DIGITS[measure.unit]
    return {
        "value": _rounded(measure.value, digits),
        "low": _rounded(measure.low, digits),
        "high": _rounded(measure.high, digits),
        "n": measure.n,
        "unit": measure.unit.value,
        "why": measure.why,
    }


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(float(value), digits)


def overview_plain(seen: Overview) -> Plain:
    """An overview, ready for JSON; what cannot be told is null with the reason in `why` beside it."""
    return {
        "aspects": {name: plain(measure) for name, measure in seen.aaker.aspects.items()},
        "missing_aspects": list(seen.aaker.missing),
        "categories": [{"category": name, "repurchase_rate": plain(rate)} for name, rate in seen.categories],
        "months": [_month(one) for one in seen.months],
        "cohorts": [_cohort(one) for one in seen.cohorts],
        "rfm": {"segments": [_rfm(one) for one in seen.rfm], "why": None if seen.rfm else TOO_FEW},
        "lifetime_value": {"predicted": None, "why": NOT_PREDICTED},
        "budget": _budget(seen.spending),
        "profit_first": _profit_first(seen.spending.profit_first) | {"past_profit": plain(seen.spending.past_profit)},
    }


def _month(one: CompleteMonth) -> Plain:
    numbers = {"start": one.stay.start, "new": one.stay.new, "lost": one.stay.lost, "end": one.stay.end}
    named = {"month": month_named(one.month)} | numbers
    return named | {"retention": plain(retention(one.asked)), "churn": plain(churn(one.asked))}


def _cohort(one: CohortValue) -> Plain:
    return {
        "month": month_named(one.cohort.month),
        "customers": one.cohort.customers,
        "ltv_revenue": plain(one.revenue),
        "ltv_margin": plain(one.margin),
        "active": [plain(measure) for measure in one.cohort.active],
    }


def _rfm(one: RfmSegment) -> Plain:
    return {
        "segment": one.name,
        "customers": round((one.customers.value or 0) * one.customers.n),
        "share": plain(one.customers),
        "revenue_share": _rounded(one.revenue_share, DIGITS[Unit.SHARE]),
        "recency_days": _rounded(one.recency_days),
        "frequency": _rounded(one.frequency),
        "monetary": _rounded(one.monetary),
    }


def _budget(spending: Spending) -> Plain:
    found, why = spending.budget, None
    money: Plain = dict.fromkeys(LoyaltyBudget.__slots__)
    if isinstance(found, str):
        why = found
    else:
        money = {name: _rounded(value) for name, value in asdict(found).items()}
    counts = {name: getattr(spending, name) for name in ("costed", "customers", "acquisition_known")}
    return money | counts | {"selection": SELECTION, "why": why}


def _profit_first(rule: ProfitFirst | None) -> Plain:
    if rule is None:
        return {"lifetime_value": None, "until": None, "visits": None, "why": NO_RULE}
    money = {"lifetime_value": _rounded(rule.lifetime_value), "until": _rounded(rule.until)}
    return money | {"visits": rule.visits, "why": None}


def overview_rows(seen: Plain) -> Iterator[Plain]:
    """The overview (`overview_plain`) as flat rows `{part, of, measure, value, low, high, n, unit, why}`."""
    for name, measure in seen["aspects"].items():
        yield _row("aspect", name, "mean", measure)
    for name in seen["missing_aspects"]:
        yield _row("aspect", name, "mean", _bare(None, Unit.SCORE, UNRATED))
    for one in seen["categories"]:
        yield _row("category", one["category"], "repurchase_rate", one["repurchase_rate"])
    for one in seen["months"]:
        yield from (_row("month", one["month"], name, one[name]) for name in ("retention", "churn"))
    for one in seen["cohorts"]:
        yield from _cohort_rows(one)
    for one in seen["rfm"]["segments"]:
        yield _row("rfm", one["segment"], "share", one["share"])
        yield from (_row("rfm", one["segment"], name, _bare(one[name], unit)) for name, unit in TYPICAL.items())
    for part in ("budget", "profit_first"):
        yield from _rule_rows(part, seen[part])


def _cohort_rows(one: Plain) -> Iterator[Plain]:
    yield from (_row("cohort", one["month"], name, one[name]) for name in ("ltv_revenue", "ltv_margin"))
    for later, measure in enumerate(one["active"], start=1):
        yield _row("cohort", one["month"], f"active_after_{later}", measure)


def _rule_rows(part: str, rule: Plain) -> Iterator[Plain]:
    for name, value in rule.items():
        if isinstance(value, dict):
            yield _row(part, None, name, value)
        elif name not in {"why", "selection"}:
            unit = Unit.NUMBER if name in COUNTED else Unit.MONEY
            yield _row(part, None, name, _bare(value, unit, rule["why"] if value is None else None))


TYPICAL = {
    "revenue_share": Unit.SHARE,
    "recency_days": Unit.NUMBER,
    "frequency": Unit.NUMBER,
    "monetary": Unit.MONEY,
}
"""What is told of an RFM segment beside its size."""
UNRATED = "nobody rated it"
COUNTED = frozenset({"visits", "costed", "customers", "acquisition_known"})


def _bare(value: float | None, unit: Unit, why: str | None = None) -> Plain:
    return {"value": value, "low": None, "high": None, "n": None, "unit": unit.value, "why": why}


def _row(part: str, of: str | None, name: str, measure: Plain) -> Plain:
    return {"part": part, "of": of, "measure": name} | measure
