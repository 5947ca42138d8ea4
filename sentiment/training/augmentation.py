"""Texts as hurried people type them: cut, in one case, without marks, misspelt. The label stays what it was."""

import random
import re
from collections.abc import Callable

_MARKS = re.compile(r"[^\w\s]+")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?…])\s+")
_TYPOS = 0.04
"""Of the letters of a misspelt text."""


def retyped(text: str, chance: random.Random) -> str:
    """The text after one or two of the ways that text is spoilt; never empty where it was not."""
    for way in chance.sample(_WAYS, chance.choice((1, 1, 2))):
        text = way(text, chance) or text
    return text


def _lower(text: str, _: random.Random) -> str:
    return text.lower()


def _upper(text: str, chance: random.Random) -> str:
    """Shouting: rare, so that capitals alone do not come to mean anger."""
    return text.upper() if chance.random() < 0.3 else text.lower()  # noqa: PLR2004


def _unmarked(text: str, _: random.Random) -> str:
    return " ".join(_MARKS.sub(" ", text).split())


def _misspelt(text: str, chance: random.Random) -> str:
    letters = list(text)
    for k in range(len(letters) - 1):
        if letters[k].isalpha() and chance.random() < _TYPOS:
            swapped = (letters[k + 1], letters[k]) if chance.random() < 0.5 else ("", letters[k + 1])  # noqa: PLR2004
            letters[k], letters[k + 1] = swapped
    return "".join(letters)


def _cut(text: str, chance: random.Random) -> str:
    """A run of its sentences, at least half of them, or the head of a single one as a page's teaser shows it."""
    sentences = _SENTENCE_ENDS.split(text)
    if len(sentences) > 2:  # noqa: PLR2004
        kept = chance.randint((len(sentences) + 1) // 2, len(sentences) - 1)
        start = chance.randint(0, len(sentences) - kept)
        return " ".join(sentences[start : start + kept])
    words = text.split()
    return " ".join(words[: max(3, round(len(words) * chance.uniform(0.6, 0.95)))])


_WAYS: tuple[Callable[[str, random.Random], str], ...] = (_lower, _upper, _unmarked, _misspelt, _cut)
