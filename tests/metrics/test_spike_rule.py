from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics.spikes import Day, Spike, SpikeRule, calm, closes, opens, spike

FIRST = date(2026, 1, 1)


def days(*counts: tuple[float, float], start: date = FIRST) -> list[Day]:
    return [Day(start + timedelta(at), detractors, n) for at, (detractors, n) in enumerate(counts)]


def ordinary(length: int = 120, seed: int = 5, share: float = 0.2, volume: float = 14) -> list[tuple[float, float]]:
    rng = np.random.default_rng(seed)
    volumes = rng.poisson(volume, length)
    return [(float(rng.binomial(n, share)), float(n)) for n in volumes]


def judged(*counts: tuple[float, float], parent_share: float | None = None) -> Spike:
    found = spike(days(*counts), parent_share)
    assert found is not None
    return found


def test_a_burst_of_detractors_fires_and_explains_itself() -> None:
    found = judged(*ordinary(), (12, 15))

    assert found.fired
    assert (found.detractors, found.n, found.share) == (12, 15, 0.8)
    assert found.expected_share == pytest.approx(0.2, abs=0.06)
    assert found.usual_detractors == pytest.approx(2.8, abs=1)
    assert found.lift == pytest.approx(0.8 / found.expected_share)
    assert found.excess_detractors == pytest.approx(12 - 15 * found.expected_share)
    assert found.p_value < found.threshold == pytest.approx(1 / 90)
    assert found.count_p_value < 0.05
    assert not found.provisional


def test_an_advertisement_that_triples_all_voices_alike_does_not_fire() -> None:
    found = judged(*ordinary(), (12, 60))

    assert found.count_p_value < 0.05
    assert not found.fired


def test_a_day_on_which_only_the_others_were_silent_does_not_fire() -> None:
    found = judged(*ordinary(), (4, 4))

    assert found.p_value < found.threshold
    assert found.count_p_value >= 0.05
    assert not found.fired


def test_two_detractors_are_no_spike_however_rare_they_are() -> None:
    quiet = [(0.0, 1.0)] * 120

    assert not judged(*quiet, (2, 2)).fired
    assert judged(*quiet, (4, 4)).fired


def test_a_day_without_mentions_is_calm() -> None:
    found = judged(*ordinary(), (0, 0))

    assert (found.share, found.lift, found.p_value) == (None, 0, 1)
    assert not found.fired
    assert calm(found)


def test_nothing_can_be_expected_of_a_series_without_a_past() -> None:
    assert spike([]) is None
    assert spike(days((5, 9))) is None
    assert spike(days((0, 0), (0, 0), (0, 0), (0, 0), (5, 9))) is None


def test_a_young_series_borrows_its_expectation_from_the_parent_and_is_provisional() -> None:
    found = judged((1, 5), (1, 6), (9, 10), parent_share=0.2)

    assert found.provisional
    assert found.expected_share == pytest.approx(0.2)


def test_the_series_is_judged_in_earnest_after_eight_weeks() -> None:
    assert judged(*ordinary(55), (3, 14)).provisional
    assert not judged(*ordinary(56), (3, 14)).provisional


def test_the_days_just_before_are_not_part_of_the_usual() -> None:
    before = ordinary()
    after_bad, after_good = judged(*before, (14, 14), (14, 14), (3, 14)), judged(*before, (0, 14), (0, 14), (3, 14))

    assert after_bad == after_good


def test_a_small_series_is_pulled_to_its_parent() -> None:
    sparse = [(1.0, 1.0) if at % 14 == 0 else (0.0, 0.0) for at in range(70)]

    assert judged(*sparse, (1, 1), parent_share=0.1).expected_share == pytest.approx((2 + 2) / (2 + 20))


def test_days_that_are_missing_had_no_mentions() -> None:
    counts = ordinary()
    counts[40:45] = [(0.0, 0.0)] * 5
    everything = days(*counts)

    assert spike(everything[:40] + everything[45:]) == spike(everything)
    assert spike(everything[::-1]) == spike(everything)


def test_a_share_that_always_wavers_needs_more_to_fire() -> None:
    wild = [((9.0, 14.0) if at % 5 == 0 else (1.0, 14.0)) for at in range(120)]
    steady = [(3.0, 14.0), (2.0, 14.0)] * 60

    assert judged(*wild, (8, 14)).dispersion > judged(*steady, (8, 14)).dispersion
    assert judged(*wild, (8, 14)).p_value > judged(*steady, (8, 14)).p_value


def test_a_series_that_is_tested_every_hour_has_a_stricter_threshold() -> None:
    hourly = spike(days(*ordinary(), (12, 15)), tests=24)

    assert hourly is not None
    assert hourly.threshold == pytest.approx(1 / (90 * 24))


def test_sums_of_probabilities_are_taken_too() -> None:
    assert judged(*ordinary(), (11.6, 14.7)).fired


def test_a_parent_without_detractors_does_not_make_the_first_ones_impossible() -> None:
    found = judged(*[(0.0, 0.0)] * 60, (3, 3), parent_share=0)

    assert 0 < found.p_value < found.threshold


@pytest.mark.parametrize("counts", [(3, 2), (-1, 2)])
def test_impossible_days_are_refused(counts: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="detractors <= n"):
        spike(days(counts))


def test_an_impossible_parent_share_is_refused() -> None:
    with pytest.raises(ValueError, match="share"):
        spike(days((1, 2)), parent_share=1.2)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=100),
    st.none() | st.floats(0, 1),
)
def test_every_history_has_chances_for_its_numbers(counts: list[tuple[int, int]], parent_share: float | None) -> None:
    found = spike(days(*[(float(d), float(d + others)) for d, others in counts]), parent_share)

    if found is not None:
        assert 0 <= found.p_value <= 1
        assert 0 <= found.count_p_value <= 1
        assert 0 < found.expected_share < 1
        assert not found.fired or found.detractors >= 3


def at(day: int, p_value: float = 1.0, *, fired: bool = False) -> Spike:
    return replace(judged(*ordinary(), (3, 14)), on=FIRST + timedelta(day), p_value=p_value, fired=fired)


def test_an_episode_closes_after_two_calm_days_in_a_row() -> None:
    assert closes([at(1, 0.001, fired=True), at(2, 0.4), at(3, 0.2)])
    assert not closes([at(1, 0.001, fired=True), at(2, 0.4)])
    assert not closes([at(1, 0.4), at(2, 0.09), at(3, 0.4)])
    assert not closes([at(1, 0.4), at(3, 0.4)])
    assert not closes([])


def test_a_day_is_calm_when_it_is_less_than_half_as_surprising_as_an_alarm() -> None:
    # log(1/90) / 2 = log(.1054)
    assert calm(at(1, 0.106))
    assert not calm(at(1, 0.105))


def test_a_new_episode_opens_only_after_three_quiet_days() -> None:
    fires = at(10, 0.001, fired=True)

    assert opens(fires, last_fired_on=None)
    assert opens(fires, last_fired_on=FIRST + timedelta(6))
    assert not opens(fires, last_fired_on=FIRST + timedelta(7))
    assert not opens(at(10), last_fired_on=None)


def test_the_rule_can_be_made_less_patient() -> None:
    rule = SpikeRule(closing_days=1, quiet_days=0)

    assert closes([at(1, 0.4)], rule)
    assert opens(at(2, 0.001, fired=True), FIRST + timedelta(1), rule)
