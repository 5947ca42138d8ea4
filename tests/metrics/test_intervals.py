import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multinomial

from metrics.intervals import Interval, mover, tango, tango_bounds, tango_deviates

examples = settings(deadline=None, max_examples=60)
counts = st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60)).filter(any)
fractions = st.floats(0, 40, allow_subnormal=False)


@pytest.mark.parametrize(
    ("table", "low", "high"),
    [((40, 20, 160), 0.0309, 0.2181), ((1, 7, 21), -0.5172, -0.0260), ((12, 2, 50), 0.0611, 0.3447)],
)
def test_published_intervals_are_met(table: tuple[int, int, int], low: float, high: float) -> None:
    interval = tango(*table)

    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)


def test_nobody_has_no_interval() -> None:
    assert tango(0, 0, 0) is None


def test_one_voice_says_next_to_nothing() -> None:
    interval = tango(1, 0, 1)

    assert interval is not None
    assert interval.low < 0
    assert interval.high == 1


def test_agreement_of_all_is_not_certainty() -> None:
    interval = tango(10, 0, 10)

    assert interval is not None
    assert 0 < interval.low < 1
    assert interval.high == 1


def test_passives_alone_give_an_interval_around_zero() -> None:
    # Closed form: z^2 = n d / (1 - d), so the limit is z^2 / (n + z^2).
    interval = tango(0, 0, 20)

    limit = 1.959964**2 / (20 + 1.959964**2)
    assert interval is not None
    assert (interval.low, interval.high) == pytest.approx((-limit, limit), abs=1e-6)


@pytest.mark.parametrize("table", [(-1, 0, 5), (0, -1, 5), (3, 3, 5)])
def test_impossible_counts_are_refused(table: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match=r"b \+ c <= n"):
        tango(*table)


@pytest.mark.parametrize("confidence", [0, 1, 1.5])
def test_impossible_confidences_are_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        tango(1, 2, 5, confidence)


def test_many_intervals_at_once_are_those_of_each_alone() -> None:
    tables = [(3, 1, 9), (0, 0, 4), (5, 0, 5), (0.4, 0.2, 1.5), (0, 0, 0)]

    low, high = tango_bounds(*zip(*tables, strict=True))

    for table, lower, upper in zip(tables, low, high, strict=True):
        alone = tango(*table)
        assert np.isnan(lower) if alone is None else alone == Interval(float(lower), float(upper))


@examples
@given(fractions, fractions, fractions)
def test_an_interval_contains_its_estimate_and_stays_in_range(b: float, c: float, passives: float) -> None:
    n = b + c + passives
    interval = tango(b, c, n)

    if n > 0:
        assert interval is not None
        assert -1 <= interval.low <= (b - c) / n + 1e-9
        assert (b - c) / n - 1e-9 <= interval.high <= 1


@examples
@given(counts)
def test_exchanging_for_and_against_mirrors_the_interval(table: tuple[int, int, int]) -> None:
    b, c, passives = table
    one, other = tango(b, c, b + c + passives), tango(c, b, b + c + passives)

    assert one is not None
    assert other == Interval(-one.high, -one.low)


@examples
@given(counts, st.integers(2, 50))
def test_more_voices_of_the_same_mix_narrow_the_interval(table: tuple[int, int, int], times: int) -> None:
    b, c, passives = table
    n = b + c + passives
    few, many = tango(b, c, n), tango(times * b, times * c, times * n)

    assert few is not None
    assert many is not None
    assert few.low <= many.low + 1e-9
    assert many.high <= few.high + 1e-9


@examples
@given(counts)
def test_the_score_falls_along_the_differences(table: tuple[int, int, int]) -> None:
    b, c, n = (np.full(401, float(count)) for count in (table[0], table[1], sum(table)))

    deviates = tango_deviates(np.linspace(-0.999, 0.999, 401), b, c, n)

    assert np.all(np.diff(deviates) <= 1e-9)


@pytest.mark.parametrize(
    "mix", [(0.95, 0.04, 0.01), (0.5, 0.3, 0.2), (0.1, 0.1, 0.8), (0.3, 0.69, 0.01), (0.6, 0.0, 0.4)]
)
def test_ten_voices_are_covered_in_nine_of_ten_samples_and_more(mix: tuple[float, float, float]) -> None:
    tables = [(p, 10 - p - d, d) for p, d in itertools.product(range(11), range(11)) if p + d <= 10]
    promoters, _, detractors = zip(*tables, strict=True)

    low, high = tango_bounds(promoters, detractors, 10)

    truth = mix[0] - mix[2]
    assert np.sum(multinomial.pmf(tables, 10, mix)[(low <= truth) & (truth <= high)]) >= 0.92


def test_the_difference_of_two_estimates_keeps_their_asymmetry() -> None:
    # L = 10 - sqrt(3^2 + 4^2), U = 10 + sqrt(8^2 + 6^2)
    assert mover(30, (27, 38), 20, (14, 24)) == Interval(5, 20)
