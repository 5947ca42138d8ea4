"""How long a site asks to wait, by the headers of its answer. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from crawlers.outcomes import LATEST_RETRY

FAMILIES = ("x-ratelimit-", "ratelimit-", "x-rate-limit-")
"""Beginnings of `…remaining` and `…reset`: of most APIs, of the IETF's earlier drafts, of few others."""
EARLIEST_EPOCH = 1e9
"""A larger number of seconds is a moment, a smaller one a time to wait."""
EARLIEST_EPOCH_MS = 1e12
NUMBER = re.compile(r"\d+(\.\d+)?")
PARAMETERS = {"remaining": "remaining", "r": "remaining", "reset": "reset", "t": "reset"}
PARAMETER = re.compile(r"\b(remaining|reset|r|t)\s*=\s*(\d{1,20})")


def retry_after(header: str, at: datetime) -> float | None:
    """The seconds that a `Retry-After` header asks for at a moment: a number or an HTTP date; none for neither."""
    text = header.strip()
    if NUMBER.fullmatch(text):
        return _within(float(text))
    try:
        return _until(parsedate_to_datetime(text), at)
    except (ValueError, TypeError, OverflowError):
        return None


def reset_after(headers: Mapping[str, str], at: datetime) -> float | None:
    """The seconds until a site counts anew, by lower-case headers; none where it does not say.

    A moment as ISO 8601 (Mastodon), as seconds or milliseconds since 1970 (most), or a number of seconds (Reddit, the
    IETF's drafts).
    """
    named = [headers.get(f"{family}{name}") for family in FAMILIES for name in ("reset-after", "reset")]
    found = next((text for text in named if text), None) or _structured(headers).get("reset")
    text = (found or "").strip()
    if NUMBER.fullmatch(text):
        number = float(text)
        if number >= EARLIEST_EPOCH:
            number = number / (1000 if number >= EARLIEST_EPOCH_MS else 1) - at.timestamp()
        return _within(number)
    try:
        return _until(datetime.fromisoformat(text), at)
    except (ValueError, OverflowError):
        return retry_after(text, at)


def used_up_for(headers: Mapping[str, str], at: datetime) -> float | None:
    """The seconds until a site takes another request, where it says that none is left; none where it does not."""
    named = [headers.get(f"{family}remaining") for family in FAMILIES]
    found = next((text for text in named if text), None) or _structured(headers).get("remaining") or ""
    left = NUMBER.match(found.strip())
    return reset_after(headers, at) if left and float(left.group()) < 1 else None


def _structured(headers: Mapping[str, str]) -> dict[str, str]:
    """`RateLimit: limit=9, remaining=0, reset=5` of the IETF's seventh draft, `RateLimit: "day";r=0;t=5` of later ones.

    Of several policies the one with nothing left counts.
    """
    policies = re.split(r',\s*(?=")', headers.get("ratelimit", "")[:1000])
    told = [{PARAMETERS[name]: value for name, value in PARAMETER.findall(policy)} for policy in policies]
    return min(told, key=lambda one: int(one.get("remaining", "1")))


def _until(moment: datetime, at: datetime) -> float:
    return _within((moment.replace(tzinfo=moment.tzinfo or UTC) - at).total_seconds())


def _within(seconds: float) -> float:
    return min(max(0.0, seconds), LATEST_RETRY.total_seconds())
