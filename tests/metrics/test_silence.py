"""A source is silent when it says nothing for longer than its own habit; weekends and a short past are no news."""

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.silence import SilenceRule, silence, tail

FIRST = date(2026, 1, 1)
DAILY = [FIRST + timedelta(days=n) for n in range(100)]
WEEKLY = [FIRST + timedelta(days=7 * n) for n in range(60)]


def silent_after(days: list[date]) -> int:
    """The first day on which the silence after these days is unusual."""
    for lasted in range(1, 1000):
        found = silence(days, days[-1] + timedelta(days=lasted), watched_since=days[0])
        if found and found.is_unusual:
            return lasted
    raise AssertionError("never")


def test_a_source_that_speaks_daily_is_missed_within_days() -> None:
    assert silent_after(DAILY) in range(2, 5)


def test_a_source_that_speaks_weekly_is_given_weeks() -> None:
    assert silent_after(WEEKLY) in range(11, 60)


def test_a_silence_no_longer_than_one_before_is_usual() -> None:
    days = [day for day in DAILY if not 40 < (day - FIRST).days < 60]

    found = silence(days, days[-1] + timedelta(days=20), watched_since=FIRST)

    assert found
    assert (found.longest_gap, found.days, found.is_unusual) == (20, 20, False)


def test_a_weekend_of_a_source_that_works_on_weekdays_is_usual() -> None:
    days = [day for day in DAILY if day.weekday() < 5]
    friday = max(day for day in days if day.weekday() == 4)
    until_friday = [day for day in days if day <= friday]

    monday = silence(until_friday, friday + timedelta(days=3), watched_since=FIRST)

    assert monday
    assert not monday.is_unusual
    assert silent_after(until_friday) < 12


def test_without_a_past_there_is_no_habit() -> None:
    rule = SilenceRule()

    assert silence([], FIRST, watched_since=FIRST) is None
    assert silence(DAILY[: rule.least_gaps], FIRST + timedelta(days=300), watched_since=FIRST) is None
    assert silence(DAILY[: rule.least_gaps + 1], FIRST + timedelta(days=300), watched_since=FIRST)


def test_what_was_missed_before_anybody_watched_is_no_silence() -> None:
    watched = DAILY[-1] + timedelta(days=300)

    at_first, later = (silence(DAILY, watched + timedelta(days=n), watched_since=watched) for n in (0, 5))

    assert at_first
    assert later
    assert (at_first.days, at_first.is_unusual) == (0, False)
    assert (later.days, later.since, later.is_unusual) == (5, watched, True)


def test_habits_are_those_of_the_last_two_years() -> None:
    slow = [FIRST + timedelta(days=30 * n) for n in range(30)]
    fast = [slow[-1] + timedelta(days=n) for n in range(1, 800)]

    found = silence([*slow, *fast], fast[-1] + timedelta(days=5), watched_since=FIRST)

    assert found
    assert (found.longest_gap, found.is_unusual) == (1, True)


def test_a_bursty_source_is_given_longer_than_a_steady_one_of_the_same_mean() -> None:
    steady, bursty = np.full(60, 4), np.array([1] * 45 + [13] * 15)

    assert steady.mean() == bursty.mean()
    assert tail(bursty, 30) > 10 * tail(steady, 30)


def test_without_wavering_the_tail_is_that_of_the_geometric_law() -> None:
    gaps = np.random.default_rng(1).geometric(0.25, 20_000)

    assert tail(gaps, 12) == pytest.approx(0.75**11, rel=0.1)


@pytest.mark.parametrize("days", [0, 1])
def test_every_gap_lasts_a_day(days: int) -> None:
    assert tail(np.array([1, 2, 3]), days) == 1


@given(st.lists(st.integers(1, 400), min_size=2, max_size=200), st.integers(1, 500))
def test_a_tail_is_a_probability_and_falls(gaps: list[int], days: int) -> None:
    now, later = tail(np.array(gaps), days), tail(np.array(gaps), days + 1)

    assert 0 <= later <= now <= 1
    assert not math.isnan(now)


@given(st.sets(st.integers(0, 2000), max_size=300), st.integers(0, 2500), st.integers(0, 2500))
def test_any_days_have_a_verdict_or_none(days: set[int], today: int, watched: int) -> None:
    spoken = [FIRST + timedelta(days=n) for n in days]

    found = silence(spoken, FIRST + timedelta(days=today), watched_since=FIRST + timedelta(days=watched))

    assert found is None or (found.days >= 0 and found.longest_gap >= 1 and 0 <= found.p_value <= 1)
