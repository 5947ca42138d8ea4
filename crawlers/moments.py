"""Whatever a source calls a date -> an aware moment and how precise it is."""

import re
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from functools import cache, lru_cache
from typing import Any

from dateutil import parser
from dateutil.relativedelta import relativedelta

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
CLOCK = re.compile(r"\d:\d\d|\d ?[ap]\.?m\b")
LONGEST_AGE = 40
COUNTED_FROM = datetime(2001, 7, 15, 12)  # noqa: DTZ001
"""A middle of a day, a month and a year, from which ages are counted once for all fetches."""
LANGUAGES = (
    *("ru", "en", "de", "fr", "es", "it", "pt", "uk", "pl", "nl", "tr", "cs", "sk", "sv", "da", "nb", "fi", "hu"),
    *("ro", "el", "bg", "hr", "sr", "kk", "be", "lt", "lv", "et", "ja", "zh", "ko", "vi", "id", "ar", "he"),
)
"""Those of all that dateparser knows in which reviews are common: each more is tried on every text that is no age."""

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


def counted_back(value: str, fetched_at: datetime | None) -> Moment | None:
    """The moment that was so long before the fetch: "2 days ago", "вчера", "vor 3 Wochen"; none for anything else.

    Minutes and hours have the precision of a second; a week is no day, and has that of a month. Whoever keeps the date
    has to keep the first: the same review is "3 months ago" on its next crawl.
    """
    text = " ".join(value[: 2 * LONGEST_AGE].split()).lower()
    age = _age(text) if fetched_at and 0 < len(text) <= LONGEST_AGE else None
    if age is None or fetched_at is None:
        return None
    span, precision, clock = age
    try:
        at = fetched_at.astimezone(UTC) - span
    except (ValueError, OverflowError):
        return None
    if at < EARLIEST:
        return None
    return (at if precision == "second" else datetime.combine(at, clock, UTC)), precision


@lru_cache(maxsize=1000)
def _age(text: str) -> tuple[timedelta | relativedelta, str, time] | None:
    """How long ago a text says, how precisely, and at what time of the day; none for what is no age or to come."""
    try:
        found = _ages().get_date_data(text)
    except (ValueError, OverflowError, TypeError, AttributeError, LookupError, ArithmeticError):
        return None
    at: datetime = (found.date_obj or datetime.max).replace(tzinfo=None)  # noqa: DTZ901
    has_clock = bool(CLOCK.search(text))
    days = timedelta(days=(COUNTED_FROM.date() - at.date()).days)
    if days < timedelta(0) or (at > COUNTED_FROM and not has_clock):
        return None
    if has_clock:
        # The clock of a site is its own: of "yesterday at 18:00" only the day can be counted.
        return days, "day", at.time()
    if found.period == "time":
        return COUNTED_FROM - at, "second", time()
    if found.period in {"month", "year"}:
        return relativedelta(COUNTED_FROM, at), found.period, time()
    return days, "month" if found.period == "week" else "day", time()


@cache
def _ages() -> Any:
    """The parser of ages; loaded where the first date in such words is met, since few sites have any."""
    from dateparser.date import DateDataParser  # noqa: PLC0415

    settings = {
        "PARSERS": ["relative-time"], "RELATIVE_BASE": COUNTED_FROM, "RETURN_TIME_AS_PERIOD": True, "TIMEZONE": "UTC",
    }  # fmt: skip
    return DateDataParser(languages=list(LANGUAGES), settings=settings, try_previous_locales=False)
