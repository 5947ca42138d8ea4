"""How far public opinion parts from the survey, segment by segment, and how sure one can be of it.

A gap is social minus survey: negative where the public thinks worse. Its interval is MOVER's of the two sides'
intervals, whatever made those; its p is the level at which that interval touches zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import false_discovery_control, norm

from core.counts import Counts, SegmentCounts
from metrics.intervals import CONFIDENCE, Array, bisect, mover_bounds, normal_quantile, tango_deviates
from metrics.nps import POINTS, Nps, nps_each

MIN_VOICES = 10
"""Fewer on either side are `too_few`: Tango's worst coverage is 93 % at ten voices but 85 % at five."""

FALSE_DISCOVERIES = 0.10
"""The share of wrong verdicts that is accepted among those given in one report."""

NARROWEST = 1e-12
"""The least width of an interval, so that a limit at the estimate is far from it in deviates, not undefined."""


class Verdict(StrEnum):
    """What may be said of a segment."""

    WORSE_IN_PUBLIC = "worse_in_public"
    BETTER_IN_PUBLIC = "better_in_public"
    NO_EVIDENCE = "no_evidence"
    TOO_FEW = "too_few"


@dataclass(frozen=True, slots=True)
class Gap:
    """Social NPS minus survey NPS with its 95 % interval, in points in [-200, 200].

    `p` is two-sided, below .05 exactly where the interval leaves zero out. `q` is the false discovery rate among the
    tested rows of one report; None outside a report and for rows that were not tested.
    """

    value: float
    low: float
    high: float
    p: float
    q: float | None = None


@dataclass(frozen=True, slots=True)
class Excess:
    """By how many points a segment's gap exceeds that of the rest of its brand, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Driver:
    """A topic that parts the two sides: its share in [0, 1] of each, and ids of mentions that show it."""

    topic: str
    public_share: float
    survey_share: float
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GapRow:
    """One row of the gap report.

    A side that nobody spoke on is None and so is the gap then; `excess` is None without a rest to compare with, or
    with fewer than `MIN_VOICES` on any of the four sides. `uncorrected_nps` is plain counting of labels, in points.
    """

    segment: Mapping[str, str | None]
    survey: Nps | None
    social: Nps | None
    voices: int
    mentions: int
    by_rating: int
    uncorrected_nps: float | None
    gap: Gap | None
    excess: Excess | None
    verdict: Verdict
    drivers: tuple[Driver, ...] = field(default=())

    @property
    def rating_share(self) -> float | None:
        """The share in [0, 1] of voices that were counted by their stars; None without voices."""
        return self.by_rating / self.voices if self.voices else None


@dataclass(frozen=True, slots=True)
class _Side:
    """The estimates of one side as columns of one length, in proportions; the counts are b = n p and c = n d."""

    value: Array
    low: Array
    high: Array
    b: Array
    c: Array
    n: Array
    counted: NDArray[np.bool_]

    @classmethod
    def of(cls, estimates: Sequence[Nps]) -> Self:
        rows = [(e.value, e.low, e.high, e.promoters * e.n, e.detractors * e.n, e.n) for e in estimates]
        value, low, high, b, c, n = np.array(rows, dtype=np.float64).reshape(-1, 6).T
        counted = np.array([e.counted for e in estimates], dtype=np.bool_)
        return cls(value / POINTS, low / POINTS, high / POINTS, b, c, n, counted)

    def where(self, mask: NDArray[np.bool_], other: Self) -> Self:
        """These rows where the mask holds and the other's elsewhere."""
        columns = ("value", "low", "high", "b", "c", "n", "counted")
        return type(self)(*(np.where(mask, getattr(self, name), getattr(other, name)) for name in columns))

    def deviates(self, at: Array) -> Array:
        """How many standard deviates each estimate lies above `at`: Tango's score where it was counted.

        Of any other estimate only one interval is known; its limits are taken to move in proportion to the quantile.
        """
        width = np.maximum(np.where(at < self.value, self.value - self.low, self.high - self.value), NARROWEST)
        proportional = normal_quantile(CONFIDENCE) * (self.value - at) / width
        return np.where(self.counted, tango_deviates(at, self.b, self.c, self.n), proportional)


def _p_values(survey: _Side, social: _Side) -> Array:
    """The two-sided level at which each row's MOVER interval touches zero; 1 for no gap.

    It does so where the higher side's lower limit lies g cos t below it and the lower side's upper limit g sin t above
    it, for a gap g: both must be limits of one level, which a single bisection over t in [0, pi / 2] finds.
    """
    higher = social.where(social.value >= survey.value, survey)
    lower = survey.where(social.value >= survey.value, social)
    gap = higher.value - lower.value

    def imbalance(angle: Array) -> Array:
        above = higher.deviates(np.clip(higher.value - gap * np.cos(angle), -1, 1))
        return above + lower.deviates(np.clip(lower.value + gap * np.sin(angle), -1, 1))

    angle = bisect(imbalance, np.zeros_like(gap), np.full_like(gap, np.pi / 2))
    deviate = higher.deviates(np.clip(higher.value - gap * np.cos(angle), -1, 1))
    return np.where(gap > 0, np.minimum(2 * norm.sf(deviate), 1.0), 1.0)


def _differences(survey: _Side, social: _Side) -> tuple[Array, Array, Array]:
    """Value, low and high of each row's gap, in points."""
    low, high = mover_bounds(social.value, (social.low, social.high), survey.value, (survey.low, survey.high))
    return POINTS * (social.value - survey.value), POINTS * low, POINTS * high


