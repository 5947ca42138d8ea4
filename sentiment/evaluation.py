"""How good a labeller is on texts whose class is known, and how far off the NPS counted from its labels would be."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import Invalid
from core.labels import CLASSES, Label
from sentiment.labeller import Labeller, Opinion
from sentiment.manifest import COMMENT_LIMIT, Confusion

Row = tuple[str, str, str | None]
"""Text, true class (`promoter`, `passive` or `detractor`), language where known."""

BINS = 10
"""Of equal width, for the calibration error."""

_ROUNDS = 100  # of expectation maximisation: beyond what three classes need to settle
_SMOOTHING = 0.5


def evaluate(
    labeller: Labeller, rows: Iterable[Row], *, confusions: Mapping[str, Confusion] | None = None
) -> dict[str, Any]:
    """Measure a labeller; the keys are those that INTERFACE promises for `afterword model evaluate --json`.

    A text labelled `unknown` is wrong for accuracy and F1, and left out of the counted NPS, as it is in production.
    NPS are points in [-100, 100], everything else lies in [0, 1]. `nps_corrected` needs the class mix of confusion
    counts, by default those that the labeller brings along, and is None without. Raises Invalid for no rows and for
    an unknown class.
    """
    rows = list(rows)
    truth = [_class(number, row[1]) for number, row in enumerate(rows, 1)]
    if not rows:
        msg = "there is nothing to evaluate on: give texts with their class"
        raise Invalid(msg)
    began = time.perf_counter()
    opinions = labeller.score([row[0] for row in rows])
    seconds = time.perf_counter() - began
    said = [opinion.label for opinion in opinions]
    if confusions is None:
        confusions = getattr(labeller, "confusions", {})
    languages = [row[2] or opinion.language or "unknown" for row, opinion in zip(rows, opinions, strict=True)]
    per_class = _per_class(truth, said)
    return {
        "n": len(rows),
        "accuracy": _accuracy(truth, said),
        "macro_f1": _macro_f1(per_class),
        "per_class": per_class,
        "nps_true": _nps(Counter(truth)),
        "nps_counted": _nps(Counter(said)),
        "nps_corrected": _corrected_nps([row[0] for row in rows], opinions, confusions),
        "calibration_error": _calibration_error(truth, opinions),
        "by_language": _by_language(truth, said, languages),
        "texts_per_second": len(rows) / max(seconds, 1e-9),
    }


def prevalence(probabilities: NDArray[np.float64], prior: NDArray[np.float64]) -> NDArray[np.float64]:
    """The class shares of a group by the probabilities [n, 3] of its members, where the class mix has shifted.

    Expectation maximisation of Saerens and others 2002. `prior` is the mix on which the probabilities are calibrated;
    n has to be at least 1.
    """
    shares = prior
    for _ in range(_ROUNDS):
        weighed = probabilities * (shares / prior)
        shares = (weighed / weighed.sum(1, keepdims=True)).mean(0)
    return shares


def _corrected_nps(
    texts: Sequence[str], opinions: Sequence[Opinion], confusions: Mapping[str, Confusion]
) -> float | None:
    """Half way between counting and `prevalence`, long and short texts apart; None where nothing is known of them.

    Held out source by source, half way misses the true NPS by less than either end: the estimate overshoots where the
    topic is new. Dividing by the confusion counts (adjusted counting) misses it by twice as much as plain counting.
    """
    groups: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for text, opinion in zip(texts, opinions, strict=True):
        if opinion.label is not Label.UNKNOWN:
            groups["comment" if len(text) <= COMMENT_LIMIT else "review"].append(opinion.probabilities)
    if not groups or not all(np.sum(confusions.get(kind, 0)) for kind in groups):
        return None
    balance = np.zeros(len(CLASSES))
    for kind, rows in groups.items():
        probabilities, known = np.array(rows), np.array(confusions[kind]).sum(1) + _SMOOTHING
        counted = np.bincount(probabilities.argmax(1), minlength=len(CLASSES)) / len(rows)
        balance += len(rows) * (counted + prevalence(probabilities, known / known.sum())) / 2
    return float(100 * (balance[0] - balance[2]) / balance.sum())


def _class(number: int, told: str) -> Label:
    if told not in CLASSES:
        msg = f"row {number}: the class must be one of {', '.join(CLASSES)}, not {told!r}"
        raise Invalid(msg)
    return Label(told)


def _accuracy(truth: Sequence[Label], said: Sequence[Label]) -> float:
    return sum(a is b for a, b in zip(truth, said, strict=True)) / len(truth)


def _per_class(truth: Sequence[Label], said: Sequence[Label]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and number of each class that is there or was said; 0 for a share of nothing."""
    there, answered = Counter(truth), Counter(said)
    right = Counter(a for a, b in zip(truth, said, strict=True) if a is b)
    return {
        label.value: {
            "precision": right[label] / max(1, answered[label]),
            "recall": right[label] / max(1, there[label]),
            "f1": 2 * right[label] / (there[label] + answered[label]),
            "n": there[label],
        }
        for label in CLASSES
        if there[label] or answered[label]
    }


def _macro_f1(per_class: Mapping[str, Mapping[str, float]]) -> float:
    return sum(scores["f1"] for scores in per_class.values()) / len(per_class)


def _nps(counts: Counter[Label]) -> float | None:
    n = sum(counts[label] for label in CLASSES)
    return 100 * (counts[Label.PROMOTER] - counts[Label.DETRACTOR]) / n if n else None


def _calibration_error(truth: Sequence[Label], opinions: Sequence[Opinion]) -> float | None:
    """Expected calibration error: how far confidence and accuracy part, mean over the texts that got a class."""
    bins: dict[int, list[float]] = defaultdict(list)
    for label, opinion in zip(truth, opinions, strict=True):
        if opinion.label is not Label.UNKNOWN:
            confidence = max(opinion.probabilities)
            bins[min(BINS - 1, int(confidence * BINS))].append(confidence - (opinion.label is label))
    n = sum(map(len, bins.values()))
    return sum(abs(sum(gaps)) for gaps in bins.values()) / n if n else None


def _by_language(truth: Sequence[Label], said: Sequence[Label], languages: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The most frequent language first."""
    groups: dict[str, list[tuple[Label, Label]]] = defaultdict(list)
    for a, b, language in zip(truth, said, languages, strict=True):
        groups[language].append((a, b))
    return {
        language: {
            "n": len(pairs),
            "accuracy": _accuracy(*zip(*pairs, strict=True)),
            "macro_f1": _macro_f1(_per_class(*zip(*pairs, strict=True))),
            "nps_true": _nps(Counter(a for a, _ in pairs)),
            "nps_counted": _nps(Counter(b for _, b in pairs)),
        }
        for language, pairs in sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    }
