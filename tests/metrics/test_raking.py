import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.counts import Counts, Voices
from core.labels import TextKind
from metrics.nps import nps
from metrics.raking import Cell, Raked, rake, weighted, weighted_voices

PLACES, MONTHS = ("center", "north", "south"), ("2026-09", "2026-10")
CELLS = [(place, month) for place in PLACES for month in MONTHS]
some_cells = st.fixed_dictionaries({cell: st.integers(4, 40) for cell in CELLS})


def raked(public: dict[Cell, float], survey: dict[Cell, float], *dimensions: str, cap: float = 5) -> Raked:
    found = rake(public, survey, dimensions, cap)
    assert found is not None
    return found


def shares(numbers: dict[Cell, float], at: int) -> dict[str | None, float]:
    total = sum(numbers.values())
    return {value: sum(n for cell, n in numbers.items() if cell[at] == value) / total
            for value in {cell[at] for cell in numbers}}  # fmt: skip


def test_a_location_that_is_too_loud_in_public_is_turned_down() -> None:
    found = raked({("center",): 75, ("north",): 25}, {("center",): 100, ("north",): 100}, "location")

    # half of the survey over three quarters of the voices, and half over a quarter
    assert found.weights == pytest.approx({("center",): 2 / 3, ("north",): 2})
    assert found.effective_n == pytest.approx(100**2 / (75 * 4 / 9 + 25 * 4))
    assert (found.dimensions, found.converged, found.unmatched, found.unheard) == (("location",), True, 0, 0)


@settings(deadline=None, max_examples=60)
@given(some_cells, some_cells)
def test_raked_voices_have_the_mix_of_the_survey_in_every_dimension(
    public: dict[Cell, float], survey: dict[Cell, float]
) -> None:
    found = raked(public, survey, "location", "month", cap=1000)

    weighed = {cell: found.weights[cell] * n for cell, n in public.items()}
    assert found.converged
    for at in (0, 1):
        assert shares(weighed, at) == pytest.approx(shares(survey, at), abs=1e-5)


@settings(deadline=None, max_examples=60)
@given(some_cells, some_cells, st.floats(1.05, 5))
def test_no_weight_exceeds_the_cap_and_weights_only_cost_voices(
    public: dict[Cell, float], survey: dict[Cell, float], cap: float
) -> None:
    found = raked(public, survey, "location", "month", cap=cap)

    assert found.largest == max(found.weights.values()) <= cap
    assert 0 < found.effective_n <= sum(public.values()) + 1e-9


def test_margins_that_the_cap_forbids_are_said_not_to_be_met() -> None:
    found = raked({("center",): 99, ("north",): 1}, {("center",): 50, ("north",): 50}, "location")

    assert found.largest == 5
    assert not found.converged


def test_channels_that_the_sides_hardly_share_are_left_out() -> None:
    public = {("center", "maps"): 60, ("north", "maps"): 30, ("north", "web"): 10}
    survey = {("center", "tablet"): 40, ("north", "tablet"): 50, ("north", "web"): 10}

    found = raked(public, survey, "location", "channel")

    assert (found.dimensions, found.unmatched) == (("location",), 0)


def test_voices_of_a_place_that_the_survey_does_not_know_have_no_weight_and_are_counted() -> None:
    public = {("center",): 40, ("north",): 40, (None,): 20}
    survey = {("center",): 10, ("north",): 20, ("south",): 10}

    found = raked(public, survey, "location")

    assert found.weights == pytest.approx({("center",): 2 / 3, ("north",): 4 / 3})
    assert (found.unmatched, found.unheard) == pytest.approx((0.2, 0.25))


def test_a_value_that_is_lost_with_another_dimension_is_not_looked_for() -> None:
    # in October only the south speaks in public, which the survey does not know
    public = {("center", "9"): 30, ("north", "9"): 20, ("center", "8"): 20, ("south", "10"): 5}
    survey = {("center", "9"): 30, ("north", "8"): 30, ("center", "10"): 5}

    found = raked(public, survey, "location", "month")

    assert set(found.weights) == {("center", "9"), ("north", "9"), ("center", "8")}


@pytest.mark.parametrize(
    ("public", "survey"),
    [({}, {("a",): 1}), ({("a",): 1}, {}), ({("a",): 1}, {("b",): 1}), ({("a",): 3}, {("a",): 3}), ({("a",): 0}, {})],
)
def test_sides_that_share_no_mix_are_not_raked(public: dict[Cell, float], survey: dict[Cell, float]) -> None:
    assert rake(public, survey, ["location"]) is None


def test_impossible_cells_and_caps_are_refused() -> None:
    with pytest.raises(ValueError, match="1 values"):
        rake({("a", "b"): 1}, {}, ["location"])
    with pytest.raises(ValueError, match="negative"):
        rake({("a",): -1}, {}, ["location"])
    with pytest.raises(ValueError, match="above 1"):
        rake({}, {}, ["location"], cap=1)


def test_weighted_counts_sum_to_the_effective_n_with_the_raked_mix() -> None:
    counts = {("center",): Counts(60, 15, 0), ("north",): Counts(5, 0, 20), ("moon",): Counts(9, 9, 9)}
    found = raked({("center",): 75, ("north",): 25}, {("center",): 1, ("north",): 1}, "location")

    both = weighted(counts, found)

    assert both.n == pytest.approx(found.effective_n)
    assert (both.promoters / both.n, both.detractors / both.n) == pytest.approx(((0.8 + 0.2) / 2, (0 + 0.8) / 2))
    assert weighted({}, found) == Counts()


def test_weighted_evidence_keeps_its_kinds() -> None:
    kind = TextKind.REVIEW
    voices = {
        ("center",): Voices(Counts(30, 0, 0), {kind: Counts(45, 0, 0)}, {kind: Counts(40, 5, 0)}),
        ("north",): Voices(Counts(0, 0, 25)),
    }
    found = raked({cell: one.n for cell, one in voices.items()}, {("center",): 1, ("north",): 1}, "location")

    both = weighted_voices(voices, found)

    assert both.n == pytest.approx(found.effective_n)
    assert both.said[kind].n / both.n == pytest.approx(0.5 * 45 / 75)
    assert both.chances[kind].n == pytest.approx(both.said[kind].n)


@pytest.mark.slow
def test_skewed_voices_are_set_right_by_their_mix_and_their_interval_covers() -> None:
    rng, truth, covered, errors = np.random.default_rng(4), 50 * (0.2 - 0.4) + 50 * 0.8, 0, []
    survey: dict[Cell, float] = {("center",): 500, ("north",): 500}
    for _ in range(300):
        center = rng.multinomial(30, (0.2, 0.4, 0.4))
        north = rng.multinomial(120, (0.8, 0.2, 0.0))
        counts = {("center",): Counts(*center.tolist()), ("north",): Counts(*north.tolist())}
        found = nps(weighted(counts, raked({cell: one.n for cell, one in counts.items()}, survey, "location")))
        assert found is not None
        errors.append(found.value - truth)
        covered += found.low <= truth <= found.high

    assert abs(np.mean(errors)) < 2
    assert covered >= 0.93 * 300


@settings(deadline=None, max_examples=30)
@given(some_cells, some_cells)
def test_the_order_of_cells_does_not_matter(public: dict[Cell, float], survey: dict[Cell, float]) -> None:
    assume(public != survey)
    backwards = dict(reversed(public.items())), dict(reversed(survey.items()))

    assert raked(*backwards, "location", "month").weights == pytest.approx(
        raked(public, survey, "location", "month").weights
    )
