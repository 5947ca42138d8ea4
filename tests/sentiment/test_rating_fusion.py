"""Text and rating are two witnesses: what either says alone, and what both say together."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.labels import CLASSES, label_of_rating
from sentiment.fusion import MIX, fused, rating_chances

COMPLAINT = (0.01, 0.02, 0.97)
PRAISE = (0.95, 0.04, 0.01)
NO_RATING = float("nan")

chances = st.floats(0, 1)
texts = st.tuples(*[st.floats(0.001, 1)] * 3).map(lambda row: tuple(share / sum(row) for share in row))
scales = st.sampled_from([(5.0, 1.0), (10.0, 1.0), (10.0, 0.0), (100.0, 0.0), (1.0, -1.0)])


@given(scale=scales, reached=chances)
def test_a_rating_alone_is_most_likely_of_the_class_that_it_counts_as(
    scale: tuple[float, float], reached: float
) -> None:
    best, worst = scale
    rating = min(best, worst + reached * (best - worst))

    likeliest = CLASSES[rating_chances(rating, best=best, worst=worst).argmax()]

    assert likeliest is label_of_rating(rating, best=best, worst=worst)


@given(scale=scales, lower=chances, higher=chances)
def test_a_better_rating_never_makes_a_detractor_likelier(
    scale: tuple[float, float], lower: float, higher: float
) -> None:
    best, worst = scale
    ratings = np.minimum(best, worst + np.sort([lower, higher]) * (best - worst))

    less, more = rating_chances(ratings, best=best, worst=worst)

    assert more[2] <= less[2]
    assert more[0] >= less[0]


def test_a_scale_may_run_up_to_any_number_but_steps_of_its_tenth_are_never_certain() -> None:
    of_five, of_ten = rating_chances([4, 8], best=[5, 10], worst=1)

    assert of_ten[1] == pytest.approx(0.9, abs=0.05)
    assert 0.02 < of_ten[0] < 0.1  # an eight may have been meant as a nine
    assert of_five[2] > of_ten[2]  # four of five stars are nearer to three than eight is to six


@given(text=texts, opinion=chances)
def test_without_a_rating_the_text_speaks_for_itself(text: tuple[float, float, float], opinion: float) -> None:
    assert fused(text, opinion, NO_RATING).tolist() == list(text)


@given(text=texts, rating=st.floats(1, 5))
def test_without_readable_text_the_rating_speaks_for_itself(text: tuple[float, float, float], rating: float) -> None:
    assert fused(text, 0.0, rating) == pytest.approx(rating_chances(rating))


@given(text=texts, opinion=chances, rating=st.floats(1, 5) | st.just(NO_RATING))
def test_together_they_are_chances_whatever_they_say(
    text: tuple[float, float, float], opinion: float, rating: float
) -> None:
    both = fused(text, opinion, rating)

    assert both.sum() == pytest.approx(1)
    assert ((both >= 0) & (both <= 1)).all()


def test_a_text_that_denies_a_class_altogether_does_not_break_them() -> None:
    both = fused((0.0, 0.0, 1.0), 1.0, 5)

    assert both.tolist() == [0.0, 0.0, 1.0]


def test_five_stars_over_a_complaint_are_doubted_and_five_over_praise_believed_more() -> None:
    alone = rating_chances(5)

    over_complaint, over_praise = fused([COMPLAINT, PRAISE], 0.97, 5)

    assert over_complaint[2] > 5 * alone[2]
    assert over_praise[0] > alone[0]


def test_where_ratings_often_stray_a_complaint_outweighs_five_stars() -> None:
    careful, careless = fused(COMPLAINT, 0.97, 5), fused(COMPLAINT, 0.97, 5, stray=0.2)

    assert CLASSES[careful.argmax()] == "promoter"
    assert CLASSES[careless.argmax()] == "detractor"


def test_a_text_weighs_by_the_chance_of_being_an_opinion() -> None:
    hardly, rather, surely = fused(COMPLAINT, [0.1, 0.5, 1.0], 4)[:, 2]

    assert hardly < rather < surely


def test_a_text_that_says_what_anybody_does_changes_nothing() -> None:
    assert fused(MIX, 1.0, 4) == pytest.approx(rating_chances(4))


def test_many_mentions_at_once_are_each_as_it_would_be_alone() -> None:
    rows = [(COMPLAINT, 0.9, 5.0, 5.0), (PRAISE, 0.2, NO_RATING, 5.0), (PRAISE, 0.7, 2.0, 10.0)]

    together = fused(*([row[k] for row in rows] for k in range(3)), best=[row[3] for row in rows])

    alone = [fused(text, opinion, rating, best=best) for text, opinion, rating, best in rows]
    assert together.tolist() == [row.tolist() for row in alone]
    assert fused(np.zeros((0, 3)), [], []).shape == (0, 3)


@pytest.mark.parametrize(
    ("scale", "complaint"),
    [
        ({"rating": 6}, "a rating on 1..5 cannot be 6"),
        ({"rating": [5, 0.5]}, r"a rating on 1..5 cannot be 0.5"),
        ({"rating": 1, "best": 1}, "runs from worst to best, not from 1 to 1"),
        ({"rating": float("inf")}, "cannot be inf"),
    ],
)
def test_a_rating_that_its_scale_does_not_hold_is_an_error(scale: dict[str, float], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        fused(PRAISE, 0.9, **scale)


def test_fusing_loads_no_model() -> None:
    code = "import sys, sentiment.fusion; sys.exit(any(name in sys.modules for name in ('openvino', 'tokenizers')))"

    done = subprocess.run([sys.executable, "-c", code], check=False)

    assert done.returncode == 0
