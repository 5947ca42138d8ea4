"""One cell as the value that a field takes; what it cannot take is `Refused`, with the field and the reason."""

import math
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import Invalid

Record = Mapping[str, Any]
"""The raw cells of one row, by field."""

LONGEST_ID = 500
LONGEST_WORD = 100
SURROGATES = re.compile("[\ud800-\udfff]")
BAD_BYTES = re.compile("[\udc80-\udcff]")
SPACES = re.compile("[ \u00a0\u2009\u202f]")
DECIMAL = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")


class Refused(Invalid):
    """A row that cannot be taken: the message names the field and what was expected."""

    def __init__(self, record: Record, field: str, problem: str) -> None:
        """Keep what the report shows: the field, its value as it was given, and why."""
        super().__init__(f"{field}: {problem}")
        self.field = field
        self.value = "" if record.get(field) is None else record[field]


def text(record: Record, field: str, *, longest: int | None = None) -> str | None:
    """The cell as trimmed text without NULs; none where it is empty or nested. Raises Refused over `longest`."""
    value = record.get(field)
    if value is None or value == "":
        return None
    words = value if isinstance(value, str) else _written(record, field)
    words = words.replace("\0", "").strip()
    if not words.isascii() and SURROGATES.search(words):
        if BAD_BYTES.search(words):
            raise Refused(record, field, "holds bytes that are no letters in the encoding of the file")
        words = SURROGATES.sub("\ufffd", words)
    if longest is not None and len(words) > longest:
        raise Refused(record, field, f"{len(words)} characters, at most {longest} are taken")
    return words or None


def _written(record: Record, field: str) -> str:
    """A number as people write it (an id of 17 comes out of a spreadsheet as 17.0); nested values are ignored."""
    value = record[field]
    if isinstance(value, float):
        whole = value.is_integer()
        return str(int(value)) if whole else "" if math.isnan(value) else repr(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError as error:
            raise Refused(record, field, "holds bytes that are not UTF-8") from error
    return str(value) if isinstance(value, (int, Decimal, date)) else ""


def number(record: Record, field: str) -> float | None:
    """The cell as a finite number: `4.5`, `4,5`, `1 234,50`; none where it is empty. Raises Refused for others."""
    value = record.get(field)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        try:
            found = float(value)
        except OverflowError:
            found = math.inf
        if math.isinf(found):
            raise Refused(record, field, "is too large")
        return None if math.isnan(found) else found
    words = SPACES.sub("", text(record, field) or "")
    if not words:
        return None
    if THOUSANDS.fullmatch(words):
        raise Refused(record, field, f"{words} may be {words.replace(',', '')} or {words.replace(',', '.')}")
    if not DECIMAL.fullmatch(words) or len(words) > LONGEST_WORD:
        raise Refused(record, field, f"{_shown(value)} is not a number")
    return float(words.replace(",", "."))


def within(record: Record, field: str, low: float, high: float, *, hint: str = "") -> float | None:
    """A number in `[low, high]`; none where the cell is empty. Raises Refused outside."""
    found = number(record, field)
    if found is not None and not low <= found <= high:
        raise Refused(record, field, f"{found:g} is not within {low:g}..{high:g}{hint}")
    return found


def share(record: Record, field: str) -> float | None:
    """A share in `[0, 1]`, also written as `20 %`; none where the cell is empty. Raises Refused outside."""
    words = text(record, field) or ""
    if words.endswith("%"):
        percent = within({field: words.removesuffix("%")}, field, 0, 100)
        return None if percent is None else percent / 100
    return within(record, field, 0, 1, hint="; a percentage needs its sign, as in 20 %")


def whole_within(record: Record, field: str, low: int, high: int) -> int:
    """A whole number in `[low, high]`. Raises Refused outside, for fractions and where the cell is empty."""
    found = within(record, field, low, high)
    if found is None:
        raise Refused(record, field, "is missing")
    if not found.is_integer():
        raise Refused(record, field, f"{found:g} is not a whole number")
    return int(found)


def _shown(value: Any) -> str:
    return repr(str(value)[:40])
