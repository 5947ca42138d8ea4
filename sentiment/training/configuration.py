"""The TOML file that says how a labeller is made, as values."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Shape:
    """What is trained: so many first layers of the encoder, on so many tokens of a text."""

    layers: int
    max_length: int
    tail: int
    """Tokens at the end of a longer text that are read, of `max_length`; the rest is its head."""


@dataclass(frozen=True, slots=True)
class Run:
    """How it is trained; `minutes` bounds the wall clock, `examples` the work, whichever ends first."""

    seed: int
    max_length: int
    """Tokens that are read while training, a quarter of them the tail: fewer than are served, as long texts cost."""
    batch: int
    examples: int
    minutes: float
    rate: float
    head_rate: float
    warmup: float
    decay: float
    star_share: float
    """Of the ordinal loss over five stars, beside 1 for the three classes."""
    opinion_share: float
    polarity_share: float
    augmented: float
    """The share of texts that are read cut, retyped or misspelt."""
    unasked: float
    """The share of answers that are read without their question, as many surveys are exported."""
    threads: int
    kept: float = 0.0
    """The share of the weights that a run begins from in what it leaves, the mean of both: so it forgets less (Wortsman
    and others 2022)."""


PARTS = ("titles", "sentences")
"""Readings of `labels` that take a short part of a starred review, as survey comments are short."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file of labelled texts: its kind, how its labels are read, and a factor on its share."""

    file: str
    kind: str
    labels: str
    weight: float
    domain: str = ""
    natural_mix: bool = False
    """Whether its classes are drawn in their own mix, not by the root of their sizes."""
    drill: bool = False
    """Whether it only teaches a point, by pairs that nobody wrote so: none of it is held back, as it would say nothing
    about how the labeller errs on what people write."""

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
    """The configuration in a TOML file; Invalid names what is missing, unknown or unreadable.

    `extends = "other.toml"` begins with that file beside it, and replaces the values that this one gives.
    """
    try:
        tables = _tables(path)
        corpus = tables["corpus"]
        sources = tuple(Source(**source) for source in corpus.pop("sources"))
        return Configuration(
            model=Shape(**tables["model"]), run=Run(**tables["run"]), corpus=Corpus(**corpus, sources=sources)
        )
    except (OSError, KeyError, TypeError, tomllib.TOMLDecodeError) as error:
        msg = f"training configuration {path}: {error}"
        raise Invalid(msg) from error


def files_of(path: Path) -> list[Path]:
    """A configuration's file and those that it extends: all that a copy of it needs."""
    with path.open("rb") as file:
        base = tomllib.load(file).get("extends")
    return [path, *(files_of(path.parent / base) if base else ())]


def _tables(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        tables = tomllib.load(file)
    base = tables.pop("extends", None)
    if base is None:
        return tables
    below = _tables(path.parent / base)
    return below | {name: below.get(name, {}) | values for name, values in tables.items()}
