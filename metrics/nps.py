"""The Net Promoter Score of some counted voices, with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot

import numpy as np

from core.counts import Counts
from metrics.intervals import CONFIDENCE, normal_quantile, tango_bounds

POINTS = 100
"""Points in a proportion of one."""


@dataclass(frozen=True, slots=True)
class Nps:
    """An NPS with its 95 % interval, in points in [-100, 100], and the shares in [0, 1] that it is made of.

    `n` is the voices behind it, more than 0. `effective_n` is as many voices as would tell as much were each counted
    without error, at most n; None for n itself. `counted` says that the interval is Tango's of these very shares, of
    so many; an estimate with an interval of its own has it False. `residual` is by how many points it may err beyond
    what its voices tell, one standard deviation: the interval holds that too, and no number of voices lessens it.
    """

    value: float
    low: float
    high: float
    n: float
    promoters: float
    passives: float
    detractors: float
    counted: bool = True
    effective_n: float | None = None
    residual: float = 0.0

    @property
    def worth(self) -> float:
        """Voices that its interval is made of."""
        return self.n if self.effective_n is None else self.effective_n


def nps_each(counts: Sequence[Counts], effective_n: Sequence[float] | None = None) -> list[Nps | None]:
    """`nps` of many counts at once, in their order: thousands take milliseconds.

    Where the shares are less sure than counting makes them, `effective_n` tells how many voices each is worth: more
    than 0, at most its n.
    """
    table = np.array([(one.promoters, one.passives, one.detractors) for one in counts], np.float64).reshape(-1, 3)
    n = table.sum(axis=1)
    shares = table / np.where(n > 0, n, 1)[:, None]
    worth = n if effective_n is None else np.asarray(effective_n, np.float64)
    low, high = tango_bounds(shares[:, 0] * worth, shares[:, 2] * worth, np.where(n > 0, worth, 0))
    columns = (POINTS * (shares[:, 0] - shares[:, 2]), POINTS * low, POINTS * high, n, *shares.T)
    worths = [None] * len(n) if effective_n is None else worth.tolist()
    rows = zip(*(column.tolist() for column in columns), worths, strict=True)
    return [
        Nps(value, lower, upper, voices, promoters, passives, detractors, effective_n=told) if voices > 0 else None
        for value, lower, upper, voices, promoters, passives, detractors, told in rows
    ]


def nps(counts: Counts) -> Nps | None:
    """Share of promoters minus share of detractors, passives in the denominator; None where nobody spoke.

    Reichheld 2003; the interval is Tango's, 95 %. Raises ValueError for negative counts.
    """
    return nps_each([counts])[0]


def widened(estimate: Nps, residual: float) -> Nps:
    """The estimate with limits that hold such a residual too, in points; as it is for none.

    Each limit moves by itself, so that an estimate near an end of the scale stays sure on the side of that end.
    """
    if residual <= 0:
        return estimate
    reach = normal_quantile(CONFIDENCE) * residual
    low = max(estimate.value - hypot(estimate.value - estimate.low, reach), -POINTS)
    high = min(estimate.value + hypot(estimate.high - estimate.value, reach), POINTS)
    return replace(estimate, low=low, high=high, counted=False, residual=residual)


def net_points(counts: Counts) -> float | None:
    """The NPS of some counts without its interval, in points; None where nobody spoke."""
    return POINTS * (counts.promoters - counts.detractors) / counts.n if counts.n > 0 else None
