"""Do a text and its rating together say more than either alone? Stars, text and fusion on rows held back from training.

    python benchmarks/rating_fusion.py --held-back FILE [--weights DIR] [--data DIR] [--json FILE]

FILE is the `held_back.jsonl.gz` of the checkpoint that the weights were made from: texts whose entities the labeller
never read. Three questions: who predicts best whether a flyer recommends the airline, which is asked apart from the
stars (Skytrax); what is left of the truth once some ratings are spoilt; how often the two flatly contradict each other.
Without the files it says so and ends well.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sentiment.evaluation import area_under_curve
from sentiment.fusion import fused, rating_chances
from sentiment.shipped import WEIGHTS, ShippedLabeller
from sentiment.texts import clean
from sentiment.training import corpus
from sentiment.training.calibration import macro_f1

Array = NDArray[np.float64]
SKYTRAX = "skytrax_lounge_seat_sia"
INVENTED = {"comments", "answers", "contrasts", "reviews", "posts"}
"""Our own texts: their scores are ours too, so the two witnesses are one."""
SEED, FOLDS, RESAMPLES = 7, 10, 2_000
SPOILT = (0.0, 0.02, 0.05, 0.10)
SURE = 0.8
FIVE = 5.0
DEFAULT_DATA = Path(__file__).parents[2] / "shared" / "data"

FLIPS: dict[str, Callable[[Array, np.random.Generator], Array]] = {
    "scale read upside down": lambda stars, _: 6 - stars,
    "any star": lambda stars, rng: rng.integers(1, 6, len(stars)).astype(np.float64),
    "five out of politeness": lambda stars, _: np.full(len(stars), FIVE),
}


@dataclass(frozen=True, slots=True)
class Scored:
    """Texts as the labeller reads them: classes [n, 3] and P(opinion) [n], with their ratings on worst..best [n]."""

    text: Array
    opinion: Array
    rating: Array
    best: Array
    source: NDArray[np.str_]
    """Of a recommendation the airline, of a held-back row the data set."""
    outcome: Array
    """1 where the writer recommends, 0 where not; empty where nobody was asked."""

    def witnesses(self, rating: Array | None = None) -> dict[str, Array]:
        """What stars alone, text alone and both say, each [n, 3]; of these ratings instead, if given."""
        told = self.rating if rating is None else rating
        return {
            "stars": rating_chances(told, best=self.best),
            "text": self.text,
            "fused": fused(self.text, self.opinion, told, best=self.best),
        }


def main() -> None:
    """Print three tables and, if asked, write them as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--held-back", type=Path, help="held_back.jsonl.gz of a checkpoint")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="the folder that is shipped")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of labelled texts")
    parser.add_argument("--json", type=Path, help="where to write the figures")
    asked = parser.parse_args()
    if asked.held_back is None or not asked.held_back.is_file():
        print(f"skipped: give --held-back, the held_back.jsonl.gz of a checkpoint (not found: {asked.held_back})")
        return
    labeller = ShippedLabeller(asked.weights)
    held = list(read(asked.held_back))
    figures: dict[str, Any] = {"labeller": labeller.version, "recommended": []}
    path = asked.data / f"{SKYTRAX}.jsonl.gz"
    if path.is_file():
        figures["recommended"] = recommendations(scored(labeller, recommending(read(path), held)))
    else:
        print(f"skipped: recommendations, {path.name} is not in {asked.data}")
    rated = scored(labeller, with_stars(held))
    figures["spoilt"] = list(spoilt(rated))
    figures["contradictions"] = contradictions(rated)
    for name in ("recommended", "spoilt", "contradictions"):
        show(figures[name])
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def recommending(rows: Iterator[dict[str, Any]], held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows with an answer to the question of recommending whose text was held back; each text once."""
    known = {key_of(row["text"]) for row in held if row["source"] == SKYTRAX}
    found = {
        key_of(row["text"]): {
            "text": row["text"],
            "rating": row["score"],
            "best": 10 if row["scale"] == "1-10" else 5,
            "source": str(row["entity"]).casefold(),
            "outcome": row["recommended"],
        }
        for row in rows
        if row.get("recommended") is not None and row.get("score") is not None
    }
    return [row for key, row in found.items() if key in known]


def with_stars(held: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Held-back rows that somebody rated, on five stars: copies of a text with different stars by their commonest."""
    return [
        {
            "text": row["text"],
            "rating": 1 + int(np.argmax(row["reading"]["stars"])),
            "best": 5,
            "source": row["source"],
        }
        for row in held
        if row["reading"]["stars"] and row["source"] not in INVENTED
    ]


def scored(labeller: ShippedLabeller, rows: list[dict[str, Any]]) -> Scored:
    """What the labeller says of rows of text, rating, best and source."""
    opinions = labeller.score([row["text"] for row in rows])
    return Scored(
        text=np.array([opinion.probabilities for opinion in opinions]).reshape(-1, 3),
        opinion=np.array([opinion.opinion for opinion in opinions]),
        rating=np.array([row["rating"] for row in rows], np.float64),
        best=np.array([row["best"] for row in rows], np.float64),
        source=np.array([row["source"] for row in rows]),
        outcome=np.array([row["outcome"] for row in rows if "outcome" in row], np.float64),
    )


def recommendations(rows: Scored) -> list[dict[str, Any]]:
    """How well each witness predicts the answer; the interval is that of the loss beyond `every star`.

    Each speaks through its log odds of not being a detractor, put on the scale of the answer by a logistic regression
    fitted without the airline in question. `every star` is the best that stars can do: a constant for each.
    """
    levels = 1.0 * ((rows.rating + 100 * rows.best)[:, None] == np.unique(rows.rating + 100 * rows.best))
    odds = {name: np.log((said[:, 0] + said[:, 1]) / said[:, 2])[:, None] for name, said in rows.witnesses().items()}
    odds |= {"every star": levels, "every star and text": np.hstack([levels, odds["text"]])}
    told = {name: _apart(x, rows) for name, x in odds.items()}
    losses = {name: -np.log(np.where(rows.outcome > 0, p, 1 - p)) for name, p in told.items()}
    found = []
    for name, chances in told.items():
        low, high = _interval(losses[name] - losses["every star"])
        found.append(
            {
                "recommends?": name,
                "n": len(chances),
                "log_loss": float(losses[name].mean()),
                "brier": float(((chances - rows.outcome) ** 2).mean()),
                "auc": area_under_curve(odds[name][:, 0] if odds[name].shape[1] == 1 else chances, rows.outcome > 0),
                "low": low,
                "high": high,
            }
        )
    return found


def spoilt(rows: Scored) -> Iterator[dict[str, Any]]:
    """What each witness makes of the true classes where a share of the ratings is replaced."""
    truth = rating_chances(rows.rating).argmax(1)
    for flip, changed in FLIPS.items():
        for share in SPOILT:
            rng = np.random.default_rng(SEED)
            is_spoilt = rng.random(len(truth)) < share
            given = np.where(is_spoilt, changed(rows.rating, rng), rows.rating)
            told = rows.witnesses(given)
            told["fused, share known"] = fused(rows.text, rows.opinion, given, stray=max(share, 0.001))
            for name, said in told.items():
                yield {"flip": flip, "share": share, "witness": name} | _recovered(said, truth)


def contradictions(rows: Scored) -> list[dict[str, Any]]:
    """By source: of five-star rows the share whose text is surely a complaint, of one and two stars surely praise."""
    top, bottom = rows.rating == FIVE, rows.rating <= 2  # noqa: PLR2004 - stars
    complaint, praise = rows.text[:, 2] >= SURE, rows.text[:, 0] >= SURE
    by_rating = rating_chances(rows.rating).argmax(1)
    changed = rows.witnesses()["fused"].argmax(1) != by_rating
    found = []
    for source in [*sorted(set(rows.source.tolist())), "all"]:
        here = (rows.source == source) | (source == "all")
        found.append(
            {
                "source": source,
                "n": int(here.sum()),
                "five_stars": int((here & top).sum()),
                "complaints_among_them": _share(complaint[here & top]),
                "one_or_two_stars": int((here & bottom).sum()),
                "praise_among_them": _share(praise[here & bottom]),
                "class_changed_by_fusion": _share(changed[here]),
            }
        )
    return found


def _recovered(said: Array, truth: NDArray[np.int64]) -> dict[str, float]:
    guessed = said.argmax(1)
    right = np.eye(3)[truth]
    nps_true = 100 * (right[:, 0] - right[:, 2]).mean()
    counted = np.eye(3)[guessed]
    return {
        "macro_f1": macro_f1(truth, guessed),
        "log_loss": float(-np.log(np.maximum(said[np.arange(len(truth)), truth], 1e-12)).mean()),
        "nps_bias_counted": float(100 * (counted[:, 0] - counted[:, 2]).mean() - nps_true),
        "nps_bias_by_chances": float(100 * (said[:, 0] - said[:, 2]).mean() - nps_true),
    }


def _apart(x: Array, rows: Scored) -> Array:
    """P(recommends) [n] by a logistic regression on x [n, k] that was fitted on other airlines."""
    airlines = sorted(set(rows.source.tolist()))
    fold = np.array([airlines.index(name) % FOLDS for name in rows.source.tolist()])
    chances = np.zeros(len(x))
    for k in range(FOLDS):
        weights = logistic(x[fold != k], rows.outcome[fold != k])
        chances[fold == k] = sigmoid(_with_one(x[fold == k]) @ weights)
    return chances


def logistic(x: Array, outcome: Array, ridge: float = 0.1) -> Array:
    """Weights [k + 1], the last for the constant."""
    columns = _with_one(x)

    def loss(weights: Array) -> tuple[float, Array]:
        logits = columns @ weights
        cost = np.logaddexp(0, -np.where(outcome > 0, logits, -logits)).sum() + ridge * np.sum(weights[:-1] ** 2)
        slope = columns.T @ (sigmoid(logits) - outcome) + 2 * ridge * np.append(weights[:-1], 0)
        return float(cost), slope

    weights: Array = minimize(loss, np.zeros(columns.shape[1]), jac=True, method="L-BFGS-B").x
    return weights


def _with_one(x: Array) -> Array:
    return np.hstack([x, np.ones((len(x), 1))])


def sigmoid(logits: Array) -> Array:
    """Chances of log odds."""
    return 1 / (1 + np.exp(-np.clip(logits, -40, 40)))


def _interval(differences: Array) -> tuple[float, float]:
    """95 % by the bootstrap over rows."""
    picks = np.random.default_rng(SEED).integers(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.quantile(differences[picks].mean(1), (0.025, 0.975))
    return float(low), float(high)


def _share(claims: NDArray[np.bool_]) -> float | None:
    return float(claims.mean()) if len(claims) else None


def key_of(text: str) -> str:
    """What is the same of two copies of a text, as the corpus of the training has it."""
    return corpus.key_of(clean(text))


def read(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a .jsonl.gz file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def show(rows: list[dict[str, Any]]) -> None:
    """Print rows of one shape as a table."""
    cells = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)] if rows else []
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))
    print(flush=True)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
