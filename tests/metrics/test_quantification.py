from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.counts import Counts, Voices
from core.labels import TextKind
from metrics.gaps import gap
from metrics.nps import Nps, nps
from metrics.quantification import PLAIN, Estimator, Ground, KindRule, brand_level, social_each

examples = settings(deadline=None, max_examples=60)

MATRIX = ((177.0, 23.0, 22.0), (31.0, 26.0, 17.0), (34.0, 19.0, 165.0))
BAYES = KindRule(Estimator.BAYES, MATRIX, 0.0, Ground.SHIPPED)
RULES = {
    TextKind.REVIEW: BAYES,
    TextKind.COMMENT: replace(BAYES, estimator=Estimator.BAYES_PRIOR, residual=8.0),
    TextKind.POST: replace(BAYES, estimator=Estimator.PROBABILITIES, residual=5.0),
}

numbers = st.integers(0, 300)
a_counts = st.builds(Counts, numbers, numbers, numbers)
by_kind = st.dictionaries(st.sampled_from(TextKind), a_counts, max_size=3)
some_voices = st.builds(lambda rated, said: Voices(rated, said, said), a_counts, by_kind)


def only(voices: Voices, rules: dict[TextKind, KindRule], level: dict[TextKind, Counts] | None = None) -> Nps:
    [found] = social_each([voices], rules, level or {})
    assert found is not None
    return found


def comments(*said: float, chances: Counts | None = None) -> Voices:
    counts = Counts(*said)
    return Voices(Counts(), {TextKind.COMMENT: counts}, {TextKind.COMMENT: chances or counts})


def test_voices_that_all_have_a_rating_are_counted_with_tangos_interval() -> None:
    rated = Counts(17.2, 3.9, 8.9)

    found, plain = only(Voices(rated), RULES), nps(rated)

    assert plain is not None
    assert (found.value, found.low, found.high, found.n) == pytest.approx((plain.value, plain.low, plain.high, 30))


def test_a_kind_without_a_rule_is_counted_by_its_labels() -> None:
    found, plain = only(comments(9, 3, 8), {}), nps(Counts(9, 3, 8))

    assert plain is not None
    assert (found.value, found.low, found.high) == pytest.approx((plain.value, plain.low, plain.high))


def test_an_estimator_of_probabilities_sums_them() -> None:
    rule = {TextKind.COMMENT: replace(PLAIN, estimator=Estimator.PROBABILITIES)}

    assert only(comments(10, 0, 0, chances=Counts(7, 2, 1)), rule).value == pytest.approx(60)


def test_nobody_has_no_social_nps() -> None:
    assert social_each([Voices()], RULES, {}) == [None]
    assert social_each([], RULES, {}) == []


def test_a_labeller_that_takes_detractors_for_promoters_is_corrected_downwards() -> None:
    generous = replace(BAYES, matrix=((90.0, 5.0, 5.0), (30.0, 60.0, 10.0), (40.0, 10.0, 50.0)))

    found = only(comments(600, 100, 300), {TextKind.COMMENT: generous})

    assert found.value < -10
    assert found.low < found.value < found.high


def test_a_labeller_that_never_errs_is_taken_at_its_word() -> None:
    perfect = replace(BAYES, matrix=((1e6, 0.0, 0.0), (0.0, 1e6, 0.0), (0.0, 0.0, 1e6)))

    found, plain = only(comments(600, 100, 300), {TextKind.COMMENT: perfect}), nps(Counts(600, 100, 300))

    assert plain is not None
    assert (found.value, found.low, found.high) == pytest.approx((plain.value, plain.low, plain.high), abs=0.5)


def test_a_residual_widens_the_interval_by_so_much_and_moves_nothing() -> None:
    sure, doubtful = (
        only(comments(6000, 1000, 3000), {TextKind.COMMENT: replace(BAYES, residual=residual)}) for residual in (0, 10)
    )

    assert doubtful.value == sure.value
    assert doubtful.high - doubtful.low == pytest.approx(2 * 1.96 * 10, rel=0.15)


def test_a_residual_counts_by_the_share_of_its_kind() -> None:
    rules = {TextKind.COMMENT: replace(PLAIN, residual=20.0)}
    mixed = comments(600, 100, 300) + Voices(Counts(1800, 300, 900))

    found = only(mixed, rules)

    assert found.high - found.low == pytest.approx(2 * 1.96 * 20 / 4, rel=0.15)


