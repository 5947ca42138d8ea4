"""Customers by the month of their first order: how many of them order again in each later month."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from core.purchases import Ints, Purchases
from metrics.loyalty.ledger import changes
from metrics.loyalty.measures import Measure, share
from metrics.loyalty.retention import month_of


@dataclass(frozen=True, slots=True)
class Cohort:
    """The customers whose first order was in `month` (since 1970), and the share of them that ordered in each month.

    `active[k]` is of the k-th month after the first, k = 1, 2, …; months that are not over are not in it.
    """

    month: int
    customers: int
    active: tuple[Measure, ...]


def first_months(of_months: Purchases) -> Ints:
    """The month of the first order of each row's customer; rows ordered as by `metrics.loyalty.ledger.monthly`."""
    starts = np.flatnonzero(changes(of_months.customer))
    lengths = np.diff(np.append(starts, len(of_months)))
    return np.repeat(of_months.month[starts], lengths)


def cohorts(of_months: Purchases, *, until: date) -> list[Cohort]:
    """Every cohort, by month, from a row a customer and month (`ledger.monthly`); counts months before that of `until`.

    A month that is over and in which nobody ordered is in it with a share of 0.
    """
    over = month_of(until)
    if len(of_months) == 0:
        return []
    born = first_months(of_months)
    first = int(born.min())
    width = max(over, int(of_months.month.max()) + 1) - first
    cells = np.bincount((born - first) * width + of_months.month - born, minlength=width * width)
    counted = cells.reshape(width, width)
    return [
        _cohort(first + place, counted[place, : max(1, over - first - place)])
        for place in range(width)
        if counted[place, 0]
    ]


def _cohort(month: int, counted: Ints) -> Cohort:
    size = int(counted[0])
    return Cohort(month, size, tuple(share(int(some), size, "nobody is in the cohort") for some in counted[1:]))
