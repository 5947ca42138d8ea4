"""The loyalty budget: how much may be given back to a customer, and from which visit on.

Two rules of practice. Of the margin after cost and acquisition a quarter to three eighths may go into loyalty. And
profit comes first: the first 40 % of the lifetime value are taken as profit, which by the average check is so many
visits; loyalty is paid for afterwards.
"""

import math
from dataclasses import dataclass

import numpy as np

from core.purchases import Purchases
from metrics.loyalty.lifetime_value import costed, partial_costs
from metrics.loyalty.measures import Measure, share

LEAST_SHARE, MOST_SHARE = 0.25, 0.375
PROFIT_FIRST = 0.4
MIN_CUSTOMERS = 10
SELECTION = "those of whose orders all costs are known"
ROUNDING = 1e-9
NO_RULE = "there is no lifetime value to date, so no visit from which loyalty pays"


@dataclass(frozen=True, slots=True)
class LoyaltyBudget:
    """The margin of a sale or a customer, and the least and the most of it to spend on loyalty, in money."""

    price: float
    cost: float
    acquisition: float
    margin: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class ProfitFirst:
    """No loyalty before a customer has brought in `until` and come `visits` times."""

    lifetime_value: float
    until: float
    visits: int


def loyalty_budget(price: float, cost: float, acquisition: float) -> LoyaltyBudget:
    """25-37.5 % of price - cost - acquisition; nothing where that is a loss."""
    margin = price - cost - acquisition
    given = max(0.0, margin)
    return LoyaltyBudget(price, cost, acquisition, margin, LEAST_SHARE * given, MOST_SHARE * given)


def customer_budget(customers: Purchases) -> LoyaltyBudget | str:
    """The budget to date of a mean customer; all its money is of the same customers, those whose costs are all known.

    The reason why there is none where they are fewer than ten, or too few of all to stand for them.
    """
    known, why = costed(customers), partial_costs(customers)
    if why:
        return why
    if len(known) < MIN_CUSTOMERS:
        return f"the costs of all orders are known of {len(known)} customers, fewer than {MIN_CUSTOMERS}"
    price, cost, acquisition = (float(column.mean()) for column in (known.revenue, known.cost, known.acquisition))
    return loyalty_budget(price, cost, acquisition)


def profit_first(lifetime_value: float, average_check: float) -> ProfitFirst | None:
    """Where profit ends and loyalty begins: LTV 20,000 at 2,000 a visit is 8,000, four visits; None without a value."""
    if lifetime_value <= 0 or average_check <= 0:
        return None
    until = PROFIT_FIRST * lifetime_value
    return ProfitFirst(lifetime_value, until, max(1, math.ceil(until / average_check - ROUNDING)))


def pays_for_loyalty(rule: ProfitFirst, *, visits: int, brought: float) -> bool:
    """Whether a customer who came `visits` times and brought in `brought` is past the profit."""
    return visits >= rule.visits and brought >= rule.until


def past_profit(customers: Purchases, rule: ProfitFirst | None) -> Measure:
    """The share of customers that are past the profit, with Wilson's interval; takes a row a customer, all orders."""
    if rule is None:
        return share(0, 0, NO_RULE)
    past = (customers.orders >= rule.visits) & (customers.revenue >= rule.until)
    return share(int(np.count_nonzero(past)), len(customers), NO_RULE)
