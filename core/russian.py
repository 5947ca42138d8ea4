"""Whether bytes that were read in some encoding read as Russian: how an encoding that nobody named is told."""

import re

COMMON = frozenset("оеаинтсрвл")
"""Two thirds of the letters of any Russian text."""
PROPER_WORD = re.compile(r"\b(?:[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+)\b")
LIKELY_RUSSIAN = 0.35
"""What a text in Russian reaches in its own encoding, and in no other."""


def outside_ascii(text: str) -> int:
    """How many characters are not ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def russian_likeness(text: str) -> float:
    """How much of what is not ASCII is common letters in words of sensible case, in [0, 1]; 0 where all is ASCII."""
    common = sum(letter in COMMON for word in PROPER_WORD.findall(text) for letter in word.lower())
    return common / max(outside_ascii(text), 1)
