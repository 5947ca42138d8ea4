"""When a label is shaky: what the labeller never learned to read, or cannot decide on."""

import re
from collections.abc import Sequence

LEARNED = ("ru", "en", "de", "fr", "es", "it", "pt", "pl", "nl", "tr", "kk", "uk")
"""Languages that the shipped labeller was trained on, ISO 639-1."""

DECIDED = 0.5
"""The share that one class has to reach."""

_LETTER_ELSEWHERE = re.compile(
    r"[^\W\d_a-zA-Zªº\u00c0-\u02af\u1e00-\u1eff\u2c60-\u2c7f\ua720-\ua7ff\uff21-\uff5a"
    r"\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f]"
)


def is_familiar(text: str, language: str | None) -> bool:
    """Whether the labeller learned to read such a text: its language, and half its letters Latin or Cyrillic at least.

    A language that the text does not tell (None) is no reason for doubt, nor is a text without letters.
    """
    if language is not None and language not in LEARNED:
        return False
    elsewhere = 0 if text.isascii() else len(_LETTER_ELSEWHERE.findall(text))
    return elsewhere == 0 or 2 * elsewhere <= sum(character.isalpha() for character in text)


def is_low_confidence(shares: Sequence[float], *, familiar: bool) -> bool:
    """Whether to doubt the class of a text: it is not of a kind that was learned, or no class reaches one half."""
    return not familiar or max(shares) < DECIDED
