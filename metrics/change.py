"""How an NPS or a gap moves from one row to the next, and how sure one can be that it moved at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import norm

from metrics.discoveries import q_values
from metrics.gaps import FALSE_DISCOVERIES, MIN_VOICES, NARROWEST, Estimates, Gap, gap_columns
from metrics.intervals import CONFIDENCE, mover_bounds, normal_quantile
from metrics.nps import Nps


@dataclass(frozen=True, slots=True)
class Change:
    """This row minus the one before with its 95 % interval, in points; positive where it rose.

    `p` is two-sided, below .05 exactly where the interval leaves zero out; `q` is the false discovery rate among the
    tested changes of one series, None where fewer than `MIN_VOICES` stand behind either row: `too_few`.
    """

    value: float
    low: float
    high: float
    p: float
    q: float | None = None

    @property
    def is_evident(self) -> bool:
        """Whether it may be called a change: q < .10 and an interval without zero."""
        return self.q is not None and self.q < FALSE_DISCOVERIES and not self.low <= 0 <= self.high


def changes(points: Sequence[Nps | None]) -> list[Change | None]:
    """The change of each row from the one before it, in their order and number: the first is None.

    None too where either of the two has no estimate: a change is not carried over a hole.
    """
    known = [point for point in points if point]
    places = np.cumsum([point is not None for point in points], dtype=np.intp) - 1
    steps = [at for at, step in enumerate(pairwise(points), 1) if all(step)]
    estimates, after = Estimates.of(known), places[np.array(steps, np.intp)]
    *limits, p = gap_columns(estimates.take(after - 1), estimates.take(after))
    enough = [known[at - 1].n >= MIN_VOICES <= known[at].n for at in after]
    q = q_values([value if is_enough else None for value, is_enough in zip(p, enough, strict=True)])
    found: list[Change | None] = [None] * len(points)
    for at, *step in zip(steps, *limits, p, q, strict=True):
        found[at] = Change(*step)
    return found


def gap_changes(gaps: Sequence[Gap | None]) -> list[Change | None]:
    """The same of the gaps of a report's rows; those are tested that have a q themselves."""
    steps = list(pairwise(gaps))
    found = iter(_differences([(before, after) for before, after in steps if before and after]))
    told: list[Change | None] = [next(found) if before and after else None for before, after in steps]
    return [None, *told] if gaps else []


def _differences(steps: Sequence[tuple[Gap, Gap]]) -> list[Change]:
    """MOVER of two intervals whose limits are taken to move in proportion to the quantile, which gives p."""
    before, after = (
        np.array([(step[at].value, step[at].low, step[at].high) for step in steps], np.float64).reshape(-1, 3).T
        for at in (0, 1)
    )
    value = after[0] - before[0]
    low, high = mover_bounds(after[0], (after[1], after[2]), before[0], (before[1], before[2]))
    towards_zero = np.maximum(np.where(value > 0, value - low, high - value), NARROWEST)
    p = np.minimum(2 * norm.sf(normal_quantile(CONFIDENCE) * np.abs(value) / towards_zero), 1.0).tolist()
    tested = [before.q is not None and after.q is not None for before, after in steps]
    q = q_values([one if is_tested else None for one, is_tested in zip(p, tested, strict=True)])
    return [Change(*row) for row in zip(value.tolist(), low.tolist(), high.tolist(), p, q, strict=True)]