def _gaps(surveys: Sequence[Nps], socials: Sequence[Nps]) -> list[Gap]:
    survey, social = _Side.of(surveys), _Side.of(socials)
    columns = np.stack([*_differences(survey, social), _p_values(survey, social)], axis=-1)
    return [Gap(value, low, high, p) for value, low, high, p in columns.tolist()]


def gap(survey: Nps, social: Nps) -> Gap:
    """Social minus survey: two independent estimates with 95 % intervals, wherever those come from."""
    return _gaps([survey], [social])[0]


def gap_each(pairs: Sequence[tuple[Nps | None, Nps | None]]) -> list[Gap | None]:
    """`gap` of many (survey, social) pairs at once, in their order; None where a side has no estimate."""
    both = [(survey, social) for survey, social in pairs if survey is not None and social is not None]
    found = iter(_gaps([survey for survey, _ in both], [social for _, social in both]))
    return [None if survey is None or social is None else next(found) for survey, social in pairs]


def minimal_detectable_gap(survey: Nps, social: Nps, power: float = 0.8) -> float:
    """The smallest true gap, in points, that such counts would show at the 5 % level with this chance.

    Normal approximation: (1.96 + z(power)) times the standard error of the gap, each side's being its interval's
    length over 2 * 1.96 (so that ten promoters out of ten are not taken for certainty). Over 200 means: none at all.
    Raises ValueError for a power outside (0, 1).
    """
    if not 0 < power < 1:
        msg = f"a power lies between 0 and 1, not at {power:g}"
        raise ValueError(msg)
    quantile = normal_quantile(CONFIDENCE)
    error = np.hypot(survey.high - survey.low, social.high - social.low) / (2 * quantile)
    return float((quantile + norm.ppf(power)) * error)


def report(rows: Sequence[SegmentCounts], total: SegmentCounts | None = None) -> list[GapRow]:
    """The gap report: one row a segment, in the order given; [] for none.

    `q` is Benjamini and Hochberg's over the rows with at least `MIN_VOICES` on both sides. A verdict needs q < .10
    *and* a 95 % interval without zero, so that no row is called worse whose interval says otherwise; with one tested
    row q = p and the interval alone decides. `total` is the brand's own row, which contains the segments: without it
    there is no `excess`.
    """
    surveys, socials = nps_each([row.survey for row in rows]), nps_each([row.social for row in rows])
    gaps = gap_each(list(zip(surveys, socials, strict=True)))
    gaps = _with_q(gaps, [_enough(row.survey, row.social) for row in rows])
    excesses = _excesses(rows, gaps, total) if total else [None] * len(rows)
    return [
        GapRow(
            segment=row.segment,
            survey=survey,
            social=social,
            voices=row.voices,
            mentions=row.mentions,
            by_rating=row.by_rating,
            uncorrected_nps=social.value if social else None,
            gap=found,
            excess=excess,
            verdict=_verdict(found),
        )
        for row, survey, social, found, excess in zip(rows, surveys, socials, gaps, excesses, strict=True)
    ]


def _enough(*sides: Counts) -> bool:
    return all(side.n >= MIN_VOICES for side in sides)


def _with_q(gaps: Sequence[Gap | None], tested: Sequence[bool]) -> list[Gap | None]:
    p_values = [found.p for found, is_tested in zip(gaps, tested, strict=True) if found and is_tested]
    q_values = iter(false_discovery_control(p_values, method="bh").tolist() if p_values else [])
    return [
        replace(found, q=next(q_values)) if found and is_tested else found
        for found, is_tested in zip(gaps, tested, strict=True)
    ]


def _verdict(found: Gap | None) -> Verdict:
    if found is None or found.q is None:
        return Verdict.TOO_FEW
    if found.q >= FALSE_DISCOVERIES or found.low <= 0 <= found.high:
        return Verdict.NO_EVIDENCE
    return Verdict.WORSE_IN_PUBLIC if found.value < 0 else Verdict.BETTER_IN_PUBLIC


def _excesses(rows: Sequence[SegmentCounts], gaps: Sequence[Gap | None], total: SegmentCounts) -> list[Excess | None]:
    """Each segment's gap less that of the rest of the brand, which is independent of it; MOVER of the two intervals."""
    rests = [(_rest(total.survey, row.survey), _rest(total.social, row.social)) for row in rows]
    compared = [
        found if found and found.q is not None and _enough(*rest) else None
        for found, rest in zip(gaps, rests, strict=True)
    ]
    kept = [rest for rest, found in zip(rests, compared, strict=True) if found]
    survey, social = (_Side.of([side for side in nps_each([rest[at] for rest in kept]) if side]) for at in (0, 1))
    usual, usual_low, usual_high = _differences(survey, social)
    own = np.array([(found.value, found.low, found.high) for found in compared if found]).reshape(-1, 3).T
    low, high = mover_bounds(own[0], (own[1], own[2]), usual, (usual_low, usual_high))
    excesses = iter(np.stack([own[0] - usual, low, high], axis=-1).tolist())
    return [Excess(*next(excesses)) if found else None for found in compared]


def _rest(total: Counts, part: Counts) -> Counts:
    """What remains of the total without a part of it; never below zero, should the total not contain the part."""
    return Counts(
        max(total.promoters - part.promoters, 0),
        max(total.passives - part.passives, 0),
        max(total.detractors - part.detractors, 0),
    )
