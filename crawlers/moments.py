"""Whatever a source calls a date -> an aware moment and how precise it is."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from dateutil import parser

LONGEST_DATE = 60
MILLISECONDS = 10**11
"""Numbers above are milliseconds since 1970, below seconds."""
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""Nobody reviewed anything online before: an earlier date is a default that nobody set."""
ISO = re.compile(
    r"(?P<Y>\d{4})(?:-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?)?"
    r"(?:[T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)? ?(?P<zone>Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.IGNORECASE,
)
DAY_FIRST = re.compile(
    r"(?P<d>\d{1,2})[./-](?P<m>\d{1,2})[./-](?P<Y>\d{4})(?:[,T ]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2}))?)?"
)
MONTHS = ("янв", "фев", "мар", "апр", "ма[йя]", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
RUSSIAN = [re.compile(rf"\b{stem}[а-я]*\.?", re.IGNORECASE) for stem in MONTHS]
ENGLISH = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
HAS_TIME = re.compile(r"\d:\d\d")

Moment = tuple[datetime, str]
"""An aware moment and its precision: second, day, month or year.

Without a zone it is written as UTC and is at most precise to the day: whose clock it was, only the store knows.
"""


def moment(value: str | float) -> Moment | None:
    """The moment that a value names, day before month where both could be; none where it names none."""
    try:
        found = _moment(value)
    except (ValueError, OverflowError, OSError, ArithmeticError, TypeError):
        return None
    return found if found and found[0] >= EARLIEST else None


def _moment(value: str | float) -> Moment | None:
    text = " ".join(str(value).split())
    if not text or len(text) > LONGEST_DATE:
        return None
    if re.fullmatch(r"\d{9,13}(?:\.\d+)?", text):
        seconds = float(text)
        return datetime.fromtimestamp(seconds / 1000 if seconds > MILLISECONDS else seconds, UTC), "second"
    for pattern in (ISO, DAY_FIRST):
        if match := pattern.fullmatch(text):
            return _of_parts(match.groupdict())
    return _in_words(text)


def _of_parts(parts: dict[str, str | None]) -> Moment:
    year, month, day = (int(parts[name] or 1) for name in ("Y", "m", "d"))
    if month > 12 >= day:  # noqa: PLR2004 - 12/25/2023 can only be the American order
        month, day = day, month
    if not parts["H"]:
        precision = "day" if parts["d"] else "month" if parts["m"] else "year"
        return datetime(year, month, day, tzinfo=UTC), precision
    hour, minute, second = (int(parts.get(name) or 0) for name in ("H", "M", "S"))
    naive = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"
    if zone := (parts.get("zone") or "").upper():
        return datetime.fromisoformat(naive + zone).astimezone(UTC), "second"
    return datetime.fromisoformat(naive).replace(tzinfo=UTC), "day"


def _in_words(text: str) -> Moment | None:
    if re.search(r"[A-Za-z]{3},? ", text) and re.search(r"[+-]\d{4}|GMT|UT", text):
        return parsedate_to_datetime(text).astimezone(UTC), "second"
    for pattern, name in zip(RUSSIAN, ENGLISH, strict=True):
        text = pattern.sub(name, text)
    text = re.sub(r"\b(?:г|года?)\b\.?|\bв\b", " ", text)
    # What is not in the text is taken from the default: two defaults tell which parts are there.
    first, second = (
        parser.parse(text, default=datetime(2000, 1, day), dayfirst=True, ignoretz=True)  # noqa: DTZ001
        for day in (1, 2)
    )
    if not re.search(r"\d{4}", text) or not re.search("[A-Za-z]{3}", text):
        return None
    if HAS_TIME.search(text) or first == second:
        return first.replace(tzinfo=UTC), "day"
    return first.replace(tzinfo=UTC), "month"
