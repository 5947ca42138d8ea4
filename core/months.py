"""Months as reports name them: `2026-10`."""

from datetime import date


def month_after(month: str) -> str:
    """The month that follows: `2027-01` after `2026-12`."""
    year, number = map(int, month.split("-"))
    return f"{year + number // 12:04d}-{number % 12 + 1:02d}"


def days_of(month: str) -> tuple[date, date]:
    """The first day of a month, and that of the next."""
    return date.fromisoformat(f"{month}-01"), date.fromisoformat(f"{month_after(month)}-01")
