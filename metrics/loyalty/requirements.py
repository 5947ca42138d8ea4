"""Share of requirements: how much of what a customer needs of a category is bought here; loyal is who has 67 %."""

import numpy as np

from core.purchases import Floats, Purchases
from metrics.loyalty.measures import Measure, Unit, mean, share

LOYAL_FROM = 0.67
ROUNDING = 1e-9
"""1 - 0.33 is a hair below 0.67 in binary."""
UNKNOWN = "no order says what share of the need was bought elsewhere"


def share_of_requirements(own: float, category: float) -> float:
    """Own purchases over all of the category, in [0, 1]. Raises ValueError unless 0 <= own <= category > 0."""
    if not 0 <= own <= category or category == 0:
        msg = f"own purchases are part of those of the category, not {own:g} of {category:g}"
        raise ValueError(msg)
    return own / category


def is_loyal(requirements: float) -> bool:
    """Whether a customer with this share of requirements counts as loyal."""
    return requirements >= LOYAL_FROM - ROUNDING


def of_customers(customers: Purchases) -> Floats:
    """The share of requirements of each customer of whom it is known: the mean over the orders that tell it."""
    known = customers.shared > 0
    return customers.own_share[known] / customers.shared[known]


def mean_share(customers: Purchases) -> Measure:
    """The mean share of requirements of the customers of whom it is known; takes a row a customer."""
    return mean(of_customers(customers), Unit.SHARE, UNKNOWN)


def loyal_share(customers: Purchases) -> Measure:
    """The share of those customers that is loyal by the 67 % rule, with Wilson's interval."""
    shares = of_customers(customers)
    return share(int(np.count_nonzero(shares >= LOYAL_FROM - ROUNDING)), len(shares), UNKNOWN)
