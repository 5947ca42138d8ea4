"""What the labeller and its floor are both measured on: texts held back from training, and sets never trained on.

Not a script: `model_card.py` and `labeller_floor.py` measure through it, so that their figures stand on the same rows.
"""

import gzip
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from core.labels import CLASSES
from sentiment.evaluation import Row, evaluate
from sentiment.labeller import Labeller, Opinion
from sentiment.texts import asked
from sentiment.training.checkpoints import CONFIGURATION, HELD_BACK
from sentiment.training.configuration import Corpus, read_configuration

HAND_WRITTEN = Path(__file__).parents[1] / "tests" / "sentiment" / "data" / "opinions.jsonl"
"""Opinions and others that were written by hand before training, and kept out of it."""

POLAR = ("us_airline_tweets",)
"""Yardsticks that know polarity alone."""

YARDSTICKS = ("devtest_nhs_fft", "avtolotsman_maps", "us_airline_tweets")
"""Sets of the data folder that no labeller is trained on."""

ASKED = ("devtest_nhs_fft",)
"""Yardsticks whose texts answer a question: measured with it, and without."""

GROUPS = ("source", "kind")

_POLARITY_CLASSES = {"positive": "promoter", "negative": "detractor"}
_BY_POLARITY = {"tweets", "tweets_about_anything", "sentiment", "aspects"}
"""Readings of sources that know positive and negative, and nothing of four against five stars."""


class Once:
    """A labeller that scores each text once, however often it is asked."""

    def __init__(self, labeller: Labeller) -> None:
        self._labeller = labeller
        self._known: dict[str, Opinion] = {}
        self.version = labeller.version
        self.confusions: Mapping[str, Any] = getattr(labeller, "confusions", {})

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion per text, in order."""
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(fresh, self._labeller.score(fresh), strict=True))
        return [self._known[text] for text in texts]


class TwoClasses:
    """A labeller that is asked promoter or detractor alone, of texts that are known to be opinions."""

    def __init__(self, labeller: Labeller) -> None:
        self._labeller = labeller
        self.version = labeller.version

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion per text, in order, never passive and never unknown."""
        return [_of_two(opinion) for opinion in self._labeller.score(texts)]


def _of_two(told: Opinion) -> Opinion:
    promoter = told.promoter / max(1e-12, told.promoter + told.detractor)
    return Opinion(promoter, 0.0, 1 - promoter, told.opinion, told.language, threshold=0.0)


def measured(labeller: Labeller, checkpoint: Path, data: Path, skipped: Collection[str] = ()) -> dict[str, Any]:
    """Figures of `evaluate` on the held-back rows of a checkpoint, on the yardsticks, and on the hand-written texts.

    `graded` has those of sources with stars or scores, `two_classes` those of sources by polarity: opinions only,
    promoter or detractor. `absent` names the yardsticks that are skipped or not in the data folder.
    """
    rows = held_back(checkpoint)
    once = Once(labeller)
    present = [name for name in YARDSTICKS if name not in skipped and _path(name, data).is_file()]
    by_polarity = polarity_sources(read_configuration(checkpoint / CONFIGURATION).corpus)
    return {
        "held_back": evaluate(once, rows),
        "graded": evaluate(once, [row for row in rows if row.groups["source"] not in by_polarity]),
        "two_classes": {
            source: evaluate(TwoClasses(once), polar(row for row in rows if row.groups["source"] == source))
            for source in by_polarity
            if any(row.groups["source"] == source and row.label for row in rows)
        },
        "yardsticks": {name: yardstick(once, name, data) for name in present},
        "unasked": {name: yardstick(once, name, data, asks=False) for name in present if name in ASKED},
        "absent": [name for name in YARDSTICKS if name not in present],
        "hand_written": evaluate(once, list(_rows(HAND_WRITTEN))),
    }


def yardstick(labeller: Labeller, name: str, data: Path, *, asks: bool = True) -> dict[str, Any]:
    """The figures of one set of the data folder; of one by polarity, two classes of its opinions, and their AUC.

    Answers are read beside their question, unless `asks` is false.
    """
    rows = list(_rows(_path(name, data), by_polarity=name in POLAR, asks=asks))
    if name not in POLAR:
        return evaluate(labeller, rows)
    return {**evaluate(TwoClasses(labeller), polar(rows)), "opinion": evaluate(labeller, rows)["opinion"]}


def polar(rows: Iterator[Row] | Sequence[Row]) -> list[Row]:
    """The promoters and detractors among rows."""
    return [row for row in rows if row.label in _POLARITY_CLASSES.values()]


def polarity_sources(corpus: Corpus) -> list[str]:
    """Names of the sources whose classes follow from polarity, not from stars."""
    return [source.name for source in corpus.sources if source.labels in _BY_POLARITY]


def held_back(checkpoint: Path) -> list[Row]:
    """The rows that a training run kept aside."""
    return list(_rows(checkpoint / HELD_BACK))


def _path(name: str, data: Path) -> Path:
    return data / f"{name}.jsonl.gz"


def _rows(path: Path, *, by_polarity: bool = False, asks: bool = True) -> Iterator[Row]:
    """The rows of a file that have a text, and a class or a word on whether they are opinions."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        for told in map(json.loads, lines):
            label, is_opinion = _polar(told) if by_polarity else (_class(told), _is_opinion(told))
            if told["text"] and (label or is_opinion is not None):
                language = told.get("lang") or told.get("language") or None
                groups = {name: told[name] for name in (*GROUPS, "type") if told.get(name)}
                question = told.get("question") if asks else None
                yield Row(asked(question, told["text"]), label, language, is_opinion, groups)


def _class(told: Mapping[str, Any]) -> str | None:
    """As the file says; of a held-back row the likeliest class, if one was annotated."""
    reading = told.get("reading")
    if reading and reading["weight"] > 0:
        return CLASSES[max(range(len(CLASSES)), key=reading["classes"].__getitem__)].value
    return told.get("nps")


def _is_opinion(told: Mapping[str, Any]) -> bool | None:
    """As the file says."""
    if "reading" in told:
        return bool(told["reading"]["opinion"] > 0.5)  # noqa: PLR2004
    return bool(told["opinion"]) if "opinion" in told else None


def _polar(told: Mapping[str, Any]) -> tuple[str | None, bool | None]:
    """The class of a post that is for or against, and whether it is an opinion: a neutral one is none."""
    label = told.get("label") or ""
    return _POLARITY_CLASSES.get(label), label != "neutral" if label else None
