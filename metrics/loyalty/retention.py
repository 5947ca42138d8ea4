"""Who stays: retention and churn of a period, and of every month from purchases.

Retention = (end - new) / start of the customers that were active: those who were active at both ends of the period over
those who were at its start. A shop's customers do not resign, so "active" is a convention: who ordered within
`ACTIVE_DAYS` before a day is active on it. Who comes back after a longer pause counts as new. Until so many days have
passed since the first order nobody can be lost, whatever customers do: months that begin before have no retention.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from core.purchases import Ints, Purchases
from metrics.loyalty.measures import Measure, Unit, missing, share

ACTIVE_DAYS = 90
LONGEST_ACTIVE_DAYS = 3650
NOBODY = "nobody was active when a complete month began"
INCOMPLETE = "the month is not complete in this time"
TOO_EARLY = "began before {} days had passed since the first order, when nobody could be lost yet"


@dataclass(frozen=True, slots=True)
class Stay:
    """The active customers of a period: at its start and its end, and those at its end who were not at its start."""

    start: int
    end: int
    new: int

    @property
    def kept(self) -> int:
        """How many were active at both ends."""
        return self.end - self.new

    @property
    def lost(self) -> int:
        """How many were active at the start alone."""
        return self.start - self.kept

    def __add__(self, other: "Stay") -> "Stay":
        """Two periods pooled: each customer is asked once a period whether they stayed."""
        return Stay(self.start + other.start, self.end + other.end, self.new + other.new)


def stay(start: int, *, new: int, lost: int) -> Stay:
    """A period by its comings and goings: 50 at the start, 10 new, 15 lost end as 45."""
    return Stay(start, start + new - lost, new)


def retention(period: Stay | str) -> Measure:
    """(end - new) / start with Wilson's interval; missing where nobody was active at the start, or for the reason."""
    return missing(Unit.SHARE, period) if isinstance(period, str) else share(period.kept, period.start, NOBODY)


def churn(period: Stay | str) -> Measure:
    """1 - retention."""
    return missing(Unit.SHARE, period) if isinstance(period, str) else share(period.lost, period.start, NOBODY)


def pooled(periods: Sequence[Stay]) -> Stay:
    """All periods together; of none nobody was active."""
    return sum(periods, Stay(0, 0, 0))


def months(of_months: Purchases, *, until: date, active_days: int = ACTIVE_DAYS) -> dict[int, Stay]:
    """The `Stay` of each complete month before `until`, by month since 1970, from the first in which anybody bought.

    Takes a row a customer and month, ordered so (`metrics.loyalty.ledger.monthly`). Raises ValueError unless
    1 <= active_days <= 3650.
    """
    if not 1 <= active_days <= LONGEST_ACTIVE_DAYS:
        msg = f"a customer is active for 1 to {LONGEST_ACTIVE_DAYS} days, not {active_days}"
        raise ValueError(msg)
    if len(of_months) == 0:
        return {}
    first, last = int(of_months.month.min()), month_of(until)
    if last <= first:
        return {}
    # A row makes its customer active at the start of each month from the next one on, until the days are over or a
    # later row takes its place: `begin` and `end` are these months, both included.
    same = np.append(of_months.customer[1:] == of_months.customer[:-1], np.False_)
    following = np.where(same, np.append(of_months.month[1:], 0), last)
    begin, lasts = of_months.month + 1, _months_of_days(of_months.last_on + active_days)
    end = np.minimum(np.minimum(lasts, following), last)
    active = _covered(begin - first, end - first, last - first + 1)
    kept = _covered(begin - first, end - 1 - first, last - first + 1)
    bridged = same & (lasts >= following) & (np.append(end[1:] >= begin[1:], np.False_))
    kept += np.bincount(following[bridged & (following < last)] - first, minlength=last - first + 1)
    return {
        first + place: Stay(int(active[place]), int(active[place + 1]), int(active[place + 1] - kept[place]))
        for place in range(last - first)
    }


def settled_from(of_months: Purchases, active_days: int) -> int:
    """The first month, since 1970, that begins `active_days` or more after the first order; 0 where nobody ordered.

    Of each customer's orders of a month the last is known: the first of these stands for the first order, which is what
    somebody can be lost after. It is at most a month later.
    """
    if len(of_months) == 0:
        return 0
    return int(_months_of_days(of_months.last_on.min(keepdims=True) + active_days - 1)[0]) + 1


def _covered(begin: Ints, end: Ints, size: int) -> Ints:
    """How many of the ranges `begin..end` (both included, maybe empty) cover each of `size` places."""
    some = (end >= begin) & (begin < size)
    steps = np.bincount(begin[some], minlength=size + 1) - np.bincount(end[some] + 1, minlength=size + 1)
    return np.asarray(np.cumsum(steps)[:size], dtype=np.int64)


def month_of(day: date) -> int:
    """Months since January 1970."""
    return (day.year - 1970) * 12 + day.month - 1


def month_named(month: int) -> str:
    """A month since 1970 as `2026-10`."""
    return f"{1970 + month // 12:04}-{month % 12 + 1:02}"


def _months_of_days(days: Ints) -> Ints:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
