"""How often and for how much customers buy: repurchase rate, repeat visits, average check."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.purchases import Ints, Purchases
from metrics.loyalty.measures import Measure, Unit, mean, missing, number, ratio, share

NO_ORDERS = "nobody ordered here in this time"


@dataclass(frozen=True, slots=True)
class Repeat:
    """How many customers there are, and how many of them ordered more than once."""

    customers: int
    again: int


def repurchase_rate(repeat: Repeat) -> Measure:
    """Customers with more than one order over all customers, with Wilson's interval."""
    return share(repeat.again, repeat.customers, NO_ORDERS)


def repeated(orders: Ints) -> Repeat:
    """The same from the number of orders of each customer."""
    return Repeat(len(orders), int(np.count_nonzero(orders > 1)))


def visits(customers: Purchases) -> dict[str, Measure]:
    """Customers, orders and revenue, and what they make a customer and an order; a row a customer.

    `repeat_visits` is the share of customers with two orders or more among these rows.
    """
    if len(customers) == 0:
        return {name: missing(unit, NO_ORDERS) for name, unit in VISITS.items()}
    return {
        "customers": number(len(customers)),
        "orders": number(int(customers.orders.sum())),
        "revenue": number(float(customers.revenue.sum()), Unit.MONEY, int(customers.orders.sum())),
        "average_check": ratio(customers.revenue, customers.orders, Unit.MONEY, NO_ORDERS),
        "orders_per_customer": mean(customers.orders, Unit.NUMBER, NO_ORDERS),
        "repeat_visits": repurchase_rate(repeated(customers.orders)),
    }


VISITS = {
    "customers": Unit.NUMBER,
    "orders": Unit.NUMBER,
    "revenue": Unit.MONEY,
    "average_check": Unit.MONEY,
    "orders_per_customer": Unit.NUMBER,
    "repeat_visits": Unit.SHARE,
}


def median_check(amounts: Mapping[float, int]) -> Measure:
    """The median of the amounts of orders, from `{amount: times}`; of an even number the middle of the middle two."""
    if not sum(amounts.values()):
        return missing(Unit.MONEY, NO_ORDERS)
    values = np.array(sorted(amounts), dtype=np.float64)
    reached = np.cumsum([amounts[value] for value in values.tolist()])
    n = int(reached[-1])
    middle = np.searchsorted(reached, [(n - 1) // 2, n // 2], side="right")
    return Measure(Unit.MONEY, float(values[middle].mean()), n=n)
