"""How many rows a second an import takes against a bare INSERT without any checks, and whether memory stays flat.

    python benchmarks/importing.py [--rows 50000]

The peer reads the same CSV with csv.DictReader and puts it into a bare SQLite table by one executemany. With
AFTERWORD_TEST_POSTGRES set, the import runs into that database too, emptied first. Peak memory is of a new process.
"""

import argparse
import csv
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from pipeline.imports import import_mentions, import_survey
from store.brands import add_brand
from store.database import Database, open_database
from store.models import Table
from store.schema import upgrade

NOW = datetime(2026, 11, 1, tzinfo=UTC)
WORDS = (
    "зал",
    "тренер",
    "бассейн",
    "раздевалка",
    "чисто",
    "грязно",
    "дорого",
    "удобно",
    "очень",
    "приятно",
    "цена",
    "абонемент",
    "хамство",
    "спасибо",
    "музыка",
)
IMPORTS = {"mentions": import_mentions, "survey": import_survey}
SMALL, LARGE = 10_000, 100_000


def write_mentions(path: Path, rows: int) -> None:
    """Reviews of about 25 words by some authors of five clubs over two years."""
    draw = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "text", "rating", "author", "published_at", "location"))
        for number in range(rows):
            text = " ".join(draw.choices(WORDS, k=25))
            day = f"{2025 + number % 2}-{draw.randint(1, 10):02}-{draw.randint(1, 28):02}"
            author = f"автор {draw.randrange(rows)}"
            writer.writerow((number, text, draw.randint(1, 5), author, f"{day} 12:30", f"клуб {number % 5}"))


def write_survey(path: Path, rows: int) -> None:
    """Answers of customers of five clubs over two years, a fifth with a comment."""
    draw = random.Random(7)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "score", "comment", "customer", "responded_at", "location"))
        for number in range(rows):
            comment = " ".join(draw.choices(WORDS, k=12)) if number % 5 == 0 else ""
            day = f"{2025 + number % 2}-{draw.randint(1, 10):02}-{draw.randint(1, 28):02}"
            writer.writerow((number, draw.randint(0, 10), comment, draw.randrange(rows), day, f"клуб {number % 5}"))


WRITERS = {"mentions": write_mentions, "survey": write_survey}


def bare(path: Path, folder: Path) -> None:
    """The peer: no checks, no identity, no tallies, no indexes."""
    connection = sqlite3.connect(folder / "bare.db")
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        names = list(reader.fieldnames or ())
        connection.execute(f"CREATE TABLE bare ({', '.join(names)})")
        marks = ", ".join(f":{name}" for name in names)
        with connection:
            connection.executemany(f"INSERT INTO bare VALUES ({marks})", reader)  # noqa: S608 - our own header
    connection.close()


def fresh(url: str) -> Database:
    """A database of this release with one brand and nothing else."""
    db = open_database(url)
    with db.engine.begin() as connection:
        Table.metadata.drop_all(connection)
        connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    upgrade(db)
    with db.write.begin() as session:
        add_brand(session, "bench", name="Bench", timezone="Europe/Moscow", now=NOW)
    return db


def run_import(kind: str, db: Database, path: Path) -> None:
    """One import of all rows, none refused."""
    result = IMPORTS[kind](db, "bench", path, columns={}, secret=b"x" * 32, clock=lambda: NOW)
    if result.refused:
        msg = f"{result.refused} rows were refused"
        raise SystemExit(msg)


def seconds(work: Callable[[], None]) -> float:
    """How long the work takes, once."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def speed(kind: str, rows: int, folder: Path) -> None:
    """Print our rows a second and the peer's, and their ratio."""
    path = folder / f"{kind}.csv"
    WRITERS[kind](path, rows)
    peer = rows / seconds(lambda: bare(path, folder))
    (folder / "bare.db").unlink()
    print(f"{kind:9}{'bare INSERT':24}{peer:>10,.0f} rows/s")
    urls = {"sqlite": f"sqlite:///{folder}/{kind}.db"}
    if postgres := os.environ.get("AFTERWORD_TEST_POSTGRES"):
        urls["postgresql"] = postgres
    for name, url in urls.items():
        db = fresh(url)
        for what in ("import", "same again"):
            ours = rows / seconds(lambda db=db: run_import(kind, db, path))  # type: ignore[misc]
            print(f"{kind:9}{f'{name}: {what}':24}{ours:>10,.0f} rows/s   1/{peer / ours:.0f} of the bare INSERT")
        db.close()


def memory(kind: str, rows: int, folder: Path) -> None:
    """Print the peak memory of one import in a new process."""
    path = folder / f"{kind}-{rows}.csv"
    WRITERS[kind](path, rows)
    command = [sys.executable, __file__, "--peak", kind, str(path)]
    peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - ourselves
    print(
        f"{kind:9}{f'peak memory, {rows:,} rows':32}{peak.strip():>6} MB   (the file: {path.stat().st_size >> 20} MB)"
    )
    path.unlink()


def peak_megabytes() -> int:
    """The most memory that this process has held (Linux; ru_maxrss would count the parent's at the fork)."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) >> 10 if found else 0


def main() -> None:
    """Measure both kinds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--peak", nargs=2, metavar=("KIND", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        if given.peak:
            run_import(given.peak[0], fresh(f"sqlite:///{folder}/peak.db"), Path(given.peak[1]))
            print(peak_megabytes())
            return
        for kind in WRITERS:
            speed(kind, given.rows, Path(folder))
            for rows in (SMALL, LARGE):
                memory(kind, rows, Path(folder))


if __name__ == "__main__":
    main()
