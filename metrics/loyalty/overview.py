"""What a loyalty report says beside its segments: aspects, categories, months, cohorts, RFM, what loyalty may cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from metrics.loyalty.aaker import AakerIndex, aaker_index
from metrics.loyalty.budget import LoyaltyBudget, ProfitFirst, customer_budget, past_profit, profit_first
from metrics.loyalty.cohorts import Cohort, cohorts
from metrics.loyalty.history import CompleteMonth, History
from metrics.loyalty.ledger import groups
from metrics.loyalty.lifetime_value import NO_CUSTOMERS, acquisition_known, costed, margin_to_date, revenue_to_date
from metrics.loyalty.measures import Measure, Unit, ratio
from metrics.loyalty.purchases import Repeat, repurchase_rate
from metrics.loyalty.rfm import RfmSegment, rfm
from metrics.loyalty.segments import Scores


@dataclass(frozen=True, slots=True)
class CohortValue:
    """A cohort, and what its customers have brought in to date: the mean revenue and margin of each."""

    cohort: Cohort
    revenue: Measure
    margin: Measure


@dataclass(frozen=True, slots=True)
class Spending:
    """What loyalty may cost: the budget of a mean customer (or why there is none), and from which visit on.

    The budget is of the `costed` ones of all `customers`, those whose costs are all known; `acquisition_known` counts
    those of them whose acquisition cost is known too. The rule is of all customers; `past_profit` is the share of them
    that loyalty may be spent on already.
    """

    budget: LoyaltyBudget | str
    costed: int
    customers: int
    acquisition_known: int
    profit_first: ProfitFirst | None
    past_profit: Measure


@dataclass(frozen=True, slots=True)
class Overview:
    """The parts that are no single measure; `months` are the complete ones, `rfm` is empty for too few customers."""

    aaker: AakerIndex
    categories: Sequence[tuple[str | None, Measure]]
    months: Sequence[CompleteMonth]
    cohorts: Sequence[CohortValue]
    rfm: Sequence[RfmSegment]
    spending: Spending


def overview(
    told: History, aspects: Mapping[str, Scores], categories: Mapping[str | None, Repeat], *, until: date
) -> Overview:
    """All of it, of one place or brand.

    Cohorts, the budget and the profit-first rule are of customers whose first order lies in the time that is asked for.
    """
    return Overview(
        aaker=aaker_index(aspects),
        categories=[(name, repurchase_rate(repeat)) for name, repeat in categories.items()],
        months=told.complete_months(),
        cohorts=_cohorts(told, until),
        rfm=rfm(told.whole().customers, until=until),
        spending=_spending(told),
    )


def _cohorts(told: History, until: date) -> list[CohortValue]:
    """Cohorts of the months in which newcomers of the time asked for came."""
    wanted = {month for month, _ in groups(told.newcomers().month)}
    members = {month: told.customers.take(places) for month, places in groups(told.customers.month)}
    return [
        CohortValue(cohort, revenue_to_date(members[cohort.month]), margin_to_date(members[cohort.month]))
        for cohort in cohorts(told.ever, until=until)
        if cohort.month in wanted
    ]


def _spending(told: History) -> Spending:
    newcomers = told.newcomers()
    value, check = revenue_to_date(newcomers), ratio(newcomers.revenue, newcomers.orders, Unit.MONEY, NO_CUSTOMERS)
    rule = profit_first(value.value or 0, check.value or 0)
    return Spending(
        customer_budget(newcomers),
        len(costed(newcomers)),
        len(newcomers),
        acquisition_known(newcomers),
        rule,
        past_profit(newcomers, rule),
    )
