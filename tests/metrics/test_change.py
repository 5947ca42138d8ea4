from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.counts import Counts
from metrics.change import Change, changes, gap_changes
from metrics.gaps import Gap, gap
from metrics.intervals import mover
from metrics.nps import Nps, nps, nps_each

counts = st.builds(Counts, st.integers(0, 60), st.integers(0, 60), st.integers(1, 60))


def estimate(*given_counts: float) -> Nps:
    found = nps(Counts(*given_counts))
    assert found is not None
    return found


def only(found: list[Change | None]) -> Change:
    (change,) = [one for one in found if one]
    return change


def test_a_month_is_compared_with_the_one_before_it() -> None:
    before, after = estimate(50, 30, 20), estimate(30, 30, 40)

    first, change = changes([before, after])

    assert first is None
    assert change is not None
    assert change.value == pytest.approx(-40)
    assert (change.low, change.high, change.p) == tuple(
        getattr(gap(before, after), name) for name in ("low", "high", "p")
    )
    assert change.q == change.p
    assert change.is_evident


def test_a_month_without_voices_breaks_the_series() -> None:
    month = estimate(50, 30, 20)

    assert changes([month, None, month]) == [None, None, None]
    assert changes([]) == []


def test_a_change_of_few_voices_is_shown_and_not_tested() -> None:
    change = only(changes([estimate(9, 0, 0), estimate(0, 0, 90)]))

    assert change.value == -200
    assert change.q is None
    assert not change.is_evident


def test_the_more_months_are_looked_at_the_more_it_takes_to_be_evident() -> None:
    calm, fall = estimate(50, 30, 20), estimate(42, 30, 28)

    alone, *_, among_many = changes([calm, fall])[1:] + changes([calm] * 24 + [fall])[1:]

    assert alone is not None
    assert among_many is not None
    assert alone.p == among_many.p
    assert (alone.q, among_many.q) == (alone.p, pytest.approx(min(1, 24 * alone.p)))


def test_the_change_of_a_gap_has_the_interval_of_both() -> None:
    before = replace(gap(estimate(50, 30, 20), estimate(40, 30, 30)), q=0.5)
    after = replace(gap(estimate(50, 30, 20), estimate(10, 30, 60)), q=0.01)

    change = only(gap_changes([before, after]))

    interval = mover(after.value, (after.low, after.high), before.value, (before.low, before.high))
    assert (change.value, change.low, change.high) == pytest.approx((-60, interval.low, interval.high))
    assert change.q == change.p < 0.05


def test_the_change_of_a_gap_that_was_not_tested_is_not_tested() -> None:
    told, untold = Gap(-40, -50, -30, 0.001, 0.01), Gap(0, -50, 50, 1, None)

    change = only(gap_changes([told, untold]))

    assert change.q is None
    assert gap_changes([None, told, None]) == [None, None, None]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.one_of(st.none(), counts), min_size=2, max_size=6), counts)
def test_p_agrees_with_the_interval(months: list[Counts | None], survey: Counts) -> None:
    points = nps_each([month or Counts() for month in months])
    gaps = [gap(estimate(survey.promoters, survey.passives, survey.detractors), one) if one else None for one in points]

    found = [*changes(points), *gap_changes(gaps)]

    assert len(found) == 2 * len(months)
    for change in found:
        if change and min(abs(change.low), abs(change.high)) > 1e-6:
            assert (change.p < 0.05) == (change.low > 0 or change.high < 0)


@settings(deadline=None, max_examples=30)
@given(st.lists(counts, min_size=2, max_size=6))
def test_a_series_read_backwards_changes_the_other_way(months: list[Counts]) -> None:
    forwards, backwards = changes(nps_each(months))[1:], changes(nps_each(months)[::-1])[1:]

    assert [one and one.value for one in forwards] == pytest.approx([one and -one.value for one in backwards[::-1]])


@pytest.mark.slow
def test_a_chain_without_any_change_has_few_evident_ones() -> None:
    rng = np.random.default_rng(8)
    series = [[Counts(*row) for row in rng.multinomial(60, (0.5, 0.3, 0.2), size=13).tolist()] for _ in range(200)]

    false_alarms = [any(one and one.is_evident for one in changes(nps_each(months))) for months in series]

    assert np.mean(false_alarms) <= 0.1
