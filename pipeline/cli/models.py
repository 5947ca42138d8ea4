"""`model`: train the labeller, ship it, measure it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from core.errors import Invalid
from pipeline.cli.context import JSON_OPTION, read_settings, show_json, show_table
from pipeline.imports.rows import Source, opened
from pipeline.progress import bar
from sentiment import load
from sentiment.evaluation import evaluate as evaluation_of
from sentiment.training import export as export_checkpoint
from sentiment.training import train as train_checkpoint

PER_MILLE = 1_000
"""Steps of the training bar."""

model_app = typer.Typer(no_args_is_help=True, help="The labeller: train, ship, measure.")

LANGUAGE_COLUMNS = ("language", "lang")


@model_app.command("train")
def train(
    config: Annotated[Path, typer.Argument(help="Training configuration, TOML.")],
    data: Annotated[Path, typer.Option(help="Folder of labelled texts.")],
    encoder: Annotated[Path, typer.Option(help="Folder of the encoder to begin from.")],
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
    *,
    as_json: Annotated[bool, JSON_OPTION] = False,
) -> None:
    """Measure the labeller of AFTERWORD_MODEL on labelled texts. Rows without a class or a text are left out."""
    with opened(file) as source:
        rows = list(_labelled(source, text, label))
    result = evaluation_of(load(read_settings().model), rows)
    if as_json:
        show_json(result)
        return
    scalars = {name: value for name, value in result.items() if not isinstance(value, dict)}
    show_table(["figure", "value"], [[name, _rounded(value)] for name, value in scalars.items()])
    for name in ("per_class", "by_language"):
        group: dict[str, dict[str, Any]] = result[name]
        columns = list(next(iter(group.values()), {}))
        show_table([name, *columns], [[key, *(_rounded(one[c]) for c in columns)] for key, one in group.items()])


def _rounded(value: object) -> object:
    return round(value, 4) if isinstance(value, float) else value


def _labelled(source: Source, text: str, label: str) -> Iterator[tuple[str, str, str | None]]:
    for name in (text, label):
        if name not in source.columns:
            msg = f"there is no column {name!r}: found {', '.join(source.columns)}"
            raise Invalid(msg)
    language = next((name for name in LANGUAGE_COLUMNS if name in source.columns), None)
    for row in source.rows:
        cells = dict(zip(source.columns, row.cells, strict=False))
        if row.problem is None and cells.get(text) and cells.get(label):
            yield str(cells[text]), str(cells[label]), str(cells[language]) if language and cells[language] else None
