"""A negative spike: the share of detractors among a day's mentions is beyond what this series' own past explains.

The *share* is watched given the day's volume, so that an advertisement that brings three times the usual posts is no
alarm; a count gate keeps out days on which detractors are as many as ever and only the others were silent. Of the
detectors that were simulated this one found most at equal false alarms (.93 at one in 90 days; a median-based z .68,
Farrington's .82, EARS C2 .64).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from scipy.stats import betabinom, nbinom, poisson

from metrics.intervals import Array

LEAST_DISPERSION = 1e-4
MOST_DISPERSION = 0.25
"""Bounds of rho: nearly binomial, and so wild that only a landslide is news."""

LEAST_SHARE = 0.01
"""No share of detractors is expected outside [.01, .99]: a parent without any is no proof that there are none."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one series: all opinions and the detractors among them; expected counts may be fractions."""

    on: date
    detractors: float
    n: float


@dataclass(frozen=True, slots=True)
class SpikeRule:
    """When to alarm.

    `budget_days`: one false alarm per series in so many days is accepted. The baseline is the mean of `baseline_days`
    that end `guard_days` before the day, pulled to its prior by `prior_posts` pseudo-posts. `dispersion_days` of
    one-step-ahead errors tell how much the share wavers by itself. Before `warm_up_days` a result is provisional.
    `count_p`, `min_detractors`, `min_lift` are the gates. `closing_days` calm days close an episode, and a new one
    opens only `quiet_days` after the last day that fired.
    """

    budget_days: int = 90
    baseline_days: int = 28
    guard_days: int = 2
    dispersion_days: int = 84
    warm_up_days: int = 56
    prior_posts: float = 20
    count_p: float = 0.05
    min_detractors: float = 3
    min_lift: float = 1.5
    closing_days: int = 2
    quiet_days: int = 3


@dataclass(frozen=True, slots=True)
class Spike:
    """What was seen on a day, what was expected, and whether it `fired`.

    `share` is None without mentions. `expected_share` in (0, 1) and `usual_detractors`, per day, are the baseline;
    `dispersion` is the beta-binomial's rho in [0, 1]. `p_value` is the chance of so many detractors among so many
    mentions, `count_p_value` of so many on any usual day; `threshold` is what p_value had to fall below. `lift` is
    share over expected share, 0 without mentions. `provisional`: the series is still too young to be judged.
    """

    on: date
    detractors: float
    n: float
    share: float | None
    expected_share: float
    usual_detractors: float
    dispersion: float
    p_value: float
    count_p_value: float
    threshold: float
    lift: float
    provisional: bool
    fired: bool

    @property
    def excess_detractors(self) -> float:
        """Detractors beyond those expected among so many mentions; negative where there were fewer."""
        return self.detractors - self.n * self.expected_share


@dataclass(frozen=True, slots=True)
class _Baseline:
    """For each day of a series the sums over its trailing window, the days in it, and the share expected of it.

    The share is NaN while neither a parent nor a past tells one.
    """

    detractors: Array
    days: Array
    share: Array


def spike(
    history: Sequence[Day], parent_share: float | None = None, rule: SpikeRule | None = None, tests: int = 1
) -> Spike | None:
    """Test the last day of a history for a negative spike; None where nothing can be expected of it yet.

    `history` in any order; days between its first and last that are missing had no mentions, so append a `Day` of
    zeros if the last one had none. `parent_share` is the usual share of detractors of the roll-up above (the brand of
    a location) in [0, 1]; without it the series is shrunk to its own longer history. `tests` is how often a day this
    series is tested (24 for hourly bins): the threshold is 1 / (budget_days * tests).
    Raises ValueError for negative counts, more detractors than mentions, or a parent share outside [0, 1].
    """
    rule = rule or SpikeRule()
    if not history:
        return None
    detractors, n = _dense(history)
    baseline = _baseline(detractors, n, parent_share, rule)
    expected = float(baseline.share[-1])
    if np.isnan(expected):
        return None
    dispersion = _dispersion(detractors, n, baseline, rule)
    seen = float(detractors[-1]), float(n[-1])
    p_value, count_p_value = _share_tail(*seen, expected, dispersion), _count_tail(detractors, baseline, rule)
    lift = seen[0] / seen[1] / expected if seen[1] else 0.0
    threshold = 1 / (rule.budget_days * tests)
    gates = count_p_value < rule.count_p and seen[0] >= rule.min_detractors and lift >= rule.min_lift
    return Spike(
        on=max(day.on for day in history),
        detractors=seen[0],
        n=seen[1],
        share=seen[0] / seen[1] if seen[1] else None,
        expected_share=expected,
        usual_detractors=float(baseline.detractors[-1] / max(baseline.days[-1], 1)),
        dispersion=dispersion,
        p_value=p_value,
        count_p_value=count_p_value,
        threshold=threshold,
        lift=lift,
        provisional=len(n) <= rule.warm_up_days,
        fired=p_value < threshold and gates,
    )