def test_all_promoters_are_no_certainty() -> None:
    for rule in (BAYES, replace(PLAIN, residual=8.0), RULES[TextKind.COMMENT]):
        found = only(comments(12, 0, 0), {TextKind.COMMENT: rule})

        assert found.high - found.low > 15


def test_a_small_segment_resembles_its_brand_and_the_brand_itself_does_not() -> None:
    rules = {TextKind.COMMENT: replace(BAYES, estimator=Estimator.BAYES_PRIOR)}
    flat = {TextKind.COMMENT: BAYES}
    brand, small = comments(900, 60, 40), comments(6, 2, 2)
    level = brand_level(brand, rules)

    assert only(small, rules, level).value > only(small, flat).value + 5
    assert only(brand, rules, level).value == pytest.approx(only(brand, flat).value, abs=0.1)


def test_a_level_is_what_a_brand_has_of_each_class() -> None:
    level = brand_level(comments(90, 0, 10), {TextKind.COMMENT: PLAIN})

    assert level == {TextKind.COMMENT: Counts(90.5, 0.5, 10.5)}
    assert brand_level(Voices(), RULES) == {}


@examples
@given(st.lists(some_voices, max_size=4))
def test_estimates_lie_within_their_intervals_and_the_scale(voices: list[Voices]) -> None:
    level = brand_level(sum(voices, Voices()), RULES)

    for found, one in zip(social_each(voices, RULES, level), voices, strict=True):
        assert (found is None) == (one.n == 0)
        if found is not None:
            assert -100 <= found.low <= found.value + 1e-6
            assert found.value - 1e-6 <= found.high <= 100
            assert 0 < found.worth <= found.n + 1e-9
            assert found.promoters + found.passives + found.detractors == pytest.approx(1)


@examples
@given(st.lists(some_voices, min_size=2, max_size=5))
def test_the_order_of_segments_does_not_matter(voices: list[Voices]) -> None:
    there, back = social_each(voices, RULES, {}), social_each(voices[::-1], RULES, {})

    for one, other in zip(there, back[::-1], strict=True):
        assert (one is None) == (other is None)
        if one is not None and other is not None:
            assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high), abs=0.05)


@examples
@given(some_voices, some_voices)
def test_it_does_not_matter_in_which_order_voices_are_merged(one: Voices, other: Voices) -> None:
    assert social_each([one + other], RULES, {}) == social_each([other + one], RULES, {})


@examples
@given(some_voices.filter(lambda voices: voices.n > 0), st.integers(2, 5))
def test_more_voices_of_one_mix_narrow_the_interval(voices: Voices, times: int) -> None:
    rules = dict.fromkeys(TextKind, BAYES)

    few, many = only(voices, rules), only(sum([voices] * times, Voices()), rules)

    assert many.high - many.low <= few.high - few.low + 0.5


@examples
@given(st.tuples(*[st.sampled_from([0.0, 1.0, 0.4, 1e6, 1e9])] * 3))
def test_no_counts_are_too_few_or_too_many(said: tuple[float, ...]) -> None:
    [found] = social_each([comments(*said)], RULES, {})

    assert (found is None) == (sum(said) == 0)
    if found is not None:
        assert -100 <= found.low <= found.high <= 100


@examples
@given(some_voices.filter(lambda voices: voices.n > 0), a_counts.filter(lambda counts: counts.n > 0))
def test_a_gap_to_a_corrected_score_is_significant_exactly_where_its_interval_leaves_zero_out(
    voices: Voices, answers: Counts
) -> None:
    survey = nps(answers)
    assert survey is not None

    found = gap(survey, only(voices, RULES))

    assert 0 <= found.p <= 1
    if min(abs(found.low), abs(found.high)) > 1e-6:
        assert (found.p < 0.05) == (not found.low <= 0 <= found.high)


@pytest.mark.parametrize("said", [(60.0, 0.0, 0.0), (0.0, 3.0, 57.0), (55.0, 5.0, 0.0)])
def test_more_voices_are_never_less_sure_where_nearly_all_say_the_same(said: tuple[float, float, float]) -> None:
    found = [only(comments(*(times * n for n in said)), RULES) for times in (1, 4, 16, 64)]

    widths = [one.high - one.low for one in found]
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < 2 * 1.96 * 8 + 10


def test_a_residual_is_held_however_many_speak_and_ends_at_the_end_of_the_scale() -> None:
    found = only(comments(600_000, 0, 0), RULES)

    assert found.residual == pytest.approx(8)
    assert found.value - found.low == pytest.approx(1.96 * 8, abs=1)
    assert found.high <= 100
