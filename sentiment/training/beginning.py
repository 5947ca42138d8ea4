"""What a run begins from, and the story of the runs that led there."""

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from core.clock import now
from sentiment.manifest import FILE, read_manifest
from sentiment.training import model as models
from sentiment.training.checkpoints import CURVE, STORY
from sentiment.training.configuration import Configuration
from sentiment.training.unquantised import from_shipped


@dataclass(frozen=True, slots=True)
class Beginning:
    """A body, its word embeddings [vocabulary, width], and the JSON of its tokeniser."""

    body: models.Body
    words: torch.Tensor
    tokenizer: bytes
    shipped: str = ""
    """The version of the shipped weights that the first of the runs went on from; none of an encoder."""
    runs: tuple[Mapping[str, Any], ...] = ()
    """The runs since then, the oldest first."""


def begin(folder: Path, layers: int) -> Beginning:
    """The first layers of an encoder with a fresh head, or an earlier run's checkpoint, or weights as they are shipped.

    ModelUnavailable and Invalid as in `from_shipped`.
    """
    if (folder / STORY).is_file():
        told = json.loads((folder / STORY).read_text(encoding="utf-8"))
        story = told.get("begun_from", ""), tuple(told.get("runs", ()))
        return Beginning(*models.from_checkpoint(folder), (folder / "tokenizer.json").read_bytes(), *story)
    if (folder / FILE).is_file():
        manifest = read_manifest(folder)
        tokenizer = gzip.decompress((folder / "tokenizer.json.gz").read_bytes())
        return Beginning(*from_shipped(folder), tokenizer, manifest.version)
    return Beginning(*models.from_encoder(folder, layers), (folder / "tokenizer.json").read_bytes())


def keep_story(start: Beginning, config: Configuration, out_dir: Path, name: str) -> None:
    """Put beside the checkpoint what its export is named and shaped by, and the runs that made it, this one last.

    `name` is that of the configuration's file.
    """
    shape, run = config.model, config.run
    curve = (out_dir / CURVE).read_text(encoding="utf-8").splitlines() or ['{"step": 0, "seconds": 0}']
    told = json.loads(curve[-1])
    this = {"configuration": name, "seed": run.seed, "batch": run.batch, "max_length": run.max_length}
    story = {
        "layers": shape.layers,
        "max_length": shape.max_length,
        "tail": shape.tail,
        "trained_on": f"{now():%Y.%m.%d}",
        "begun_from": start.shipped,
        "runs": [*start.runs, this | {"steps": told["step"], "minutes": told["seconds"] / 60}],
    }
    (out_dir / STORY).write_text(json.dumps(story), encoding="utf-8")