def opens(found: Spike, last_fired_on: date | None, rule: SpikeRule | None = None) -> bool:
    """Whether a day opens a new episode: it fired, and the series had been quiet for `quiet_days` days before it.

    `last_fired_on` is the latest earlier day that fired; None for never. A day that fires sooner belongs to the
    episode before, open or not.
    """
    quiet = timedelta(days=(rule or SpikeRule()).quiet_days)
    return found.fired and (last_fired_on is None or found.on - last_fired_on > quiet)


def calm(found: Spike) -> bool:
    """Whether a day is less than half as surprising as an alarm, surprise being -log p: p > sqrt(threshold).

    At the default budget that is p > .105. A day without mentions is calm.
    """
    return found.p_value > math.sqrt(found.threshold)


def closes(latest: Sequence[Spike], rule: SpikeRule | None = None) -> bool:
    """Whether an open episode is over: the last `closing_days` days, in order of time, are consecutive and all calm."""
    days = (rule or SpikeRule()).closing_days
    last = latest[-days:]
    consecutive = all(later.on - earlier.on == timedelta(days=1) for earlier, later in pairwise(last))
    return len(last) == days and consecutive and all(calm(found) for found in last)


def _dense(history: Sequence[Day]) -> tuple[Array, Array]:
    """Detractors and mentions of every day from the first to the last; two entries for one day add up."""
    if any(not 0 <= day.detractors <= day.n for day in history):
        msg = "a day needs 0 <= detractors <= n"
        raise ValueError(msg)
    first = min(day.on for day in history).toordinal()
    at = np.array([day.on.toordinal() - first for day in history])
    length = int(at.max()) + 1
    detractors, n = np.zeros(length), np.zeros(length)
    np.add.at(detractors, at, [day.detractors for day in history])
    np.add.at(n, at, [day.n for day in history])
    return detractors, n


def _baseline(detractors: Array, n: Array, parent_share: float | None, rule: SpikeRule) -> _Baseline:
    """The sums over days [t - guard - length, t - guard) and the shrunk share, for every day t at once."""
    if parent_share is not None and not 0 <= parent_share <= 1:
        msg = f"a share lies in [0, 1], not at {parent_share:g}"
        raise ValueError(msg)
    end = np.maximum(np.arange(len(n)) - rule.guard_days, 0)
    start = np.maximum(end - rule.baseline_days, 0)
    all_d, all_n = np.concatenate([[0.0], np.cumsum(detractors)]), np.concatenate([[0.0], np.cumsum(n)])
    own = np.divide(all_d[end], all_n[end], out=np.full(len(n), np.nan), where=all_n[end] > 0)
    prior = np.clip(own if parent_share is None else np.full(len(n), parent_share), LEAST_SHARE, 1 - LEAST_SHARE)
    window_d, window_n = all_d[end] - all_d[start], all_n[end] - all_n[start]
    share = (window_d + rule.prior_posts * prior) / (window_n + rule.prior_posts)
    return _Baseline(window_d, (end - start).astype(np.float64), np.clip(share, LEAST_SHARE, 1 - LEAST_SHARE))


def _dispersion(detractors: Array, n: Array, baseline: _Baseline, rule: SpikeRule) -> float:
    """Rho of the beta-binomial, by moments from the one-step-ahead errors of the days before the guard, bounded.

    E[(D - N p)^2 / (N p (1 - p))] = 1 + (N - 1) rho, summed over days; the errors of p itself are thereby included.
    """
    past = slice(max(len(n) - 1 - rule.guard_days - rule.dispersion_days, 0), max(len(n) - 1 - rule.guard_days, 0))
    d, n, share = detractors[past], n[past], baseline.share[past]
    known = (n > 0) & ~np.isnan(share)
    d, n, share = d[known], n[known], share[known]
    pairs = float(np.sum(np.maximum(n - 1, 0)))
    if pairs <= 0:
        return LEAST_DISPERSION
    surplus = float(np.sum((d - n * share) ** 2 / (n * share * (1 - share)) - 1))
    return min(max(surplus / pairs, LEAST_DISPERSION), MOST_DISPERSION)


def _share_tail(detractors: float, n: float, expected: float, dispersion: float) -> float:
    """P(D >= d | N) of the beta-binomial, counts rounded to whole posts."""
    weight = (1 - dispersion) / dispersion
    return float(betabinom.sf(round(detractors) - 1, round(n), expected * weight, (1 - expected) * weight))


def _count_tail(detractors: Array, baseline: _Baseline, rule: SpikeRule) -> float:
    """P(D >= d) of a negative binomial with the baseline days' mean and variance, a Poisson where they waver no more.

    Half a detractor more in a day more, so that a spotless past is no certainty; 1 without a past.
    """
    end = max(len(detractors) - 1 - rule.guard_days, 0)
    window = detractors[max(end - rule.baseline_days, 0) : end]
    if not len(window):
        return 1.0
    mean = float((baseline.detractors[-1] + 0.5) / (len(window) + 1))
    surplus = float(np.var(window, ddof=1)) - mean if len(window) > 1 else 0.0
    seen = round(float(detractors[-1])) - 1
    if surplus <= 0:
        return float(poisson.sf(seen, mean))
    size = mean**2 / surplus
    return float(nbinom.sf(seen, size, size / (size + mean)))
