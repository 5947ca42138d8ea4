"""The encoding of a document that does not say it."""

import re

SAMPLE_BYTES = 200_000
CYRILLIC = ("cp1251", "koi8_r", "cp866", "iso8859_5")
WESTERN = "cp1252"
"""What browsers take, where nothing tells them."""
COMMON = frozenset("оеаинтсрвл")
"""Two thirds of the letters of any Russian text."""
PROPER_WORD = re.compile(r"\b(?:[А-ЯЁ]?[а-яё]+|[А-ЯЁ]+)\b")
LIKELY_RUSSIAN = 0.35
MOST_BROKEN = 0.1
"""Of the characters outside ASCII, what may be broken in a text that is UTF-8 all the same."""


def encoding_of(body: bytes) -> str:
    """UTF-8, unless much of it would be broken; then that in which it reads as Russian, else what browsers take."""
    text = body.decode("utf-8", "replace")
    if text.count("\ufffd") <= MOST_BROKEN * _outside(text):
        return "utf-8"
    likeness, name = max((_russian(body[:SAMPLE_BYTES].decode(name, "replace")), name) for name in CYRILLIC)
    return name if likeness > LIKELY_RUSSIAN else WESTERN


def _outside(text: str) -> int:
    """How many characters are not ASCII."""
    return len(text) - len(text.encode("ascii", "ignore"))


def _russian(text: str) -> float:
    """How much of what is not ASCII is common letters in words of sensible case."""
    common = sum(letter in COMMON for word in PROPER_WORD.findall(text) for letter in word.lower())
    return common / max(_outside(text), 1)
