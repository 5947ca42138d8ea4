"""The Net Promoter Score of some counted voices, with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.counts import Counts
from metrics.intervals import tango_bounds

POINTS = 100
"""Points in a proportion of one."""


@dataclass(frozen=True, slots=True)
class Nps:
    """An NPS with its 95 % interval, in points in [-100, 100], and the shares in [0, 1] that it is made of.

    `n` is the voices behind it, more than 0. `counted` says that the interval is Tango's of these very shares; an
    estimate whose interval carries more than sampling error (a labeller's, say) has it False.
    """

    value: float
    low: float
    high: float
    n: float
    promoters: float
    passives: float
    detractors: float
    counted: bool = True


def nps_each(counts: Sequence[Counts]) -> list[Nps | None]:
    """`nps` of many counts at once, in their order: thousands take milliseconds."""
    low, high = tango_bounds([c.promoters for c in counts], [c.detractors for c in counts], [c.n for c in counts])
    return [
        _of(one, POINTS * float(lower), POINTS * float(upper)) if one.n > 0 else None
        for one, lower, upper in zip(counts, low, high, strict=True)
    ]


def nps(counts: Counts) -> Nps | None:
    """Share of promoters minus share of detractors, passives in the denominator; None where nobody spoke.

    Reichheld 2003; the interval is Tango's, 95 %. Raises ValueError for negative counts.
    """
    return nps_each([counts])[0]


def _of(counts: Counts, low: float, high: float) -> Nps:
    return Nps(
        value=POINTS * (counts.promoters - counts.detractors) / counts.n,
        low=low,
        high=high,
        n=counts.n,
        promoters=counts.promoters / counts.n,
        passives=counts.passives / counts.n,
        detractors=counts.detractors / counts.n,
    )
