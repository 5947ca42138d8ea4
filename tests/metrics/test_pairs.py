from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.gaps import Verdict
from metrics.intervals import tango
from metrics.pairs import MatchedGap, matched_gap, matched_gap_each, step_bounds

Table = tuple[tuple[int, int, int], ...]
tables = st.tuples(*[st.tuples(*[st.integers(0, 12)] * 3)] * 3).filter(lambda table: any(map(any, table)))


def matched(table: Table) -> MatchedGap:
    found = matched_gap(table)
    assert found is not None
    return found


def test_guests_who_are_kinder_at_the_desk_have_a_negative_gap() -> None:
    found = matched(((20, 6, 12), (1, 8, 7), (0, 1, 10)))

    # six and seven fall by one class, twelve by two, two rise by one: (-6 - 7 - 24 + 2) / 65
    assert found.value == pytest.approx(-100 * 35 / 65)
    assert found.n == 65
    assert found.survey.value == pytest.approx(100 * (38 - 11) / 65)
    assert found.public.value - found.survey.value == pytest.approx(found.value)
    assert found.low < found.value < found.high < 0
    assert found.p < 0.001
    assert found.verdict == Verdict.WORSE_IN_PUBLIC


def test_nobody_has_no_gap() -> None:
    assert matched_gap(((0, 0, 0),) * 3) is None
    assert matched_gap_each([]) == []


def test_nine_persons_are_too_few_however_they_differ() -> None:
    assert matched(((0, 0, 9), (0, 0, 0), (0, 0, 0))).verdict == Verdict.TOO_FEW
    assert matched(((0, 0, 10), (0, 0, 0), (0, 0, 0))).verdict == Verdict.WORSE_IN_PUBLIC


def test_persons_who_say_the_same_on_both_sides_have_no_gap_but_an_interval() -> None:
    found = matched(((10, 0, 0), (0, 5, 0), (0, 0, 5)))

    assert (found.value, found.p, found.homogeneity_p) == (0, 1, None)
    assert found.low == pytest.approx(-found.high)
    assert found.high > 10
    assert found.verdict == Verdict.NO_EVIDENCE


def test_p_is_the_share_of_all_exchanges_of_sides() -> None:
    steps = [-2, -2, -1, -1, -1, 1, 0, 0]

    sums = [sum(sign * step for sign, step in zip(signs, steps, strict=True)) for signs in product((-1, 1), repeat=8)]

    share = np.mean([abs(one) >= abs(sum(steps)) for one in sums])
    assert matched(((1, 2, 2), (1, 1, 1), (0, 0, 0))).p == pytest.approx(share)


def test_marginal_homogeneity_is_that_of_stuart_and_maxwell() -> None:
    # by hand: d = (5, 1), V = [[15, -3], [-3, 13]], d' V^-1 d = (25 * 13 + 2 * 5 * 3 + 15) / (15 * 13 - 9)
    table = ((20, 2, 8), (1, 10, 6), (4, 4, 9))

    assert matched(table).homogeneity_p == pytest.approx(float(np.exp(-370 / 186 / 2)))


@pytest.mark.parametrize("table", [((1, 2), (3, 4)), ((-1, 0, 0),) + ((0, 0, 0),) * 2, ((0.5, 0, 0),) * 3])
def test_what_is_no_table_of_persons_is_refused(table: Table) -> None:
    with pytest.raises(ValueError, match="3 x 3"):
        matched_gap(table)


@settings(deadline=None, max_examples=25)
@given(tables)
def test_exchanging_the_sides_mirrors_the_gap(table: Table) -> None:
    there, back = matched(table), matched(tuple(zip(*table, strict=True)))

    assert (back.value, back.low, back.high) == pytest.approx((-there.value, -there.high, -there.low), abs=1e-6)
    assert back.p == pytest.approx(there.p)


@settings(deadline=None, max_examples=25)
@given(tables)
def test_a_gap_lies_within_its_interval_and_the_scale(table: Table) -> None:
    found = matched(table)

    assert -200 - 1e-6 <= found.low <= found.value + 1e-6
    assert found.value - 1e-6 <= found.high <= 200 + 1e-6
    assert 0 <= found.p <= 1


@settings(deadline=None, max_examples=20)
@given(tables, st.integers(2, 9))
def test_more_persons_of_the_same_mind_narrow_the_interval(table: Table, times: int) -> None:
    few, many = matched(table), matched(tuple(tuple(times * n for n in row) for row in table))

    assert few.low <= many.low + 1e-6
    assert many.high <= few.high + 1e-6


def test_many_groups_at_once_are_those_of_each_alone() -> None:
    some: list[Table] = [((5, 1, 2), (0, 3, 1), (0, 0, 4)), ((0, 0, 0),) * 3, ((0, 0, 3), (0, 0, 0), (1, 0, 0))]

    assert matched_gap_each(some) == [matched_gap(table) for table in some]


def test_steps_of_one_class_among_many_persons_have_tangos_interval() -> None:
    # with many who move by one class both ways the outer steps, which Tango does not know, take no part
    low, high = step_bounds(np.array([[0, 30, 50, 20, 0]], dtype=float))

    known = tango(20, 30, 100)
    assert known is not None
    assert (low[0], high[0]) == pytest.approx((known.low, known.high), abs=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("n", [10, 30])
def test_intervals_cover_also_where_nearly_all_say_the_same(n: int) -> None:
    rng = np.random.default_rng(n)
    steps = np.arange(-2, 3)
    mixes = [
        *rng.dirichlet(np.ones(5), 4),
        *rng.dirichlet(np.full(5, 0.3), 4),
        np.array([0.05, 0.02, 0.9, 0.02, 0.01]),
    ]
    covered = []
    for mix in mixes:
        low, high = step_bounds(rng.multinomial(n, mix, size=500).astype(float))
        covered.append(np.mean((low <= steps @ mix) & (steps @ mix <= high)))

    assert min(covered) >= 0.92
    assert np.mean(covered) >= 0.945
