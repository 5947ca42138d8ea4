"""The floor under the labeller: TF-IDF and logistic regression, trained on its rows, measured on its held-back rows.

    python benchmarks/labeller_floor.py --checkpoint DIR --data DIR [--output floor.json] [--skip devtest_nhs_fft]

Word 1-2 grams and character 2-4 grams, sublinear, each in at least two texts. One model for all on rows that are
drawn as the labeller's are, and one for each source on all its training rows; no entity is on both sides. Classes
weighed and not, whichever has the higher macro-F1 on the held-back rows is told: the harder floor. Needs
`pip install afterword[train]`; some seven minutes on two quiet cores. Without a checkpoint nothing is measured.
"""

import argparse
import json
import warnings
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from labelled_sets import TwoClasses, held_back, measured, polar, polarity_sources

from core.labels import CLASSES
from sentiment.evaluation import Row, evaluate
from sentiment.labeller import Opinion
from sentiment.texts import clean
from sentiment.training.checkpoints import CONFIGURATION
from sentiment.training.configuration import read_configuration
from sentiment.training.corpus import Example, draw, read_corpus

FEWEST = 20
"""A source with fewer held-back rows is not measured alone."""

ROUNDS = 30  # of L-BFGS: twice as many move macro-F1 within its noise, measured on 3,600 reviews


def main() -> None:
    """Measure all floors, print a line each, write them."""
    arguments = _arguments()
    if arguments.checkpoint is None:
        print("no --checkpoint of a trained labeller: nothing measured")
        return
    configuration = read_configuration(arguments.checkpoint / CONFIGURATION)
    kept = {row.text for row in held_back(arguments.checkpoint)}
    corpus = read_corpus(configuration.corpus, arguments.data)
    training = [row for row in corpus if not row.held_back and row.text not in kept]
    drawn = draw(training, configuration.corpus, arguments.rows, configuration.run.seed)
    with ProcessPoolExecutor(arguments.jobs) as pool:
        for_all = pool.submit(_of_all, drawn, arguments)
        by_source = {
            source: pool.submit(_of_source, source, [row for row in training if row.source == source], arguments)
            for source in _sources(arguments)
        }
        floors = {"all": for_all.result(), "by_source": {name: job.result() for name, job in by_source.items()}}
    _show("all", floors["all"]["held_back"] | {"n_train": floors["all"]["n_train"]})
    for source, figures in floors["by_source"].items():
        _show(source, figures)
    if arguments.output:
        arguments.output.write_text(json.dumps(floors, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, help="the folder of a training run")
    parser.add_argument("--data", type=Path, help="the folder of labelled texts that it was trained on")
    parser.add_argument("--rows", type=int, default=60_000, help="training rows of the model for all")
    parser.add_argument("--source-rows", type=int, default=60_000, help="training rows at most of one source")
    parser.add_argument("--skip", action="append", default=[], help="a yardstick to leave out; repeatable")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    return parser.parse_args()


def _show(name: str, figures: dict[str, Any]) -> None:
    print(f"{name:<34} trained on {figures['n_train']:6}   n {figures['n']:5}   macro-F1 {figures['macro_f1']:.3f}")


def _sources(arguments: argparse.Namespace) -> list[str]:
    classed = [row.groups["source"] for row in held_back(arguments.checkpoint) if row.label]
    return [source for source in dict.fromkeys(classed) if classed.count(source) >= FEWEST]


def _of_all(rows: Sequence[Example], arguments: argparse.Namespace) -> dict[str, Any]:
    linear = Linear(rows)

    def figures(weight: str | None) -> dict[str, Any]:
        linear.fit(weight)
        told = measured(linear, arguments.checkpoint, arguments.data, arguments.skip)
        return {"n_train": len(rows), "class_weight": weight, **told}

    return max(map(figures, (None, "balanced")), key=lambda told: told["held_back"]["macro_f1"])


def _of_source(source: str, training: Sequence[Example], arguments: argparse.Namespace) -> dict[str, Any]:
    """Asked two classes where the source knows no more, as the card asks the labeller."""
    rows = [row for row in training if row.reading.weight > 0][: arguments.source_rows]
    corpus = read_configuration(arguments.checkpoint / CONFIGURATION).corpus
    aside = [row for row in held_back(arguments.checkpoint) if row.groups["source"] == source and row.label]
    linear, is_polar = Linear(rows), source in polarity_sources(corpus)
    known = [Row(row.text, row.label, row.language) for row in (polar(aside) if is_polar else aside)]

    def figures(weight: str | None) -> dict[str, Any]:
        linear.fit(weight)
        told = evaluate(TwoClasses(linear) if is_polar else linear, known)
        return {"n_train": len(rows), "class_weight": weight, **told}

    return max(map(figures, (None, "balanced")), key=lambda told: told["macro_f1"])


@dataclass
class Linear:
    """A labeller by TF-IDF and logistic regression; `fit` it before it scores."""

    rows: Sequence[Example]
    version = "floor"

    @cached_property
    def _features(self) -> tuple[Any, Any]:
        """What makes features of texts, and those of the rows."""
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415 - the peer's package is optional
        from sklearn.pipeline import FeatureUnion  # noqa: PLC0415

        words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, dtype=np.float32)
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4), min_df=2, sublinear_tf=True, dtype=np.float32)
        union = FeatureUnion([("words", words), ("letters", letters)])
        return union, union.fit_transform([row.text for row in self.rows]).tocsr()

    @cached_property
    def _opinions(self) -> Any:
        """A model of opinion or not; None where the rows do not have both."""
        truth = np.array([row.reading.opinion > 0.5 for row in self.rows])  # noqa: PLR2004
        trust = np.array([row.reading.opinion_weight for row in self.rows])
        return _fitted(self._features[1], truth, trust, "balanced") if truth.any() and not truth.all() else None

    def fit(self, class_weight: str | None) -> None:
        """Learn the classes of the rows that have one."""
        weights = np.array([row.reading.weight for row in self.rows])
        classes = np.array([CLASSES.index(row.label) for row in self.rows])
        told = weights > 0
        self._classes = _fitted(self._features[1][told], classes[told], weights[told], class_weight)

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion per text, in order."""
        if not texts:
            return []
        features = self._features[0].transform([clean(text) for text in texts])
        shares = np.zeros((len(texts), len(CLASSES)))
        shares[:, self._classes.classes_] = self._classes.predict_proba(features)
        felt = self._opinions.predict_proba(features)[:, 1] if self._opinions else np.ones(len(texts))
        return [
            Opinion(promoter, passive, detractor, chance, threshold=0.0)
            for (promoter, passive, detractor), chance in zip(shares.tolist(), felt.tolist(), strict=True)
        ]


def _fitted(features: Any, truth: Any, weights: Any, class_weight: str | None) -> Any:
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model = LogisticRegression(C=2.0, max_iter=ROUNDS, class_weight=class_weight)
        return model.fit(features, truth, sample_weight=weights)


if __name__ == "__main__":
    main()
