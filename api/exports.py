"""Lists and reports as CSV and XLSX, written to a temporary file first: an error is a problem, not half a file."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated, Any

import xlsxwriter
from fastapi import Depends, Query, Request
from fastapi.responses import Response, StreamingResponse

from core.errors import Invalid

Row = Mapping[str, Any]
IN_MEMORY = 4_000_000
BLOCK = 64 * 1024
MOST_SHEET_ROWS = 1_048_575
"""Rows of a sheet under its head."""
LONGEST_CELL = 32_767
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A text that begins so is run as a formula by the spreadsheets that open a CSV."""


class Format(StrEnum):
    """What a list or report can be had as."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    Format.CSV: "text/csv",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def _wanted(
    request: Request,
    format: Annotated[  # noqa: A002 - the name of the parameter is the promise
        Format | None, Query(description="`csv` and `xlsx` export everything; `Accept: text/csv` does the same")
    ] = None,
) -> Format:
    if format is not None:
        return format
    accepted = request.headers.get("accept", "")
    return next((kind for kind, media_type in MEDIA_TYPES.items() if media_type in accepted), Format.JSON)


Wanted = Annotated[Format, Depends(_wanted)]

EXPORTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {"schema": {"type": "string"}} for media_type in MEDIA_TYPES.values()}}
}
"""The `responses` of a route that exports, beside its JSON."""


def exported(columns: Sequence[str], rows: Iterable[Row], wanted: Format, name: str) -> Response:
    """A file of these rows to download; reads them all first. Raises Invalid for more than a sheet holds."""
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed once it has been sent
    try:
        WRITERS[wanted](file, columns, rows)
    except BaseException:
        file.close()
        raise
    length = file.tell()
    file.seek(0)
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{wanted.value}"',
        "Content-Length": str(length),
    }
    return StreamingResponse(_blocks(file), headers=headers, media_type=MEDIA_TYPES[wanted])


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while block := file.read(BLOCK):
            yield block


def write_csv(file: IO[bytes], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write UTF-8 CSV with a head; texts that a spreadsheet would run get an apostrophe before them."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([_harmless(_cell(row[column])) for column in columns] for row in rows)
    text.flush()
    text.detach()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(DANGEROUS) else cell


def _cell(value: Any) -> Any:
    """Numbers and texts stay; moments, days and words of an enum become their text."""
    if isinstance(value, StrEnum):
        return value.value
    return value.isoformat() if hasattr(value, "isoformat") else value


def write_xlsx(file: IO[bytes], columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Write one sheet with a head, row by row in little memory; texts stay texts. Raises Invalid for too many rows."""
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Afterword")
        sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns):
            sheet.write_string(0, place, column)
        for number, row in enumerate(rows, start=1):
            if number > MOST_SHEET_ROWS:
                msg = f"format: a sheet holds {MOST_SHEET_ROWS} rows; filter, or take csv"
                raise Invalid(msg)
            for place, column in enumerate(columns):
                _write_cell(sheet, number, place, _cell(row[column]))


def _write_cell(sheet: Any, number: int, place: int, cell: Any) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(number, place, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(number, place, cell)
    elif cell is not None:
        sheet.write_string(number, place, str(cell)[:LONGEST_CELL])


WRITERS: dict[Format, Callable[[IO[bytes], Sequence[str], Iterable[Row]], None]] = {
    Format.CSV: write_csv,
    Format.XLSX: write_xlsx,
}
