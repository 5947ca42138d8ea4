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
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer

from core.labels import CLASSES
from sentiment.scores import class_shares
from sentiment.tokens import untruncated
from sentiment.training import calibration, corpus, loop, model
from sentiment.training.checkpoints import HELD_BACK, STORY
from sentiment.training.configuration import Shape, read_configuration

CONFIGURATION = Path(loop.__file__).parent / "small.toml"
DOMAINS = ("books", "bank", "hotel", "airline", "clothes")
NONE = "none"


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
    body, words = model.from_checkpoint(folder)
    shape = read_configuration(CONFIGURATION).model
    return {source: _figures(body, words, folder, rows, shape) for source, rows in sorted(by_source.items())}


def _trained(domain: str, arguments: argparse.Namespace) -> Path:
    """The checkpoint of the student that never read a domain, trained now if it was not before."""
    folder: Path = arguments.work / domain
    if not (folder / STORY).is_file():
        left_out = "" if domain == NONE else domain
        loop.train(CONFIGURATION, arguments.data, arguments.encoder, folder, left_out=left_out)
    return folder


def _figures(
    body: model.Body, words: torch.Tensor, folder: Path, rows: list[corpus.Example], shape: Shape
) -> dict[str, Any]:
    tokenizer = untruncated(Tokenizer.from_file(str(folder / "tokenizer.json")))
    said = class_shares(loop.logits_of(body, words, tokenizer, [row.text for row in rows], shape)).argmax(1)
    truth = np.array([CLASSES.index(row.label) for row in rows])
    return {
        "n": len(rows),
        "macro_f1": calibration.macro_f1(truth, said),
        "nps_true": _nps(truth),
        "nps_counted": _nps(said),
    }


def _nps(classes: np.ndarray[Any, np.dtype[np.int64]]) -> float:
    return float(100 * ((classes == 0).mean() - (classes == 2).mean()))  # noqa: PLR2004


if __name__ == "__main__":
    main()
