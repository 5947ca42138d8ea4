"""Shares, means and ratios, each with an interval that keeps its word or a reason why there is none."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from metrics.loyalty.aaker import aaker_index, aspect_named
from metrics.loyalty.measures import Measure, Unit, mean, ratio, score, share
from metrics.loyalty.purchases import median_check
from metrics.loyalty.satisfaction import ces, ces_easy, csat, csat_mean, easy_is_high

MOST_MISSES = 0.10
WHOLE_SCALE = 4


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_share_has_the_interval_that_scipy_gives_it(some: int, more: int) -> None:
    found = share(some, some + more, "nobody")

    expected = binomtest(some, some + more).proportion_ci(method="wilson")
    assert found.low == pytest.approx(expected.low, abs=1e-9)
    assert found.high == pytest.approx(expected.high, abs=1e-9)


@pytest.mark.parametrize("found", [csat({}), csat_mean({}), ces({}), ces_easy({}), csat({5: 0}), median_check({}),
                                   share(0, 0, "nobody"), mean([], Unit.MONEY, "nobody"),
                                   ratio([], [], Unit.MONEY, "nobody"), aaker_index({}).index])  # fmt: skip
def test_of_nothing_there_is_no_value_but_a_reason(found: Measure) -> None:
    assert (found.value, found.low, found.high, found.n) == (None, None, None, 0)
    assert found.why


@pytest.mark.parametrize(("some", "of"), [(-1, 5), (6, 5)])
def test_a_share_of_more_than_all_is_refused(some: int, of: int) -> None:
    with pytest.raises(ValueError, match="share"):
        share(some, of, "nobody")


def test_csat_is_the_share_of_fours_and_fives() -> None:
    answers = {5: 40, 4: 20, 3: 20, 1: 20}

    assert csat(answers).value == pytest.approx(0.60)
    assert csat_mean(answers).value == pytest.approx(3.6)


def test_an_effort_score_means_the_same_whichever_end_of_its_scale_is_easy() -> None:
    answers = {7: 5, 6: 3, 2: 2}
    turned = {1: 5, 2: 3, 6: 2}

    assert ces(easy_is_high(answers, {})) == ces(easy_is_high({}, turned))
    assert ces(easy_is_high(answers, turned)).value == pytest.approx(5.7)
    assert ces_easy(easy_is_high(answers, turned)).value == pytest.approx(0.8)


@given(st.dictionaries(st.integers(1, 7), st.integers(1, 10_000), min_size=1))
def test_the_interval_of_a_score_holds_the_score_and_stays_on_the_scale(answers: dict[int, int]) -> None:
    found = ces(answers)

    assert found.value is not None
    assert found.low is not None
    assert found.high is not None
    assert 1 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 7
    assert found.low < found.high


@given(st.dictionaries(st.integers(1, 5), st.integers(1, 50), min_size=1), st.integers(2, 20))
def test_more_answers_of_the_same_kind_narrow_the_interval(answers: dict[int, int], times: int) -> None:
    few, many = csat_mean(answers), csat_mean({answer: times * n for answer, n in answers.items()})

    assert many.value == pytest.approx(few.value)
    assert _width(many) < _width(few) or _width(few) == WHOLE_SCALE


@pytest.mark.parametrize("n", [10, 30])
def test_the_interval_of_a_score_covers_the_truth_also_where_nearly_all_agree(n: int) -> None:
    chance, scale = np.random.default_rng(7), np.arange(1, 6)
    truths = chance.dirichlet(np.full(5, 0.3), size=30)

    for shares in truths:
        draws = chance.multinomial(n, shares, size=200)
        found = [score(dict(zip(scale.tolist(), draw.tolist(), strict=True)), 1, 5, "") for draw in draws]
        missed = sum(not (f.low or 0) - 1e-9 <= shares @ scale <= (f.high or 0) + 1e-9 for f in found)
        assert missed <= MOST_MISSES * len(found)


def test_an_answer_outside_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match=r"1\.\.5"):
        csat_mean({6: 1})


def test_a_mean_of_one_customer_has_no_interval() -> None:
    found = mean([500.0], Unit.MONEY, "nobody")

    assert (found.value, found.low, found.high, found.n) == (500, None, None, 1)


def test_the_interval_of_a_check_counts_customers_and_not_their_orders() -> None:
    # two customers of fifty orders each, all alike: a hundred orders, but only two persons to learn from
    of_two = ratio([50 * 100.0, 50 * 200.0], [50, 50], Unit.MONEY, "nobody")
    of_many = ratio([100.0, 200.0] * 50, [1] * 100, Unit.MONEY, "nobody")

    assert of_two.value == of_many.value == pytest.approx(150)
    assert of_two.n == of_many.n == 100
    assert _width(of_two) > 10 * _width(of_many)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=50))
def test_a_check_of_customers_who_ordered_once_is_their_mean(amounts: list[float]) -> None:
    found, expected = ratio(amounts, [1] * len(amounts), Unit.MONEY, ""), mean(amounts, Unit.MONEY, "")

    assert found.value == pytest.approx(expected.value)
    assert found.low == pytest.approx(expected.low, abs=1e-6)
    assert found.high == pytest.approx(expected.high, abs=1e-6)


@given(st.lists(st.integers(1, 30), min_size=1, max_size=60))
def test_the_median_of_counted_amounts_is_that_of_the_orders(amounts: list[int]) -> None:
    counted = {float(amount): amounts.count(amount) for amount in amounts}

    assert median_check(counted).value == np.median(amounts)
    assert median_check(counted).n == len(amounts)


def test_aakers_index_is_the_mean_of_the_means_of_its_aspects() -> None:
    found = aaker_index({"satisfaction": {5: 30, 4: 10}, "commitment": {3: 4}, "brand_attitude": {4: 2, 2: 2}})

    assert found.index.value == pytest.approx((4.75 + 3 + 3) / 3)
    assert {name: aspect.n for name, aspect in found.aspects.items()} == {
        "brand_attitude": 4,
        "commitment": 4,
        "satisfaction": 40,
    }
    assert found.missing == ("purchase_behaviour", "switching_cost")


def test_an_aspect_that_is_none_of_aakers_is_told_and_moves_no_index() -> None:
    own = {"satisfaction": {5: 30, 4: 10}, "commitment": {3: 4}, "switching_cost": {4: 2, 2: 2}}
    with_taste = aaker_index({**own, "taste": {1: 500}})

    assert with_taste.index == aaker_index(own).index
    assert with_taste.aspects["taste"].value == 1


@pytest.mark.parametrize(
    ("rated", "says"),
    [(("taste", "parking", "music"), "0 are rated"), (("satisfaction", "commitment", "taste"), "2 are rated")],
)
def test_of_fewer_than_three_of_aakers_aspects_there_is_no_index_but_what_is_missing(
    rated: tuple[str, ...], says: str
) -> None:
    found = aaker_index({name: {5: 30, 4: 10} for name in rated})

    assert found.index.value is None
    assert says in (found.index.why or "")
    assert "purchase behaviour, switching cost" in (found.index.why or "")
    assert list(found.aspects) == sorted(rated)


def test_an_aspect_that_few_rated_makes_the_index_less_sure() -> None:
    many = {name: {5: 300, 4: 300} for name in ("satisfaction", "switching_cost", "commitment")}
    sure, unsure = aaker_index(many), aaker_index({**many, "commitment": {5: 3, 4: 3}})

    assert sure.index.value == unsure.index.value
    assert _width(unsure.index) > _width(sure.index)


@pytest.mark.parametrize(
    ("words", "aspect"),
    [("Приверженность", "commitment"), ("brand-attitude", "brand_attitude"), ("Удовлетворённость ", "satisfaction"),
     ("Вкус  кофе", "вкус_кофе")],
)  # fmt: skip
def test_an_aspect_is_known_by_any_of_its_names(words: str, aspect: str) -> None:
    assert aspect_named(words) == aspect


def _width(found: Measure) -> float:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low
