"""Rows of the gap report as plain values: the one shape that the API, the exports and `--json` share."""

from collections.abc import Sequence
from typing import Any

from metrics.change import Change
from metrics.decomposition import Component
from metrics.gaps import Gap
from metrics.nps import Nps
from metrics.pairs import MatchedGap
from metrics.platforms import Platforms
from metrics.report import Driver, Excess, GapRow, RowChange, Unsuspected

POINT_DIGITS = 2
SHARE_DIGITS = 4


def as_plain(row: GapRow, language: str = "en") -> dict[str, Any]:
    """A row of the gap report as nested dictionaries, ready for JSON; topics are named in this language.

    Points have two digits after the point, shares four, p and q all they have. A side without voices is None, and the
    gap and the excess that cannot be told are None.
    """
    return {
        "segment": dict(row.segment),
        "survey": None if row.survey is None else side(row.survey) | {"n": round(row.survey.n)},
        "social": None if row.social is None else side(row.social) | _public(row),
        "gap": None if row.gap is None else tested(row.gap) | {"detectable": points(row.detectable)},
        "excess": None if row.excess is None else interval(row.excess),
        "verdict": row.verdict.value,
        "change": None if row.change is None else _change(row.change),
        "platforms": None if row.platforms is None else _platforms(row.platforms),
        "drivers": [driver(one, language) for one in row.drivers],
    }


def driver(one: Driver, language: str) -> dict[str, Any]:
    """A topic that parts the two sides."""
    return {
        "topic": one.names[language],
        "key": one.topic,
        "public_share": round(one.public_share, SHARE_DIGITS),
        "survey_share": round(one.survey_share, SHARE_DIGITS),
        "evidence": list(one.evidence),
    }


def points(value: float | None) -> float | None:
    """A number of points; None stays None."""
    return None if value is None else round(value, POINT_DIGITS)


def interval(estimate: Nps | Gap | Change | Excess | Component | MatchedGap) -> dict[str, float]:
    """An estimate with its limits, in points."""
    limits = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: round(value, POINT_DIGITS) for name, value in limits.items()}


def tested(estimate: Gap | Change) -> dict[str, Any]:
    """An estimate with its limits, in points, and how likely chance alone makes it."""
    return interval(estimate) | {"p": estimate.p, "q": estimate.q}


def side(estimate: Nps) -> dict[str, Any]:
    """The NPS of one side with its limits and shares."""
    limits = {"nps": estimate.value, "low": estimate.low, "high": estimate.high}
    shares = {"promoters": estimate.promoters, "passives": estimate.passives, "detractors": estimate.detractors}
    return {name: round(value, POINT_DIGITS) for name, value in limits.items()} | {
        name: round(value, SHARE_DIGITS) for name, value in shares.items()
    }


def level(estimate: Nps) -> dict[str, float]:
    """An NPS with its limits alone."""
    return {"nps": round(estimate.value, POINT_DIGITS)} | {
        name: value for name, value in interval(estimate).items() if name != "value"
    }


def _public(row: GapRow) -> dict[str, Any]:
    share = row.rating_share
    return {
        "n": row.mentions,
        "voices": row.voices,
        "effective_voices": None if row.social is None else round(row.social.worth, 1),
        "residual": 0.0 if row.social is None else round(row.social.residual, POINT_DIGITS),
        "uncorrected_nps": points(row.uncorrected_nps),
        "by_rating": None if share is None else round(share, SHARE_DIGITS),
        "shrunk": None if row.shrunk is None else level(row.shrunk),
        "without_suspects": _unsuspected(row.unsuspected),
    }


def _unsuspected(sure: Unsuspected) -> dict[str, Any]:
    estimate = dict.fromkeys(("nps", "low", "high")) if sure.social is None else level(sure.social)
    return estimate | {"voices": sure.voices, "verdict": sure.verdict.value}


def _change(change: RowChange) -> dict[str, Any]:
    parts = {"survey": change.survey, "social": change.social, "gap": change.gap}
    return {name: None if part is None else tested(part) for name, part in parts.items()}


def _platforms(found: Platforms) -> dict[str, Any]:
    return {
        "channels": [
            {"channel": channel} | level(nps) | {"voices": round(nps.n)} for channel, nps in found.channels.items()
        ],
        "lowest": found.lowest,
        "highest": found.highest,
        "difference": interval(found.difference),
        "p": found.p,
        "q": found.q,
        "disagree": found.disagree,
    }


def flat(plain: dict[str, Any]) -> dict[str, Any]:
    """One row of `as_plain` as columns `survey_nps`, `gap_low`, …, for CSV and spreadsheets; segments come first."""
    columns: dict[str, Any] = dict(plain["segment"])
    for name, fields in _FIELDS.items():
        columns |= {f"{name}_{field}": (plain[name] or {}).get(field) for field in fields}
    sure = (plain["social"] or {}).get("without_suspects") or {}
    columns |= {f"without_suspects_{field}": sure.get(field) for field in ("nps", "low", "high", "voices", "verdict")}
    moved = plain["change"] or {}
    columns |= {f"{name}_change": (moved.get(name) or {}).get("value") for name in ("survey", "social", "gap")}
    columns |= {f"{name}_change_q": (moved.get(name) or {}).get("q") for name in ("survey", "social", "gap")}
    disagree = None if plain["platforms"] is None else plain["platforms"]["disagree"]
    return columns | {
        "platforms_disagree": disagree,
        "verdict": plain["verdict"],
        "drivers": _listed([one["topic"] for one in plain["drivers"]]),
        "evidence": _listed([str(one) for driver in plain["drivers"] for one in driver["evidence"]]),
    }


def _listed(words: Sequence[str]) -> str:
    return "; ".join(words)


_SHARES = ("promoters", "passives", "detractors")
_PUBLIC = ("n", "voices", "effective_voices", "residual", "uncorrected_nps", *_SHARES, "by_rating")
_FIELDS = {
    "survey": ("nps", "low", "high", "n", *_SHARES),
    "social": ("nps", "low", "high", *_PUBLIC),
    "gap": ("value", "low", "high", "p", "q", "detectable"),
    "excess": ("value", "low", "high"),
}
