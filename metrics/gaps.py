"""How far public opinion parts from the survey, and how sure one can be of it.

A gap is social minus survey: negative where the public thinks worse. Its interval is MOVER's of the two sides'
intervals, whatever made those; its p is the level at which that interval touches zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import copysign, hypot
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from metrics.discoveries import q_values
from metrics.intervals import CONFIDENCE, Array, bisect, mover_bounds, normal_quantile, tango_deviates
from metrics.nps import POINTS, Nps

MIN_VOICES = 10
"""Fewer on either side are `too_few`: Tango's worst coverage is 93 % at ten voices but 85 % at five."""

FALSE_DISCOVERIES = 0.10
"""The share of wrong verdicts that is accepted among those given in one report."""

P_ROUNDS = 26
"""An angle to seven digits gives p to six."""

HALF = 0.5
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


COLUMNS = ("value", "low", "high", "b", "c", "n", "counted")


@dataclass(frozen=True, slots=True)
class Estimates:
    """Estimates as columns of one length, in proportions.

    The counts are b = n p and c = n d of the voices that each is worth.
    """

    value: Array
    low: Array
    high: Array
    b: Array
    c: Array
    n: Array
    counted: NDArray[np.bool_]

    @classmethod
    def of(cls, estimates: Sequence[Nps]) -> Self:
        """The columns of these estimates, in their order."""
        rows = [(e.value, e.low, e.high, e.promoters * e.worth, e.detractors * e.worth, e.worth) for e in estimates]
        value, low, high, b, c, n = np.array(rows, dtype=np.float64).reshape(-1, 6).T
        counted = np.array([e.counted for e in estimates], dtype=np.bool_)
        return cls(value / POINTS, low / POINTS, high / POINTS, b, c, n, counted)

    def where(self, mask: NDArray[np.bool_], other: Self) -> Self:
        """These rows where the mask holds and the other's elsewhere."""
        return type(self)(*(np.where(mask, getattr(self, name), getattr(other, name)) for name in COLUMNS))

    def take(self, rows: NDArray[np.intp]) -> Self:
        """These rows, in this order."""
        return type(self)(*(getattr(self, name)[rows] for name in COLUMNS))

    def deviates(self, at: Array) -> Array:
        """How many standard deviates each estimate lies above `at`: Tango's score where it was counted.

        Of any other estimate only one interval is known; its limits are taken to move in proportion to the quantile.
        """
        width = np.maximum(np.where(at < self.value, self.value - self.low, self.high - self.value), NARROWEST)
        proportional = normal_quantile(CONFIDENCE) * (self.value - at) / width
        return np.where(self.counted, tango_deviates(at, self.b, self.c, self.n), proportional)


def _p_values(survey: Estimates, social: Estimates) -> Array:
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

    angle = bisect(imbalance, np.zeros_like(gap), np.full_like(gap, np.pi / 2), P_ROUNDS)
    deviate = higher.deviates(np.clip(higher.value - gap * np.cos(angle), -1, 1))
    return np.where(gap > 0, np.minimum(2 * norm.sf(deviate), 1.0), 1.0)


def _differences(survey: Estimates, social: Estimates) -> tuple[Array, Array, Array]:
    """Value, low and high of each row's gap, in points."""
    low, high = mover_bounds(social.value, (social.low, social.high), survey.value, (survey.low, survey.high))
    return POINTS * (social.value - survey.value), POINTS * low, POINTS * high


def gap_columns(survey: Estimates, social: Estimates) -> list[list[float]]:
    """Values, lows and highs, in points, and p-values of social minus survey, row by row."""
    return [column.tolist() for column in (*_differences(survey, social), _p_values(survey, social))]


def _gaps(surveys: Sequence[Nps], socials: Sequence[Nps], *, tested: bool) -> list[Gap]:
    *limits, p = gap_columns(Estimates.of(surveys), Estimates.of(socials))
    enough = [tested and one.n >= MIN_VOICES <= other.n for one, other in zip(surveys, socials, strict=True)]
    q = q_values([value if is_enough else None for value, is_enough in zip(p, enough, strict=True)])
    return [Gap(*row) for row in zip(*limits, p, q, strict=True)]


def gap(survey: Nps, social: Nps) -> Gap:
    """Social minus survey: two independent estimates with 95 % intervals, wherever those come from."""
    return _gaps([survey], [social], tested=False)[0]


def gap_each(pairs: Sequence[tuple[Nps | None, Nps | None]], *, tested: bool = False) -> list[Gap | None]:
    """`gap` of many (survey, social) pairs at once, in their order; None where a side has no estimate.

    `tested` gives those with at least `MIN_VOICES` on both sides their q, as the rows of one report.
    """
    both = [(survey, social) for survey, social in pairs if survey is not None and social is not None]
    found = iter(_gaps([survey for survey, _ in both], [social for _, social in both], tested=tested))
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
    error = hypot(survey.high - survey.low, social.high - social.low) / (2 * quantile)
    chance = copysign(normal_quantile(abs(2 * power - 1)), power - HALF) if power != HALF else 0.0
    return (quantile + chance) * error


def verdict_of(found: Gap | None) -> Verdict:
    """What a gap allows to say: with q < .10 *and* an interval without zero that it is there; None is `too_few`."""
    if found is None or found.q is None:
        return Verdict.TOO_FEW
    if found.q >= FALSE_DISCOVERIES or found.low <= 0 <= found.high:
        return Verdict.NO_EVIDENCE
    return Verdict.WORSE_IN_PUBLIC if found.value < 0 else Verdict.BETTER_IN_PUBLIC
