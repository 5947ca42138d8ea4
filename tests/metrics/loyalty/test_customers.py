"""Retention, cohorts, RFM and the rest of what purchases say, checked against counting customers one by one."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.purchases import COLUMNS, MONEY, Purchases
from metrics.loyalty.budget import customer_budget, past_profit, profit_first
from metrics.loyalty.cohorts import cohorts
from metrics.loyalty.history import history
from metrics.loyalty.ledger import by_customer, monthly, orders_so_far
from metrics.loyalty.lifetime_value import acquisition_known, margin_to_date, revenue_to_date
from metrics.loyalty.requirements import loyal_share, mean_share
from metrics.loyalty.retention import INCOMPLETE, Stay, month_named, month_of, months, pooled, retention
from metrics.loyalty.rfm import GRID, SEGMENTS, fifths, rfm, segment_of
from metrics.loyalty.segments import NOTHING_BOUGHT, UNITS, Answers, measures

FIRST = date(2025, 1, 1)
UNTIL = date(2025, 9, 1)
Order = tuple[int, int, int]
"""Customer, location, days after FIRST."""

orders = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 242)), max_size=40)


def day(order: Order) -> date:
    return FIRST + timedelta(days=order[2])


def bought(given_orders: Sequence[Order], *, start: date = FIRST, amount: float = 100.0, **more: float) -> Purchases:
    """A row an order, as the database would group them where nobody orders twice in a month."""
    columns: dict[str, list[float]] = {name: [] for name in COLUMNS}
    for order in given_orders:
        on = day(order)
        row = dict.fromkeys(COLUMNS, 0.0) | {
            "customer": order[0],
            "location": order[1],
            "month": month_of(on),
            "in_period": float(on >= start),
            "last_on": (on - date(1970, 1, 1)).days,
            "orders": 1,
            "revenue": amount,
        }
        for name, value in (row | more).items():
            columns[name].append(value)
    typed = {name: np.array(columns[name], np.float64 if name in MONEY else np.int64) for name in COLUMNS}
    return Purchases(**typed)  # type: ignore[arg-type]


def active(given_orders: Sequence[Order], on: date, days: int) -> set[int]:
    return {order[0] for order in given_orders if on - timedelta(days=days) <= day(order) < on}


@given(orders, st.sampled_from([1, 20, 31, 45, 90, 200]))
def test_retention_is_that_of_customers_counted_one_by_one(given_orders: list[Order], days: int) -> None:
    found = months(monthly(bought(given_orders)), until=UNTIL, active_days=days)

    for month, period in found.items():
        begin, end = date(2025, month % 12 + 1, 1), date(2025, month % 12 + 2, 1)
        before, after = active(given_orders, begin, days), active(given_orders, end, days)
        assert period == Stay(len(before), len(after), len(after - before))
    assert len(found) == (UNTIL.month - min(day(o).month for o in given_orders) if given_orders else 0)


def test_a_month_that_runs_still_has_no_retention() -> None:
    found = months(monthly(bought([(1, 0, 3), (1, 0, 70)])), until=date(2025, 3, 20))

    assert [month_named(month) for month in found] == ["2025-01", "2025-02"]
    assert found[month_of(date(2025, 2, 1))] == Stay(start=1, end=1, new=0)


@pytest.mark.parametrize("days", [0, 3651])
def test_a_customer_cannot_be_active_for_no_days_or_for_ever(days: int) -> None:
    with pytest.raises(ValueError, match="active"):
        months(monthly(bought([(1, 0, 3)])), until=UNTIL, active_days=days)


@given(orders.filter(bool), st.sampled_from([1, 20, 31, 45, 90, 200]))
def test_months_in_which_nobody_could_be_lost_yet_have_no_retention_and_do_not_enter_the_total(
    given_orders: list[Order], days: int
) -> None:
    told = history(bought(given_orders), start=None, until=UNTIL, active_days=days)

    possible = min(map(day, given_orders)) + timedelta(days=days)
    for one in told.complete_months():
        begin = date(2025, one.month % 12 + 1, 1)
        assert isinstance(one.asked, str) or begin >= possible
        assert one.asked == one.stay or begin < possible + timedelta(days=31)
    asked = [one.asked for one in told.complete_months() if isinstance(one.asked, Stay)]
    too_early = told.stays and not asked
    whole = told.whole().stay
    assert isinstance(whole, str) if too_early else whole == pooled(asked)


def test_the_first_months_of_a_shop_that_keeps_nobody_are_not_called_a_hundred_percent() -> None:
    told = history(bought([(customer, 0, customer) for customer in range(200)]), start=None, until=UNTIL)

    found = [retention(one.asked) for one in told.complete_months()]

    assert [month_named(one.month) for one in told.complete_months()][3] == "2025-04"
    assert [measure.value is None for measure in found] == [True] * 3 + [False] * 5
    assert "90 days had passed since the first order" in (found[0].why or "")
    assert all((measure.value or 0) < 0.8 for measure in found[3:])


@given(orders)
def test_a_cohort_is_that_of_customers_counted_one_by_one(given_orders: list[Order]) -> None:
    found = cohorts(monthly(bought(given_orders)), until=UNTIL)

    seen = {customer: {day(o).month for o in given_orders if o[0] == customer} for customer, *_ in given_orders}
    for cohort in found:
        members = [months_of for months_of in seen.values() if min(months_of) == cohort.month % 12 + 1]
        assert cohort.customers == len(members)
        assert len(cohort.active) == UNTIL.month - 1 - (cohort.month % 12 + 1)
        for later, measure in enumerate(cohort.active, start=cohort.month % 12 + 2):
            assert measure.value == sum(later in months_of for months_of in members) / len(members)
    assert sum(cohort.customers for cohort in found) == len(seen)


def test_months_in_which_a_cohort_bought_nothing_are_nought_and_not_absent() -> None:
    [cohort] = cohorts(monthly(bought([(1, 0, 3), (2, 0, 4)])), until=date(2025, 4, 1))

    assert [measure.value for measure in cohort.active] == [0, 0]


@given(orders)
def test_orders_so_far_count_up_to_each_month(given_orders: list[Order]) -> None:
    ever = monthly(bought(given_orders))

    expected = [
        sum(o[0] == customer and day(o).month <= month % 12 + 1 for o in given_orders)
        for customer, month in zip(ever.customer.tolist(), ever.month.tolist(), strict=True)
    ]
    assert orders_so_far(ever).tolist() == expected


@given(orders, st.randoms())
def test_the_order_of_rows_does_not_matter(given_orders: list[Order], chance: object) -> None:
    shuffled = given_orders[:]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    one, other = (measured(some) for some in (given_orders, shuffled))

    assert one == other


def measured(given_orders: Sequence[Order], start: date = FIRST) -> object:
    told = history(bought(given_orders, start=start), start=start, until=UNTIL)
    return measures(Answers(), told.whole(), {100.0: len(given_orders)})


@given(orders)
def test_the_months_of_a_place_have_the_orders_and_newcomers_of_the_whole(given_orders: list[Order]) -> None:
    start = date(2025, 3, 10)
    told = history(bought(given_orders, start=start), start=start, until=UNTIL)

    parts = told.by_month()

    everything = told.whole()
    assert sum(int(part.customers.orders.sum()) for part in parts.values()) == everything.customers.orders.sum()
    newcomers = sorted(customer for part in parts.values() for customer in part.newcomers.customer.tolist())
    assert newcomers == everything.newcomers.customer.tolist()
    seen_before = {o[0] for o in given_orders if day(o) < start}
    assert set(newcomers) == {o[0] for o in given_orders} - seen_before


def test_who_ordered_before_the_period_has_come_again_but_is_no_repeat_visitor_of_it() -> None:
    start = date(2025, 3, 1)
    told = history(bought([(1, 0, 3), (1, 0, 70), (2, 0, 71)], start=start), start=start, until=UNTIL)

    found = measures(Answers(), told.whole(), {100.0: 2})

    assert found["customers"].value == 2
    assert found["repurchase_rate"].value == pytest.approx(0.5)
    assert found["repeat_visits"].value == 0
    assert found["ltv_revenue"].value == 100


def test_a_month_that_is_asked_for_in_part_has_no_retention() -> None:
    start = date(2025, 3, 10)
    orders_of_two = [(9, 0, -120), (1, 0, 3), (1, 0, 75), (1, 0, 100)]
    told = history(bought(orders_of_two, start=start), start=start, until=UNTIL)

    march, april, *later = told.by_month().values()

    assert march.stay == INCOMPLETE
    assert april.stay == Stay(start=1, end=1, new=0)
    assert [(len(month.customers), month.stay) for month in later] == [
        (0, Stay(1, 1, 0)),
        (0, Stay(1, 1, 0)),
        (0, Stay(1, 0, 0)),
    ]
    assert measures(Answers(), march, {})["retention"].why


def test_a_segment_without_anything_gives_a_reason_for_every_measure() -> None:
    found = measures(Answers(), NOTHING_BOUGHT, {})

    assert list(found) == list(UNITS)
    assert all(measure.value is None and measure.why for measure in found.values())
    assert all(measure.unit is UNITS[name] for name, measure in found.items())


@given(orders.filter(bool))
def test_every_measure_is_in_its_unit(given_orders: list[Order]) -> None:
    told = history(bought(given_orders), start=None, until=UNTIL)

    found = measures(Answers(), told.whole(), {100.0: len(given_orders)})

    assert {name: measure.unit for name, measure in found.items()} == UNITS


@given(st.lists(st.integers(0, 9), min_size=1, max_size=200))
def test_fifths_give_equals_the_same_and_the_larger_no_less(values: list[int]) -> None:
    scores = fifths(values).tolist()

    assert set(scores) <= {1, 2, 3, 4, 5}
    for value, score in zip(values, scores, strict=True):
        assert all(score <= other for more, other in zip(values, scores, strict=True) if more >= value)


def test_fifths_of_different_values_are_fifths() -> None:
    assert fifths(range(100)).tolist() == [1] * 20 + [2] * 20 + [3] * 20 + [4] * 20 + [5] * 20
    assert fifths([7] * 9).tolist() == [3] * 9


def test_every_cell_of_the_grid_is_a_segment_and_every_segment_has_a_cell() -> None:
    assert {name for row in GRID for name in row} == set(SEGMENTS)
    assert segment_of(5, 5, 5) == "champions"
    assert segment_of(1, 5, 5) == "cannot_lose"
    assert segment_of(5, 1, 1) == "new"
    assert segment_of(1, 1, 2) == "hibernating"


def test_rfm_parts_all_customers_and_all_revenue() -> None:
    regulars = [(customer, 0, 30 * visit) for customer in range(20) for visit in range(8)]
    customers = by_customer(bought([*regulars, *((20 + once, 0, once) for once in range(60))]))

    found = rfm(customers, until=UNTIL)

    assert [segment.name for segment in found] == list(SEGMENTS)
    assert sum(segment.customers.value or 0 for segment in found) == pytest.approx(1)
    assert sum(segment.revenue_share or 0 for segment in found) == pytest.approx(1)
    best, worst = found[0], found[-1]
    assert (best.recency_days or 0) < (worst.recency_days or 0)
    assert (best.frequency or 0) > (worst.frequency or 0)


def test_a_handful_of_customers_makes_no_fifths() -> None:
    assert rfm(by_customer(bought([(customer, 0, customer) for customer in range(24)])), until=UNTIL) == []


def test_a_lifetime_value_is_of_all_orders_and_a_margin_of_customers_whose_costs_are_known() -> None:
    known = bought([(1, 0, 3), (1, 0, 40)], amount=10_000, costed=1, cost=4_000)
    won = bought([(2, 0, 3)], amount=10_000, costed=1, cost=4_000, acquired=1, acquisition=2_000)
    unknown = bought([(3, 0, 3)], amount=90_000)
    customers = by_customer(Purchases.joined([known, won, unknown]))

    assert revenue_to_date(customers).value == pytest.approx(40_000)
    assert margin_to_date(customers).value == pytest.approx((12_000 + 4_000) / 2)
    assert (margin_to_date(customers).n, acquisition_known(customers)) == (2, 1)
    assert margin_to_date(by_customer(unknown)).why


def test_the_budget_is_that_of_a_mean_customer() -> None:
    budget = customer_budget(partly_costed(10, 10))

    assert not isinstance(budget, str)
    assert (budget.margin, budget.least, budget.most) == (4_000, 1_000, 1_500)


def partly_costed(known: int, customers: int) -> Purchases:
    """Some customers whose costs are known, and others who paid nine times as much."""
    won = [(customer, 0, 3) for customer in range(known)]
    others = bought([(customer, 0, 3) for customer in range(known, customers)], amount=90_000)
    costs = {"costed": 1, "cost": 4_000, "acquired": 1, "acquisition": 2_000}
    return by_customer(Purchases.joined([bought(won, amount=10_000, **costs), others]))


def test_all_money_of_a_budget_is_of_the_same_customers() -> None:
    budget = customer_budget(partly_costed(20, 30))

    assert not isinstance(budget, str)
    assert (budget.price, budget.cost, budget.acquisition) == (10_000, 4_000, 2_000)
    assert budget.margin == budget.price - budget.cost - budget.acquisition


@pytest.mark.parametrize(
    ("known", "customers", "why"),
    [(0, 0, "no customer"), (0, 9, "of no customer"), (9, 9, "of 9 customers, fewer than 10"),
     (19, 30, "of 19 of 30 customers, fewer than two thirds"), (64, 310, "of 64 of 310 customers")],
)  # fmt: skip
def test_too_few_customers_with_known_costs_make_no_budget(known: int, customers: int, why: str) -> None:
    found = customer_budget(partly_costed(known, customers))

    assert isinstance(found, str)
    assert why in found


def test_a_minority_with_known_costs_makes_no_margin_of_a_mean_customer() -> None:
    some, most = margin_to_date(partly_costed(1, 3)), margin_to_date(partly_costed(2, 3))

    assert (some.value, most.value, most.n) == (None, 4_000, 2)
    assert "1 of 3" in (some.why or "")


def test_who_is_past_the_profit_has_come_often_enough_and_brought_enough() -> None:
    regular = [(1, 0, 10 * visit) for visit in range(4)]
    customers = by_customer(bought([*regular, (2, 0, 3)], amount=2_000))

    assert past_profit(customers, profit_first(20_000, 2_000)).value == pytest.approx(0.5)
    assert past_profit(customers, None).why


def test_the_share_of_requirements_is_known_of_those_whose_orders_tell_it() -> None:
    loyal = bought([(1, 0, 3), (1, 0, 40)], shared=1, own_share=0.7)
    other = bought([(2, 0, 3)], shared=1, own_share=0.5)
    customers = by_customer(Purchases.joined([loyal, other, bought([(3, 0, 3)])]))

    assert mean_share(customers).value == pytest.approx(0.6)
    assert loyal_share(customers).value == pytest.approx(0.5)
    assert loyal_share(customers).n == 2
