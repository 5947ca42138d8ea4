"""How raw scores are read: temperatures, the threshold of being an opinion, and how often each class is mistaken."""

from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from core.labels import CLASSES, Label
from sentiment.labeller import Opinion
from sentiment.manifest import Agreement, Confusion
from sentiment.scores import class_shares, opinion_chances
from sentiment.training.corpus import Example

KEPT_REVIEWS = 0.985
"""At least this share of held-back reviews must count as opinions, whatever else the threshold is good for."""

CHANCE_DIGITS = 3
"""Of summed probabilities: a thousandth of a text."""

_UNKNOWN = len(CLASSES)


def temperature(logits: NDArray[np.float32], classes: NDArray[np.int64]) -> float:
    """What to divide the star logits of [n, 6] by for the best likelihood of the true classes (Guo and others 2017)."""
    rows = np.arange(len(classes))
    return _best(lambda t: class_shares(logits, t)[rows, classes])


def opinion_temperature(logits: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    """The same for being an opinion."""

    def shares(t: float) -> NDArray[np.float64]:
        chances = opinion_chances(logits, t)
        return np.where(truth, chances, 1 - chances)

    return _best(shares)


def _best(shares_of_truth: Callable[[float], NDArray[np.float64]]) -> float:
    """The temperature between 1/7 and 7 with the best mean log likelihood."""

    def loss(log_temperature: float) -> float:
        return -float(np.log(np.maximum(shares_of_truth(float(np.exp(log_temperature))), 1e-12)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-2, 2), method="bounded").x))


def opinion_threshold(chances: NDArray[np.float64], rows: Sequence[Example]) -> float:
    """The threshold that parts posts best (sensitivity + specificity), among those that keep nearly all reviews."""
    reviews = np.array([row.kind != "post" for row in rows])
    told = np.array([row.kind == "post" and row.reading.opinion_weight >= 1 for row in rows])
    truth = np.array([row.reading.opinion > 0.5 for row in rows])  # noqa: PLR2004
    candidates = np.linspace(0.05, 0.7, 66)
    allowed = [t for t in candidates if (chances[reviews] >= t).mean() >= KEPT_REVIEWS] or [candidates[0]]
    scores = [(chances[told & truth] >= t).mean() + (chances[told & ~truth] < t).mean() for t in allowed]
    return round(float(allowed[int(np.argmax(scores))]), 3)


def confusion(pairs: Sequence[tuple[Example, Label]]) -> Confusion:
    """Counts [true class][said], `unknown` last; rows whose class nobody annotated are left out."""
    counts = np.zeros((len(CLASSES), len(CLASSES) + 1), np.int64)
    for row, label in pairs:
        if row.reading.weight > 0:
            counts[CLASSES.index(row.label), _UNKNOWN if label is Label.UNKNOWN else CLASSES.index(label)] += 1
    return tuple(tuple(row) for row in counts.tolist())


def confusions(held: Sequence[Example], opinions: Sequence[Opinion]) -> dict[str, dict[str, Confusion]]:
    """`confusion` by kind and language, both in alphabetical order."""
    groups: dict[str, dict[str, list[tuple[Example, Label]]]] = defaultdict(lambda: defaultdict(list))
    for row, opinion in zip(held, opinions, strict=True):
        groups[row.kind][row.language].append((row, opinion.label))
    return {
        kind: {language: confusion(pairs) for language, pairs in sorted(languages.items())}
        for kind, languages in sorted(groups.items())
    }


def agreements(held: Sequence[Example], opinions: Sequence[Opinion]) -> dict[str, dict[str, Agreement]]:
    """How often each class got each label, and the sums of the probabilities, by kind and source.

    Only texts whose class is annotated and that the labeller takes for opinions; a source without any is left out.
    """
    groups: dict[str, dict[str, list[tuple[Example, Opinion]]]] = defaultdict(lambda: defaultdict(list))
    for row, opinion in zip(held, opinions, strict=True):
        if row.reading.weight > 0 and opinion.label is not Label.UNKNOWN:
            groups[row.kind][row.source].append((row, opinion))
    return {
        kind: {source: _agreement(pairs) for source, pairs in sorted(sources.items())}
        for kind, sources in sorted(groups.items())
    }


def _agreement(pairs: Sequence[tuple[Example, Opinion]]) -> Agreement:
    counts = confusion([(row, opinion.label) for row, opinion in pairs])
    chances = np.sum([opinion.probabilities for _, opinion in pairs], axis=0)
    return {"confusion": [list(row[:_UNKNOWN]) for row in counts], "chances": chances.round(CHANCE_DIGITS).tolist()}


def macro_f1(truth: NDArray[np.int64], said: NDArray[np.int64]) -> float:
    """Mean F1 over the classes, 0 for one that is neither there nor said."""
    scores = []
    for k in range(len(CLASSES)):
        both = int(((truth == k) & (said == k)).sum())
        scores.append(2 * both / max(1, int((truth == k).sum() + (said == k).sum())))
    return float(np.mean(scores))
