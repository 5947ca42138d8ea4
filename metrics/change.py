"""How an NPS or a gap moves from one row to the next, and how sure one can be that it moved at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.stats import false_discovery_control, norm

from metrics.gaps import FALSE_DISCOVERIES, MIN_VOICES, NARROWEST, Gap, gap_each
from metrics.intervals import CONFIDENCE, mover, normal_quantile
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
    steps = list(pairwise(points))
    found = [Change(step.value, step.low, step.high, step.p) if step else None for step in gap_each(steps)]
    tested = [all(row is not None and row.n >= MIN_VOICES for row in step) for step in steps]
    return _with_q([None, *found], [False, *tested])


def gap_changes(gaps: Sequence[Gap | None]) -> list[Change | None]:
    """The same of the gaps of a report's rows; those are tested that have a q themselves."""
    steps = list(pairwise(gaps))
    found = [_difference(before, after) if before and after else None for before, after in steps]
    tested = [all(row is not None and row.q is not None for row in step) for step in steps]
    return _with_q([None, *found], [False, *tested])


def _difference(before: Gap, after: Gap) -> Change:
    """MOVER of two intervals whose limits are taken to move in proportion to the quantile, which gives p."""
    value = after.value - before.value
    interval = mover(after.value, (after.low, after.high), before.value, (before.low, before.high))
    towards_zero = max(value - interval.low if value > 0 else interval.high - value, NARROWEST)
    p = min(2 * float(norm.sf(normal_quantile(CONFIDENCE) * abs(value) / towards_zero)), 1.0)
    return Change(value, interval.low, interval.high, p)


def _with_q(found: Sequence[Change | None], tested: Sequence[bool]) -> list[Change | None]:
    p = np.array([change.p for change, is_tested in zip(found, tested, strict=True) if change and is_tested])
    q = iter(false_discovery_control(p, method="bh").tolist() if len(p) else [])
    return [
        Change(change.value, change.low, change.high, change.p, next(q)) if change and is_tested else change
        for change, is_tested in zip(found, tested, strict=True)
    ]
