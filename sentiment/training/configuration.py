"""The TOML file that says how a labeller is made, as values."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Shape:
    """What is trained: so many first layers of the encoder, on so many tokens of a text."""

    layers: int
    max_length: int


@dataclass(frozen=True, slots=True)
class Run:
    """How it is trained; `minutes` bounds the wall clock, `examples` the work, whichever ends first."""

    seed: int
    batch: int
    examples: int
    minutes: float
    rate: float
    head_rate: float
    warmup: float
    decay: float
    opinion_share: float
    threads: int


PARTS = ("titles", "sentences")
"""Readings of `labels` that take a short part of a starred review, as survey comments are short."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of labelled texts: its kind, how its labels are read, and a factor on its share."""

    file: str
    kind: str
    labels: str
    weight: float

    @property
    def name(self) -> str:
        """What its examples are of: the file, and which part of its texts where that is not the whole."""
        return f"{self.file}:{self.labels}" if self.labels in PARTS else self.file


@dataclass(frozen=True, slots=True)
class Corpus:
    """What it is trained on."""

    exponent: float
    held_back: float
    held_back_rows: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Configuration:
    """The whole file."""

    model: Shape
    run: Run
    corpus: Corpus


def read_configuration(path: Path) -> Configuration:
    """The configuration in a TOML file; Invalid names what is missing, unknown or unreadable."""
    try:
        with path.open("rb") as file:
            tables = tomllib.load(file)
        corpus = tables["corpus"]
        sources = tuple(Source(**source) for source in corpus.pop("sources"))
        return Configuration(
            model=Shape(**tables["model"]), run=Run(**tables["run"]), corpus=Corpus(**corpus, sources=sources)
        )
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        msg = f"training configuration {path}: {error}"
        raise Invalid(msg) from error
