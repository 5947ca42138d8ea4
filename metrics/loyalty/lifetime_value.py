"""Lifetime value to date: what a customer has brought in since their first order, as revenue and as margin.

It is historic: customers go on buying, so it only grows, and young cohorts have had less time. It is not predicted,
see `NOT_PREDICTED`.
"""

import numpy as np

from core.purchases import Floats, Purchases
from metrics.loyalty.measures import Measure, Unit, mean, missing

NO_CUSTOMERS = "no customer made a first order in this time"
NO_COSTS = "of no customer are the costs of all orders known"
KNOWN, OF = 2, 3
"""The share of customers whose costs have to be known before they stand for all: two thirds.

Where single costs are missing by chance, who ordered more is known less. In five simulated shops those known bring
0.59 to 0.93 of the mean customer's revenue at two thirds, the middle one 0.75; 0.63 at a half, 0.40 at a fifth
(`benchmarks/known_costs.py`). The budget's own span, 25-37.5 %, is a fifth to either side.
"""
NOT_PREDICTED = (
    "no kept library fits BG/NBD and Gamma-Gamma at a bearable size: lifetimes is no longer developed, "
    "its successor pymc-marketing brings PyMC and PyTensor"
)


def costed(customers: Purchases) -> Purchases:
    """The customers of whose orders all costs are known; takes a row a customer."""
    return customers.take(customers.costed == customers.orders)


def partial_costs(customers: Purchases) -> str | None:
    """Why those of `costed` do not stand for all customers; None where they do."""
    known = len(costed(customers))
    if len(customers) == 0:
        return NO_CUSTOMERS
    if known == 0:
        return NO_COSTS
    if known * OF >= len(customers) * KNOWN:
        return None
    told = f"the costs of all orders are known of {known} of {len(customers)} customers"
    return f"{told}, fewer than two thirds: who orders less is known more, so they are not the mean customer"


def margins(customers: Purchases) -> Floats:
    """Revenue - cost - acquisition of each; an acquisition cost that no order tells counts as none."""
    return customers.revenue - customers.cost - customers.acquisition


def revenue_to_date(customers: Purchases) -> Measure:
    """Mean revenue a customer; takes a row a customer with all their orders."""
    return mean(customers.revenue, Unit.MONEY, NO_CUSTOMERS)


def margin_to_date(customers: Purchases) -> Measure:
    """Mean margin a customer, of those whose costs are known; missing where they are under two thirds of all."""
    why = partial_costs(customers)
    return missing(Unit.MONEY, why) if why else mean(margins(costed(customers)), Unit.MONEY, NO_COSTS)


def acquisition_known(customers: Purchases) -> int:
    """Of how many customers with known costs the acquisition cost is known too."""
    return int(np.count_nonzero(costed(customers).acquired))
