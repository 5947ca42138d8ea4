import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.counts import Counts
from metrics.shrinkage import MIN_LOCATIONS, Shrinkage, shrink

counts = st.builds(Counts, st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))


def shrunk(given_counts: list[Counts]) -> Shrinkage:
    found = shrink(given_counts)
    assert found is not None
    return found


def simulated(seed: int, locations: int, concentration: float) -> tuple[np.ndarray, np.ndarray]:
    """True NPS of locations that differ like this, and counts of a median of 25 voices."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.array([0.5, 0.25, 0.25]) * concentration, locations)
    sizes = np.maximum(rng.lognormal(np.log(25), 0.9, locations).astype(int), 1)
    return 100 * (shares[:, 0] - shares[:, 2]), rng.multinomial(sizes, shares)


def test_a_small_location_is_pulled_further_than_a_large_one() -> None:
    others = [Counts(*row) for row in simulated(1, 30, 8)[1].tolist()]

    small, large = shrunk([Counts(0, 0, 4), Counts(0, 0, 80), *others]).locations[:2]

    assert small is not None
    assert large is not None
    assert small.value > large.value > -100
    assert (small.n, small.counted) == (4, False)
    assert small.high - small.low > large.high - large.low


def test_few_locations_are_left_as_they_are() -> None:
    assert shrink([Counts(5, 3, 2)] * (MIN_LOCATIONS - 1) + [Counts()] * 9) is None
    assert shrink([]) is None


def test_a_location_without_voices_stays_without_an_estimate() -> None:
    found = shrunk([Counts(), *[Counts(5, 3, 2)] * 12])

    assert found.locations[0] is None
    assert None not in found.locations[1:]


def test_locations_of_one_mind_are_all_the_brands() -> None:
    found = shrunk([Counts(50, 30, 20)] * 40)

    assert found.usual == pytest.approx(30)
    assert [one and one.value for one in found.locations] == pytest.approx([30] * 40)


def test_negative_voices_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        shrink([Counts(-1, 0, 5)])


@settings(deadline=None, max_examples=40)
@given(st.lists(counts, min_size=10, max_size=14))
def test_every_location_lies_within_its_interval_and_between_itself_and_its_brand(given_counts: list[Counts]) -> None:
    found = shrink(given_counts)

    for own, one in zip(given_counts, found.locations if found else (), strict=False):
        if one is not None:
            assert -100 <= one.low <= one.value <= one.high <= 100
            assert one.promoters + one.passives + one.detractors == pytest.approx(1)
            assert one.n == own.n


@settings(deadline=None, max_examples=30)
@given(st.lists(counts, min_size=10, max_size=14), st.permutations(range(10)))
def test_the_order_of_locations_does_not_matter(given_counts: list[Counts], order: list[int]) -> None:
    given_counts = given_counts[:10]
    there, back = shrink(given_counts), shrink([given_counts[at] for at in order])

    if there and back:
        assert [one and one.value for one in back.locations] == pytest.approx(
            [there.locations[at] and there.locations[at].value for at in order]
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("locations", "concentration", "rounds"), [(200, 8, 6), (200, 1e6, 6), (20, 30, 60), (20, 1e6, 60), (10, 8, 120)]
)
def test_it_errs_less_than_plain_counting_and_its_intervals_cover(
    locations: int, concentration: float, rounds: int
) -> None:
    plain, pulled, covered = [], [], []
    for seed in range(rounds):
        truth, table = simulated(seed, locations, concentration)
        rows = shrunk([Counts(*row) for row in table.tolist()]).locations
        value, low, high = np.array([(one.value, one.low, one.high) for one in rows if one]).T
        plain.append(np.mean((100 * (table[:, 0] - table[:, 2]) / table.sum(axis=1) - truth) ** 2))
        pulled.append(np.mean((value - truth) ** 2))
        covered.append(np.mean((low <= truth) & (truth <= high)))

    assert np.mean(pulled) < 0.75 * np.mean(plain)
    assert np.mean(covered) >= 0.91
