"""The same people on both sides: how much less (or more) they say in public than in the survey.

A matched gap is free of who speaks: it compares persons with themselves. Sources: the constrained score interval
generalises T. Tango, Statistics in Medicine 17 (1998) 891-908, from differences in -1..1 to -2..2, with the constrained
likelihood of A. B. Owen, Biometrika 75 (1988) 237-249; marginal homogeneity: A. Stuart, Biometrika 42 (1955) 412-416,
and A. E. Maxwell, British Journal of Psychiatry 116 (1970) 651-655.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.signal import convolve
from scipy.stats import binom, chi2

from core.counts import Counts
from metrics.gaps import NARROWEST, Verdict
from metrics.intervals import CONFIDENCE, Array, bisect, normal_quantile
from metrics.nps import POINTS, Nps, nps_each

MIN_PAIRS = 10
LEVEL = 1 - CONFIDENCE
CLASSES = 3
STEPS = np.arange(-2.0, 3.0)
"""By how many classes a person can differ; a detractor in public who is a promoter in the survey has -2."""

Pairs = Sequence[Sequence[float]]
"""Persons [class in the survey][class in public], both in the order promoter, passive, detractor."""


@dataclass(frozen=True, slots=True)
class MatchedGap:
    """The NPS of some persons in public minus that of the same persons in the survey, in points in [-200, 200].

    `low` and `high` are a 95 % score interval. `p` is exact and two-sided, by exchanging the sides of each person;
    `homogeneity_p` asks whether any class is commoner on one side (Stuart and Maxwell), None where that cannot be
    told. The interval and p rest on different tests: the verdict needs both.
    """

    value: float
    low: float
    high: float
    p: float
    homogeneity_p: float | None
    n: int
    survey: Nps
    public: Nps

    @property
    def verdict(self) -> Verdict:
        """What may be said; `too_few` under `MIN_PAIRS` persons."""
        if self.n < MIN_PAIRS:
            return Verdict.TOO_FEW
        if self.p >= LEVEL or self.low <= 0 <= self.high:
            return Verdict.NO_EVIDENCE
        return Verdict.WORSE_IN_PUBLIC if self.value < 0 else Verdict.BETTER_IN_PUBLIC


def matched_gap(pairs: Pairs) -> MatchedGap | None:
    """The gap of persons of whom both sides are known; None where there are none.

    Raises ValueError unless it is 3 x 3 whole numbers of persons.
    """
    return matched_gap_each([pairs])[0]


def matched_gap_each(many: Sequence[Pairs]) -> list[MatchedGap | None]:
    """`matched_gap` of many groups of persons at once, in their order."""
    tables = [_table(pairs) for pairs in many]
    steps = np.array([_steps(table) for table in tables]).reshape(-1, len(STEPS))
    some = steps.sum(axis=1) > 0
    bounds = iter(np.stack(step_bounds(steps[some]), axis=-1).tolist())
    return [_gap(table, made, *next(bounds)) if is_some else None
            for table, made, is_some in zip(tables, steps, some, strict=True)]  # fmt: skip


def _table(pairs: Pairs) -> Array:
    table = np.asarray(pairs, dtype=np.float64)
    if table.shape != (CLASSES, CLASSES) or np.any(table < 0) or np.any(table != np.rint(table)):
        msg = "persons are counted in 3 x 3 whole numbers"
        raise ValueError(msg)
    return table


def _steps(table: Array) -> list[float]:
    """How many persons made each step; classes are ordered downwards, so above the diagonal lies who is worse."""
    return [float(np.trace(table, offset=-int(step))) for step in STEPS]


def _gap(table: Array, steps: Array, low: float, high: float) -> MatchedGap | None:
    survey, public = nps_each([Counts(*table.sum(axis=axis).tolist()) for axis in (1, 0)])
    if survey is None or public is None:
        return None
    return MatchedGap(
        value=POINTS * float(steps @ STEPS) / float(steps.sum()),
        low=POINTS * low,
        high=POINTS * high,
        p=_exchange_p(steps),
        homogeneity_p=_homogeneity_p(table),
        n=int(steps.sum()),
        survey=survey,
        public=public,
    )


def step_bounds(steps: Array) -> tuple[Array, Array]:
    """95 % score intervals of mean steps, in [-2, 2]; a row is how many persons made each step of -2..2."""
    quantile = normal_quantile(CONFIDENCE)

    def lowest(steps: Array) -> Array:
        mean = steps @ STEPS / steps.sum(axis=1)
        return bisect(lambda at: _deviates(at, steps) - quantile, np.full_like(mean, STEPS[0]), mean)

    # the upper limit is the lower one of the mirrored steps, mirrored
    return lowest(steps), -lowest(steps[:, ::-1])


def _deviates(at: Array, steps: Array) -> Array:
    """How many standard deviates each mean step lies above `at`, with the variance that `at` itself implies."""
    away = STEPS - np.maximum(at, STEPS[0] + NARROWEST)[:, None]
    variance = np.sum(_constrained(away, steps) * away**2, axis=1) * steps.sum(axis=1)
    return np.asarray(np.sum(steps * away, axis=1) / np.sqrt(np.maximum(variance, NARROWEST**2)))


def _constrained(away: Array, steps: Array) -> Array:
    """The likeliest shares of the steps among those whose mean is where `away` is 0.

    They are n_k / (n + slope * away_k). Where the slope would make a share negative, it stays at its limit, and what
    is missing goes to the outermost step, which nobody made.
    """
    n = steps.sum(axis=1)

    def shares(slope: Array) -> Array:
        room = n[:, None] + slope[:, None] * away
        return np.asarray(np.divide(steps, room, out=np.zeros_like(away), where=steps > 0), dtype=np.float64)

    slope = bisect(lambda at: np.sum(shares(at) * away, axis=1), -n / away[:, -1], -n / away[:, 0])
    found = shares(slope)
    outermost = np.where(slope < 0, len(STEPS) - 1, 0)
    missing = np.maximum(1 - found.sum(axis=1), 0)
    found[np.arange(len(found)), outermost] += missing
    return found


def _exchange_p(steps: Array) -> float:
    """Of all ways to exchange the two sides of each person, the share with a sum of steps as far from 0 as this one.

    Exact for any number: a sum of two binomials, of those who moved by one class and by two.
    """
    ones, twos = int(steps[1] + steps[3]), int(steps[0] + steps[4])
    chances = np.asarray(convolve(_signs(ones, 1), _signs(twos, 2)), dtype=np.float64)
    sums = np.arange(len(chances)) - (ones + 2 * twos)
    as_far = np.abs(sums) >= abs(round(float(steps @ STEPS)))
    return float(np.clip(chances[as_far].sum(), 0, 1))


def _signs(n: int, step: int) -> Array:
    """Chances of every sum of n signed steps, from -n * step to n * step; most of them are 0."""
    chances = np.zeros(2 * n * step + 1)
    chances[:: 2 * step] = binom.pmf(np.arange(n + 1), n, 0.5)
    return chances


def _homogeneity_p(table: Array) -> float | None:
    """Stuart and Maxwell's chi-square with two degrees of freedom; None where too few changed their class."""
    margins = table.sum(axis=1) - table.sum(axis=0)
    spread = np.diag(table.sum(axis=1) + table.sum(axis=0)) - table - table.T
    kept = spread[:2, :2]
    if np.linalg.matrix_rank(kept) < 2:  # noqa: PLR2004
        return None
    return float(chi2.sf(margins[:2] @ np.linalg.solve(kept, margins[:2]), 2))
