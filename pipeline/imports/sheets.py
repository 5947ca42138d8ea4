"""Tables that carry their types: the first sheet of an XLSX workbook, held whole, and Parquet in batches."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from arro3.core import RecordBatchReader
from arro3.io import read_parquet
from python_calamine import CalamineError, CalamineWorkbook

from core.errors import Invalid
from pipeline.imports.opening import Broken

ROWS_A_BATCH = 2_000
PARQUET = b"PAR1"

NumberedRows = Iterator[tuple[int, Sequence[Any]]]


def xlsx(path: Path) -> tuple[list[str], NumberedRows]:
    """The columns and rows of the first sheet; its first row that is not blank is the header."""
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            rows = iter(enumerate(workbook.get_sheet_by_index(0).iter_rows(), start=1))
    except CalamineError as error:
        msg = f"{path.name} is no XLSX workbook, or a corrupt or locked one: {error}"
        raise Invalid(msg) from error
    filled = ((number, cells) for number, cells in rows if any(cell != "" for cell in cells))
    _, header = next(filled, (0, []))
    return [str(cell).strip() for cell in header], filled


def parquet(path: Path) -> tuple[list[str], NumberedRows]:
    """The columns and rows of a Parquet file; rows count from 1."""
    with path.open("rb") as file:
        whole = file.read(len(PARQUET)) == PARQUET and file.seek(-len(PARQUET), 2) and file.read() == PARQUET
    if not whole:
        msg = f"{path.name} is no Parquet file, or its end is missing"
        raise Invalid(msg)
    try:
        batches = read_parquet(path, batch_size=ROWS_A_BATCH)
        return batches.schema.names, enumerate(_unpacked(batches), start=1)
    except BaseException as error:
        _raise_unless_corrupt(error)
        msg = f"{path.name} is a corrupt Parquet file"
        raise Invalid(msg) from error


def _unpacked(batches: RecordBatchReader) -> Iterator[Sequence[Any]]:
    try:
        for batch in batches:
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)
    except BaseException as error:
        _raise_unless_corrupt(error)
        msg = "the Parquet file is corrupt"
        raise Broken(msg) from error


def _raise_unless_corrupt(error: BaseException) -> None:
    """arro3 panics on some corrupt files, which is no Exception: by name, so that an interrupt stays one."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error
