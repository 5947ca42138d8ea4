"""What a source's own label means: how likely each star, class and polarity is, and whether it is an opinion at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

Classes = tuple[float, float, float]
"""Promoter, passive, detractor."""

Stars = tuple[float, float, float, float, float]
"""One star to five: detractor are the first three, passive the fourth, promoter the fifth."""

Polarity = tuple[float, float, float]
"""Positive, neutral, negative."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The targets of one text and how much they are believed: weights of 0 teach nothing."""

    classes: Classes
    weight: float
    opinion: float
    opinion_weight: float
    stars: Stars | None = None
    polarity: Polarity | None = None


# Ratings are noisy to one step, so the neighbours get a share.
_OF_FIVE: dict[int, Stars] = {
    1: (0.91, 0.07, 0.01, 0.005, 0.005),
    2: (0.13, 0.75, 0.10, 0.015, 0.005),
    3: (0.02, 0.10, 0.75, 0.11, 0.02),
    4: (0.005, 0.015, 0.07, 0.79, 0.12),
    5: (0.005, 0.005, 0.01, 0.08, 0.90),
}
_OF_TEN: dict[int, Stars] = {
    0: (0.96, 0.03, 0.01, 0.0, 0.0),
    1: (0.92, 0.07, 0.01, 0.0, 0.0),
    2: (0.72, 0.24, 0.04, 0.0, 0.0),
    3: (0.22, 0.67, 0.10, 0.01, 0.0),
    4: (0.08, 0.67, 0.22, 0.03, 0.0),
    5: (0.02, 0.14, 0.74, 0.09, 0.01),
    6: (0.01, 0.05, 0.75, 0.16, 0.03),
    7: (0.005, 0.015, 0.13, 0.78, 0.07),
    8: (0.005, 0.005, 0.04, 0.76, 0.19),
    9: (0.0, 0.005, 0.015, 0.16, 0.82),
    10: (0.0, 0.005, 0.005, 0.05, 0.94),
}
_ANY_STARS: Stars = (0.09, 0.06, 0.15, 0.30, 0.40)
"""What a sentence may come from, whatever it says."""

PART_DOUBT = 0.2
"""How much of a part's target is `_ANY_STARS`: a sentence of a good review may well be its one complaint."""

# Sentiment without stars says less about 4 against 5.
_BY_POLARITY: dict[str, Classes] = {
    "positive": (0.70, 0.26, 0.04),
    "neutral": (0.25, 0.50, 0.25),
    "mixed": (0.05, 0.45, 0.50),
    "negative": (0.01, 0.04, 0.95),
}
_NEUTRAL_REVIEW: Classes = (0.04, 0.36, 0.60)
"""RuReviews calls three stars neutral, which is a detractor by the field's convention, with a doubt of one star."""

_POLARITIES: dict[str, Polarity] = {
    "positive": (0.94, 0.05, 0.01),
    "neutral": (0.05, 0.90, 0.05),
    "mixed": (0.30, 0.40, 0.30),
    "negative": (0.01, 0.05, 0.94),
}


def classes_of(stars: Stars) -> Classes:
    """The shares of promoters, passives and detractors among star levels."""
    return stars[4], stars[3], stars[0] + stars[1] + stars[2]


def _stars(row: Mapping[str, Any]) -> Reading | None:
    if row.get("nps") is None or row.get("score") is None:
        return None
    scale, score = str(row["scale"]), float(row["score"])
    if scale.startswith("0.5"):
        stars = _OF_TEN[round(2 * score)]
    else:
        stars = _OF_TEN[round(score)] if scale == "1-10" else _OF_FIVE[min(5, max(1, round(score)))]
    return Reading(classes_of(stars), 1.0, 0.98, 0.5, stars)


def _part(row: Mapping[str, Any]) -> Reading | None:
    """A part by the stars of the whole, believed by half; of a mixed review, four or three stars, less still."""
    whole = _stars(row)
    if whole is None or whole.stars is None:
        return None
    one, two, three, four, five = (
        (1 - PART_DOUBT) * told + PART_DOUBT * other for told, other in zip(whole.stars, _ANY_STARS, strict=True)
    )
    stars = (one, two, three, four, five)
    is_clear = max(whole.classes) > 0.88  # noqa: PLR2004
    return Reading(classes_of(stars), 0.5 if is_clear else 0.25, whole.opinion, whole.opinion_weight / 2, stars)


def _aspects(row: Mapping[str, Any]) -> Reading | None:
    """A sentence of a review by the polarities in it; one without any is rarely an opinion."""
    polarities = {aspect.get("polarity") for aspect in row.get("aspects") or ()}
    if "phaseB" in str(row.get("split")) or None in polarities:
        return None
    if not polarities:
        return Reading(_BY_POLARITY["neutral"], 0.0, 0.25, 0.3) if "2016" in str(row.get("source")) else None
    label = polarities.pop() if len(polarities) == 1 else "mixed"
    label = label if label in _BY_POLARITY else "mixed"
    return Reading(_BY_POLARITY[label], 0.5, 0.97, 0.5, polarity=_POLARITIES[label])


def _sentiment(row: Mapping[str, Any]) -> Reading | None:
    label = row.get("label")
    if label not in _POLARITIES:
        return None
    classes = _NEUTRAL_REVIEW if label == "neutral" else _BY_POLARITY[label]
    return Reading(classes, 1.0, 0.98, 0.5, polarity=_POLARITIES[label])


def _tweet(row: Mapping[str, Any], trust: float = 1.0) -> Reading | None:
    """Classes are told of opinions alone; a neutral tweet is an advert, a piece of news, a question."""
    label = row.get("label")
    if label not in _BY_POLARITY:
        return None
    is_opinion = label != "neutral"
    return Reading(
        _BY_POLARITY[label], 0.6 * is_opinion, 0.95 if is_opinion else 0.05, trust, polarity=_POLARITIES[label]
    )


def _own(row: Mapping[str, Any]) -> Reading:
    """A text of ours: the 0-10 score that its invented author gave, or none where it is no opinion."""
    if row["score"] is None:
        return Reading(_BY_POLARITY["neutral"], 0.0, 0.02, 1.0)
    stars = _OF_TEN[int(row["score"])]
    return Reading(classes_of(stars), 1.0, 0.97, 1.0, stars)


READINGS: dict[str, Callable[[Mapping[str, Any]], Reading | None]] = {
    "stars": _stars,
    "titles": _part,
    "sentences": _part,
    "sentiment": _sentiment,
    "aspects": _aspects,
    "tweets": _tweet,
    "tweets_about_anything": partial(_tweet, trust=0.3),  # neutral there is often an opinion without heat
    "own": _own,
}
"""The values of `labels` in a configuration."""
