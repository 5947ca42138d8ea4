"""Which encoding a text file is in: told by its mark or its bytes, UTF-8 if it can be, guessed only then."""

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from charset_normalizer import CharsetMatch, from_bytes

from core.errors import Invalid
from core.russian import LIKELY_RUSSIAN, outside_ascii, russian_likeness
from pipeline.imports.opening import open_bytes

CHUNK = 1 << 20
SAMPLE = 1 << 16
CYRILLIC = ("cp1251", "koi8_r", "cp866")
OTHERS = ["cp1252", "cp1250", "cp1254", "cp1257", "mac_cyrillic", "iso8859_5"]
STRANGE = "³¹¿¥¯ðþýÐÞÝ"
"""What Polish and Turkish letters become when they are read as cp1252."""
MARKS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WIDE_SHARE = 0.9
FEW = 0.1
"""Of the characters outside ASCII, the share that may be wrong."""
ENOUGH = 16
"""So many of them tell whether a text is garbled."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec and what to do with bytes that it does not know: surrogates, by which the row is refused later."""

    name: str
    errors: str = "surrogateescape"


def encoding_of(path: Path) -> Encoding:
    """The encoding of a text file, packed or not, read once from end to end in flat memory.

    Raises Invalid for what is no text, and for text that was garbled before it was saved.
    """
    with open_bytes(path) as file:
        start = next(_chunks(file), b"")[:SAMPLE]
    for mark, name in MARKS.items():
        if start.startswith(mark):
            return Encoding(name, "replace" if name != "utf-8-sig" else "surrogateescape")
    if wide := _wide(start):
        return Encoding(wide, "replace")
    with open_bytes(path) as file:
        odd = _first_odd_chunk(file)
    if odd is None:
        _refuse_garbled(path, start.decode("utf-8", "ignore"))
        return Encoding("utf-8")
    return Encoding(_guess(path, odd))


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark: every second byte is 0 or, in Cyrillic, 4."""
    for name, highs in (("utf-16-le", start[1::2]), ("utf-16-be", start[0::2])):
        if b"\0" in highs and sum(byte in (0, 4) for byte in highs) > WIDE_SHARE * len(highs):
            return name
    return None


def _chunks(file: gzip.GzipFile | io.BufferedReader) -> Iterator[bytes]:
    """A packed file that breaks off ends here: who reads the rows will say so."""
    try:
        while chunk := file.read1(CHUNK):
            yield chunk
    except (EOFError, OSError, zlib.error):
        return


def _first_odd_chunk(file: gzip.GzipFile | io.BufferedReader) -> bytes | None:
    """The bytes around the first place that is not UTF-8; none where all is, or all but a few characters."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    for chunk in _chunks(file):
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError as error:
            held = error.object
            sample = held[max(0, error.start - CHUNK // 16) :][: 2 * SAMPLE]
            read = sample.decode("utf-8", "replace")
            return None if read.count("\ufffd") < FEW * outside_ascii(read) else sample
    return None


def _guess(path: Path, sample: bytes) -> str:
    """Russian first, by its letters: charset-normalizer takes short texts in cp1251 for cp1250, even for Big5."""
    likeness, name = max((russian_likeness(sample.decode(name, "replace")), name) for name in CYRILLIC)
    if likeness > LIKELY_RUSSIAN:
        return name
    found = list(from_bytes(sample, cp_isolation=OTHERS))
    if not found:
        msg = f"{path.name} is in no encoding that we know, or no text at all: save it as UTF-8"
        raise Invalid(msg)
    best = min(found, key=_strangeness)
    return min(best.could_be_from_charset, key=OTHERS.index)


def _strangeness(match: CharsetMatch) -> tuple[float, int, int]:
    """What orders readings that the library finds equally likely: digits and Icelandic in words, then our order."""
    strange = sum(str(match).count(letter) for letter in STRANGE)
    return round(match.chaos, 1), strange, min(map(OTHERS.index, match.could_be_from_charset))


def _refuse_garbled(path: Path, text: str) -> None:
    """Raise Invalid where UTF-8 was once read as another encoding and saved so, or characters were lost on the way."""
    outside = "".join(character for character in text if not character.isascii())
    if outside.count("\ufffd") > FEW * len(outside):
        msg = f"{path.name} has lost its letters (they are \ufffd now): export it again, as UTF-8"
        raise Invalid(msg)
    for name in ("cp1251", "cp1252"):
        read = outside.encode(name, "ignore").decode("utf-8", "replace")
        if len(outside) >= ENOUGH and len(read) > 1 and read.count("\ufffd") < FEW * len(read):
            msg = f"{path.name} is garbled: its UTF-8 was once read as {name}; export it again, as UTF-8"
            raise Invalid(msg)
