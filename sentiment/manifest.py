"""`labeller.json`: what a folder of weights is, how its scores are read, and the checksums that prove it whole."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.errors import ModelUnavailable

FILE = "labeller.json"

Confusion = tuple[tuple[int, ...], ...]
"""Counts [true class][said]: three rows in the order of `core.labels.CLASSES`, a fourth column for `unknown`."""

Agreement = dict[str, list[Any]]
"""`confusion`, counts [true class][label said] three by three, and `chances`, sums of the three probabilities over the
same texts: plain lists, as they are stored."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything about a labeller but its weights."""

    version: str
    classes: tuple[str, ...]
    """The order of the probabilities and of the confusion counts."""
    max_length: int
    """Tokens that are read."""
    tail: int
    """How many of them are the end of a longer text; the others are its head."""
    temperature: float
    """What the star logits are divided by before the softmax, fitted on held-back texts."""
    opinion_temperature: float
    opinion_threshold: float
    confusion: Mapping[str, Mapping[str, Confusion]]
    """On held-back texts, by kind and language. Kinds are `review`, `comment` (what is written in a survey, and reviews
    of up to `COMMENT_LIMIT` characters) and `post`; languages as their sources say, "" where they do not."""
    measured: Mapping[str, float]
    """Figures of the export: macro-F1 of these weights and of the fp32 ones they were made from, and others."""
    sha256: Mapping[str, str]
    """Of each other file of the folder."""
    by_source: Mapping[str, Mapping[str, Agreement]] = field(default_factory=dict)
    """On held-back texts that it takes for opinions, by kind and source; of a manifest from before that, none."""

    @property
    def error_model(self) -> dict[str, dict[str, Agreement]]:
        """`by_source` as plain values, ready for JSON: what tells how its errors vary from source to source."""
        return {kind: dict(sources) for kind, sources in self.by_source.items()}

    @property
    def confusion_by_kind(self) -> dict[str, Confusion]:
        """The counts of each kind, all languages together."""
        return {kind: _sum(languages.values()) for kind, languages in self.confusion.items()}

    @property
    def confusion_by_language(self) -> dict[str, Confusion]:
        """The counts of each language, all kinds together."""
        found = sorted({language for languages in self.confusion.values() for language in languages})
        return {
            language: _sum(languages[language] for languages in self.confusion.values() if language in languages)
            for language in found
        }


def _sum(matrices: Iterable[Confusion]) -> Confusion:
    """Counts of several groups as one."""
    return tuple(tuple(sum(cells) for cells in zip(*rows, strict=True)) for rows in zip(*matrices, strict=True))


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a folder whose files are all there and whole; ModelUnavailable names the first that is not."""
    try:
        told: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
        told["classes"] = tuple(told["classes"])
        told["confusion"] = {
            kind: {language: tuple(map(tuple, rows)) for language, rows in languages.items()}
            for kind, languages in told["confusion"].items()
        }
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
