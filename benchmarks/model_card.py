"""The model card: measures the shipped labeller on everything it can be measured on, and writes what it found.

    python benchmarks/model_card.py --checkpoint DIR --data DIR [--weights DIR] [--floor floor.json] [--skip SET]
        [--left-out left_out.json] [--speed speed.json] [--fusion fusion.json] [--output docs/model-card.md]

All figures go into a .json beside the card, and the card is rendered from it by `model_card.md.j2`, so that text and
figures cannot part. The four files are what the other benchmarks write; a section without its file says so. Yardstick
sets that are not in the data folder are left out by name. Without a checkpoint nothing is measured.
"""

import argparse
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from labelled_sets import YARDSTICKS, Once, held_back, measured, polarity_sources
from numpy.typing import NDArray

from core.clock import now
from core.labels import CLASSES, Label
from sentiment.evaluation import Row, evaluate
from sentiment.labeller import Labeller, Opinion
from sentiment.manifest import read_manifest
from sentiment.scores import class_shares
from sentiment.shipped import WEIGHTS, ShippedLabeller
from sentiment.texts import asked, clean
from sentiment.training.calibration import temperature
from sentiment.training.checkpoints import CONFIGURATION, STORY
from sentiment.training.configuration import Configuration, read_configuration
from sentiment.training.corpus import OWN_TEXTS, read_corpus

FOLDER = Path(__file__).parent
TEMPLATE = "model_card.md.j2"
CARD = FOLDER.parent / "docs" / "model-card.md"

ENOUGH = 500
"""Texts of a language from which on its calibration error is told."""

FEWEST = 20
"""Texts of a source below which its line would be noise."""

FEW = 0.02
"""Languages of a smaller share of a source are not named."""

OF_NO_USE = {"calibration_curve", "calibration_error", "nps_corrected", "texts_per_second", "per_class"}
"""Figures of the floor that the card does not tell."""

Says = Callable[[str], str]


class WithLogits(ShippedLabeller):
    """The shipped labeller, which keeps the logits of all that it scored."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.kept: dict[str, NDArray[np.float32]] = {}

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """As its base; each row is kept by its text."""
        rows = super().logits(texts)
        self.kept.update(zip(texts, rows, strict=True))
        return rows


class CrossFitted:
    """The labeller with the temperature of the other half of the texts, so that none has part in its own."""

    def __init__(self, labeller: Labeller, logits: Mapping[str, NDArray[np.float32]], rows: Sequence[Row]) -> None:
        """`logits` is what `labeller` keeps of each cleaned text while it scores."""
        self._labeller, self._logits = labeller, logits
        self.version = labeller.version
        self._labeller.score([row.text for row in rows])
        known = [row for row in rows if row.label and clean(row.text) in logits]
        self.temperatures = tuple(self._fitted([row for row in known if half(row.text) != side]) for side in (0, 1))

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion per text, in order; only its three probabilities differ from the labeller's."""
        told = self._labeller.score(texts)
        return [self._again(text, opinion) for text, opinion in zip(texts, told, strict=True)]

    def _again(self, text: str, opinion: Opinion) -> Opinion:
        logits = self._logits.get(clean(text))
        if logits is None:
            return opinion
        promoter, passive, detractor = class_shares(logits[None], self.temperatures[half(text)])[0].tolist()
        return replace(opinion, promoter=promoter, passive=passive, detractor=detractor)

    def _fitted(self, rows: Sequence[Row]) -> float:
        logits = np.array([self._logits[clean(row.text)] for row in rows])
        return temperature(logits, np.array([CLASSES.index(Label(str(row.label))) for row in rows]))


def half(text: str) -> int:
    """0 or 1, the same on every machine."""
    return zlib.crc32(text.encode()) & 1


