"""One measured value with its interval, or the reason why there is none; shares, means and ratios as such.

Sources: E. B. Wilson, JASA 22 (1927) 209-212 (a share). A. Agresti and B. A. Coull, The American Statistician 52 (1998)
119-126: observations added at the ends of a scale, without which the interval of a unanimous group has no width.
W. G. Cochran, Sampling Techniques (1977), chapter 6 (the ratio of two sums over customers).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from metrics.intervals import CONFIDENCE, normal_quantile

Z = normal_quantile(CONFIDENCE)
TAIL = (1 + CONFIDENCE) / 2


class Unit(StrEnum):
    """What a value is in: a share in [0, 1], points of a scale, money of the brand's own currency, or a number."""

    SHARE = "share"
    SCORE = "score"
    MONEY = "money"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Measure:
    """A value with its 95 % interval, in its unit, and the `n` answers, orders or customers behind it.

    Where there is no value all three are None and `why` says so; a value from too few for an interval has no limits.
    """

    unit: Unit
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0
    why: str | None = None


def missing(unit: Unit, why: str) -> Measure:
    """There is no such value, and why not."""
    return Measure(unit, None, why=why)


def number(value: float, unit: Unit = Unit.NUMBER, n: int = 0) -> Measure:
    """What was counted or summed in full: it has no interval, since nothing was drawn."""
    return Measure(unit, float(value), n=n or round(value))


def share(some: int, of: int, why: str) -> Measure:
    """The share `some / of` with Wilson's interval; missing, for the reason given, where `of` is 0.

    Raises ValueError unless 0 <= some <= of.
    """
    if not 0 <= some <= of:
        msg = f"a share needs 0 <= some <= of, not {some} of {of}"
        raise ValueError(msg)
    if of == 0:
        return missing(Unit.SHARE, why)
    value, added = some / of, Z * Z
    middle = (some + added / 2) / (of + added)
    reach = Z * math.sqrt(of * value * (1 - value) + added / 4) / (of + added)
    return Measure(Unit.SHARE, value, max(0.0, min(value, middle - reach)), min(1.0, max(value, middle + reach)), of)


@dataclass(frozen=True, slots=True)
class Scored:
    """The mean of answers on a scale with what its interval is made of: a shrunken centre and its standard error."""

    mean: float
    centre: float
    error: float
    n: int


def scored(answers: Mapping[int, int], worst: int, best: int) -> Scored | None:
    """The mean of counted answers on `worst..best`; None where nobody answered.

    The interval is of the answers and one more at each end of the scale, so that it has a width where all agree.
    Raises ValueError for an answer outside the scale.
    """
    if any(not worst <= score <= best for score in answers):
        msg = f"answers lie within {worst}..{best}"
        raise ValueError(msg)
    n = sum(answers.values())
    if n == 0:
        return None
    total = sum(score * times for score, times in answers.items())
    squares = sum(score**2 * times for score, times in answers.items())
    more, centre = n + 2, (total + worst + best) / (n + 2)
    variance = (squares + worst**2 + best**2 - more * centre**2) / (more - 1)
    return Scored(total / n, centre, math.sqrt(variance / more), n)


def score(answers: Mapping[int, int], worst: int, best: int, why: str) -> Measure:
    """The mean of counted answers on `worst..best`, its interval within the scale; missing where nobody answered."""
    found = scored(answers, worst, best)
    if found is None:
        return missing(Unit.SCORE, why)
    reach = t_quantile(found.n + 1) * found.error
    return Measure(Unit.SCORE, found.mean, max(worst, found.centre - reach), min(best, found.centre + reach), found.n)


def t_quantile(degrees: int) -> float:
    """The two-sided 95 % quantile of Student's t."""
    return float(stdtrit(degrees, TAIL))


def mean(values: ArrayLike, unit: Unit, why: str) -> Measure:
    """The mean of one value a customer with Student's interval; of one customer there is no interval.

    Values far from symmetric (money is) need some dozens for the 95 % to hold.
    """
    found = np.asarray(values, dtype=np.float64)
    if found.size == 0:
        return missing(unit, why)
    value = float(found.mean())
    if found.size == 1:
        return Measure(unit, value, n=1)
    reach = t_quantile(found.size - 1) * float(found.std(ddof=1)) / math.sqrt(found.size)
    return Measure(unit, value, value - reach, value + reach, found.size)


def ratio(sums: ArrayLike, counts: ArrayLike, unit: Unit, why: str) -> Measure:
    """The mean of what customers have several of (a check, of many orders): all sums over all counts.

    One element a customer. Orders of one customer are alike, so the interval counts customers: the linearised variance
    of a ratio. `n` is the sum of the counts; of one customer there is no interval.
    """
    sums, counts = np.asarray(sums, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    total = float(counts.sum())
    if total == 0:
        return missing(unit, why)
    value = float(sums.sum()) / total
    if sums.size == 1:
        return Measure(unit, value, n=round(total))
    spread = float(np.square(sums - value * counts).sum()) * sums.size / (sums.size - 1)
    reach = t_quantile(sums.size - 1) * math.sqrt(spread) / total
    return Measure(unit, value, value - reach, value + reach, round(total))
