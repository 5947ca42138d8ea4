"""Moments are aware and in UTC; a day is a day in the brand's time zone."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from core.errors import Invalid

Clock = Callable[[], datetime]
"""Whatever needs the time takes one of these, so that history can be replayed."""


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name such as `Europe/Moscow`; raises Invalid for any other."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"unknown time zone {name!r}: give an IANA name such as Europe/Moscow"
        raise Invalid(msg) from error


def day_of(moment: datetime, timezone: ZoneInfo) -> date:
    """The calendar day of an aware moment in a brand's time zone."""
    return moment.astimezone(timezone).date()
