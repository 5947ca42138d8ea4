"""What a survey score, a public text or a star rating is counted as, and the two sides that are compared."""

from enum import StrEnum


class Label(StrEnum):
    """The three classes of the Net Promoter Score, and the honest fourth: the text does not tell."""

    PROMOTER = "promoter"
    PASSIVE = "passive"
    DETRACTOR = "detractor"
    UNKNOWN = "unknown"


CLASSES = (Label.PROMOTER, Label.PASSIVE, Label.DETRACTOR)
"""The order of every probability vector in the project."""


class TextKind(StrEnum):
    """What sort of text was written: labellers err on each in their own way."""

    REVIEW = "review"
    COMMENT = "comment"
    POST = "post"


COMMENT_LIMIT = 160
"""Reviews of up to so many characters are of one kind with what people write in a survey."""


def kind_of_text(text: str) -> TextKind:
    """A review, or a comment where it is short; that a text is a post is for its source to say."""
    return TextKind.REVIEW if len(text) > COMMENT_LIMIT else TextKind.COMMENT


class Side(StrEnum):
    """Where an opinion was given: on site in a survey, or in public."""

    SURVEY = "survey"
    SOCIAL = "social"


HIGHEST_SCORE = 10
LOWEST_PROMOTER = 9
LOWEST_PASSIVE = 7


def label_of_score(score: int) -> Label:
    """The class of a 0-10 answer: 9-10 promoter, 7-8 passive, 0-6 detractor (Reichheld 2003).

    Raises ValueError outside 0..10.
    """
    if not 0 <= score <= HIGHEST_SCORE:
        msg = f"a score lies in 0..{HIGHEST_SCORE}, not {score}"
        raise ValueError(msg)
    if score >= LOWEST_PROMOTER:
        return Label.PROMOTER
    return Label.PASSIVE if score >= LOWEST_PASSIVE else Label.DETRACTOR


# On five stars the convention of the field: 5 promoter, 4 passive, 1-3 detractor. On 1-10 the survey's own cuts,
# 9 and 7. Both are met by cutting the share of the scale that was reached at 8.5/9 and 6/9 of the way up.
PROMOTER_SHARE = 0.85
PASSIVE_SHARE = 0.66


def label_of_rating(value: float, *, best: float = 5, worst: float = 1) -> Label:
    """The class of a star rating on any scale: 5 of 1-5 promoter, 4 passive, 1-3 detractor; 9 and 7 of 1-10 likewise.

    Raises ValueError where the scale is empty or the value lies outside it.
    """
    if not worst < best:
        msg = f"a rating scale runs from worst to best, not from {worst:g} to {best:g}"
        raise ValueError(msg)
    if not worst <= value <= best:
        msg = f"a rating on {worst:g}..{best:g} cannot be {value:g}"
        raise ValueError(msg)
    share = (value - worst) / (best - worst)
    if share >= PROMOTER_SHARE:
        return Label.PROMOTER
    return Label.PASSIVE if share >= PASSIVE_SHARE else Label.DETRACTOR
