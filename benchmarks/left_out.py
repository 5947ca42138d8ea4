"""How well a labeller does in a domain that it never read: a small student is trained without each domain in turn.

    python benchmarks/left_out.py --data DIR --encoder DIR [--work DIR] [--output left_out.json]

The honest forecast for a customer whose trade is not in the training data. Each student (four layers, some minutes on
two cores, `sentiment/training/small.toml`) is measured in fp32 on texts of the domain it was kept from, by source,
beside one student that was kept from none and is measured on the held-back entities of the same sources. Stopped and
run again, it goes on where it was.
"""

import argparse
import json
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from tempfile import gettempdir
from typing import Any

from tokenizers import Tokenizer

from sentiment.evaluation import Row, evaluate
from sentiment.labeller import Opinion
from sentiment.scores import class_shares
from sentiment.tokens import untruncated
from sentiment.training import corpus, loop, model
from sentiment.training.checkpoints import HELD_BACK, STORY
from sentiment.training.configuration import read_configuration

CONFIGURATION = Path(loop.__file__).parent / "small.toml"
DOMAINS = ("books", "bank", "hotel", "airline", "clothes")
NONE = "none"


class _Student:
    """A checkpoint in fp32 without calibration, which takes every text for an opinion."""

    version = "student"

    def __init__(self, folder: Path) -> None:
        self._body, self._words = model.from_checkpoint(folder)
        self._tokenizer = untruncated(Tokenizer.from_file(str(folder / "tokenizer.json")))
        self._shape = read_configuration(CONFIGURATION).model

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion per text, in order."""
        shares = class_shares(loop.logits_of(self._body, self._words, self._tokenizer, texts, self._shape))
        return [Opinion(*row, opinion=1.0) for row in shares.tolist()]


def main() -> None:
    """Train, measure and print a line for each source of each domain."""
    arguments = _arguments()
    for domain in arguments.train_only:
        _trained(domain, arguments)
    if arguments.train_only:
        return
    rows = [row for domain in DOMAINS for row in _compared(domain, arguments)]
    for row in rows:
        read = row["read_in_training"]
        print(
            f"{row['domain']:<8} {row['source']:<34} n {row['n']:5}   macro-F1 {row['macro_f1']:.3f}"
            f" ({read['macro_f1']:.3f} where it was read)   NPS {row['nps_true']:+.0f} -> {row['nps_counted']:+.0f}"
        )
    if arguments.output:
        arguments.output.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of labelled texts")
    parser.add_argument("--encoder", type=Path, required=True, help="the folder of the encoder")
    parser.add_argument("--work", type=Path, default=Path(gettempdir()) / "left_out", help="where checkpoints go")
    parser.add_argument("--output", type=Path, help="write the figures as JSON")
    parser.add_argument(
        "--train-only",
        nargs="*",
        default=(),
        choices=(NONE, *DOMAINS),
        help="train these students and stop: for one core each",
    )
    return parser.parse_args()


def _compared(domain: str, arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """A row for each source of a domain: without it in training, and with it."""
    without, read = (_measured(_trained(name, arguments), domain) for name in (domain, NONE))
    return [
        {"domain": domain, "source": source, **figures, "read_in_training": read[source]}
        for source, figures in without.items()
        if source in read
    ]


def _measured(folder: Path, domain: str) -> dict[str, dict[str, Any]]:
    """Figures of a student on what it did not read of a domain, by source."""
    by_source: dict[str, list[corpus.Example]] = defaultdict(list)
    for row in corpus.read_examples(folder / HELD_BACK):
        if row.reading.weight > 0 and row.domain == domain:
            by_source[row.source].append(row)
    student = _Student(folder)
    return {source: _figures(student, rows) for source, rows in sorted(by_source.items())}


def _figures(student: _Student, rows: Sequence[corpus.Example]) -> dict[str, Any]:
    told = evaluate(student, [Row(row.text, row.label) for row in rows])
    return {name: told[name] for name in ("n", "macro_f1", "nps_true", "nps_counted")}


def _trained(domain: str, arguments: argparse.Namespace) -> Path:
    """The checkpoint of the student that never read a domain, trained now if it was not before."""
    folder: Path = arguments.work / domain
    if not (folder / STORY).is_file():
        left_out = "" if domain == NONE else domain
        loop.train(CONFIGURATION, arguments.data, arguments.encoder, folder, left_out=left_out)
    return folder


if __name__ == "__main__":
    main()
