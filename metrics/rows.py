"""Rows of the gap report as plain values: the one shape that the API, the exports and `--json` share."""

from typing import Any

from metrics.gaps import GapRow
from metrics.nps import Nps

POINT_DIGITS = 2
SHARE_DIGITS = 4


def as_plain(row: GapRow) -> dict[str, Any]:
    """A row of the gap report as nested dictionaries, ready for JSON.

    Points have two digits after the point, shares four, p and q all they have. A side without voices is None, and the
    gap and the excess that cannot be told are None.
    """
    return {
        "segment": dict(row.segment),
        "survey": None if row.survey is None else _side(row.survey) | {"n": round(row.survey.n)},
        "social": None if row.social is None else _side(row.social) | _public(row),
        "gap": None
        if row.gap is None
        else _interval(row.gap.value, row.gap.low, row.gap.high) | {"p": row.gap.p, "q": row.gap.q},
        "excess": None if row.excess is None else _interval(row.excess.value, row.excess.low, row.excess.high),
        "verdict": row.verdict.value,
        "drivers": [
            {
                "topic": driver.topic,
                "public_share": round(driver.public_share, SHARE_DIGITS),
                "survey_share": round(driver.survey_share, SHARE_DIGITS),
                "evidence": list(driver.evidence),
            }
            for driver in row.drivers
        ],
    }


def _interval(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": round(value, POINT_DIGITS), "low": round(low, POINT_DIGITS), "high": round(high, POINT_DIGITS)}


def _side(side: Nps) -> dict[str, Any]:
    return {
        "nps": round(side.value, POINT_DIGITS),
        "low": round(side.low, POINT_DIGITS),
        "high": round(side.high, POINT_DIGITS),
        "promoters": round(side.promoters, SHARE_DIGITS),
        "passives": round(side.passives, SHARE_DIGITS),
        "detractors": round(side.detractors, SHARE_DIGITS),
    }


def _public(row: GapRow) -> dict[str, Any]:
    share = row.rating_share
    return {
        "n": row.mentions,
        "voices": row.voices,
        "uncorrected_nps": None if row.uncorrected_nps is None else round(row.uncorrected_nps, POINT_DIGITS),
        "by_rating": None if share is None else round(share, SHARE_DIGITS),
    }


def flat(plain: dict[str, Any]) -> dict[str, Any]:
    """One row of `as_plain` as columns `survey_nps`, `gap_low`, …, for CSV and spreadsheets; segments come first."""
    columns: dict[str, Any] = dict(plain["segment"])
    for name in ("survey", "social", "gap", "excess"):
        fields = _FIELDS[name]
        group = plain[name] or {}
        columns |= {f"{name}_{field}": group.get(field) for field in fields}
    return columns | {"verdict": plain["verdict"], "drivers": "; ".join(d["topic"] for d in plain["drivers"])}


_SHARES = ("promoters", "passives", "detractors")
_FIELDS = {
    "survey": ("nps", "low", "high", "n", *_SHARES),
    "social": ("nps", "low", "high", "n", "voices", "uncorrected_nps", *_SHARES, "by_rating"),
    "gap": ("value", "low", "high", "p", "q"),
    "excess": ("value", "low", "high"),
}
