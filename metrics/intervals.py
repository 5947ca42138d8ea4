"""Confidence intervals for a net share such as the NPS, and for the difference of two of them.

NPS = promoters - detractors over n is a *difference of paired proportions*, (b - c) / n, so Tango's score interval for
those applies. Wald's and the bootstrap's cover as little as 27 % (n = 10) where nearly everybody agrees.

Sources: T. Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample
design", Statistics in Medicine 17 (1998) 891-908. G. Y. Zou and A. Donner, "Construction of confidence limits about
effect measures", Statistics in Medicine 27 (2008) 1693-1702 (MOVER).
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

Array = NDArray[np.float64]
Bounds = tuple[Array, Array]
"""Lower and upper limits, two arrays of one shape."""

CONFIDENCE = 0.95
BISECTIONS = 36
ROUNDING = 1e-9
"""Sums of probabilities may exceed their total by this share of it."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Two limits with `low <= high`, in the unit of the estimate that they belong to."""

    low: float
    high: float


@lru_cache(maxsize=64)
def normal_quantile(confidence: float) -> float:
    """The two-sided standard normal quantile, 1.96 for 0.95. Raises ValueError outside (0, 1)."""
    if not 0 < confidence < 1:
        msg = f"a confidence lies between 0 and 1, not at {confidence:g}"
        raise ValueError(msg)
    return float(norm.isf((1 - confidence) / 2))


def bisect(decreasing: Callable[[Array], Array], low: Array, high: Array, rounds: int = BISECTIONS) -> Array:
    """Where each component of a decreasing function crosses zero in its own `[low, high]`, to 2**-rounds of its length.

    Where there is no crossing, the end that is nearest to one. The ends themselves are never evaluated.
    """
    for _ in range(rounds):
        middle = (low + high) / 2
        above = decreasing(middle) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return (low + high) / 2


def tango_deviates(at: Array, b: Array, c: Array, n: Array) -> Array:
    """Tango's score statistic: how many standard deviates the observed (b - c) / n lies above the difference `at`.

    `at` in [-1, 1]; `b`, `c` >= 0, b + c <= n, n > 0, not necessarily whole. Decreasing in `at`, 0 at the observed
    difference, infinite at an end that cannot have produced the counts. The variance under `at` uses the constrained
    maximum likelihood estimate of the second proportion (Tango 1998, equation 12).
    """
    # A negative difference is the positive one of the exchanged counts: no cancellation then, and exact antisymmetry.
    b, c, at, sign = np.where(at < 0, c, b), np.where(at < 0, b, c), np.abs(at), np.where(at < 0, -1.0, 1.0)
    spread = at * (1 - at)
    linear = (2 * n - b + c) * at - b - c
    root = np.sqrt(linear**2 + 8 * n * c * spread)
    small = np.divide(2 * c * spread, root + linear, out=np.zeros_like(root), where=linear > 0)
    second = np.where(linear > 0, small, (root - linear) / (4 * n))
    excess, variance = b - c - n * at, n * (2 * second + spread)
    impossible = np.where(excess == 0, 0.0, np.copysign(np.inf, excess))
    return sign * np.divide(excess, np.sqrt(variance), out=impossible, where=variance > 0)


def tango_bounds(b: ArrayLike, c: ArrayLike, n: ArrayLike, confidence: float = CONFIDENCE) -> Bounds:
    """Tango's score interval of (b - c) / n for arrays of counts, as proportions in [-1, 1].

    The three broadcast to one shape, which the limits have too. NaN where n = 0: there is no interval of nothing.
    Counts may be fractions (sums of probabilities). Raises ValueError unless 0 <= b, 0 <= c and b + c <= n, all finite.
    """
    b, c, n = (np.array(a, dtype=np.float64) for a in np.broadcast_arrays(b, c, n))
    if not np.all((b >= 0) & (c >= 0) & (b + c <= n * (1 + ROUNDING)) & np.isfinite(n)):
        msg = "counts need 0 <= b, 0 <= c and b + c <= n, all finite"
        raise ValueError(msg)
    some = n > 0
    size = np.where(some, np.maximum(n, b + c), 1.0)
    quantile = normal_quantile(confidence)

    def lowest(b: Array, c: Array) -> Array:
        return bisect(lambda at: tango_deviates(at, b, c, size) - quantile, np.full(size.shape, -1.0), (b - c) / size)

    # The upper limit is the lower one of the exchanged counts, mirrored.
    return np.where(some, lowest(b, c), np.nan), np.where(some, -lowest(c, b), np.nan)


def tango(b: float, c: float, n: float, confidence: float = CONFIDENCE) -> Interval | None:
    """Tango's score interval of (b - c) / n as proportions in [-1, 1]; None for n = 0.

    `b` of n voices speak for, `c` against. Raises ValueError for negative or infinite counts and for b + c > n.
    """
    low, high = tango_bounds(b, c, n, confidence)
    return None if n == 0 else Interval(float(low), float(high))


def mover_bounds(
    first: ArrayLike, of_first: tuple[ArrayLike, ArrayLike], second: ArrayLike, of_second: Bounds
) -> Bounds:
    """Limits of `first - second` from those of two independent estimates, by MOVER; arrays of one shape, any unit.

    It takes any two intervals of one confidence, however each was made, and keeps their asymmetry.
    """
    first, (low_1, high_1) = np.asarray(first, dtype=np.float64), of_first
    second, (low_2, high_2) = np.asarray(second, dtype=np.float64), of_second
    difference = first - second
    return difference - np.hypot(first - low_1, high_2 - second), difference + np.hypot(high_1 - first, second - low_2)


def mover(first: float, of_first: tuple[float, float], second: float, of_second: tuple[float, float]) -> Interval:
    """The interval of `first - second` from two independent estimates, each with its `(low, high)`, in their unit."""
    low, high = mover_bounds(first, of_first, second, (np.asarray(of_second[0]), np.asarray(of_second[1])))
    return Interval(float(low), float(high))
