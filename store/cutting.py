"""A text that is too long, cut where no character that a reader sees is cut in two."""

import unicodedata

JOINER = "\u200d"
CLINGING = frozenset("\ufe0e\ufe0f" + JOINER)
SKINS = range(0x1F3FB, 0x1F400)
"""Skin tones, which colour the emoji before them."""
TAGS = range(0xE0020, 0xE0080)
"""Letters of the flags of England, Scotland and Wales."""
REGIONS = range(0x1F1E6, 0x1F200)
"""Letters of all other flags, two each."""
LONGEST_CHARACTER = 40
"""Code points that are looked back at; what goes on longer is no character but an attack on one."""


def cut(text: str, longest: int) -> str:
    """The text, or its first `longest` code points less those of a character that would be cut in two."""
    if len(text) <= longest:
        return text
    at = next((at for at in range(longest, max(0, longest - LONGEST_CHARACTER), -1) if _begins(text, at)), longest)
    return text[:at]


def _begins(text: str, at: int) -> bool:
    """Whether a new character begins at a place: neither a mark of the one before nor joined with it."""
    code = ord(text[at])
    if text[at] in CLINGING or code in SKINS or code in TAGS or unicodedata.category(text[at]).startswith("M"):
        return False
    if code in REGIONS:
        before = text[max(0, at - LONGEST_CHARACTER) : at]
        letters = len(before) - len(before.rstrip("".join(map(chr, REGIONS))))
        return letters % 2 == 0
    return text[at - 1] != JOINER
