import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.counts import Counts
from metrics.decomposition import Decomposition, decompose
from metrics.nps import Nps, nps, nps_each

segments = st.lists(
    st.one_of(st.just(Counts()), st.builds(Counts, st.integers(0, 60), st.integers(0, 60), st.integers(1, 60))),
    min_size=3,
    max_size=3,
).filter(lambda some: any(one.n for one in some))


def estimate(value: float, n: float) -> Nps:
    promoters = n * (0.5 + value / 200)
    found = nps(Counts(promoters, 0, n - promoters))
    assert found is not None
    return found


def decomposed(before: dict[str | None, Nps | None], after: dict[str | None, Nps | None]) -> Decomposition:
    found = decompose(before, after)
    assert found is not None
    return found


def sides(*both: list[Counts]) -> list[dict[str | None, Nps | None]]:
    return [dict(zip(("web", "maps", None), nps_each(side), strict=True)) for side in both]


def test_a_gap_of_angry_maps_is_mostly_mix() -> None:
    survey = {"web": estimate(60, 300), "maps": estimate(0, 100)}
    social = {"web": estimate(55, 100), "maps": estimate(-10, 300)}

    found = decomposed(survey, social)

    assert (found.value, found.rate.value, found.mix.value) == pytest.approx((-38.75, -7.5, -31.25))
    assert [(part.segment, part.rate) for part in found.parts] == [
        ("web", pytest.approx(-2.5)),
        ("maps", pytest.approx(-5)),
    ]
    # less of what is better than the whole, and more of what is worse: both pull down
    assert [part.mix for part in found.parts] == pytest.approx([-15.9375, -15.3125])
    assert found.one_sided == ()


@settings(deadline=None)
@given(segments, segments)
def test_the_parts_are_the_whole_difference(before: list[Counts], after: list[Counts]) -> None:
    found = decomposed(*sides(before, after))

    one, other = nps(sum(before, Counts())), nps(sum(after, Counts()))
    assert one is not None
    assert other is not None
    assert abs(found.value - (other.value - one.value)) < 1e-9
    assert abs(sum(part.rate + part.mix for part in found.parts) - found.value) < 1e-9
    assert abs(found.rate.value + found.mix.value - found.value) < 1e-9


@settings(deadline=None)
@given(segments, segments)
def test_looked_at_from_the_other_side_everything_is_mirrored(before: list[Counts], after: list[Counts]) -> None:
    there, back = decomposed(*sides(before, after)), decomposed(*sides(after, before))

    assert (back.rate.value, back.mix.value) == pytest.approx((-there.rate.value, -there.mix.value), abs=1e-9)
    assert (back.rate.low, back.mix.high) == pytest.approx((-there.rate.high, -there.mix.low), abs=1e-9)


def test_a_segment_that_only_one_side_has_is_all_mix() -> None:
    found = decomposed({"web": estimate(40, 100)}, {"web": estimate(40, 100), "app": estimate(-20, 100)})

    assert found.one_sided == ("app",)
    assert found.rate.value == 0
    assert found.mix.value == pytest.approx(found.value) == pytest.approx(-30)


def test_the_same_mix_leaves_only_the_rate() -> None:
    found = decomposed(
        {"web": estimate(40, 10), "app": estimate(0, 30)}, {"web": estimate(10, 20), "app": estimate(20, 60)}
    )

    assert found.mix.value == pytest.approx(0, abs=1e-9)
    assert found.rate.value == pytest.approx(found.value)


@pytest.mark.parametrize("side", [{}, {"web": None}])
def test_a_side_without_voices_has_no_difference_to_explain(side: dict[str | None, Nps | None]) -> None:
    assert decompose(side, {"web": estimate(40, 10)}) is None
    assert decompose({"web": estimate(40, 10)}, side) is None


@pytest.mark.slow
def test_intervals_of_rate_and_mix_cover() -> None:
    rng = np.random.default_rng(6)
    shares = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3]])
    classes = np.array(
        [[[0.7, 0.2, 0.1], [0.4, 0.3, 0.3], [0.9, 0.05, 0.05]], [[0.5, 0.2, 0.3], [0.3, 0.1, 0.6], [0.8, 0.1, 0.1]]]
    )
    net = 100 * (classes[..., 0] - classes[..., 2])
    rate, mix = shares.mean(axis=0) @ (net[1] - net[0]), (shares[1] - shares[0]) @ net.mean(axis=0)
    covered = np.zeros(2)

    for _ in range(400):
        drawn = [rng.multinomial(150, (shares[at][:, None] * classes[at]).ravel()).reshape(3, 3) for at in (0, 1)]
        found = decomposed(*sides(*([Counts(*row) for row in side.tolist()] for side in drawn)))
        covered += (found.rate.low <= rate <= found.rate.high, found.mix.low <= mix <= found.mix.high)

    assert np.all(covered >= 0.93 * 400)
