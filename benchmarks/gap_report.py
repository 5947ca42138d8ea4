"""How long the full report by location and month takes for 500 locations, two years, 5 million mentions.

The tallies are written as crawls and labels would have left them (a row a day, place, channel and kind of text, and the
months); the mentions behind them are not needed for a report. The peer is the bare sum: one GROUP BY over the same rows
without intervals, corrections, excess or false discovery rates.
Run: python benchmarks/gap_report.py [--locations 500] [--months 24] [--url postgresql+psycopg://…]
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from api.reports import gap_report
from core.batches import batches
from core.clock import now
from core.labels import CLASSES, Side, TextKind
from metrics.aspects import dictionary
from store.brands import add_brand, ids_made
from store.contributions import EVIDENCE
from store.database import Database, open_database
from store.labels import labeller_id
from store.models import Agreement, Brand, Channel, Grain, Location, Mention, Tally
from store.schema import upgrade
from store.segments import segments

START = date(2024, 11, 1)
MENTIONS_A_DAY = 14
ROUNDS = 7
MOST_SECONDS = 1.0


def days(months: int) -> list[date]:
    """Every day of so many months."""
    found, day = [], START
    while (day.year - START.year) * 12 + day.month - START.month < months:
        found.append(day)
        day += timedelta(days=1)
    return found


def tally_rows(brand: Brand, places: list[int], channels: list[int], months: int) -> Iterator[dict[str, Any]]:
    """Rows of days and of months, public and survey, about 14 mentions a place and day."""
    chance = np.random.default_rng(7)
    for place in places:
        mix = chance.dirichlet((4, 2, 3))
        for side, kind, channel, mean in (
            (Side.SOCIAL, TextKind.REVIEW, channels[0], 0.35 * MENTIONS_A_DAY),
            (Side.SOCIAL, TextKind.COMMENT, channels[0], 0.35 * MENTIONS_A_DAY),
            (Side.SOCIAL, TextKind.POST, channels[1], 0.3 * MENTIONS_A_DAY),
            (Side.SURVEY, TextKind.COMMENT, channels[2], 4.0),
        ):
            by_month: dict[date, np.ndarray[Any, Any]] = {}
            key = {"brand_id": brand.id, "side": side, "location_id": place, "channel_id": channel}
            key |= {"kind": kind, "suspect": False}
            for day in days(months):
                sums = evidence(chance, chance.multinomial(chance.poisson(mean), mix), side, kind)
                month = day.replace(day=1)
                by_month[month] = by_month.get(month, 0) + sums
                yield key | {"grain": Grain.DAY, "said_on": day} | named(sums)
            for month, sums in by_month.items():
                yield key | {"grain": Grain.MONTH, "said_on": month} | named(sums)


def evidence(
    chance: np.random.Generator, counts: np.ndarray[Any, Any], side: Side, kind: TextKind
) -> np.ndarray[Any, Any]:
    """The sums of `store.contributions.EVIDENCE`; half of the reviews and comments have a rating."""
    n = counts.sum()
    nothing = np.zeros(3)
    if side is Side.SURVEY:
        return np.concatenate([[n, n, *counts, 0], *[nothing] * 3, [0]])
    rated = counts * 0 if kind is TextKind.POST else chance.binomial(counts, 0.5)
    said = counts - rated
    return np.concatenate([[n, n, *counts, rated.sum()], rated, said, said, [0]])


def named(sums: np.ndarray[Any, Any]) -> dict[str, float]:
    """The sums by their columns."""
    return dict(zip(EVIDENCE, sums.tolist(), strict=True))


def filled(db: Database, locations: int, months: int) -> tuple[Brand, int]:
    """A chain with its tallies, one labelled mention and what ratings and texts agree on; and how many mentions."""
    upgrade(db)
    with db.write.begin() as session:
        brand = add_brand(session, "bench", name="Bench", timezone="UTC", now=now())
        places = list(ids_made(session, Location, brand.id, [f"place-{n:03}" for n in range(locations)]).values())
        channels = list(ids_made(session, Channel, brand.id, ["maps", "forum", "tablet"]).values())
        labeller_id(session, "bench-1", now=now())
    mentions = 0
    with db.engine.begin() as connection:
        for batch in batches(tally_rows(brand, places, channels, months), 50_000):
            mentions += sum(
                int(row["mentions"]) for row in batch if row["side"] is Side.SOCIAL and row["grain"] is Grain.DAY
            )
            connection.execute(sa.insert(Tally), batch)
        connection.execute(sa.insert(Agreement), [agreement(brand, place, channels[0]) for place in places])
    return brand, mentions


def agreement(brand: Brand, place: int, channel: int) -> dict[str, Any]:
    """What a labeller makes of one place's rated voices."""
    counts = {"promoter": (160, 14, 6), "passive": (22, 34, 14), "detractor": (9, 12, 129)}
    row = {f"{true}_{said}": n for true, ns in counts.items() for said, n in zip(CLASSES, ns, strict=True)}
    chances = {f"p_{known}": 100.0 for known in CLASSES}
    key = {"brand_id": brand.id, "location_id": place, "channel_id": channel, "kind": TextKind.REVIEW}
    return key | row | chances | {"voices": sum(map(sum, counts.values()))}


def report_rows(db: Database, brand: Brand) -> int:
    """The full report by location and month."""
    with db.read() as session:
        end = datetime(2026, 11, 1, tzinfo=UTC)
        found = gap_report(session, brand, ("location", "month"), now=end, dictionary=dictionary())
    return len(found.rows)


def bare_sum(db: Database, brand: Brand) -> int:
    """The same rows, summed and nothing else."""
    with db.read() as session:
        return len(segments(session, brand, ("location", "month")))


def seconds(work: Callable[[Database, Brand], int], db: Database, brand: Brand) -> tuple[float, int]:
    """The median of several rounds, and how many rows came."""
    taken, rows = [], 0
    for _ in range(ROUNDS):
        started = time.perf_counter()
        rows = work(db, brand)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken)), rows


def measure(db: Database, name: str, locations: int, months: int) -> None:
    """Fill, measure, print."""
    brand, mentions = filled(db, locations, months)
    with db.read() as session:
        cells = session.scalar(sa.select(sa.func.count()).select_from(Tally))
        kept = session.scalar(sa.select(sa.func.count()).select_from(Mention))
    full, rows = seconds(report_rows, db, brand)
    bare, _ = seconds(bare_sum, db, brand)
    print(
        f"{name}: {locations} locations, {months} months, {mentions:,} mentions in {cells:,} tally rows ({kept} kept): "
        f"{rows:,} rows in {full:.2f} s (asked: under {MOST_SECONDS:.0f} s); the bare sum {bare:.2f} s, "
        f"{full / bare:.1f} times"
    )
    db.close()


def main() -> None:
    """Measure on SQLite, or on the database of an address."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--locations", type=int, default=500)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--url")
    told = parser.parse_args()
    if told.url:
        measure(open_database(told.url), "PostgreSQL", told.locations, told.months)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(open_database(f"sqlite:///{Path(folder) / 'bench.db'}"), "SQLite", told.locations, told.months)


if __name__ == "__main__":
    main()
