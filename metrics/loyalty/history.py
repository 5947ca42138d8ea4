"""The purchases of one place over time, cut into what each segment of a report needs of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from core.purchases import Ints, Purchases
from metrics.loyalty.ledger import by_customer, groups, monthly, orders_so_far
from metrics.loyalty.retention import ACTIVE_DAYS, INCOMPLETE, TOO_EARLY, Stay, month_of, months, pooled, settled_from
from metrics.loyalty.segments import Bought


@dataclass(frozen=True, slots=True)
class CompleteMonth:
    """A month since 1970 with its active customers, and what its retention is of: they, or why there is none."""

    month: int
    stay: Stay
    asked: Stay | str


@dataclass(frozen=True, slots=True)
class History:
    """What one place sold before a day.

    `ever` has a row a customer and month, `customers` a row a customer with all their orders, `period` a row a customer
    and month of the time that is asked for. `stays` are the complete months of this time; those from `settled` on have
    a retention, before it nobody could be lost.
    """

    ever: Purchases
    period: Purchases
    customers: Purchases
    stays: Mapping[int, Stay]
    settled: int
    active_days: int

    def newcomers(self) -> Purchases:
        """The customers whose first order lies in the time that is asked for, a row each, with all their orders."""
        return self.customers.take(self.customers.in_period == 1)

    def whole(self) -> Bought:
        """The whole time that is asked for; its retention pools the complete months that have one."""
        buyers = by_customer(self.period)
        so_far = self.customers.orders[_among(self.customers.customer, buyers.customer)]
        return Bought(buyers, so_far, self.newcomers(), self._pooled())

    def complete_months(self) -> list[CompleteMonth]:
        """The complete months of the time that is asked for, in their order."""
        return [CompleteMonth(month, stay, self._asked(month)) for month, stay in self.stays.items()]

    def _pooled(self) -> Stay | str:
        counted = [stay for month, stay in self.stays.items() if month >= self.settled]
        too_early = self.stays and not counted
        return f"every complete month {TOO_EARLY.format(self.active_days)}" if too_early else pooled(counted)

    def _asked(self, month: int) -> Stay | str:
        """The customers of a month that retention is asked of, or why not."""
        if month not in self.stays:
            return INCOMPLETE
        return self.stays[month] if month >= self.settled else f"the month {TOO_EARLY.format(self.active_days)}"

    def by_month(self) -> dict[int, Bought]:
        """Each month in which somebody ordered or might have stayed, by month since 1970."""
        so_far, newcomers, nothing = orders_so_far(self.ever), self.newcomers(), np.zeros(0, dtype=np.int64)
        rows, places, first = (dict(groups(one.month)) for one in (self.period, self.ever, newcomers))
        found = {}
        for month in sorted({*rows, *(month for month, stay in self.stays.items() if stay.start)}):
            buyers, known = self.period.take(rows.get(month, nothing)), places.get(month, nothing)
            counted = known[_among(self.ever.customer[known], buyers.customer)]
            new = newcomers.take(first.get(month, nothing))
            found[month] = Bought(buyers, so_far[counted], new, self._asked(month))
        return found


def history(bought: Purchases, *, start: date | None, until: date, active_days: int = ACTIVE_DAYS) -> History:
    """The history of all purchases before `until`, in any order; those from `start` on have `in_period` 1.

    Raises ValueError for `active_days` outside 1..3650.
    """
    ever = monthly(bought)
    first = 0 if start is None else month_of(start) + (start.day > 1)
    stays = months(ever, until=until, active_days=active_days)
    return History(
        ever=ever,
        period=ever if start is None else monthly(bought.take(bought.in_period == 1)),
        customers=by_customer(bought),
        stays={month: stay for month, stay in stays.items() if month >= first},
        settled=settled_from(ever, active_days),
        active_days=active_days,
    )


def _among(values: Ints, wanted: Ints) -> NDArray[np.bool_]:
    return np.isin(values, wanted)
