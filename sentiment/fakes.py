"""A labeller by keywords: tiny, instant and deterministic, for the tests of whatever needs some labeller."""

from collections.abc import Sequence

from core.labels import CLASSES, Label
from sentiment.labeller import NOTHING_TO_READ, Opinion
from sentiment.texts import has_letters

WORDS: dict[Label, tuple[str, ...]] = {
    Label.DETRACTOR: ("ужас", "плохо", "гряз", "хам", "terrible", "bad", "dirty", "rude", "awful"),
    Label.PASSIVE: ("ок", "нормально", "неплохо", "fine", "ok", "okay", "average"),
    Label.PROMOTER: ("отличн", "супер", "рекоменд", "great", "excellent", "love", "perfect"),
}
"""Beginnings of words, in the order in which they are tried; passive ones must match whole."""


class KeywordLabeller:
    """The first class with a word in the text gets 0.9; a text with none of them is no opinion.

    Its languages are two: `ru` where there is a Cyrillic letter, else `en`.
    """

    version = "keywords-1"

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion per text, in order."""
        return [self._opinion(text) for text in texts]

    def _opinion(self, text: str) -> Opinion:
        if not has_letters(text):
            return NOTHING_TO_READ
        label = _label(text)
        shares = {each: 0.9 if each is label else 0.05 for each in CLASSES}
        if label is Label.UNKNOWN:
            shares = dict.fromkeys(CLASSES, 1 / 3)
        return Opinion(
            promoter=shares[Label.PROMOTER],
            passive=shares[Label.PASSIVE],
            detractor=shares[Label.DETRACTOR],
            opinion=0.1 if label is Label.UNKNOWN else 0.95,
            language="ru" if any("а" <= letter <= "я" for letter in text.casefold()) else "en",
        )


def _label(text: str) -> Label:
    words = "".join(character if character.isalpha() else " " for character in text.casefold()).split()
    for label, beginnings in WORDS.items():
        if any(word in beginnings if label is Label.PASSIVE else word.startswith(beginnings) for word in words):
            return label
    return Label.UNKNOWN
