import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.counts import Agreement, Counts
from core.labels import TextKind
from metrics.estimator_choice import FEWEST_GROUPS, FEWEST_TEXTS, rules
from metrics.quantification import PLAIN, Estimator, Ground, KindRule

REVIEW, COMMENT, POST = TextKind.REVIEW, TextKind.COMMENT, TextKind.POST
GOOD = ((0.85, 0.1, 0.05), (0.25, 0.6, 0.15), (0.05, 0.15, 0.8))
OPPOSITE = ((0.05, 0.1, 0.85), (0.25, 0.5, 0.25), (0.85, 0.1, 0.05))
GENEROUS = ((0.95, 0.04, 0.01), (0.6, 0.3, 0.1), (0.45, 0.1, 0.45))

examples = settings(deadline=None, max_examples=30)
cell = st.integers(0, 60).map(float)
confusion = st.tuples(*[st.tuples(cell, cell, cell)] * 3)


def agreement(rates: tuple[tuple[float, ...], ...], *true: int, seed: int = 0) -> Agreement:
    """Texts of each class as labelled at these rates, their probabilities no better than the labels."""
    rng = np.random.default_rng(seed)
    drawn = np.array([rng.multinomial(n, row) for n, row in zip(true, rates, strict=True)], float)
    return Agreement(tuple((a, b, c) for a, b, c in drawn.tolist()), Counts(*drawn.sum(axis=0).tolist()))


def groups(
    count: int, rates: tuple[tuple[float, ...], ...] = GOOD, true: tuple[int, ...] = (40, 20, 40)
) -> dict[str, Agreement]:
    return {f"group {k}": agreement(rates, *true, seed=k) for k in range(count)}


def test_where_nothing_is_known_labels_are_counted() -> None:
    assert rules({}, {}) == dict.fromkeys(TextKind, PLAIN)
    assert rules({}, {REVIEW: groups(2)})[REVIEW].chosen_on is Ground.NONE


def test_a_brand_without_ratings_gets_what_carries_over_between_sources() -> None:
    found = rules({}, {REVIEW: groups(6, true=(200, 100, 200))})[REVIEW]

    assert (found.chosen_on, found.groups) == (Ground.SHIPPED, 6)
    assert found.estimator in {Estimator.BAYES, Estimator.BAYES_PRIOR}
    assert found.errors[found.estimator] == min(found.errors.values())
    assert np.array(found.matrix)[0].argmax() == 0


def test_sources_that_err_alike_leave_less_of_a_residual_than_sources_that_do_not() -> None:
    alike = rules({}, {REVIEW: groups(6, true=(200, 100, 200))})[REVIEW]
    strange = groups(3, true=(200, 100, 200)) | {
        f"strange {k}": agreement(GENEROUS, 200, 100, 200, seed=k) for k in range(3)
    }

    unlike = rules({}, {REVIEW: strange})[REVIEW]

    assert alike.residual < 5
    assert unlike.residual > alike.residual + 5


def test_a_kind_of_few_sources_borrows_those_of_the_others() -> None:
    found = rules({}, {REVIEW: groups(6), POST: {"tweets": agreement(GOOD, 40, 20, 40)}})

    assert found[POST].chosen_on is Ground.SHIPPED
    assert found[POST].groups == 7
    assert found[COMMENT].groups == 7


def test_one_source_of_many_kinds_is_left_out_of_all_of_them() -> None:
    one = {"maps": agreement(GENEROUS, 400, 100, 400)}

    found = rules({}, {REVIEW: groups(5) | one, COMMENT: groups(5) | one})

    assert found[REVIEW].groups == found[COMMENT].groups == 6


def test_own_locations_replace_what_sources_tell() -> None:
    shipped = {REVIEW: groups(6)}

    found = rules({REVIEW: groups(12, GENEROUS, (120, 20, 60))}, shipped)[REVIEW]

    assert (found.chosen_on, found.groups) == (Ground.OWN, 12)
    assert set(found.errors) == set(Estimator)
    matrix = np.array(found.matrix)
    assert (matrix / matrix.sum(axis=1, keepdims=True))[2, 0] == pytest.approx(0.45, abs=0.05)
    assert found.errors[found.estimator] < found.errors[Estimator.COUNT] / 2


def test_probabilities_that_are_right_are_chosen_for_it() -> None:
    own = {
        f"location {k}": Agreement(one.confusion, one.true)
        for k, one in enumerate(groups(12, GENEROUS, (120, 20, 60)).values())
    }

    found = rules({REVIEW: own}, {REVIEW: groups(6)})[REVIEW]

    assert found.estimator is Estimator.PROBABILITIES
    assert found.errors[Estimator.PROBABILITIES] == pytest.approx(0, abs=1e-9)


def test_locations_with_a_handful_of_texts_do_not_decide() -> None:
    few = groups(10, GENEROUS, (FEWEST_TEXTS // 4, 2, FEWEST_TEXTS // 4))
    two = groups(FEWEST_GROUPS - 1, GENEROUS)

    for own in (few, two):
        assert rules({REVIEW: own}, {REVIEW: groups(6)})[REVIEW].chosen_on is Ground.SHIPPED


def test_own_locations_decide_without_an_error_model_too() -> None:
    found = rules({REVIEW: groups(8, OPPOSITE, (60, 20, 20))}, {})[REVIEW]

    assert found.chosen_on is Ground.OWN
    assert found.estimator in {Estimator.BAYES, Estimator.BAYES_PRIOR}


@examples
@given(st.lists(confusion, max_size=6), st.lists(confusion, max_size=6))
def test_there_is_a_rule_whatever_was_counted(
    own: list[tuple[tuple[float, float, float], ...]], shipped: list[tuple[tuple[float, float, float], ...]]
) -> None:
    mine, theirs = (
        {f"group {k}": Agreement(one, Agreement(one, Counts()).said) for k, one in enumerate(side)}
        for side in (own, shipped)
    )

    found = rules({REVIEW: mine}, {REVIEW: theirs, COMMENT: theirs})

    assert set(found) == set(TextKind)
    for rule in found.values():
        assert 0 <= rule.residual <= 200
        assert all(0 <= error <= 200 for error in rule.errors.values())
        assert _is_usable(rule)


def _is_usable(rule: KindRule) -> bool:
    """Whether every class has some label where labels are corrected."""
    return rule.estimator in {Estimator.COUNT, Estimator.PROBABILITIES} or bool(np.all(np.sum(rule.matrix, axis=1) > 0))


def test_the_order_of_groups_does_not_matter() -> None:
    one, other = groups(7, GENEROUS), groups(6)

    there = rules({REVIEW: one}, {REVIEW: other})
    back = rules({REVIEW: dict(reversed(one.items()))}, {REVIEW: dict(reversed(other.items()))})

    assert there == back
