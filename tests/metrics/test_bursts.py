"""A burst is more strangers of one mind than the past explains; a busy day of the usual mix is none."""

import numpy as np
import pytest

from core.counts import Counts
from core.labels import Label
from metrics.bursts import USUAL, crowded_days, is_crowded, one_side, past_of

QUIET = [0, 1, 0, 0, 2, 0, 0] * 8
BUSY = [12, 15, 9, 11, 14, 25, 28] * 8


def test_thirty_strangers_in_a_club_that_hears_from_three_a_week_are_a_crowd() -> None:
    assert is_crowded(30, QUIET)


def test_a_full_weekend_of_a_busy_club_is_no_crowd() -> None:
    assert not is_crowded(30, BUSY)


def test_fewer_than_the_least_are_no_crowd_however_quiet_the_past() -> None:
    assert not is_crowded(USUAL.least - 1, [0] * 56)
    assert is_crowded(USUAL.least, [0] * 56)


def test_without_a_past_nothing_is_unusual() -> None:
    assert not is_crowded(1_000, [])
    assert crowded_days([50] * USUAL.reach) == []


def test_the_second_day_of_a_burst_is_not_excused_by_the_first() -> None:
    days = [*QUIET, *[0] * USUAL.guard_days, 30, 30]

    assert crowded_days(days) == [63, 64]


def test_the_past_ends_a_week_before_the_day() -> None:
    days = list(range(100))

    past = past_of(days, 80)

    assert (len(past), past[0], past[-1]) == (56, 17, 72)


def test_crowded_days_are_the_days_that_are_crowded_by_their_own_past() -> None:
    days = np.random.default_rng(3).poisson(4, 400).tolist()
    days[200], days[300] = 40, 15

    found = crowded_days(days)

    assert found == [day for day in range(USUAL.reach, 400) if is_crowded(days[day], past_of(days, day))]
    assert 200 in found


def test_all_detractors_where_most_praise_is_one_sided() -> None:
    assert one_side(Counts(0, 1, 19), Counts(60, 20, 20)) is Label.DETRACTOR


def test_all_promoters_where_nearly_all_praise_is_the_usual_mix() -> None:
    assert one_side(Counts(12, 0, 0), Counts(95, 3, 2)) is None


@pytest.mark.parametrize("new", [Counts(), Counts(10, 5, 15)])
def test_nobody_and_the_divided_are_on_no_side(new: Counts) -> None:
    assert one_side(new, Counts(10, 5, 15)) is None


def test_a_past_without_a_class_does_not_make_one_of_it_a_burst() -> None:
    assert one_side(Counts(0, 0, 3), Counts(20, 0, 0)) is Label.DETRACTOR
    assert one_side(Counts(0, 0, 3), Counts(2, 0, 0)) is None


def test_the_customers_of_a_busy_place_do_not_hide_a_burst() -> None:
    with_usual = Counts(7, 2, 31)

    assert one_side(with_usual, Counts(700, 200, 100)) is None
    assert one_side(with_usual, Counts(700, 200, 100), 10) is Label.DETRACTOR
