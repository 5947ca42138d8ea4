"""Every loyalty measure of one segment, by name: what its answers and its purchases say, or why they say nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from core.purchases import Ints, Purchases
from metrics.loyalty.aaker import aaker_index
from metrics.loyalty.lifetime_value import margin_to_date, revenue_to_date
from metrics.loyalty.measures import Measure, Unit
from metrics.loyalty.purchases import median_check, repeated, repurchase_rate, visits
from metrics.loyalty.requirements import loyal_share, mean_share
from metrics.loyalty.retention import Stay, churn, retention
from metrics.loyalty.satisfaction import ces, ces_easy, csat, csat_mean, easy_is_high

Scores = Mapping[int, int]
"""How often each answer was given."""
Amounts = Mapping[float, int]
"""How many orders were of each amount."""

UNITS = {
    "csat": Unit.SHARE,
    "csat_mean": Unit.SCORE,
    "ces": Unit.SCORE,
    "ces_easy": Unit.SHARE,
    "aaker_index": Unit.SCORE,
    "customers": Unit.NUMBER,
    "orders": Unit.NUMBER,
    "revenue": Unit.MONEY,
    "average_check": Unit.MONEY,
    "median_check": Unit.MONEY,
    "orders_per_customer": Unit.NUMBER,
    "repeat_visits": Unit.SHARE,
    "repurchase_rate": Unit.SHARE,
    "retention": Unit.SHARE,
    "churn": Unit.SHARE,
    "ltv_revenue": Unit.MONEY,
    "ltv_margin": Unit.MONEY,
    "share_of_requirements": Unit.SHARE,
    "loyal_by_requirements": Unit.SHARE,
}
"""The names of the measures, in the order in which they are shown, and what each is in."""


@dataclass(frozen=True, slots=True)
class Answers:
    """Counted answers of one segment by scale; those on `aspect5` by aspect."""

    csat5: Scores = field(default_factory=dict)
    ces7: Scores = field(default_factory=dict)
    ces7_low: Scores = field(default_factory=dict)
    aspects: Mapping[str, Scores] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bought:
    """What one segment bought.

    `customers` are those who ordered in it, with what they ordered in it; `so_far` how many orders each had made by its
    end since ever. `newcomers` are those whose first order lies in it, with all that they ordered to date. `stay` is
    why there is no retention of a month that is not complete, or in which nobody could be lost yet.
    """

    customers: Purchases
    so_far: Ints
    newcomers: Purchases
    stay: Stay | str


NOTHING_BOUGHT = Bought(Purchases.empty(), np.zeros(0, dtype=np.int64), Purchases.empty(), Stay(0, 0, 0))


def of_answers(answers: Answers) -> dict[str, Measure]:
    """What customers say: CSAT, CES, Aaker's index."""
    easy = easy_is_high(answers.ces7, answers.ces7_low)
    return {
        "csat": csat(answers.csat5),
        "csat_mean": csat_mean(answers.csat5),
        "ces": ces(easy),
        "ces_easy": ces_easy(easy),
        "aaker_index": aaker_index(answers.aspects).index,
    }


def of_purchases(bought: Bought, amounts: Amounts) -> dict[str, Measure]:
    """What customers do: visits, checks, repurchase, retention, lifetime value, share of requirements."""
    return visits(bought.customers) | {
        "median_check": median_check(amounts),
        "repurchase_rate": repurchase_rate(repeated(bought.so_far)),
        "retention": retention(bought.stay),
        "churn": churn(bought.stay),
        "ltv_revenue": revenue_to_date(bought.newcomers),
        "ltv_margin": margin_to_date(bought.newcomers),
        "share_of_requirements": mean_share(bought.customers),
        "loyal_by_requirements": loyal_share(bought.customers),
    }


def measures(answers: Answers, bought: Bought, amounts: Amounts) -> dict[str, Measure]:
    """All measures of a segment, in the order of `UNITS`."""
    found = of_answers(answers) | of_purchases(bought, amounts)
    return {name: found[name] for name in UNITS}
