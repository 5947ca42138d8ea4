"""The report on rows that were not taken, FILE.errors.csv: written row by row, and only there if there is one."""

import csv
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from core.errors import Invalid

LONGEST_VALUE = 80
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


class Refusals:
    """A context: opened before anything is stored, so that no row can be refused in silence; removed if it is empty.

    Raises Invalid on opening where the file cannot be written. With a mark for Excel, which takes UTF-8 for ANSI else.
    """

    def __init__(self, imported: Path) -> None:
        self.count = 0
        self.path = imported.with_name(imported.name + ".errors.csv")

    def __enter__(self) -> Self:
        try:
            self._file = self.path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        except OSError as error:
            msg = f"{self.path} cannot be written, and rows with errors go there: {error.strerror}; nothing was stored"
            raise Invalid(msg) from error
        self._writer = csv.writer(self._file)
        self._writer.writerow(("row", "field", "value", "problem"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if not self.count:
            self.path.unlink(missing_ok=True)

    def add(self, row: int, field: str, value: Any, problem: str) -> None:
        """Write down one row: the value cut to 80 characters, and nothing that a spreadsheet would run."""
        self.count += 1
        self._writer.writerow((row, field, _inert(str(value)[:LONGEST_VALUE]), _inert(problem)))


def _inert(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
