"""Bursts of new authors: a day on which more strangers speak than the series' own past explains, nearly all alike.

A burst proves nothing: a real incident looks like a review bomb from outside. It only marks mentions as suspect, and
every figure exists with and without them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, nbinom, poisson

from core.counts import Counts
from core.labels import CLASSES, Label

Numbers = Sequence[int] | npt.NDArray[np.int64]
"""Mentions of consecutive days, silent ones too."""


@dataclass(frozen=True, slots=True)
class BurstRule:
    """When a day is a burst.

    The past of a day are the `past_days` days that end `guard_days` before it, so that a burst of several days does not
    excuse itself. At least `least` new authors, with a probability below `p` of so many mentions on a day of that past;
    a share of at least `one_sided` of those beyond the usual number in one class, and a probability below `mix_p` of so
    many of it by the past's mix.
    """

    past_days: int = 56
    guard_days: int = 7
    least: int = 8
    p: float = 1e-4
    one_sided: float = 0.9
    mix_p: float = 1e-3

    @property
    def reach(self) -> int:
        """How many days back a day's past begins: a series younger than this is not judged."""
        return self.past_days + self.guard_days


USUAL = BurstRule()

DEVIATIONS = 3
"""A count fewer deviations of a Poisson above its mean than this is never so improbable: most days end here."""


def is_crowded(seen: int, past: Numbers, rule: BurstRule = USUAL) -> bool:
    """Whether so many on one day are improbable after these days of the past, each with its number, silent ones too.

    False for an empty past. The tail is a negative binomial's with the past's mean and variance, a Poisson's where the
    past wavers no more than one; half a mention more in a day more, so that a silent past is no certainty.
    """
    if seen < rule.least or not len(past):
        return False
    mean = float((np.sum(past) + 0.5) / (len(past) + 1))
    if seen < mean + DEVIATIONS * mean**0.5:
        return False
    surplus = float(np.var(past, ddof=1)) - mean if len(past) > 1 else 0.0
    if surplus <= 0:
        return float(poisson.sf(seen - 1, mean)) < rule.p
    size = mean**2 / surplus
    return float(nbinom.sf(seen - 1, size, size / (size + mean))) < rule.p


def one_side(new: Counts, past: Counts, expected: float = 0, rule: BurstRule = USUAL) -> Label | None:
    """The class that nearly all of these voices are of, where the past's mix does not explain it; None without one.

    `expected` voices of the past's mix would have come anyway and are taken off first: else the customers of a busy
    place would hide a burst. The mix is shrunk by one pseudo-voice a class: a past without detractors does not prove
    that there are none.
    """
    counts, usual = (new.promoters, new.passives, new.detractors), (past.promoters, past.passives, past.detractors)
    shares = [(count + 1) / (past.n + len(CLASSES)) for count in usual]
    excess = [count - expected * share for count, share in zip(counts, shares, strict=True)]
    most = max(range(len(CLASSES)), key=lambda known: excess[known])
    if excess[most] <= 0 or excess[most] < rule.one_sided * (new.n - expected):
        return None
    tail = float(binom.sf(round(counts[most]) - 1, round(new.n), shares[most]))
    return CLASSES[most] if tail < rule.mix_p else None


def crowded_days(mentions: Numbers, rule: BurstRule = USUAL) -> list[int]:
    """Places of the crowded days among consecutive ones; the first `rule.reach` have too short a past to be judged."""
    seen = np.asarray(mentions, dtype=np.int64)
    sums = np.concatenate([[0], np.cumsum(seen)])
    days = np.arange(rule.reach, len(seen))
    mean = (sums[days - rule.guard_days] - sums[days - rule.reach] + 0.5) / (rule.past_days + 1)
    maybe = days[(seen[days] >= rule.least) & (seen[days] >= mean + DEVIATIONS * np.sqrt(mean))]
    return [day for day in maybe.tolist() if is_crowded(int(seen[day]), past_of(seen, day, rule), rule)]


def past_of(mentions: Numbers, day: int, rule: BurstRule = USUAL) -> Numbers:
    """The days of the past of the day at this place; it needs at least `rule.reach` days before it."""
    return mentions[day - rule.reach : day - rule.guard_days]
