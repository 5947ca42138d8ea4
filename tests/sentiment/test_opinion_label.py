"""An opinion's label follows from its probabilities and its threshold, and so does whether to doubt it."""

import pytest

from core.confidence import LEARNED, is_familiar
from core.labels import Label
from sentiment.labeller import NOTHING_TO_READ, Opinion
from sentiment.languages import FAMILIAR


def test_the_most_probable_class_is_the_label() -> None:
    opinion = Opinion(promoter=0.2, passive=0.5, detractor=0.3, opinion=0.9)

    assert opinion.label is Label.PASSIVE


def test_what_is_rather_no_opinion_is_unknown() -> None:
    opinion = Opinion(promoter=0.9, passive=0.05, detractor=0.05, opinion=0.39, threshold=0.4)

    assert opinion.label is Label.UNKNOWN


@pytest.mark.parametrize(("highest", "doubted"), [(0.49, True), (0.5, False), (0.9, False)])
def test_a_class_that_reaches_one_half_is_not_doubted(highest: float, *, doubted: bool) -> None:
    opinion = Opinion(promoter=0.1, passive=0.9 - highest, detractor=highest, opinion=0.9)

    assert opinion.low_confidence is doubted


def test_a_text_of_a_kind_that_was_not_learned_is_doubted_and_labelled() -> None:
    opinion = Opinion(promoter=0.9, passive=0.05, detractor=0.05, opinion=0.9, language="ka", familiar=False)

    assert (opinion.label, opinion.low_confidence) == (Label.PROMOTER, True)


def test_nothing_to_read_is_doubted() -> None:
    assert NOTHING_TO_READ.low_confidence


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Отлично", "ru"),
        ("ok", None),
        ("Çok güzel, çığ gibi naïve", "tr"),
        ("Өте жақсы қызмет", "kk"),
        ("Їжа була смачна", "uk"),
        ("great 好", "en"),
        ("5/5", None),
        ("", None),
    ],
)
def test_what_the_labeller_learned_is_familiar(text: str, language: str | None) -> None:
    assert is_familiar(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("الخدمة كانت سيئة جدا", None),
        ("השירות היה נורא", None),
        ("服务很好，房间很干净", None),
        ("მომსახურება იყო ცუდი", None),
        ("Η εξυπηρέτηση ήταν κακή", None),
        ("hotel 服务很好房间很干净", "en"),
        ("A szolgáltatás nagyon rossz volt", "hu"),
    ],
)
def test_other_scripts_and_languages_are_not_familiar(text: str, language: str | None) -> None:
    assert not is_familiar(text, language)


def test_the_languages_expected_are_those_learned() -> None:
    assert set(FAMILIAR) == set(LEARNED)
