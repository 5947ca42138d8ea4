"""Who a row is: the file's own id, else a hash of its content and how many times it has occurred in the file."""

import sqlite3
from types import TracebackType
from typing import Self

from pipeline.imports.cells import LONGEST_ID, Record, text
from store.identity import content_hash

CACHE_KIB = 16_384
COUNT = "INSERT INTO seen VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times"


class Occurrences:
    """Counts how often each key came by, in a temporary file of SQLite: memory stays flat for any number of rows."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        for setting in (f"cache_size = -{CACHE_KIB}", "journal_mode = OFF", "synchronous = OFF"):
            self._db.execute(f"PRAGMA {setting}")
        self._db.execute("CREATE TABLE seen (key INTEGER PRIMARY KEY, times INTEGER NOT NULL)")
        self._db.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._db.close()

    def times(self, digest: str) -> int:
        """How often this digest has come by, this time included. Of its bits 63 count: two rows in a billion meet."""
        return int(self._db.execute(COUNT, (int(digest[:16], 16) >> 1,)).fetchone()[0])


def native_id(record: Record, seen: Occurrences, *content: object) -> str:
    """The row's own id where the file gives one, else a digest that is the same whenever the file is read again.

    Rows of the same content in one file are told apart by their order.
    """
    given = text(record, "id", longest=LONGEST_ID)
    if given is not None:
        return given
    digest = content_hash(*("" if part is None else str(part) for part in content))
    return f"{digest}-{seen.times(digest)}"
