"""Is a source silent for longer than its own habit? From the days on which it spoke, and nothing else.

On each day a source speaks with a probability that itself wavers: gaps are beta-geometric (the discrete Lomax law of
bursty waiting times), its shape by the moments of the gaps, and never thinner than so few gaps can vouch for. A silence
is unusual when it exceeds the longest gap by half and is so improbable that it would come once in ten years.

False alarms a year of a feed that goes on (`benchmarks/silences.py`; "longer than ever before" in brackets): posts at
random 0.1 or fewer (0.3 to 0.7), on weekdays 0.04 (0.6), in bursts, clusters and heavy-tailed gaps 0.1 to 0.5 (0.3 to
0.9), with a ninefold season 0.2 to 0.4 (0.5 to 1.0); real hotels 0.19 (0.65), airlines 0.07 (0.25), holes in their
collection included. A source of ten posts a day is missed after 3 days, of one a day after 11, of one a week after 56.
"""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy.special import betaln

from metrics.intervals import Array


@dataclass(frozen=True, slots=True)
class SilenceRule:
    """When a silence is unusual.

    `budget_days`: one false alarm per source in so many days is accepted. Habits are learnt from the last
    `window_days`, not before there are `least_gaps` gaps; a silence has to be `least_excess` times the longest of them.
    """

    budget_days: int = 3650
    window_days: int = 730
    least_gaps: int = 20
    least_excess: float = 1.5


@dataclass(frozen=True, slots=True)
class Silence:
    """A silence that is not over, against the habit of its source.

    `days` counts from the day after which nothing was heard to today, which is not over either; gaps are in days, at
    least 1. `p_value` is the chance that a gap lasts so long or longer.
    """

    since: date
    days: int
    usual_gap: float
    longest_gap: int
    p_value: float
    is_unusual: bool


def silence(
    spoken_on: Collection[date], today: date, *, watched_since: date, rule: SilenceRule | None = None
) -> Silence | None:
    """The present silence of a source; none where it has too short a past to have habits.

    `spoken_on` in any order; days after today count as today. What was missed before `watched_since` is no silence that
    anybody waited through.
    """
    rule = rule or SilenceRule()
    days = sorted({min(day, today) for day in spoken_on if day > today - timedelta(days=rule.window_days)})
    gaps = np.diff([day.toordinal() for day in days])
    if len(gaps) < rule.least_gaps:
        return None
    since = max(days[-1], min(watched_since, today))
    lasted, longest = (today - since).days, int(gaps.max())
    p_value = tail(gaps, lasted)
    is_unusual = lasted > longest * rule.least_excess and p_value < float(gaps.mean()) / rule.budget_days
    return Silence(since, lasted, float(gaps.mean()), longest, p_value, is_unusual)


def tail(gaps: Array, days: int) -> float:
    """P(a gap lasts `days` or longer), by a beta-geometric law through the mean and variance of these gaps (>= 1).

    Of excesses x = gap - 1 the geometric law has variance m (m + 1); `wavering` is how many times as much there is, and
    the shape is then 2 wavering / (wavering - 1), as that of a Lomax law. n gaps alone give the shape n + 1 (the
    predictive law under a vague prior); both doubts add up as 1 / shape.
    """
    excess = gaps - 1.0
    n = len(excess)
    mean = (float(excess.sum()) + 0.5) / n
    wavering = float(excess.var(ddof=1)) / (mean * (mean + 1))
    doubt = 1 / (n + 1) + max(wavering - 1, 0) / (2 * max(wavering, 1))
    shape = 1 + 1 / doubt
    other = mean * (shape - 1)
    return min(1.0, math.exp(betaln(shape, other + max(days - 1, 0)) - betaln(shape, other)))
