"""Lifetime value to date: what a customer has brought in since their first order, as revenue and as margin.

It is historic: customers go on buying, so it only grows, and young cohorts have had less time. It is not predicted,
see `NOT_PREDICTED`.
"""

import numpy as np

from core.purchases import Floats, Purchases
from metrics.loyalty.measures import Measure, Unit, mean

NO_CUSTOMERS = "no customer made a first order in this time"
NO_COSTS = "of no customer are the costs of all orders known"
NOT_PREDICTED = (
    "no kept library fits BG/NBD and Gamma-Gamma at a bearable size: lifetimes is no longer developed, "
    "its successor pymc-marketing brings PyMC and PyTensor"
)


def costed(customers: Purchases) -> Purchases:
    """The customers of whose orders all costs are known; takes a row a customer."""
    return customers.take(customers.costed == customers.orders)


def margins(customers: Purchases) -> Floats:
    """Revenue - cost - acquisition of each; an acquisition cost that no order tells counts as none."""
    return customers.revenue - customers.cost - customers.acquisition


def revenue_to_date(customers: Purchases) -> Measure:
    """Mean revenue a customer; takes a row a customer with all their orders."""
    return mean(customers.revenue, Unit.MONEY, NO_CUSTOMERS)


def margin_to_date(customers: Purchases) -> Measure:
    """Mean margin a customer, of those whose costs are known."""
    known = costed(customers)
    return mean(margins(known), Unit.MONEY, NO_COSTS if len(customers) else NO_CUSTOMERS)


def acquisition_known(customers: Purchases) -> int:
    """Of how many customers with known costs the acquisition cost is known too."""
    return int(np.count_nonzero(costed(customers).acquired))
