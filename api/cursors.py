"""Opaque cursors of paged lists: where the last page ended, in a form that nobody should read."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any

from core.errors import Invalid

LARGEST_ID = 2**63 - 1


def cursor_of(*place: int | str) -> str:
    """A cursor that stands for this place."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def place_of(cursor: str, kinds: tuple[type, ...]) -> list[Any]:
    """The place that a cursor stands for; raises Invalid unless its parts are of these kinds."""
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise Invalid(_MESSAGE) from error
    if not isinstance(place, list) or [type(part) for part in place] != list(kinds):
        raise Invalid(_MESSAGE)
    return place


_MESSAGE = "cursor: expected the `next` of the page before, as it was given"


def id_of(cursor: str | None) -> int | None:
    """The id where a page ended; none without a cursor."""
    return None if cursor is None else _checked(place_of(cursor, (int,))[0])


def moment_and_id_of(cursor: str | None) -> tuple[datetime, int] | None:
    """The moment and the id where a page ended; none without a cursor."""
    if cursor is None:
        return None
    text, number = place_of(cursor, (str, int))
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Invalid(_MESSAGE) from error
    if moment.tzinfo is None:
        raise Invalid(_MESSAGE)
    return moment, _checked(number)


def _checked(number: int) -> int:
    if not 0 <= number <= LARGEST_ID:
        raise Invalid(_MESSAGE)
    return number
