"""How does the shipped labeller err from source to source? Run: `benchmarks/error_model.py --data DIR [--write]`.

Reads the corpus as training did, scores the texts that were held back (three minutes on one core) and checks that the
confusion counts are those of the manifest; `--write` puts the counts by source into it. `afterword model export` writes
them too: this is for weights that were exported before, and for whoever doubts them.
"""

import argparse
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sentiment.manifest import Confusion, read_manifest, write_manifest
from sentiment.network import opinions
from sentiment.shipped import WEIGHTS, ShippedLabeller
from sentiment.training import calibration
from sentiment.training.configuration import read_configuration
from sentiment.training.corpus import OWN_TEXTS, read_corpus

CONFIGURATION = OWN_TEXTS.parent / "afterword.toml"


def main() -> None:
    """Measure, compare, print a line a source and, if asked to, write."""
    arguments = _arguments()
    manifest = read_manifest(arguments.weights)
    corpus = read_corpus(read_configuration(CONFIGURATION).corpus, arguments.data)
    held = [example for example in corpus if example.held_back]
    labeller = ShippedLabeller(arguments.weights, threads=arguments.threads)
    told = opinions(labeller.logits([example.text for example in held]), manifest, [None] * len(held))
    off = differing(calibration.confusions(held, told), manifest.confusion)
    print(f"{len(held)} held-back texts, {off} of them counted otherwise than in the manifest (asked: 0)")
    by_source = calibration.agreements(held, told)
    for kind, sources in by_source.items():
        for source, agreement in sources.items():
            print(line(kind, source, np.array(agreement["confusion"]), np.array(agreement["chances"])))
    if arguments.write:
        write_manifest(replace(manifest, by_source=by_source), arguments.weights)


def differing(found: Mapping[str, Mapping[str, Confusion]], known: Mapping[str, Mapping[str, Confusion]]) -> int:
    """How many texts lie in another cell: half the summed differences, rounded up."""
    cells = {(kind, language) for side in (found, known) for kind, languages in side.items() for language in languages}
    nothing = np.zeros((3, 4))
    both = [
        [np.array(side.get(kind, {}).get(language, nothing)) for side in (found, known)] for kind, language in cells
    ]
    return int(-(-sum(np.abs(one - other).sum() for one, other in both) // 2))


def line(kind: str, source: str, confusion: np.ndarray, chances: np.ndarray) -> str:
    """Size, true NPS, and how far off labels and probabilities are when summed."""
    true, said, n = confusion.sum(axis=1), confusion.sum(axis=0), confusion.sum()
    nps, counted, summed = (100 * (of[0] - of[2]) / n for of in (true, said, chances))
    return (
        f"{kind:8} {source:34} n {n:5.0f}  NPS {nps:6.1f}  "
        f"labels {counted - nps:+6.1f}  probabilities {summed - nps:+6.1f}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of labelled texts")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="put the counts by source into the manifest")
    return parser.parse_args()


if __name__ == "__main__":
    main()
