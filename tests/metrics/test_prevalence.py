import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metrics import gibbs
from metrics.prevalence import NET, gradient, noise, prevalence

examples = settings(deadline=None, max_examples=60)

MATRIX = np.array([[177.0, 23, 22], [31, 26, 17], [34, 19, 165]])
some_labels = st.tuples(*[st.integers(0, 400)] * 3)
a_row = st.tuples(*[st.floats(0.5, 500)] * 3)
matrices = st.tuples(a_row, a_row, a_row)
huge = st.floats(0, 1e9, allow_subnormal=False)


def expected(n: int, *shares: float) -> list[int]:
    """Labels of n texts of a mix, as the matrix has them, rounded."""
    rates = MATRIX / MATRIX.sum(axis=1, keepdims=True)
    return [round(float(label)) for label in n * np.array(shares) @ rates]


@pytest.mark.parametrize("shares", [(0.6, 0.2, 0.2), (0.95, 0.03, 0.02), (0.1, 0.1, 0.8), (1 / 3, 1 / 3, 1 / 3)])
@pytest.mark.parametrize(("n", "scale"), [(10, 1.0), (100, 1.0), (100, 10.0), (500, 10.0)])
@pytest.mark.parametrize("is_flat", [True, False])
def test_it_agrees_with_sampling(n: int, scale: float, shares: tuple[float, ...], *, is_flat: bool) -> None:
    said, matrix = expected(n, *shares), scale * MATRIX
    prior = np.ones(3) if is_flat else 3 * np.array(shares)

    found, sampled = prevalence([said], matrix, prior), gibbs.sample(said, matrix, prior, seed=7)

    assert found.shares[0] @ NET == pytest.approx(sampled.net, abs=0.015)
    assert np.sqrt(found.variance[0]) == pytest.approx(sampled.sd, rel=0.15)


def test_many_reliable_labels_are_what_they_say() -> None:
    found = prevalence([(600, 100, 300)], np.diag([1e6, 1e6, 1e6]))

    assert found.shares[0] == pytest.approx((0.6, 0.1, 0.3), abs=0.003)
    assert found.variance[0] == pytest.approx((0.9 - 0.3**2) / 1000, rel=0.05)


def test_no_labels_leave_the_prior_as_it_is() -> None:
    found = prevalence([(0, 0, 0)], MATRIX, (4.0, 1.0, 3.0))

    assert found.shares[0] == pytest.approx((0.5, 0.125, 0.375), abs=0.002)


def test_labels_that_carry_no_information_leave_it_too() -> None:
    found = prevalence([(300, 100, 100)], np.full((3, 3), 1000.0), (4.0, 1.0, 3.0))

    assert found.shares[0] == pytest.approx((0.5, 0.125, 0.375), abs=0.01)


def test_a_segment_does_not_depend_on_those_beside_it() -> None:
    rows = np.array([(3, 4, 5), (1000, 200, 10), (0, 0, 7), (90_000, 10, 40_000)])
    priors = np.array([(1.0, 1, 1), (2, 0.5, 0.5), (0.2, 0.2, 2.6), (1, 1, 1)])

    together, alone = (
        prevalence(rows, MATRIX, priors),
        [prevalence([r], MATRIX, p) for r, p in zip(rows, priors, strict=True)],
    )

    assert together.shares == pytest.approx(np.concatenate([one.shares for one in alone]), abs=1e-5)
    assert together.variance == pytest.approx(np.concatenate([one.variance for one in alone]), rel=1e-2)


def test_a_matrix_of_fewer_texts_makes_it_less_sure() -> None:
    said = [expected(2000, 0.5, 0.2, 0.3)]

    few, many = prevalence(said, MATRIX), prevalence(said, 20 * MATRIX)

    assert few.variance[0] > 2 * many.variance[0]


def test_a_label_of_each_class_is_weighed_so_that_classes_keep_their_net_share() -> None:
    rates = MATRIX / MATRIX.sum(axis=1, keepdims=True)

    assert rates @ gradient(MATRIX) == pytest.approx(NET)
    assert noise(np.diag([1.0, 1, 1]), NET) == pytest.approx((0, 0, 0))


@examples
@given(st.lists(st.tuples(huge, huge, huge), min_size=1, max_size=5), matrices)
def test_shares_are_shares_whatever_is_said(
    said: list[tuple[float, ...]], matrix: tuple[tuple[float, ...], ...]
) -> None:
    found = prevalence(said, matrix)

    assert np.all(found.shares >= 0)
    assert found.shares.sum(axis=1) == pytest.approx(np.ones(len(said)))
    assert np.all((found.variance > 0) & (found.variance <= 1))


@examples
@given(some_labels, matrices)
def test_exchanging_promoters_and_detractors_mirrors_the_estimate(
    said: tuple[int, ...], matrix: tuple[tuple[float, ...], ...]
) -> None:
    there, back = prevalence([said], matrix), prevalence([said[::-1]], np.array(matrix)[::-1, ::-1])

    assert back.shares[0][::-1] == pytest.approx(there.shares[0], abs=0.02)
