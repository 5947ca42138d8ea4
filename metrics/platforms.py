"""Where the platforms on which one location is spoken of disagree, so that their mean is nobody's opinion.

The test is the Cochran-Mantel-Haenszel statistic of mean scores (promoter 1, passive 0, detractor -1) over channels:
J. R. Landis, E. R. Heyman and G. G. Koch, "Average partial association in three-way contingency tables",
International Statistical Review 46 (1978) 237-254. It asks for different NPS, not for different passives.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2, false_discovery_control, random_table

from core.counts import Counts
from metrics.gaps import FALSE_DISCOVERIES, Gap, gap_each
from metrics.intervals import Array
from metrics.nps import Nps, nps_each

SCORES = np.array([1.0, 0.0, -1.0])
LEAST_EXPECTED = 5
"""With fewer voices expected in any field of the table chi-square is not to be trusted, and p is simulated."""

LEAST_VOICES = 3
"""The test is exact for any number; fewer than three of one mind are no platform's opinion."""

DOUBTFUL = 0.2
"""A p above it is no evidence however it is found: only below it is simulation worth its time."""

DRAWS = 9_999
SEED = 20261101


@dataclass(frozen=True, slots=True)
class Platforms:
    """What each channel of a location says, of those with at least `LEAST_VOICES`: plain counts, as people left them.

    `difference` is the NPS of `highest` minus that of `lowest`, the widest pair: its interval is that pair's own, and
    flattered by the choice; `p` is of all channels together and is not. `q` is the false discovery rate among the
    locations of one report; `disagree` where q < .10.
    """

    channels: Mapping[str, Nps]
    lowest: str
    highest: str
    difference: Gap
    p: float
    q: float
    disagree: bool


def platforms_each(locations: Sequence[Mapping[str, Counts]]) -> list[Platforms | None]:
    """The platforms of each location's public voices, in their order; None with fewer than two channels to compare.

    Whole counts: fractions are rounded for the test. The same counts give the same p.
    """
    enough = [_enough(counts) for counts in locations]
    estimates = iter(nps_each([one for location in enough for one in location.values()]))
    told = [{channel: found for channel in location if (found := next(estimates))} for location in enough]
    pairs = [_widest(each) for each in told if each]
    compared = [each for each in told if each]
    gaps = gap_each([(each[low], each[high]) for each, (low, high) in zip(compared, pairs, strict=True)])
    p_values = [_p_value(location) for location in enough if location]
    q_values = false_discovery_control(p_values, method="bh").tolist() if p_values else []
    tested = iter(zip(pairs, gaps, p_values, q_values, strict=True))
    return [_platforms(each, *next(tested)) if each else None for each in told]


def _enough(counts: Mapping[str, Counts]) -> dict[str, Counts]:
    """The channels with enough voices, by name; {} where there is but one of them, which cannot disagree."""
    found = {channel: one for channel, one in sorted(counts.items()) if one.n >= LEAST_VOICES}
    return found if len(found) > 1 else {}


def _widest(channels: Mapping[str, Nps]) -> tuple[str, str]:
    """The channels of the lowest and of the highest NPS: two, also where all are the same."""
    ranked = sorted(channels, key=lambda channel: channels[channel].value)
    return ranked[0], ranked[-1]


def _platforms(
    channels: Mapping[str, Nps], pair: tuple[str, str], difference: Gap | None, p: float, q: float
) -> Platforms | None:
    return Platforms(channels, *pair, difference, p, q, disagree=q < FALSE_DISCOVERIES) if difference else None


def _p_value(channels: Mapping[str, Counts]) -> float:
    """The chance of so different mean scores among channels of one mind; 1 where all voices are of one class."""
    table = np.rint([(one.promoters, one.passives, one.detractors) for one in channels.values()])
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    columns_met = columns > 0
    if np.count_nonzero(columns_met) < 2:  # noqa: PLR2004
        return 1.0
    observed = float(_statistics(table[None], rows, columns)[0])
    p = float(chi2.sf(observed, len(rows) - 1))
    if p > DOUBTFUL or np.outer(rows, columns[columns_met]).min() / rows.sum() >= LEAST_EXPECTED:
        return p
    margins = random_table(rows.astype(int), columns.astype(int))
    drawn = margins.rvs(DRAWS, method="patefield", random_state=np.random.default_rng(SEED))
    as_far = np.count_nonzero(_statistics(drawn, rows, columns) >= observed * (1 - 1e-9))
    return float((as_far + 1) / (DRAWS + 1))


def _statistics(tables: Array, rows: Array, columns: Array) -> Array:
    """(N - 1) times the share of the scores' variance that lies between channels, for each table of these margins."""
    n = rows.sum()
    mean = columns @ SCORES / n
    between = (((tables @ SCORES) / rows - mean) ** 2 @ rows) / n
    within_all = columns @ SCORES**2 / n - mean**2
    return np.asarray((n - 1) * between / within_all, dtype=np.float64)
