"""Rows of a file, one at a time: CSV, JSONL (both packed too), XLSX, Parquet. Only XLSX is held in memory whole."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from core.errors import Invalid
from pipeline.imports.encodings import encoding_of
from pipeline.imports.opening import Broken, is_packed, lines, open_bytes
from pipeline.imports.sheets import parquet, xlsx

DELIMITERS = ",;\t|"
LONGEST_CELL = 1 << 23
JSON_LINES_PEEKED = 1_000
"""JSON has no header: columns are the keys of so many first lines."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number as people see it, its cells in the order of the columns, or what is wrong with it."""

    number: int
    cells: Sequence[Any] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """An open file: the names of its columns, and its rows, to be read once."""

    columns: list[str]
    rows: Iterator[Row]


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Open a file by the end of its name. Numbers: the header of CSV and XLSX is row 1, of JSONL lines count from 1.

    Raises Invalid for what is no file, of no known kind, empty, or in no known encoding; rows may raise Broken.
    """
    kind = _kind(path)
    if kind in TABLES:
        columns, cells = TABLES[kind](path)
        yield _filled(path, Source(columns, (Row(number, row) for number, row in cells)))
        return
    encoding = encoding_of(path)
    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding.name, errors=encoding.errors, newline="") as file:
        yield _filled(path, TEXTS[kind](file))


def _kind(path: Path) -> str:
    if not path.exists():
        msg = f"there is no file {path}"
        raise Invalid(msg)
    if not path.is_file():
        msg = f"{path} is not a file"
        raise Invalid(msg)
    kind = path.with_suffix("").suffix.lower() if is_packed(path) else path.suffix.lower()
    if kind not in TEXTS and (kind not in TABLES or is_packed(path)):
        msg = f"{path.name}: give a .csv, .jsonl (both also .gz), .xlsx or .parquet file"
        raise Invalid(msg)
    try:
        with path.open("rb") as file:
            is_empty = not file.read(1)
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}"
        raise Invalid(msg) from error
    if is_empty:
        msg = f"{path.name} is empty"
        raise Invalid(msg)
    return kind


def _filled(path: Path, source: Source) -> Source:
    """The same source, its first row read; raises Invalid where there is none, or the file breaks before it."""
    try:
        first = next(source.rows, None)
    except Broken as broken:
        msg = f"{path.name} cannot be read: {broken}"
        raise Invalid(msg) from broken
    if first is None:
        msg = f"{path.name} has no rows"
        raise Invalid(msg)
    return Source(source.columns, chain([first], source.rows))


def _csv(file: IO[str]) -> Source:
    """Strict about quotes: a lenient reader would take half the file for one cell and not say so."""
    csv.field_size_limit(LONGEST_CELL)
    rest = lines(file)
    try:
        head = next((line for line in rest if line.strip()), "")
        if head.lower().startswith("sep="):
            head = next(rest, "")
    except Broken as broken:
        msg = f"the file cannot be read: {broken}"
        raise Invalid(msg) from broken
    delimiter = max(DELIMITERS, key=lambda mark: len(next(csv.reader([head], delimiter=mark), [])))
    reader = csv.reader(chain([head], rest), delimiter=delimiter, strict=True)
    try:
        columns = [name.strip().lstrip("\ufeff") for name in next(reader, [])]
    except csv.Error as error:
        msg = f"the header cannot be read: {error}"
        raise Invalid(msg) from error
    return Source(columns, _csv_rows(reader, len(columns)))


def _csv_rows(reader: Iterator[list[str]], width: int) -> Iterator[Row]:
    number = 1
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(number, problem=_of_quotes(error))
            continue
        if not any(cells):
            continue
        if len(cells) == width or (len(cells) > width and not any(cells[width:])):
            yield Row(number, cells)
        else:
            yield Row(number, problem=f"{len(cells)} cells, but the header has {width}: a delimiter inside a cell?")


def _of_quotes(error: csv.Error) -> str:
    if "end of data" in str(error) or "limit" in str(error):
        return "a quoted cell begins here that is never closed"
    return "a quote inside a quoted cell has to be doubled"


def _jsonl(file: IO[str]) -> Source:
    numbered = enumerate(lines(file), start=1)
    peeked: list[tuple[int, Any]] = []
    broken: list[Broken] = []
    try:
        for number, line in islice(numbered, JSON_LINES_PEEKED):
            if line.strip():
                peeked.append((number, _parsed(line)))
    except Broken as error:
        broken.append(error)
    columns = list(dict.fromkeys(key for _, found in peeked if isinstance(found, dict) for key in found))

    def rows() -> Iterator[Row]:
        yield from (_json_row(number, found, columns) for number, found in peeked)
        for error in broken:
            raise error
        yield from (_json_row(number, _parsed(line), columns) for number, line in numbered if line.strip())

    return Source(columns, rows())


def _parsed(line: str) -> dict[str, Any] | str:
    """The object of a line, or what is wrong with it."""
    try:
        found = json.loads(line.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        return f"no JSON: {error}"
    return found if isinstance(found, dict) else "a line holds one JSON object, {…}, not a list or a bare value"


def _json_row(number: int, found: dict[str, Any] | str, columns: Sequence[str]) -> Row:
    if isinstance(found, str):
        return Row(number, problem=found)
    return Row(number, [found.get(name) for name in columns])


TEXTS: dict[str, Callable[[IO[str]], Source]] = {".csv": _csv, ".tsv": _csv, ".jsonl": _jsonl, ".ndjson": _jsonl}
TABLES: dict[str, Callable[[Path], tuple[list[str], Iterator[tuple[int, Sequence[Any]]]]]] = {
    ".xlsx": xlsx,
    ".parquet": parquet,
}
