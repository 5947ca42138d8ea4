"""An opinion's label follows from its probabilities and its threshold."""

from core.labels import Label
from sentiment.labeller import Opinion


def test_the_most_probable_class_is_the_label() -> None:
    opinion = Opinion(promoter=0.2, passive=0.5, detractor=0.3, opinion=0.9)

    assert opinion.label is Label.PASSIVE


def test_what_is_rather_no_opinion_is_unknown() -> None:
    opinion = Opinion(promoter=0.9, passive=0.05, detractor=0.05, opinion=0.39, threshold=0.4)

    assert opinion.label is Label.UNKNOWN
