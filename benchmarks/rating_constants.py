"""Where do the constants of `sentiment/fusion.py` come from? Each estimated from rated texts, beside what is in use.

    python benchmarks/rating_constants.py [--data DIR] [--held-back FILE] [--weights DIR] [--json FILE]

FILE is the `held_back.jsonl.gz` of the checkpoint: its airlines are left out here, to be measured on by
`rating_fusion.py`. Skytrax asks apart from the stars whether one recommends, and for stars on seven details: three
witnesses of one mind, the least that tells how often one of them errs. Without the data it says so and ends well.
"""

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from rating_fusion import DEFAULT_DATA, SKYTRAX, key_of, logistic, read, show, sigmoid

from core.labels import CLASSES
from sentiment.fusion import MIX, STEP, STRAY, TEXT_SHARE
from sentiment.manifest import read_manifest
from sentiment.shipped import WEIGHTS

try:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import GroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline
except ImportError:
    GroupKFold = None
Array = NDArray[np.float64]
Indices = NDArray[np.int64]
LEVELS = 10
ROUNDS = 400
CLOSE = 1.92
"""Of the log likelihood: what lies nearer to its maximum is in the 95 % interval (half the chi-square of one)."""
COPIES = {"hotels_datafiniti_us": 150, "kazsandra": 0}
"""Files with copies of texts, and from how many characters a copy is the same review, not the same short phrase."""


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Rows of ten-point ratings with two other witnesses: each is the index of what it said [n]."""

    rating: Indices
    recommends: Indices
    details: Indices
    """The mean of the stars for details, in half stars."""


@dataclass(frozen=True, slots=True)
class Noise:
    """How ratings err, and the log likelihood of that."""

    step: float
    stray: float
    fit: float


def main() -> None:
    """Print one line a constant."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of labelled texts")
    parser.add_argument("--held-back", type=Path, help="held_back.jsonl.gz of a checkpoint")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="the folder that is shipped")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    asked = parser.parse_args()
    path = asked.data / f"{SKYTRAX}.jsonl.gz"
    if not path.is_file():
        print(f"skipped: {path.name} is not in {asked.data}")
        return
    held = {key_of(row["text"]) for row in read(asked.held_back)} if asked.held_back else set()
    rows = [row for row in read(path) if row.get("nps") and key_of(row["text"]) not in held]
    found = [*ratings(rows), *text_share(rows), mix(asked.weights)]
    found.extend(copies(asked.data))
    show(found)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def ratings(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """STEP and STRAY, by the three witnesses of the ten-point ratings.

    The five-star ratings cannot be asked: nearly all are the rounded mean of the stars for details, made by the site.
    """
    asked = [row for row in rows if row.get("recommended") is not None and _details(row)]
    five = [row for row in asked if row["scale"] != "1-10"]
    copied = np.mean([round(float(np.mean(_details(row)))) == row["score"] for row in five])
    yield _line("five-star ratings that are the mean of their details", "-", float(copied), len(five))
    ten = [row for row in asked if row["scale"] == "1-10"]
    for name, low, high, answer in (
        ("top ratings that do not recommend", 9, 10, False),
        ("bottom that do", 1, 2, True),
    ):
        answers = [row["recommended"] is answer for row in ten if low <= row["score"] <= high]
        yield _line(name, "-", float(np.mean(answers)), len(answers))
    told = Witnesses(
        rating=np.array([round(row["score"]) - 1 for row in ten]),
        recommends=np.array([int(row["recommended"]) for row in ten]),
        details=np.array([round(2 * float(np.mean(_details(row)))) - 2 for row in ten]),
    )
    best = noise(told)
    steps = [x for x in np.linspace(0, 0.3, 13) if best.fit - noise(told, step=float(x)).fit < CLOSE]
    strays = [x for x in np.linspace(0, 0.05, 11) if best.fit - noise(told, stray=float(x)).fit < CLOSE]
    yield _line("STEP", STEP, best.step, len(ten), min(steps), max(steps))
    yield _line("STRAY", STRAY, best.stray, len(ten), min(strays), max(strays))


def noise(told: Witnesses, step: float | None = None, stray: float | None = None) -> Noise:
    """The likeliest share of ratings a step off and astray, or those given: latent classes, Dawid and Skene 1979.

    A mind on one of ten levels speaks three times, independently: details and recommendation by tables of their own,
    the rating as it is, a step off, or, astray, by the mix of all ratings.
    """
    share_of_step, share_of_stray = (0.1 if step is None else step), (0.02 if stray is None else stray)
    mind = _mix_of(told.rating, np.ones(len(told.rating)), LEVELS)
    astray = mind.copy()
    details, recommends = (
        np.stack([_mix_of(said, 1.0 * (told.rating == level), width) for level in range(LEVELS)])
        for said, width in ((told.details, LEVELS - 1), (told.recommends, 2))
    )
    fit = 0.0
    for _ in range(ROUNDS):
        kinds = np.stack(
            [
                (1 - share_of_step - share_of_stray) * np.eye(LEVELS),
                share_of_step * _NEIGHBOURS,
                np.tile(share_of_stray * astray, (LEVELS, 1)),
            ]
        )
        others = mind[:, None] * details[:, told.details] * recommends[:, told.recommends]
        joint = kinds[:, :, told.rating] * others
        chance = joint.sum((0, 1))
        belief = joint / chance
        fit = float(np.log(chance).sum())
        share_of_step = float(belief[1].sum(0).mean()) if step is None else step
        share_of_stray = float(belief[2].sum(0).mean()) if stray is None else stray
        levels = belief.sum(0)
        mind = levels.mean(1)
        details = np.stack([_mix_of(told.details, level, LEVELS - 1) for level in levels])
        recommends = np.stack([_mix_of(told.recommends, level, 2) for level in levels])
    return Noise(share_of_step, share_of_stray, fit)


def text_share(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """TEXT_SHARE, as what a text's log odds weigh in predicting the recommendation beside a constant for each rating.

    The texts are read by TF-IDF and logistic regression trained on the other airlines: the shipped labeller has read
    most of these rows with their ratings.
    """
    if GroupKFold is None:
        print("skipped: TEXT_SHARE needs scikit-learn (pip install afterword[train])")
        return
    reader = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True), LogisticRegression(C=4, max_iter=300)
    )
    truth = [CLASSES.index(row["nps"]) for row in rows]
    airlines = [str(row["entity"]).casefold() for row in rows]
    texts = [row["text"] for row in rows]
    said = cross_val_predict(reader, texts, truth, groups=airlines, cv=GroupKFold(5), method="predict_proba")
    odds = np.log((said[:, 0] + said[:, 1]) / said[:, 2])
    for name, scale in (("TEXT_SHARE", "1-10"), ("TEXT_SHARE where stars are means of details", "1-5")):
        here = [k for k, row in enumerate(rows) if row["scale"] == scale and row.get("recommended") is not None]
        outcome = np.array([float(rows[k]["recommended"]) for k in here])
        level = np.array([round(rows[k]["score"]) for k in here])[:, None] == np.arange(1, LEVELS + 1)
        weight, error = _last_weight(np.hstack([level, odds[here, None]]), outcome)
        yield _line(name, TEXT_SHARE, weight, len(here), weight - 1.96 * error, weight + 1.96 * error)


