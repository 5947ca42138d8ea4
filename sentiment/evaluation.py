"""How good a labeller is on texts whose class is known, and how far off the NPS counted from its labels would be."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from core.errors import Invalid
from core.labels import CLASSES, COMMENT_LIMIT, Label
from sentiment.labeller import Labeller, Opinion
from sentiment.manifest import Confusion
from sentiment.texts import answer_of

BINS = 10
"""Of equal width, for the calibration curve."""

_ROUNDS = 100  # of expectation maximisation: beyond what three classes need to settle
_SMOOTHING = 0.5


@dataclass(frozen=True, slots=True)
class Row:
    """One text and what is known of it: a class, or whether it is an opinion at all, or both."""

    text: str
    label: str | None
    """`promoter`, `passive` or `detractor`; None where nobody annotated one."""
    language: str | None = None
    """Where it is not known, the labeller's answer is taken."""
    is_opinion: bool | None = None
    groups: Mapping[str, str] = field(default_factory=dict)
    """What else to break the figures down by: column -> value."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """A row beside what the labeller said of it."""

    row: Row
    truth: Label | None
    opinion: Opinion
    said: Label

    @property
    def language(self) -> str:
        return self.row.language or self.opinion.language or "unknown"


def evaluate(
    labeller: Labeller, rows: Iterable[Row], *, confusions: Mapping[str, Confusion] | None = None
) -> dict[str, Any]:
    """Measure a labeller; the keys are those that INTERFACE promises for `afterword model evaluate --json`, and more.

    Figures of all rows, and the same ones `by_language` and, under `by`, for each value of each group of the rows,
    the largest first. `n` counts the rows with a class; a text labelled `unknown` is wrong for accuracy and F1, and
    left out of the counted NPS, as it is in production. Of no rows with a class these figures are None. `opinion` is
    None where no row says whether it is one. NPS are points in [-100, 100], everything else lies in [0, 1].

    `nps_corrected` needs the class mix of confusion counts, by default those that the labeller brings along, and is
    None without. Raises Invalid for no rows and for an unknown class.
    """
    rows = list(rows)
    truth = [_class(number, row.label) for number, row in enumerate(rows, 1)]
    if not rows:
        msg = "there is nothing to evaluate on: give texts with their class"
        raise Invalid(msg)
    began = time.perf_counter()
    opinions = labeller.score([row.text for row in rows])
    seconds = time.perf_counter() - began
    if confusions is None:
        confusions = getattr(labeller, "confusions", {})
    judged = [_Judged(*known, known[2].label) for known in zip(rows, truth, opinions, strict=True)]
    return {
        **_figures(judged, confusions),
        "calibration_curve": _calibration_curve(judged),
        "by_language": _grouped([(one.language, one) for one in judged], confusions),
        "by": {
            column: _grouped([(one.row.groups[column], one) for one in judged if column in one.row.groups], confusions)
            for column in dict.fromkeys(column for row in rows for column in row.groups)
        },
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


def area_under_curve(scores: Sequence[float], truth: Sequence[bool]) -> float | None:
    """The share of pairs, one true and one not, in which the true one scores higher; ties count half.

    This is the area under the ROC curve (Mann and Whitney 1947); None where either side is empty.
    """
    true = np.asarray(truth, bool)
    positive, negative = int(true.sum()), int((~true).sum())
    if not positive or not negative:
        return None
    ranks = rankdata(scores)[true].sum()
    return float((ranks - positive * (positive + 1) / 2) / (positive * negative))


def _class(number: int, told: str | None) -> Label | None:
    if told is not None and told not in CLASSES:
        msg = f"labelled text {number}: the class must be one of {', '.join(CLASSES)}, not {told!r}"
        raise Invalid(msg)
    return None if told is None else Label(told)


def _grouped(named: Sequence[tuple[str, _Judged]], confusions: Mapping[str, Confusion]) -> dict[str, dict[str, Any]]:
    groups: dict[str, list[_Judged]] = defaultdict(list)
    for name, one in named:
        groups[name].append(one)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return {name: _figures(judged, confusions) for name, judged in ordered}


def _figures(judged: Sequence[_Judged], confusions: Mapping[str, Confusion]) -> dict[str, Any]:
    classed = [one for one in judged if one.truth is not None]
    per_class = _per_class(classed)
    return {
        "n": len(classed),
        "accuracy": _mean([one.truth is one.said for one in classed]),
        "macro_f1": _mean([scores["f1"] for scores in per_class.values()]),
        "per_class": per_class,
        "nps_true": _nps(Counter(one.truth for one in classed)),
        "nps_counted": _nps(Counter(one.said for one in classed)),
        "nps_corrected": _corrected_nps(classed, confusions),
        "calibration_error": _calibration_error(classed),
        "opinion": _opinion(judged),
    }


def _per_class(classed: Sequence[_Judged]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and number of each class that is there or was said; 0 for a share of nothing."""
    there, answered = Counter(one.truth for one in classed), Counter(one.said for one in classed)
    right = Counter(one.truth for one in classed if one.truth is one.said)
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


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _nps(counts: Mapping[Label | None, int]) -> float | None:
    n = sum(counts.get(label, 0) for label in CLASSES)
    return 100 * (counts.get(Label.PROMOTER, 0) - counts.get(Label.DETRACTOR, 0)) / n if n else None


