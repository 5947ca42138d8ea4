"""Whatever a source calls a rating -> a value on its own scale."""

import math
import re
from dataclasses import dataclass

LONGEST_NUMBER = 40
NUMBER = re.compile(r"[-+]?\d{1,9}(?:[.,]\d{1,9})?")
OF = re.compile(r"\s*(?:/|из|of|out of|von|sur|de)\s*", re.IGNORECASE)
DEFAULT_BEST, DEFAULT_WORST = 5.0, 1.0
"""What schema.org says of a scale that names no ends."""


@dataclass(frozen=True, slots=True)
class Rating:
    """A value within worst..best, as given."""

    value: float
    best: float
    worst: float


def number(value: object) -> float | None:
    """The finite number that a value begins with, decimal comma or point; none where it does not."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    if isinstance(value, str):
        match = NUMBER.match(value.strip()[:LONGEST_NUMBER])
        return float(match[0].replace(",", ".")) if match else None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def rating_of(value: object, best: object = None, worst: object = None) -> Rating | None:
    """The rating; none where there is no number, the scale is empty, or the value lies outside it.

    "80%" is 80 on 0..100 and "4/5" is 4 of 5, where no ends are given. A value or a best below the usual worst of 1
    shows that the scale begins at 0; a bare 0 does not: it is how sites write that nobody rated.
    """
    stars, top, bottom = number(value), number(best), number(worst)
    if stars is None:
        return None
    text = value.strip()[:LONGEST_NUMBER] if isinstance(value, str) else ""
    if top is None and text.endswith("%"):
        top, bottom = 100.0, 0.0 if bottom is None else bottom
    elif top is None and (rest := OF.split(text, maxsplit=1)[1:]):
        top = number(rest[0])
    top = DEFAULT_BEST if top is None else top
    if bottom is None:
        bottom = 0.0 if top <= DEFAULT_WORST or 0 < stars < DEFAULT_WORST else DEFAULT_WORST
    return Rating(stars, top, bottom) if bottom < top and bottom <= stars <= top else None
