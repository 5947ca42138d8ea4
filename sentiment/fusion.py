"""What a text and its rating say together: two witnesses of one mind, which may disagree, as class probabilities.

    fused(c) ~ P(c | rating) * (P(c | text) / MIX(c)) ** (TEXT_SHARE * P(the text is an opinion))

Bayes' rule for two witnesses who speak independently given the class, but for the exponent, which discounts the second
for sharing the mood of the first (a logarithmic opinion pool: Genest and Zidek 1986). Pure, and light to import: no
model, no I/O. `benchmarks/rating_constants.py` estimates the constants; docs/decisions/0006-two-witnesses.md says how.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.labels import PASSIVE_SHARE, PROMOTER_SHARE, label_of_rating

Mix = tuple[float, float, float]
"""Shares of promoters, passives and detractors that sum to 1."""

MIX: Mix = (0.37, 0.18, 0.45)
"""Of the held-back reviews and comments on which the shipped labeller's probabilities are calibrated."""

STRAY = 0.015
"""The share of ratings that tell nothing: mistaken, out of politeness, a scale read upside down, another's review."""

STEP = 0.1
"""The share of ratings that are one step of a ten-point scale too high or too low."""

TEXT_SHARE = 0.7
"""What is left of a text's evidence once the rating is known: 1 were they independent, 0 if it only repeats it."""

_ONE_STEP = 1 / 9


def rating_chances(
    rating: ArrayLike, *, best: ArrayLike = 5.0, worst: ArrayLike = 1.0, stray: float = STRAY, mix: Mix = MIX
) -> NDArray[np.float64]:
    """P(promoter), P(passive), P(detractor) [..., 3] by a rating [...] alone, on any scale; rows sum to 1.

    A rating strays with probability `stray` and then says as much as nobody: `mix`. Otherwise it is a step off with
    probability `STEP`, up and down alike, and stands for the class that `core.labels.label_of_rating` gives it; that
    class is always the likeliest. NaN, no rating, gives `mix`. Raises ValueError where a scale is empty, or does not
    hold its rating.
    """
    value, top, bottom = np.broadcast_arrays(*(np.asarray(told, np.float64) for told in (rating, best, worst)))
    _check(value, top, bottom)
    reached = (value - bottom) / (top - bottom)
    steady = (1 - STEP) * _classes(reached)
    steps = STEP / 2 * (_classes(reached - _ONE_STEP) + _classes(reached + _ONE_STEP))
    chances: NDArray[np.float64] = (1 - stray) * (steady + steps) + stray * np.asarray(mix)
    return np.where(np.isnan(value)[..., None], np.asarray(mix), chances)


def fused(
    text: ArrayLike,
    opinion: ArrayLike,
    rating: ArrayLike,
    *,
    best: ArrayLike = 5.0,
    worst: ArrayLike = 1.0,
    stray: float = STRAY,
    text_share: float = TEXT_SHARE,
    mix: Mix = MIX,
) -> NDArray[np.float64]:
    """P(promoter), P(passive), P(detractor) [..., 3] by both witnesses; rows sum to 1.

    `text` [..., 3] are the labeller's probabilities, `opinion` [...] in [0, 1] its probability that the text is an
    opinion at all, `rating` [...] lies on worst..best. All broadcast: one mention is a row of three and two floats.
    Without a rating (NaN) the text's own stay as they are; where there is nothing to read (opinion 0) the rating's
    stay. `stray` may be what is known of a source, `mix` that of another labeller. Raises ValueError as
    `rating_chances` does.
    """
    told = np.asarray(text, np.float64)
    exponent = text_share * np.asarray(opinion, np.float64)[..., None]
    by_rating = rating_chances(rating, best=best, worst=worst, stray=stray, mix=mix)
    both = by_rating * (told / np.asarray(mix)) ** exponent
    both = both / both.sum(axis=-1, keepdims=True)
    return np.where(np.isnan(np.asarray(rating, np.float64))[..., None], told, both)


def _classes(reached: NDArray[np.float64]) -> NDArray[np.float64]:
    """Certainty [..., 3] of the class of a share of the scale; beyond its ends, that of the end."""
    is_promoter, is_detractor = reached >= PROMOTER_SHARE, reached < PASSIVE_SHARE
    return np.stack([is_promoter, ~(is_promoter | is_detractor), is_detractor], axis=-1).astype(np.float64)


def _check(value: NDArray[np.float64], best: NDArray[np.float64], worst: NDArray[np.float64]) -> None:
    wrong = ~np.isnan(value) & ~((worst < best) & (worst <= value) & (value <= best))
    if wrong.any():
        first = np.argmax(wrong)
        label_of_rating(float(value.flat[first]), best=float(best.flat[first]), worst=float(worst.flat[first]))
