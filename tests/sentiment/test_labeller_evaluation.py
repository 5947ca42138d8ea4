"""The arithmetic of an evaluation, on rows small enough to count by hand."""

from collections.abc import Sequence

import numpy as np
import pytest

from core.errors import Invalid
from core.labels import CLASSES
from sentiment.evaluation import evaluate, prevalence
from sentiment.labeller import Opinion

KEYS = {
    "n", "accuracy", "macro_f1", "per_class", "nps_true", "nps_counted", "nps_corrected", "calibration_error",
    "by_language", "texts_per_second",
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
    ("p1", "promoter", None),
    ("p2", "promoter", None),
    ("p3", "passive", None),
    ("d1", "detractor", "ru"),
    ("?1", "detractor", "ru"),
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

SHIFTED = [("p", "promoter", None)] * 73 + [("a", "promoter", None)] * 10
SHIFTED += [("d", "promoter", None)] * 7 + [("d", "detractor", None)] * 10
"""What a labeller that is right eight times out of ten says of ninety promoters and ten detractors."""


def test_a_shifted_class_mix_is_found_from_the_probabilities() -> None:
    probabilities = np.array([opinion.probabilities for opinion in ByFirstLetter().score([row[0] for row in SHIFTED])])

    shares = prevalence(probabilities, np.full(3, 1 / 3))

    assert shares == pytest.approx([0.9, 0, 0.1], abs=0.01)


def test_the_corrected_nps_lies_half_way_to_what_the_probabilities_say() -> None:
    figures = evaluate(ByFirstLetter(), SHIFTED, confusions={"comment": EVEN})

    assert figures["nps_true"] == pytest.approx(80)
    assert figures["nps_counted"] == pytest.approx(73 - 17)
    assert figures["nps_corrected"] == pytest.approx((56 + 80) / 2, abs=1)


def test_a_text_longer_than_a_comment_is_corrected_as_a_review() -> None:
    rows = [("p" * 500, "promoter", None)]

    assert evaluate(ByFirstLetter(), rows, confusions={"comment": EVEN})["nps_corrected"] is None
    assert evaluate(ByFirstLetter(), rows, confusions={"review": EVEN})["nps_corrected"] == pytest.approx(100, abs=1)


@pytest.mark.parametrize("rows", [[], [("text", "star", None)], [("text", "unknown", None)]])
def test_rows_that_cannot_be_measured_on_are_refused(rows: list[tuple[str, str, str | None]]) -> None:
    with pytest.raises(Invalid):
        evaluate(ByFirstLetter(), rows)


def test_classes_that_never_occur_do_not_lower_the_mean() -> None:
    figures = evaluate(ByFirstLetter(), [("p", "promoter", None)])

    assert figures["macro_f1"] == 1
    assert list(figures["per_class"]) == [CLASSES[0].value]
