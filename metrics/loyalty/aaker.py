"""Aaker's loyalty index: the arithmetic mean of the mean scores of its aspects, each asked on 1-5.

D. A. Aaker, Managing Brand Equity (1991), measures loyalty by five aspects. A brand may ask of others too: these are
told as they are and do not enter the index, which else would be a mean of taste and parking under Aaker's name. Of the
five three have to be rated, the majority; which were not is said.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from metrics.loyalty.measures import Measure, Unit, missing, score, scored, t_quantile

WORST, BEST = 1, 5
LEAST_ASPECTS = 3
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
    """The index on 1..5 of the five; the mean score of each rated aspect, also of others, by name; the unrated five."""

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
    """The index from `{aspect: {answer: times}}`; each of the five weighs the same, however many rated it.

    Fewer than three of them make no index, and its `why` names those that nobody rated; others never count to it.
    One person rates several aspects, and by how much these answers go together is not known: the interval takes the
    standard error of a mean at its largest, as if they went together fully, so it is never too narrow for that.
    """
    rated = {name: given for name, given in sorted(answers.items()) if sum(given.values())}
    aspects = {name: score(given, WORST, BEST, NO_ANSWERS) for name, given in rated.items()}
    unrated = tuple(name for name in ASPECTS if name not in rated)
    if len(ASPECTS) - len(unrated) < LEAST_ASPECTS:
        return AakerIndex(missing(Unit.SCORE, _too_few(unrated) if rated else NO_ANSWERS), aspects, unrated)
    return AakerIndex(_index([rated[name] for name in ASPECTS if name in rated]), aspects, unrated)


def in_words(aspects: Iterable[str]) -> str:
    """Aspects by their names, in a row."""
    return ", ".join(name.replace("_", " ") for name in aspects)


def _too_few(unrated: Sequence[str]) -> str:
    rated = len(ASPECTS) - len(unrated)
    return f"of Aaker's five aspects {rated} are rated, {LEAST_ASPECTS} are needed; nobody rated {in_words(unrated)}"


def _index(rated: Iterable[Mapping[int, int]]) -> Measure:
    found = [one for given in rated if (one := scored(given, WORST, BEST)) is not None]
    centre = sum(one.centre for one in found) / len(found)
    reach = t_quantile(min(one.n for one in found) + 1) * sum(one.error for one in found) / len(found)
    return Measure(
        Unit.SCORE,
        sum(one.mean for one in found) / len(found),
        max(WORST, centre - reach),
        min(BEST, centre + reach),
        sum(one.n for one in found),
    )
