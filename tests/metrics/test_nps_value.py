import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.counts import Counts
from metrics.nps import nps, nps_each

a_counts = st.builds(Counts, st.integers(0, 500), st.integers(0, 500), st.integers(0, 500))


def test_five_hundred_promoters_and_two_hundred_detractors_of_a_thousand_are_thirty() -> None:
    found = nps(Counts(500, 300, 200))

    assert found is not None
    assert found.value == pytest.approx(30)
    assert (found.promoters, found.passives, found.detractors) == pytest.approx((0.5, 0.3, 0.2))
    assert found.low < 30 < found.high


def test_no_voices_have_no_nps() -> None:
    assert nps(Counts()) is None


def test_sums_of_probabilities_count_too() -> None:
    found = nps(Counts(2.5, 1.25, 1.25))

    assert found is not None
    assert found.value == pytest.approx(25)
    assert found.n == 5


def test_many_keep_their_order_and_their_holes() -> None:
    found = nps_each([Counts(1, 0, 0), Counts(), Counts(0, 0, 1)])

    assert [one and one.value for one in found] == [100, None, -100]


def test_shares_that_are_worth_fewer_voices_have_the_interval_of_so_many() -> None:
    [found], few = nps_each([Counts(50, 30, 20)], [10.0]), nps(Counts(5, 3, 2))

    assert found is not None
    assert few is not None
    assert (found.value, found.low, found.high) == pytest.approx((few.value, few.low, few.high))
    assert (found.n, found.worth) == (100, 10)


def test_none_at_all_are_an_empty_list() -> None:
    assert nps_each([]) == []


@settings(deadline=None)
@given(a_counts, a_counts)
def test_it_does_not_matter_in_which_order_groups_are_added(one: Counts, other: Counts) -> None:
    assert nps(one + other) == nps(other + one)


@settings(deadline=None)
@given(a_counts)
def test_an_nps_lies_within_its_interval_and_the_scale(counts: Counts) -> None:
    found = nps(counts)

    if found is not None:
        assert -100 <= found.low <= found.value + 1e-6
        assert found.value - 1e-6 <= found.high <= 100