def mix(weights: Path) -> dict[str, Any]:
    """MIX, as the shares of classes among the reviews and comments that the weights were calibrated on."""
    counts = read_manifest(weights).confusion_by_kind
    known = sum((np.array(counts[kind]).sum(1) for kind in ("review", "comment")), np.zeros(len(CLASSES)))
    shares = "/".join(f"{share:.2f}" for share in known / known.sum())
    return _line("MIX", "/".join(f"{share:.2f}" for share in MIX), shares, int(known.sum()))


def copies(data: Path) -> Iterator[dict[str, Any]]:
    """Bounds for STRAY: texts with both a promoter's and a detractor's rating, among all texts and among repeated ones.

    The first is too low, most texts having no copy to disagree; the second too high, as copies that agree were removed
    from these sets as duplicates.
    """
    for name, shortest in COPIES.items():
        path = data / f"{name}.jsonl.gz"
        if not path.is_file():
            print(f"skipped: {path.name} is not in {data}")
            continue
        classes = defaultdict(list)
        for row in read(path):
            if row.get("nps") and len(row["text"]) >= shortest:
                classes[key_of(row["text"])].append(row["nps"])
        opposed = sum({"promoter", "detractor"} <= set(group) for group in classes.values())
        repeated = sum(len(group) > 1 for group in classes.values())
        low, high = opposed / len(classes), opposed / max(1, repeated)
        yield _line(f"copies with opposite ratings, {name}", STRAY, None, len(classes), low, high)


def _last_weight(x: Array, outcome: Array) -> tuple[float, float]:
    """The weight of the last column in a logistic regression, and its standard error."""
    weights = logistic(x, outcome, ridge=0.01)
    chances = sigmoid(x @ weights[:-1] + weights[-1])
    information = (x * (chances * (1 - chances))[:, None]).T @ x + 0.02 * np.eye(x.shape[1])
    return float(weights[-2]), float(np.sqrt(np.linalg.inv(information)[-1, -1]))


def _details(row: dict[str, Any]) -> list[float]:
    return [aspect["stars"] for aspect in row.get("aspects") or [] if aspect.get("stars") is not None]


def _mix_of(said: Indices, weight: Array, width: int) -> Array:
    counts = np.bincount(said, weights=weight, minlength=width) + 0.1
    return np.asarray(counts / counts.sum(), np.float64)


def _neighbours() -> Array:
    """Where a rating a step off lands [mind, rating]: half above and half below, at an end all inwards."""
    beside = np.eye(LEVELS, k=1) + np.eye(LEVELS, k=-1)
    return np.asarray(beside / beside.sum(1, keepdims=True), np.float64)


_NEIGHBOURS = _neighbours()


def _line(
    constant: str, ours: Any, estimate: Any, n: int, low: float | None = None, high: float | None = None
) -> dict[str, Any]:
    return {
        "constant": constant,
        "in use": ours,
        "estimate": estimate,
        "low": None if low is None else float(low),
        "high": None if high is None else float(high),
        "n": n,
    }


if __name__ == "__main__":
    main()
