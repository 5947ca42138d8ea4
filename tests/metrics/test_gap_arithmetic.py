from dataclasses import astuple, replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.counts import Counts
from metrics.gaps import gap, gap_each, minimal_detectable_gap
from metrics.intervals import mover, tango_bounds
from metrics.nps import Nps, nps

examples = settings(deadline=None, max_examples=60)
some = st.builds(Counts, st.integers(0, 80), st.integers(0, 80), st.integers(0, 80)).filter(lambda counts: counts.n > 0)


def estimate(*counts: float) -> Nps:
    found = nps(Counts(*counts))
    assert found is not None
    return found


def test_a_public_that_thinks_worse_has_a_negative_gap() -> None:
    found = gap(survey=estimate(620, 220, 160), social=estimate(410, 260, 330))

    assert found.value == pytest.approx(-38)
    assert found.high < 0
    assert found.p < 1e-6


def test_two_equal_sides_have_no_gap_and_no_evidence() -> None:
    found = gap(estimate(5, 3, 2), estimate(50, 30, 20))

    assert found.value == pytest.approx(0)
    assert found.p == 1


def test_unanimous_opposites_are_two_hundred_points_apart() -> None:
    found = gap(estimate(12, 0, 0), estimate(0, 0, 12))

    assert (found.value, found.low) == pytest.approx((-200, -200))
    assert found.p < 0.05


def test_pairs_without_an_estimate_have_no_gap() -> None:
    side = estimate(5, 3, 2)

    assert gap_each([(None, side), (side, None), (None, None)]) == [None, None, None]
    assert gap_each([]) == []


def test_an_estimate_from_elsewhere_brings_its_own_interval() -> None:
    survey, counted = estimate(50, 30, 20), estimate(30, 30, 40)
    corrected = replace(counted, low=counted.value - 40, high=counted.value + 40, counted=False)

    wide = gap(survey, corrected)

    assert wide.value == gap(survey, counted).value
    assert wide.high > 0
    assert wide.p > 0.05


def test_an_estimate_without_an_error_of_its_own_is_taken_at_its_word() -> None:
    exact = replace(estimate(30, 30, 40), low=-10, high=-10, counted=False)

    found = gap(estimate(50, 30, 20), exact)

    assert found.value == pytest.approx(-40)
    assert 0 < found.p < 0.05


@examples
@given(some, some)
def test_exchanging_the_sides_mirrors_the_gap(one: Counts, other: Counts) -> None:
    there, back = gap_each([(nps(one), nps(other)), (nps(other), nps(one))])

    assert there is not None
    assert back is not None
    assert (back.value, back.low, back.high) == pytest.approx((-there.value, -there.high, -there.low))
    assert back.p == pytest.approx(there.p)


@examples
@given(one=some, other=some, counted=st.booleans())
def test_p_is_below_one_in_twenty_exactly_where_the_interval_leaves_zero_out(
    one: Counts, other: Counts, *, counted: bool
) -> None:
    survey, social = nps(one), nps(other)
    assert survey is not None
    assert social is not None

    found = gap(survey, replace(social, counted=counted))

    assert -200 - 1e-6 <= found.low <= found.value <= found.high <= 200 + 1e-6
    assert 0 <= found.p <= 1
    if min(abs(found.low), abs(found.high)) > 1e-6:
        assert (found.p < 0.05) == (not found.low <= 0 <= found.high)


@examples
@given(some, some)
def test_p_is_the_level_at_which_the_interval_touches_zero(one: Counts, other: Counts) -> None:
    found = gap(estimate(*astuple(one)), estimate(*astuple(other)))
    assume(1e-6 < found.p < 1)

    (low_1, low_2), (high_1, high_2) = tango_bounds(
        [one.promoters, other.promoters], [one.detractors, other.detractors], [one.n, other.n], confidence=1 - found.p
    )
    value_1, value_2 = ((side.promoters - side.detractors) / side.n for side in (one, other))
    touching = mover(value_2, (low_2, high_2), value_1, (low_1, high_1))
    assert min(abs(touching.low), abs(touching.high)) < 1e-6


@pytest.mark.parametrize(("n", "points"), [(100, 33), (300, 19), (1000, 10.6)])
def test_the_smallest_gap_that_could_be_shown_shrinks_with_the_voices(n: int, points: float) -> None:
    survey, social = estimate(0.5 * n, 0.3 * n, 0.2 * n), estimate(0.6 * n, 0.1 * n, 0.3 * n)

    assert minimal_detectable_gap(survey, social) == pytest.approx(points, abs=0.5)


def test_a_unanimous_handful_could_not_have_shown_a_small_gap() -> None:
    assert minimal_detectable_gap(estimate(10, 0, 0), estimate(10, 0, 0)) > 20


def test_a_power_is_a_probability() -> None:
    with pytest.raises(ValueError, match="power"):
        minimal_detectable_gap(estimate(1, 0, 0), estimate(1, 0, 0), power=1)
