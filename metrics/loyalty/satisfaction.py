"""CSAT and CES from counted answers: how satisfied customers are, and how easy it was for them.

Both take `{answer: times}`. CSAT is asked on 1-5; its customary figure is the top-2 box, the share of 4 and 5. CES is
asked on 1-7, and which end is easy depends on the wording: answers are turned so that 7 is easy, then counted.
"""

from collections import Counter
from collections.abc import Mapping

from metrics.loyalty.measures import Measure, score, share

CSAT_WORST, CSAT_BEST, CSAT_SATISFIED = 1, 5, 4
CES_WORST, CES_BEST, CES_EASY = 1, 7, 5
NO_CSAT = "nobody answered on the scale csat5"
NO_CES = "nobody answered on the scale ces7 or ces7_low"


def csat(answers: Mapping[int, int]) -> Measure:
    """The share of 4 and 5 among answers on 1..5, with Wilson's interval."""
    return share(_from(answers, CSAT_SATISFIED), sum(answers.values()), NO_CSAT)


def csat_mean(answers: Mapping[int, int]) -> Measure:
    """The mean answer on 1..5."""
    return score(answers, CSAT_WORST, CSAT_BEST, NO_CSAT)


def easy_is_high(high: Mapping[int, int], low: Mapping[int, int]) -> dict[int, int]:
    """Answers to both wordings on one scale where 7 is easy: on the `low` one 1 was easy, so 1 counts as 7."""
    turned = Counter({CES_WORST + CES_BEST - answer: times for answer, times in low.items()})
    return dict(sorted((turned + Counter(high)).items()))


def ces(answers: Mapping[int, int]) -> Measure:
    """The mean answer on 1..7, where 7 is easy."""
    return score(answers, CES_WORST, CES_BEST, NO_CES)


def ces_easy(answers: Mapping[int, int]) -> Measure:
    """The share of 5, 6 and 7 among answers on 1..7 where 7 is easy, with Wilson's interval."""
    return share(_from(answers, CES_EASY), sum(answers.values()), NO_CES)


def _from(answers: Mapping[int, int], lowest: int) -> int:
    return sum(times for answer, times in answers.items() if answer >= lowest)
