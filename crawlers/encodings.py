"""The encoding of a document that does not say it."""

from core.russian import LIKELY_RUSSIAN, outside_ascii, russian_likeness

SAMPLE_BYTES = 200_000
CYRILLIC = ("cp1251", "koi8_r", "cp866", "iso8859_5")
WESTERN = "cp1252"
"""What browsers take, where nothing tells them."""
MOST_BROKEN = 0.1
"""Of the characters outside ASCII, what may be broken in a text that is UTF-8 all the same."""


def encoding_of(body: bytes) -> str:
    """UTF-8, unless much of it would be broken; then that in which it reads as Russian, else what browsers take."""
    text = body.decode("utf-8", "replace")
    if text.count("\ufffd") <= MOST_BROKEN * outside_ascii(text):
        return "utf-8"
    likeness, name = max((russian_likeness(body[:SAMPLE_BYTES].decode(name, "replace")), name) for name in CYRILLIC)
    return name if likeness > LIKELY_RUSSIAN else WESTERN
