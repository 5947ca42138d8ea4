from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.counts import Counts
from metrics.platforms import Platforms, platforms_each

TWO_WORLDS = {"google": Counts(0, 0, 24), "yandex": Counts(58, 4, 14)}
counts = st.builds(Counts, st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))


def only(*locations: dict[str, Counts]) -> Platforms:
    found = platforms_each(locations)[0]
    assert found is not None
    return found


def test_a_showroom_that_one_map_loathes_and_another_likes_is_shown() -> None:
    found = only(TWO_WORLDS)

    assert (found.lowest, found.highest) == ("google", "yandex")
    assert found.channels["google"].value == -100
    assert found.difference.value == pytest.approx(100 * 44 / 76 + 100)
    assert found.difference.low > 100
    assert found.disagree


def test_channels_with_few_voices_are_not_compared() -> None:
    assert platforms_each([{"google": Counts(0, 0, 2), "yandex": Counts(58, 4, 14)}, {}]) == [None, None]


def test_three_complaints_against_many_praises_are_told_as_surely_as_they_are() -> None:
    found = only({"google": Counts(0, 0, 3), "yandex": Counts(58, 4, 14)})

    assert 0.002 < found.p < 0.03
    assert found.disagree
    assert found.channels["google"].high > 0


def test_other_passives_with_the_same_nps_are_no_disagreement() -> None:
    found = only({"google": Counts(50, 0, 50), "yandex": Counts(5, 90, 5)})

    assert found.p == pytest.approx(1)
    assert not found.disagree


def test_channels_of_one_class_cannot_disagree() -> None:
    found = only({"google": Counts(30, 0, 0), "yandex": Counts(20, 0, 0)})

    assert found.p == 1
    assert {found.lowest, found.highest} == {"google", "yandex"}


def test_a_location_among_many_needs_more_than_one_alone() -> None:
    doubtful = {"google": Counts(20, 5, 10), "yandex": Counts(12, 5, 20)}
    calm = {"google": Counts(20, 5, 20), "yandex": Counts(20, 5, 20)}

    alone, among = only(doubtful), only(doubtful, *[calm] * 30)

    assert alone.p == among.p < 0.05
    assert alone.disagree
    assert not among.disagree


def test_three_channels_are_tested_together() -> None:
    found = only({"a": Counts(40, 0, 10), "b": Counts(30, 0, 20), "c": Counts(10, 0, 40)})

    assert (found.lowest, found.highest) == ("c", "a")
    # by hand: means .6 .2 -.6, grand mean 1/15; (N-1) * SSB / SST = 149 * 37.333 / 149.333
    assert found.p == pytest.approx(float(np.exp(-149 * (112 / 3) / (448 / 3) / 2)))


def test_small_tables_are_simulated_to_the_same_p_each_time() -> None:
    small = {"google": Counts(10, 0, 2), "yandex": Counts(6, 1, 5)}

    # exactly: whose 12 of the 24 voices are Google's; the mean score there is as far from the mean of both or further
    ways = {(a, c): comb(16, a) * comb(1, 12 - a - c) * comb(7, c) for a in range(13) for c in range(8) if a + c <= 12}
    as_far = sum(number for (a, c), number in ways.items() if abs(a - c - 4.5) >= 3.5)
    assert only(small).p == only(small).p == pytest.approx(as_far / comb(24, 12), abs=0.02)


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.sampled_from("abcd"), counts))
def test_neither_order_nor_names_of_channels_matter(location: dict[str, Counts]) -> None:
    found, again = platforms_each([location, dict(reversed(location.items()))])

    assert found == again
    if found:
        assert found.difference.value >= 0
        assert 0 < found.p <= found.q <= 1


def test_a_chain_whose_platforms_agree_is_left_in_peace() -> None:
    rng = np.random.default_rng(11)
    false_alarms = []
    for _ in range(20):
        tables = rng.multinomial((12, 60, 15), (0.8, 0.05, 0.15), size=(30, 3)).tolist()
        found = platforms_each([dict(zip("abc", (Counts(*row) for row in table), strict=True)) for table in tables])
        false_alarms.append(any(one and one.disagree for one in found))

    assert np.mean(false_alarms) <= 0.2
