"""The worked examples of the field, each with the figures that people calculate it with by hand."""

import pytest

from core.counts import Counts
from metrics.loyalty.budget import loyalty_budget, pays_for_loyalty, profit_first
from metrics.loyalty.purchases import Repeat, repurchase_rate
from metrics.loyalty.requirements import is_loyal, share_of_requirements
from metrics.loyalty.retention import churn, retention, stay
from metrics.nps import nps


def test_five_hundred_promoters_and_two_hundred_detractors_of_a_thousand_are_an_nps_of_30() -> None:
    found = nps(Counts(500, 300, 200))

    assert found is not None
    assert found.value == pytest.approx(30)


def test_fifty_of_five_hundred_customers_who_came_again_are_a_repurchase_rate_of_ten_percent() -> None:
    rate = repurchase_rate(Repeat(customers=500, again=50))

    assert rate.value == pytest.approx(0.10)
    assert rate.low == pytest.approx(0.0767, abs=1e-4)
    assert rate.high == pytest.approx(0.1294, abs=1e-4)


def test_fifty_customers_and_ten_new_and_fifteen_lost_are_a_retention_of_seventy_percent() -> None:
    month = stay(50, new=10, lost=15)

    assert (month.end, month.kept, month.lost) == (45, 35, 15)
    assert retention(month).value == pytest.approx(0.70)
    assert churn(month).value == pytest.approx(0.30)


def test_seven_purchases_of_ten_are_a_loyal_customer_by_the_rule_of_67_percent() -> None:
    requirements = share_of_requirements(7, 10)

    assert requirements == pytest.approx(0.70)
    assert is_loyal(requirements)
    assert is_loyal(1 - 0.33)
    assert not is_loyal(2 / 3)


def test_a_sale_of_10_000_leaves_a_loyalty_budget_of_1_000_to_1_500() -> None:
    budget = loyalty_budget(price=10_000, cost=4_000, acquisition=2_000)

    assert budget.margin == 4_000
    assert (budget.least, budget.most) == (1_000, 1_500)


def test_a_sale_at_a_loss_leaves_nothing_for_loyalty() -> None:
    budget = loyalty_budget(price=1_000, cost=900, acquisition=200)

    assert (budget.margin, budget.least, budget.most) == (-100, 0, 0)


def test_of_a_lifetime_value_of_20_000_the_first_8_000_are_profit_which_takes_four_visits() -> None:
    rule = profit_first(20_000, average_check=2_000)

    assert rule is not None
    assert rule.until == pytest.approx(8_000)
    assert rule.visits == 4
    assert not pays_for_loyalty(rule, visits=3, brought=9_000)
    assert not pays_for_loyalty(rule, visits=4, brought=7_999)
    assert pays_for_loyalty(rule, visits=4, brought=8_000)


def test_without_a_lifetime_value_there_is_no_visit_from_which_loyalty_pays() -> None:
    assert profit_first(0, average_check=2_000) is None
    assert profit_first(-5, average_check=2_000) is None
