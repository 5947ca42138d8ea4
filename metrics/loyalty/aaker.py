"""Aaker's loyalty index: the arithmetic mean of the mean scores of its aspects, each asked on 1-5.

D. A. Aaker, Managing Brand Equity (1991), measures loyalty by five aspects. A brand may ask of others too: they enter
the mean, and what of the five was not asked is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from metrics.loyalty.measures import Measure, Unit, missing, score, scored, t_quantile

WORST, BEST = 1, 5
NO_ANSWERS = "nobody answered on the scale aspect5"
ASPECTS: Mapping[str, tuple[str, ...]] = {
    "purchase_behaviour": ("behaviour", "purchases", "поведение", "покупки", "покупательское поведение"),
    "switching_cost": ("switching", "издержки", "издержки переключения", "затраты на переключение"),
    "satisfaction": ("удовлетворенность", "удовлетворение"),
    "brand_attitude": ("attitude", "liking", "отношение", "отношение к бренду", "отношение к марке"),
    "commitment": ("приверженность", "преданность"),
}
"""The five, and other names under which files have them."""


@dataclass(frozen=True, slots=True)
class AakerIndex:
    """The index on 1..5, the mean score of each aspect by name, and those of the five that nobody rated."""

    index: Measure
    aspects: Mapping[str, Measure]
    missing: tuple[str, ...]


def aspect_named(words: str) -> str:
    """One of the five under any of its names; else the words themselves, lower-case with single underscores."""
    folded = _folded(words)
    return next((aspect for aspect, names in ASPECTS.items() if folded in {aspect, *map(_folded, names)}), folded)


def _folded(words: str) -> str:
    return "_".join(words.casefold().replace("ё", "е").replace("-", " ").replace("_", " ").split())


def aaker_index(answers: Mapping[str, Mapping[int, int]]) -> AakerIndex:
    """The index from `{aspect: {answer: times}}`; each aspect weighs the same, however many rated it.

    One person rates several aspects, and by how much these answers go together is not known: the interval takes the
    standard error of a mean at its largest, as if they went together fully, so it is never too narrow for that.
    """
    rated = {name: given for name, given in sorted(answers.items()) if sum(given.values())}
    aspects = {name: score(given, WORST, BEST, NO_ANSWERS) for name, given in rated.items()}
    return AakerIndex(_index(rated), aspects, tuple(name for name in ASPECTS if name not in rated))


def _index(rated: Mapping[str, Mapping[int, int]]) -> Measure:
    found = [one for given in rated.values() if (one := scored(given, WORST, BEST)) is not None]
    if not found:
        return missing(Unit.SCORE, NO_ANSWERS)
    centre = sum(one.centre for one in found) / len(found)
    reach = t_quantile(min(one.n for one in found) + 1) * sum(one.error for one in found) / len(found)
    return Measure(
        Unit.SCORE,
        sum(one.mean for one in found) / len(found),
        max(WORST, centre - reach),
        min(BEST, centre + reach),
        sum(one.n for one in found),
    )
