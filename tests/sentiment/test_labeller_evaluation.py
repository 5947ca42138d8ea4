"""The arithmetic of an evaluation, on rows small enough to count by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from core.errors import Invalid
from core.labels import CLASSES
from sentiment.evaluation import Row, area_under_curve, evaluate, prevalence
from sentiment.labeller import Opinion

KEYS = {
    "n", "accuracy", "macro_f1", "per_class", "nps_true", "nps_counted", "nps_corrected", "calibration_error",
    "by_language", "texts_per_second", "calibration_curve", "opinion", "by",
}  # fmt: skip


class ByFirstLetter:
    """P, a and d are the classes, anything else no opinion; always 0.8 sure."""

    version = "first-letter-1"

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        rows = {"p": (0.8, 0.1, 0.1), "a": (0.1, 0.8, 0.1), "d": (0.1, 0.1, 0.8)}
        return [
            Opinion(*rows.get(text[0], (0.4, 0.3, 0.3)), opinion=float(text[0] in rows), language="en")
            for text in texts
        ]


ROWS = [
    Row("p1", "promoter"),
    Row("p2", "promoter"),
    Row("p3", "passive"),
    Row("d1", "detractor", "ru"),
    Row("?1", "detractor", "ru"),
]


def test_an_evaluation_has_exactly_the_promised_figures() -> None:
    assert set(evaluate(ByFirstLetter(), ROWS)) == KEYS


def test_accuracy_and_f1_count_an_unknown_as_wrong() -> None:
    figures = evaluate(ByFirstLetter(), ROWS)

    assert figures["accuracy"] == pytest.approx(3 / 5)
    assert figures["per_class"]["promoter"] == {"precision": 2 / 3, "recall": 1.0, "f1": 0.8, "n": 2}
    assert figures["per_class"]["passive"]["f1"] == 0
    assert figures["per_class"]["detractor"]["recall"] == 0.5
    assert figures["macro_f1"] == pytest.approx((0.8 + 0 + 2 / 3) / 3)


def test_the_counted_nps_leaves_unknown_texts_out() -> None:
    figures = evaluate(ByFirstLetter(), ROWS)

    assert figures["nps_true"] == pytest.approx(0)
    assert figures["nps_counted"] == pytest.approx(100 * (3 - 1) / 4)


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    figures = evaluate(ByFirstLetter(), ROWS)

    assert figures["calibration_error"] == pytest.approx(0.8 - 3 / 4)


def test_languages_are_the_given_ones_or_else_the_labellers() -> None:
    figures = evaluate(ByFirstLetter(), ROWS)["by_language"]

    assert {language: part["n"] for language, part in figures.items()} == {"en": 3, "ru": 2}
    assert figures["ru"]["accuracy"] == 0.5


def test_without_confusion_counts_nothing_is_corrected() -> None:
    assert evaluate(ByFirstLetter(), ROWS)["nps_corrected"] is None


EVEN = ((100, 0, 0, 0), (0, 100, 0, 0), (0, 0, 100, 0))
"""Confusion counts of a labeller whose probabilities are calibrated on equally many of each class."""

SHIFTED = [Row("p", "promoter")] * 73 + [Row("a", "promoter")] * 10
SHIFTED += [Row("d", "promoter")] * 7 + [Row("d", "detractor")] * 10
"""What a labeller that is right eight times out of ten says of ninety promoters and ten detractors."""


def test_a_shifted_class_mix_is_found_from_the_probabilities() -> None:
    probabilities = np.array(
        [opinion.probabilities for opinion in ByFirstLetter().score([row.text for row in SHIFTED])]
    )

    shares = prevalence(probabilities, np.full(3, 1 / 3))

    assert shares == pytest.approx([0.9, 0, 0.1], abs=0.01)


def test_the_corrected_nps_lies_half_way_to_what_the_probabilities_say() -> None:
    figures = evaluate(ByFirstLetter(), SHIFTED, confusions={"comment": EVEN})

    assert figures["nps_true"] == pytest.approx(80)
    assert figures["nps_counted"] == pytest.approx(73 - 17)
    assert figures["nps_corrected"] == pytest.approx((56 + 80) / 2, abs=1)


def test_a_text_longer_than_a_comment_is_corrected_as_a_review() -> None:
    rows = [Row("p" * 500, "promoter")]

    assert evaluate(ByFirstLetter(), rows, confusions={"comment": EVEN})["nps_corrected"] is None
    assert evaluate(ByFirstLetter(), rows, confusions={"review": EVEN})["nps_corrected"] == pytest.approx(100, abs=1)


@pytest.mark.parametrize("rows", [[], [Row("text", "star")], [Row("text", "unknown")]])
def test_rows_that_cannot_be_measured_on_are_refused(rows: list[Row]) -> None:
    with pytest.raises(Invalid):
        evaluate(ByFirstLetter(), rows)


def test_classes_that_never_occur_do_not_lower_the_mean() -> None:
    figures = evaluate(ByFirstLetter(), [Row("p", "promoter")])

    assert figures["macro_f1"] == 1
    assert list(figures["per_class"]) == [CLASSES[0].value]


def test_the_calibration_curve_has_ten_steps_and_means_where_texts_fell_in() -> None:
    curve = evaluate(ByFirstLetter(), ROWS)["calibration_curve"]

    assert len(curve) == 10
    assert curve[8] == {"confidence": pytest.approx(0.8), "accuracy": pytest.approx(3 / 4), "n": 4}
    assert curve[0] == {"confidence": None, "accuracy": None, "n": 0}


class Surest:
    """Certain of promoter, and right half the time."""

    version = "surest-1"

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        return [Opinion(1.0, 0.0, 0.0, opinion=1.0) for _ in texts]


def test_full_confidence_falls_into_the_last_step() -> None:
    figures = evaluate(Surest(), [Row("a", "promoter"), Row("b", "detractor")])

    assert figures["calibration_curve"][9] == {"confidence": 1.0, "accuracy": 0.5, "n": 2}
    assert figures["calibration_error"] == 0.5


def test_a_language_has_its_calibration_error_and_its_classes() -> None:
    figures = evaluate(ByFirstLetter(), ROWS)["by_language"]

    assert figures["en"]["calibration_error"] == pytest.approx(0.8 - 2 / 3)
    assert figures["ru"]["per_class"]["detractor"] == {
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "n": 2,
    }


def test_each_value_of_a_column_gets_the_figures_of_the_whole_and_the_largest_comes_first() -> None:
    rows = [Row(row.text, row.label, groups={"kind": "post" if row.text == "p1" else "review"}) for row in ROWS]

    figures = evaluate(ByFirstLetter(), rows)

    assert list(figures["by"]) == ["kind"]
    assert {kind: part["n"] for kind, part in figures["by"]["kind"].items()} == {"review": 4, "post": 1}
    assert list(figures["by"]["kind"]) == ["review", "post"]
    assert set(figures["by"]["kind"]["post"]) == KEYS - {"by", "by_language", "calibration_curve", "texts_per_second"}


def test_a_row_without_a_value_is_in_no_group_of_that_column() -> None:
    rows = [Row("p1", "promoter", groups={"source": "maps"}), Row("d1", "detractor")]

    assert evaluate(ByFirstLetter(), rows)["by"]["source"]["maps"]["n"] == 1


def test_texts_are_scored_once_however_they_are_broken_down() -> None:
    calls: list[int] = []

    class Counting(ByFirstLetter):
        def score(self, texts: Sequence[str]) -> list[Opinion]:
            calls.append(len(texts))
            return super().score(texts)

    evaluate(Counting(), [Row(row.text, row.label, groups={"a": "1", "b": "2"}) for row in ROWS])

    assert calls == [len(ROWS)]


OPINIONS = [
    Row("p1", "promoter", is_opinion=True),
    Row("?1", "detractor", is_opinion=True),
    Row("?2", None, is_opinion=False),
    Row("?3", None, is_opinion=False),
    Row("d1", None, is_opinion=False),
]


def test_opinions_are_told_from_the_rest_at_the_labellers_threshold() -> None:
    figures = evaluate(ByFirstLetter(), OPINIONS)

    assert figures["opinion"] == {
        "n": 5,
        "opinions": 2,
        "auc": pytest.approx((2.5 + 1) / 6),
        "sensitivity": 0.5,
        "specificity": pytest.approx(2 / 3),
        "threshold": 0.5,
    }
    assert figures["n"] == 2


def test_texts_without_any_class_are_measured_on_being_opinions_alone() -> None:
    figures = evaluate(ByFirstLetter(), OPINIONS[2:])

    assert (figures["n"], figures["accuracy"], figures["macro_f1"], figures["nps_true"]) == (0, None, None, None)
    assert (figures["opinion"]["auc"], figures["opinion"]["sensitivity"]) == (None, None)
    assert figures["opinion"]["specificity"] == pytest.approx(2 / 3)


def test_nobody_told_what_an_opinion_is() -> None:
    assert evaluate(ByFirstLetter(), ROWS)["opinion"] is None


@pytest.mark.parametrize(
    ("scores", "truth", "area"),
    [
        ([0.9, 0.8, 0.2], [True, True, False], 1.0),
        ([0.1, 0.9], [True, False], 0.0),
        ([0.5, 0.5], [True, False], 0.5),
        ([0.7, 0.6, 0.6, 0.1], [True, True, False, False], (2 + 1.5) / 4),
        ([0.7, 0.6], [True, True], None),
        ([], [], None),
    ],
)
def test_the_area_under_the_curve_is_the_share_of_pairs_in_order(
    scores: list[float], truth: list[bool], area: float | None
) -> None:
    assert area_under_curve(scores, truth) == (None if area is None else pytest.approx(area))
