"""`labeller.json`: what a folder of weights is, how its scores are read, and the checksums that prove it whole."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.errors import ModelUnavailable

FILE = "labeller.json"

COMMENT_LIMIT = 160
"""Reviews of up to this many characters stand in for survey comments, of which the training data has none."""

Confusion = tuple[tuple[int, ...], ...]
"""Counts [true class][said]: three rows in the order of `core.labels.CLASSES`, a fourth column for `unknown`."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything about a labeller but its weights."""

    version: str
    classes: tuple[str, ...]
    """The order of the first logits; the last logit is that of being an opinion."""
    max_length: int
    """Tokens that are read: the head of a longer text."""
    temperature: float
    """What the class logits are divided by before the softmax, fitted on held-back texts."""
    opinion_temperature: float
    opinion_threshold: float
    confusion_by_kind: Mapping[str, Confusion]
    """On held-back texts, by kind: `review`, `comment` (a review of up to `COMMENT_LIMIT` characters) and `post`."""
    confusion_by_language: Mapping[str, Confusion]
    measured: Mapping[str, float]
    """Figures of the export: macro-F1 of these weights and of the fp32 ones they were made from, and others."""
    sha256: Mapping[str, str]
    """Of each other file of the folder."""


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder whose files are all there and whole; ModelUnavailable names the first that is not."""
    try:
        told: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        told["classes"] = tuple(told["classes"])
        for field in ("confusion_by_kind", "confusion_by_language"):
            told[field] = {name: tuple(map(tuple, rows)) for name, rows in told[field].items()}
        manifest = Manifest(**told)
    except (OSError, ValueError, TypeError, KeyError) as error:
        msg = f"the labeller's {folder / FILE} cannot be read ({error}): install the package again, or export again"
        raise ModelUnavailable(msg) from error
    for name, expected in manifest.sha256.items():
        if digest(folder / name) != expected:
            msg = f"the labeller's {folder / name} is corrupt: install the package again, or export again"
            raise ModelUnavailable(msg)
    return manifest


def write_manifest(manifest: Manifest, folder: Path) -> None:
    """Write the manifest beside the weights that it describes."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1)
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def digest(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal; ModelUnavailable where it is missing or unreadable."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        msg = f"the labeller's {path} cannot be read ({error.strerror}): install the package again, or export again"
        raise ModelUnavailable(msg) from error
