"""Why two NPS differ: because segments speak otherwise (rate), or because other segments speak (mix).

Source: E. M. Kitagawa, "Components of a difference between two rates", Journal of the American Statistical Association
50 (1955) 1168-1194. Intervals: MOVER of a linear combination (Zou, Huang and Zhang, Computational Statistics and Data
Analysis 53 (2009) 1080-1085) for the segments' NPS, with the delta method for their multinomial shares.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from metrics.intervals import CONFIDENCE, Array, normal_quantile
from metrics.nps import Nps

Key = str | None


@dataclass(frozen=True, slots=True)
class Part:
    """What one segment adds, in points: by speaking otherwise (`rate`) and by speaking more or less often (`mix`).

    Shares in [0, 1] are those of all voices of a side. `mix` is measured from the NPS of the whole: positive where a
    segment that is better than it speaks more, or one that is worse speaks less. A segment that one side lacks (share
    0) cannot speak otherwise: what it adds is all mix.
    """

    segment: Key
    share_before: float
    share_after: float
    rate: float
    mix: float


@dataclass(frozen=True, slots=True)
class Component:
    """A sum over segments with its 95 % interval, in points."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Decomposition:
    """A difference in points, `value = rate.value + mix.value`, each the sum of its parts.

    `one_sided` are the segments that only one side has.
    """

    value: float
    rate: Component
    mix: Component
    parts: tuple[Part, ...]
    one_sided: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """One side's segments as columns: shares, NPS and its limits in points; the voices of all."""

    share: Array
    value: Array
    low: Array
    high: Array
    n: float

    @property
    def present(self) -> Array:
        return (self.share > 0).astype(np.float64)


def decompose(before: Mapping[Key, Nps | None], after: Mapping[Key, Nps | None]) -> Decomposition | None:
    """`after` minus `before` (social minus survey for a gap, this month minus the last for a change) by segment.

    A segment weighs as many voices as stand behind its NPS, so that of counted NPS the difference is that of the
    whole. Segments are in the order in which they come, those of `before` first; None where a side has nobody.
    """
    keys = [key for key in dict.fromkeys((*before, *after)) if before.get(key) or after.get(key)]
    one, other = _side(before, keys), _side(after, keys)
    if one is None or other is None:
        return None
    # who is missing is taken to speak as on the other side: then all that the segment adds is mix
    was = np.where(one.share > 0, one.value, other.value)
    now = np.where(other.share > 0, other.value, one.value)
    whole = (one.share @ one.value + other.share @ other.value) / 2
    rates = (one.share + other.share) / 2 * (now - was)
    mixes = (other.share - one.share) * ((now + was) / 2 - whole)
    parts = zip(keys, one.share.tolist(), other.share.tolist(), rates.tolist(), mixes.tolist(), strict=True)
    return Decomposition(
        value=float(rates.sum() + mixes.sum()),
        rate=_rate(one, other, now - was, float(rates.sum())),
        mix=_mix(one, other, (now + was) / 2, float(mixes.sum())),
        parts=tuple(Part(*part) for part in parts),
        one_sided=tuple(key for key, here in zip(keys, one.present * other.present, strict=True) if not here),
    )


def _side(segments: Mapping[Key, Nps | None], keys: list[Key]) -> _Side | None:
    found = [segments.get(key) for key in keys]
    rows = [(e.n, e.value, e.low, e.high) if e else (0.0, 0.0, 0.0, 0.0) for e in found]
    n, value, low, high = np.array(rows, dtype=np.float64).reshape(-1, 4).T
    total = float(n.sum())
    return _Side(n / total, value, low, high, total) if total > 0 else None


def _rate(one: _Side, other: _Side, difference: Array, value: float) -> Component:
    """The mean share of each segment times its difference, which is 0 where one side lacks it."""
    both = one.present * other.present
    weight = (one.share + other.share) / 2 * both
    spread = _share_variance(one, difference / 2) + _share_variance(other, difference / 2)
    return _component(value, [(-weight, one), (weight, other)], spread)


def _mix(one: _Side, other: _Side, level: Array, value: float) -> Component:
    """The change of share of each segment times the mean of its NPS, or the one that there is."""
    counted = one.present + other.present
    weight = (other.share - one.share) / counted
    spread = _share_variance(one, level) + _share_variance(other, level)
    return _component(value, [(weight, one), (weight, other)], spread)


def _share_variance(side: _Side, slope: Array) -> float:
    """The variance of a sum of multinomial shares times these slopes."""
    return float(side.share @ slope**2 - (side.share @ slope) ** 2) / side.n


def _component(value: float, terms: list[tuple[Array, _Side]], share_variance: float) -> Component:
    """MOVER: the distance to a limit is the root of the summed squares of each term's distance to its own limit."""
    below = above = normal_quantile(CONFIDENCE) ** 2 * max(share_variance, 0.0)
    for weight, side in terms:
        down, up = weight * (side.value - side.low) * side.present, weight * (side.high - side.value) * side.present
        below += float(np.sum(np.where(weight > 0, down, up) ** 2))
        above += float(np.sum(np.where(weight > 0, up, down) ** 2))
    return Component(value, value - float(np.sqrt(below)), value + float(np.sqrt(above)))
