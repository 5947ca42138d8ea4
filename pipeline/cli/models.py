"""`model`: train the labeller, ship it, measure it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import Invalid
from core.labels import CLASSES
from pipeline.cli.context import JSON_OPTION, read_settings, show_json, show_table
from pipeline.imports.rows import Source, opened
from pipeline.progress import bar
from sentiment import load
from sentiment.evaluation import Row
from sentiment.evaluation import evaluate as evaluation_of
from sentiment.texts import asked
from sentiment.training import export as export_checkpoint
from sentiment.training import train as train_checkpoint

PER_MILLE = 1_000
"""Steps of the training bar."""

model_app = typer.Typer(no_args_is_help=True, help="The labeller: train, ship, measure.")

LANGUAGE_COLUMNS = ("language", "lang")
YES_AND_NO = {"": None, "true": True, "yes": True, "false": False, "no": False}


@model_app.command("train")
def train(
    config: Annotated[Path, typer.Argument(help="Training configuration, TOML.")],
    data: Annotated[Path, typer.Option(help="Folder of labelled texts.")],
    encoder: Annotated[Path, typer.Option(help="Folder of an encoder to begin from, or of weights to go on from.")],
    output: Annotated[Path, typer.Option(help="Folder for checkpoints.")],
    *,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint there.")] = True,
) -> None:
    """Train a labeller; stop it when you like, it goes on from its last checkpoint. Needs the train extra."""
    with bar("training", total=PER_MILLE) as advance:
        reached = 0

        def progress(share: float) -> None:
            nonlocal reached
            advance(int(share * PER_MILLE) - reached)
            reached = int(share * PER_MILLE)

        typer.echo(train_checkpoint(config, data, encoder, output, resume=resume, progress=progress))


@model_app.command("export")
def export(
    checkpoint: Annotated[Path, typer.Argument(help="Folder of a trained checkpoint.")],
    output: Annotated[Path, typer.Argument(help="Folder for the weights to ship.")],
) -> None:
    """Compile a checkpoint to the small folder that is served without torch. Needs the train extra."""
    typer.echo(export_checkpoint(checkpoint, output).version)


@model_app.command("evaluate")
def evaluate(
    file: Annotated[Path, typer.Argument(help="CSV, JSONL (.gz too), XLSX or Parquet of labelled texts.")],
    text: Annotated[str, typer.Option(help="Column of the texts.")] = "text",
    label: Annotated[str, typer.Option("--class", help="Column of promoter, passive or detractor.")] = "nps",
    opinion: Annotated[
        str | None, typer.Option("--opinion-class", help="Column of true or false: is it an opinion at all?")
    ] = None,
    question: Annotated[
        str, typer.Option(help="Column of the survey's question that a text answers, if there is one; '' for none.")
    ] = "question",
    by: Annotated[list[str] | None, typer.Option(help="Column to break the figures down by; repeatable.")] = None,
    *,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Measure the labeller of AFTERWORD_MODEL on labelled texts. Rows without a class or a text are left out."""
    with opened(file) as source:
        rows = list(_labelled(source, _Columns(text, label, opinion, question, tuple(by or ()))))
    settings = read_settings()
    result = evaluation_of(load(settings.model, meanings=settings.model_labels), rows)
    if as_json:
        show_json(result)
    else:
        _show(result)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a file the text is, what is known of it, and what to break the figures down by."""

    text: str
    label: str
    opinion: str | None
    question: str
    by: tuple[str, ...]

    @property
    def needed(self) -> tuple[str, ...]:
        """A file of opinions and others need not have classes."""
        known = (self.label,) if self.opinion is None else (self.opinion,)
        return self.text, *known, *self.by


def _labelled(source: Source, columns: _Columns) -> Iterator[Row]:
    for name in columns.needed:
        if name not in source.columns:
            msg = f"there is no column {name!r}: found {', '.join(source.columns)}"
            raise Invalid(msg)
    language = next((name for name in LANGUAGE_COLUMNS if name in source.columns), "")
    for row in source.rows:
        cells = dict(zip(source.columns, row.cells, strict=False))
        label = cells.get(columns.label)
        is_opinion = _is_opinion(row.number, columns.opinion, cells.get(columns.opinion)) if columns.opinion else None
        if row.problem is None and cells.get(columns.text) and (label or is_opinion is not None):
            yield Row(
                text=asked(str(cells.get(columns.question) or ""), str(cells[columns.text])),
                label=str(label) if label else None,
                language=str(cells[language]) if cells.get(language) else None,
                is_opinion=is_opinion,
                groups={name: str(cells[name]) for name in columns.by if cells.get(name) not in (None, "")},
            )


def _is_opinion(number: int, column: str, cell: object) -> bool | None:
    """True or false as files write them, or a share in [0, 1]; None for an empty cell."""
    told = str("" if cell is None else cell).strip().casefold()
    if told in YES_AND_NO:
        return YES_AND_NO[told]
    try:
        share = float(told)
    except ValueError:
        share = math.nan
    if not 0 <= share <= 1:
        msg = f"row {number}: {column} must be true or false, not {cell!r}"
        raise Invalid(msg)
    return share > 0.5  # noqa: PLR2004


def _show(result: dict[str, Any]) -> None:
    """A table of the figures as a whole, and one for each way to break them down."""
    show_table(["figure", "value"], [[name, _rounded(value)] for name, value in _scalars(result).items()])
    per_class: dict[str, dict[str, Any]] = result["per_class"]
    if per_class:
        _show_group("class", per_class)
    if result["opinion"]:
        show_table(["is it an opinion", "value"], [[name, _rounded(v)] for name, v in result["opinion"].items()])
    if result["n"]:
        steps = [step for step in result["calibration_curve"] if step["n"]]
        show_table(["confidence", "accuracy", "n"], [[_rounded(value) for value in step.values()] for step in steps])
    for column, groups in {"language": result["by_language"], **result["by"]}.items():
        _show_group(column, {value: _flat(figures) for value, figures in groups.items()})


def _show_group(column: str, group: dict[str, dict[str, Any]]) -> None:
    """One row a value; a figure that nobody has gets no column."""
    known = {name for one in group.values() for name, value in one.items() if value is not None}
    names = [name for name in next(iter(group.values()), {}) if name in known]
    show_table([column, *names], [[key, *(_rounded(one[name]) for name in names)] for key, one in group.items()])


def _flat(figures: dict[str, Any]) -> dict[str, Any]:
    """Figures of a group as one row: F1 of each class, and those of being an opinion where some rows tell."""
    f1 = {f"F1 {label}": figures["per_class"].get(label, {}).get("f1") for label in CLASSES}
    told = figures["opinion"] or {}
    opinion = {f"opinion {name}": told.get(name) for name in ("n", "auc", "sensitivity", "specificity")}
    return _scalars(figures) | f1 | opinion


def _scalars(figures: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in figures.items() if not isinstance(value, dict | list) and name != "opinion"}


def _rounded(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value
