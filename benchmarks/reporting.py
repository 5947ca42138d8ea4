"""Does the time of the gap report grow with mentions? The total report at 10 thousand and at 1 million of them.

The peer is the same figure counted from the mentions themselves, which is what one would write without tallies.
Run: python benchmarks/reporting.py [--most 1000000]
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa

from core.batches import batches
from core.clock import now
from core.counts import Counts
from metrics.nps import nps
from metrics.report import report
from store.brands import add_brand, ids_made
from store.database import Database, open_database
from store.models import Brand, Channel, Location, Mention, SurveyResponse, Tally
from store.schema import upgrade
from store.segments import segments
from store.tallies import rebuild

LOCATIONS, DAYS, BATCH, ROUNDS = 20, 365, 10_000, 9
END = date(2026, 11, 1)


def rows(number: int, brand: Brand, places: list[int], channels: list[int]) -> Iterator[dict[str, Any]]:
    """Synthetic mentions with stars, spread over places, channels and a year."""
    chance = random.Random(7)
    for native_id in range(number):
        on = END - timedelta(days=chance.randrange(DAYS))
        rating = chance.choices((5, 4, 1), (6, 2, 2))[0]
        yield {
            "brand_id": brand.id,
            "location_id": chance.choice(places),
            "channel_id": chance.choice(channels),
            "native_id": str(native_id),
            "text": "",
            "is_cut": False,
            "rating": rating,
            "rating_best": 5,
            "rating_worst": 1,
            "rating_label": {5: "promoter", 4: "passive", 1: "detractor"}[rating],
            "published_at": datetime(on.year, on.month, on.day, tzinfo=UTC),
            "precision": "day",
            "said_on": on,
            "month_on": on.replace(day=1),
            "content_hash": "",
            "first_seen_at": datetime(2026, 11, 1, tzinfo=UTC),
            "is_voice": True,
        }


def filled(db: Database, number: int) -> Brand:
    """A brand with so many mentions and a tenth as many survey answers."""
    upgrade(db)
    with db.write.begin() as session:
        brand = add_brand(session, "bench", name="Bench", timezone="UTC", now=now())
        places = list(ids_made(session, Location, brand.id, [f"place-{n}" for n in range(LOCATIONS)]).values())
        channels = list(ids_made(session, Channel, brand.id, ["maps", "forum", "tablet"]).values())
        for batch in batches(rows(number, brand, places, channels[:2]), BATCH):
            session.execute(sa.insert(Mention), batch)
            answers = [
                {
                    "brand_id": brand.id,
                    "location_id": row["location_id"],
                    "channel_id": channels[2],
                    "native_id": row["native_id"],
                    "score": row["rating"] * 2,
                    "score_given": row["rating"] * 2,
                    "scale": "nps",
                    "responded_at": row["published_at"],
                    "said_on": row["said_on"],
                    "first_seen_at": row["first_seen_at"],
                }
                for row in batch[::10]
            ]
            session.execute(sa.insert(SurveyResponse), answers)
        rebuild(session)
    return brand


def from_tallies(db: Database, brand: Brand) -> float:
    """The social NPS of the total gap report."""
    with db.read() as session:
        [row] = report(segments(session, brand, ()))
    return row.social.value if row.social else 0.0


def from_mentions(db: Database, brand: Brand) -> float:
    """The same figure, counted from the mentions."""
    query = sa.select(Mention.rating_label, sa.func.count()).where(Mention.brand_id == brand.id)
    with db.read() as session:
        counted = {label.value: n for label, n in session.execute(query.group_by(Mention.rating_label)) if label}
    found = nps(Counts(*(counted.get(name, 0) for name in ("promoter", "passive", "detractor"))))
    return found.value if found else 0.0


def seconds(work: Callable[[Database, Brand], object], db: Database, brand: Brand) -> float:
    """Median seconds of several rounds."""
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work(db, brand)
        taken.append(time.perf_counter() - started)
    return float(np.median(taken))


def main() -> None:
    """Print a line a size, and how much slower the larger one is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=1_000_000)
    most = parser.parse_args().most
    medians = []
    for number in (10_000, most):
        with tempfile.TemporaryDirectory() as folder:
            db = open_database(f"sqlite:///{Path(folder) / 'bench.db'}")
            brand = filled(db, number)
            with db.read() as session:
                cells = session.scalar(sa.select(sa.func.count()).select_from(Tally))
            if from_tallies(db, brand) != from_mentions(db, brand):
                msg = "the tallies and the mentions disagree"
                raise AssertionError(msg)
            ours, peer = seconds(from_tallies, db, brand), seconds(from_mentions, db, brand)
            medians.append(ours)
            print(
                f"{number:>9,} mentions in {cells:>6,} tally rows: total gap report {1000 * ours:7.1f} ms, "
                f"counted from mentions {1000 * peer:8.1f} ms, ratio {ours / peer:.3f}"
            )
            db.close()
    print(f"{most / 10_000:.0f} times the mentions take {medians[1] / medians[0]:.2f} times as long")


if __name__ == "__main__":
    main()