def _corrected_nps(classed: Sequence[_Judged], confusions: Mapping[str, Confusion]) -> float | None:
    """Half way between counting and `prevalence`, long and short texts apart; None where nothing is known of them.

    Held out source by source, half way misses the true NPS by less than either end: the estimate overshoots where the
    topic is new. Dividing by the confusion counts (adjusted counting) misses it by twice as much as plain counting.
    """
    groups: dict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for one in classed:
        if one.said is not Label.UNKNOWN:
            is_answer = answer_of(one.row.text) != one.row.text
            kind = "comment" if is_answer or len(one.row.text) <= COMMENT_LIMIT else "review"
            groups[kind].append(one.opinion.probabilities)
    if not groups or not all(np.sum(confusions.get(kind, 0)) for kind in groups):
        return None
    balance = np.zeros(len(CLASSES))
    for kind, rows in groups.items():
        probabilities, known = np.array(rows), np.array(confusions[kind]).sum(1) + _SMOOTHING
        counted = np.bincount(probabilities.argmax(1), minlength=len(CLASSES)) / len(rows)
        balance += len(rows) * (counted + prevalence(probabilities, known / known.sum())) / 2
    return float(100 * (balance[0] - balance[2]) / balance.sum())


def _calibration_curve(judged: Sequence[_Judged]) -> list[dict[str, Any]]:
    """Of the texts that got a class: `BINS` steps of confidence from 0 to 1, their means None where none fell in."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for one in judged:
        if one.truth is not None and one.said is not Label.UNKNOWN:
            confidence = max(one.opinion.probabilities)
            bins[min(BINS - 1, int(confidence * BINS))].append((confidence, one.truth is one.said))
    return [
        {
            "confidence": _mean([pair[0] for pair in pairs]),
            "accuracy": _mean([pair[1] for pair in pairs]),
            "n": len(pairs),
        }
        for pairs in bins
    ]


def _calibration_error(judged: Sequence[_Judged]) -> float | None:
    """Expected calibration error: how far confidence and accuracy part, mean over the texts that got a class."""
    curve = [step for step in _calibration_curve(judged) if step["n"]]
    n = sum(step["n"] for step in curve)
    return sum(step["n"] * abs(step["confidence"] - step["accuracy"]) for step in curve) / n if n else None


def _opinion(judged: Sequence[_Judged]) -> dict[str, Any] | None:
    """How well opinions are told from the rest; None where nobody told.

    Sensitivity is the share of opinions that the labeller's own threshold lets count, specificity the share of the
    rest that it does not; of none, None.
    """
    told = [one for one in judged if one.row.is_opinion is not None]
    if not told:
        return None
    return {
        "n": len(told),
        "opinions": sum(bool(one.row.is_opinion) for one in told),
        "auc": area_under_curve([one.opinion.opinion for one in told], [bool(one.row.is_opinion) for one in told]),
        "sensitivity": _mean([one.said is not Label.UNKNOWN for one in told if one.row.is_opinion]),
        "specificity": _mean([one.said is Label.UNKNOWN for one in told if not one.row.is_opinion]),
        "threshold": Counter(one.opinion.threshold for one in told).most_common(1)[0][0],
    }
