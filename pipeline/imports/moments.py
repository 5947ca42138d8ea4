"""Moments as files write them: ISO, `DD.MM.YYYY`, a month or year alone, Excel's day numbers, seconds since 1970."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

from pipeline.imports.cells import Record, Refused, text

CLOCK = (
    r"(?:(?:T|,?\s+)(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<offset>Z|UTC|GMT|[+-]\d\d:?(?:\d\d)?)?)?"
)
SHAPES = tuple(
    re.compile(shape, re.ASCII | re.IGNORECASE)
    for shape in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})" + CLOCK,
        r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})" + CLOCK,
        r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)",
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})",
        r"(?P<month>\d{1,2})\.(?P<year>\d{4})",
        r"(?P<year>\d{4})",
    )
)
EITHER_WAY = re.compile(r"\d{1,2}[/-]\d{1,2}[/-]\d{2,4}(?:\D.*)?", re.ASCII)
NUMBER = re.compile(r"\d{5,13}(?:[.,]\d+)?", re.ASCII)
EXPECTED = "write YYYY-MM-DD or DD.MM.YYYY, with or without a time"
EXCEL_START = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel knows no zones
EXCEL_DAYS = (20_000, 100_000)
SECONDS = (1e8, 1e10)
EARLIEST_YEAR = 1970
AHEAD = timedelta(days=1)
"""How far clocks and zones may be out: what is later than that is an error."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, aware, and how exactly it is known: second, day, month or year."""

    at: datetime
    precision: str


def moment(record: Record, field: str, *, zone: ZoneInfo, now: datetime) -> Moment | None:
    """The cell as a moment, naive ones in the brand's zone, days and months from their start; none where it is empty.

    Raises Refused for what is no date, for day and month in an order that cannot be told, before 1970 and after
    tomorrow.
    """
    given = record.get(field)
    found = _native(given)
    if found is None:
        written = text(record, field)
        if written is None:
            return None
        try:
            found = _read(written)
        except ValueError as error:
            raise Refused(record, field, f"{written[:40]!r} is {error}") from error
    at, precision = found
    if not EARLIEST_YEAR <= at.year <= now.year + 1:
        raise Refused(record, field, f"{at:%Y-%m-%d} is before {EARLIEST_YEAR} or in the future")
    at = (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    if at > now + AHEAD:
        raise Refused(record, field, f"{at:%Y-%m-%d} is in the future")
    return Moment(at, precision)


def _native(value: Any) -> tuple[datetime, str] | None:
    """What spreadsheets and Parquet hand over; a naive midnight is how they write a day."""
    if isinstance(value, datetime):
        is_day = value.tzinfo is None and value.time() == time()
        return value, "day" if is_day else "second"
    if isinstance(value, date):
        return datetime.combine(value, time()), "day"
    return None


def _read(written: str) -> tuple[datetime, str]:
    for shape in SHAPES:
        if match := shape.fullmatch(written):
            return _of_parts(match.groupdict())
    if NUMBER.fullmatch(written):
        return _of_number(float(written.replace(",", ".")))
    if EITHER_WAY.fullmatch(written):
        msg = f"day first or month first: {EXPECTED}"
        raise ValueError(msg)
    msg = f"not a date: {EXPECTED}"
    raise ValueError(msg)


def _of_parts(parts: dict[str, str | None]) -> tuple[datetime, str]:
    precision = next((name for name in ("hour", "day", "month") if parts.get(name)), "year")
    names = ("year", "month", "day", "hour", "minute", "second")
    defaults = (0, 1, 1, 0, 0, 0)
    numbers = [int(parts.get(name) or default) for name, default in zip(names, defaults, strict=True)]
    try:
        at = datetime(*numbers, tzinfo=_offset(parts.get("offset")))  # type: ignore[arg-type, misc]
    except ValueError as error:
        msg = f"not a date ({error})"
        raise ValueError(msg) from error
    return at, "second" if precision == "hour" else precision


def _offset(written: str | None) -> timezone | None:
    if written is None:
        return None
    if written.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    sign = -1 if written[0] == "-" else 1
    digits = written[1:].replace(":", "")
    return timezone(sign * timedelta(hours=int(digits[:2]), minutes=int(digits[2:] or 0)))


def _of_number(value: float) -> tuple[datetime, str]:
    if EXCEL_DAYS[0] <= value < EXCEL_DAYS[1]:
        at = EXCEL_START + timedelta(seconds=round(value * 86_400))
        return at, "day" if value.is_integer() else "second"
    for unit in (1, 1_000):
        if SECONDS[0] <= value / unit < SECONDS[1]:
            return datetime.fromtimestamp(value / unit, UTC), "second"
    msg = f"not a date: {EXPECTED}"
    raise ValueError(msg)
