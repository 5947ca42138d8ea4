"""The fake that other tests lean on has to be as predictable as it promises."""

import pytest

from core.labels import Label
from sentiment.fakes import KeywordLabeller


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Просто ужас", Label.DETRACTOR),
        ("Dirty rooms", Label.DETRACTOR),
        ("ок", Label.PASSIVE),
        ("It was fine.", Label.PASSIVE),
        ("Отлично!", Label.PROMOTER),
        ("great", Label.PROMOTER),
        ("Где вы находитесь?", Label.UNKNOWN),
        ("окно", Label.UNKNOWN),
        ("", Label.UNKNOWN),
        ("👍", Label.UNKNOWN),
    ],
)
def test_a_keyword_decides(text: str, label: Label) -> None:
    (opinion,) = KeywordLabeller().score([text])

    assert opinion.label is label
    assert sum(opinion.probabilities) == pytest.approx(1)