def main() -> None:
    """Measure, render, write both files."""
    arguments = _arguments()
    if arguments.checkpoint is None or arguments.data is None:
        print("no --checkpoint and --data of a trained labeller: nothing measured")
        return
    labeller = WithLogits(arguments.weights)
    figures = _measured(labeller, arguments)
    for name in figures["sets"]["absent"]:
        print(f"{name}: skipped, or not in {arguments.data}: left out")
    figures["examples"] = {}
    card = render(figures, _saying(labeller, figures["examples"]))
    arguments.output.with_suffix(".json").write_text(
        json.dumps(_short(figures), ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
    )
    arguments.output.write_text(card, encoding="utf-8")
    print(f"{arguments.output}: {labeller.version}")


def render(figures: Mapping[str, Any], says: Says) -> str:
    """The card as Markdown; `says` tells what the labeller answers to an example of the template."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - Markdown, of our own figures
    )
    environment.filters |= {"share": _as_share, "points": _as_points, "count": _as_count, "tables": _tables}
    return environment.get_template(TEMPLATE).render(
        _short(figures), says=says, asked=asked, ENOUGH=ENOUGH, FEWEST=FEWEST
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", type=Path, help="the folder of the training run that the weights are of")
    parser.add_argument("--data", type=Path, help="the folder of labelled texts")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="the folder that is shipped")
    parser.add_argument("--floor", type=Path, help="what labeller_floor.py wrote")
    parser.add_argument("--left-out", type=Path, help="what left_out.py wrote")
    parser.add_argument("--speed", type=Path, help="what labelling.py wrote")
    parser.add_argument("--fusion", type=Path, help="what rating_fusion.py wrote")
    parser.add_argument("--skip", action="append", default=[], choices=YARDSTICKS, help="repeatable")
    parser.add_argument("--output", type=Path, default=CARD)
    return parser.parse_args()


def _measured(labeller: WithLogits, arguments: argparse.Namespace) -> dict[str, Any]:
    manifest = read_manifest(arguments.weights)
    configuration = read_configuration(arguments.checkpoint / CONFIGURATION)
    once, rows = Once(labeller), held_back(arguments.checkpoint)
    return {
        "version": manifest.version,
        "measured_on": f"{now():%Y-%m-%d}",
        "manifest": {
            name: getattr(manifest, name)
            for name in ("max_length", "tail", "temperature", "opinion_temperature", "opinion_threshold", "measured")
        },
        "files": {path.name: path.stat().st_size for path in sorted(arguments.weights.iterdir())},
        "training": _training(configuration, arguments),
        "sets": measured(once, arguments.checkpoint, arguments.data, arguments.skip),
        "cross_fitted": _cross_fitted(CrossFitted(once, labeller.kept, rows), rows),
        "floor": _slim(_read(arguments.floor)),
        **{name: _read(getattr(arguments, name)) for name in ("left_out", "speed", "fusion")},
    }


def _read(path: Path | None) -> Any:
    return json.loads(path.read_text(encoding="utf-8")) if path else None


def _slim(value: Any) -> Any:
    """Without what is of no use, at any depth."""
    if isinstance(value, Mapping):
        return {name: _slim(one) for name, one in value.items() if name not in OF_NO_USE}
    return value


def _training(configuration: Configuration, arguments: argparse.Namespace) -> dict[str, Any]:
    """What the last run read, and how long it and those before it went on."""
    told = json.loads((arguments.checkpoint / STORY).read_text(encoding="utf-8"))
    polar = polarity_sources(configuration.corpus)
    languages: dict[str, Counter[str]] = defaultdict(Counter)
    for example in read_corpus(configuration.corpus, arguments.data):
        if not example.held_back:
            languages[example.source][example.language] += 1
    return {
        **told,
        "sources": {
            source.name: {
                "file": source.file,
                "kind": source.kind,
                "labels": source.labels,
                "by_polarity": source.name in polar,
                "rows": languages[source.name].total(),
                "languages": _languages(languages[source.name]),
            }
            for source in configuration.corpus.sources
        },
        "own": _own(),
    }


def _languages(counts: Counter[str]) -> list[str]:
    """The commonest first, without those of a few rows."""
    return [language or "?" for language, n in counts.most_common() if n >= FEW * counts.total()]


def _own() -> dict[str, dict[str, int]]:
    """Our own invented texts: file -> language -> how many."""
    return {
        path.stem: dict(
            Counter(json.loads(line)["lang"] for line in path.read_text("utf-8").splitlines()).most_common()
        )
        for path in sorted(OWN_TEXTS.glob("*.jsonl"))
    }


def _cross_fitted(fitted: CrossFitted, rows: Sequence[Row]) -> dict[str, Any]:
    """The calibration error with temperatures of the other half, as a whole and by language."""
    figures = evaluate(fitted, rows)
    return {
        "temperatures": list(fitted.temperatures),
        "calibration_error": figures["calibration_error"],
        "by_language": {name: part["calibration_error"] for name, part in figures["by_language"].items()},
    }


def _saying(labeller: Labeller, heard: dict[str, str]) -> Says:
    """What the labeller answers, in a few words, put down in `heard` too."""

    def says(text: str) -> str:
        opinion = labeller.score([text])[0]
        shares = " / ".join(f"{share:.2f}" for share in opinion.probabilities)
        heard[text] = f"{opinion.label.value} ({shares}; opinion {opinion.opinion:.2f})"
        return heard[text]

    return says


def _short(value: Any) -> Any:
    """Figures to four places: what a reader of the file can use, and a text that does not change by noise."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, Mapping):
        return {key: _short(one) for key, one in value.items()}
    return [_short(one) for one in value] if isinstance(value, list | tuple) else value


def _as_share(value: float | None, places: int = 3) -> str:
    return "–" if value is None else f"{value:.{places}f}"


def _as_points(value: float | None) -> str:
    return "–" if value is None else f"{value:z.0f}".replace("-", "−")


def _as_count(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _tables(value: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    """Figures of another benchmark as titled tables: a list of rows is one, a mapping of rows one, of lists several."""
    if isinstance(value, list):
        return [("", [_flat(row) for row in value])] if value else []
    lists = [(title, [_flat(row) for row in rows]) for title, rows in value.items() if isinstance(rows, list) and rows]
    rows = [{"": name, **_flat(row)} for name, row in value.items() if isinstance(row, Mapping)]
    return [*([("", rows)] if rows else []), *lists]


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    """One level: a figure in a mapping gets the names of both."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        inner = {f"{name} {key}": one for key, one in value.items()} if isinstance(value, Mapping) else {name: value}
        flat |= {key: _as_cell(one) for key, one in inner.items()}
    return flat


def _as_cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:z.3f}" if abs(value) <= 1 else f"{value:z.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main()
