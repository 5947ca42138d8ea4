"""How long the loyalty report takes, and how much memory, for a brand of so many orders.

    python benchmarks/loyalty.py [--orders 1000000] [--locations 20]

The peer is what one would write first: every order as an object, grouped in Python, for four of the figures alone. Both
have to agree. Each runs in a new process on an SQLite file, so that peaks of memory are their own.
"""

import argparse
import json
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from api.loyalty import loyalty_report
from core.batches import batches
from store.brands import add_brand, find_brand, ids_made
from store.database import open_database
from store.models import Brand, Location, Order, SurveyResponse
from store.models import Channel as ChannelTable
from store.schema import upgrade

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
FIRST, DAYS, BATCH = date(2024, 11, 1), 730, 10_000
WAYS = {"total": (), "location": ("location",), "location,month": ("location", "month")}


def rows(number: int, brand: Brand, places: list[int]) -> Iterator[dict[str, Any]]:
    """Orders over two years of customers of whom few come often, each mostly in one place."""
    chance = random.Random(7)
    for native_id in range(number):
        customer = int(number / 6 * chance.random() ** 2)
        on = FIRST + timedelta(days=chance.randrange(DAYS))
        amount = 50.0 * chance.randrange(5, 200)
        yield {
            "brand_id": brand.id,
            "location_id": places[customer % len(places)] if chance.random() < 0.9 else chance.choice(places),  # noqa: PLR2004
            "native_id": str(native_id),
            "customer_key": f"{customer * 2_654_435_761 % 2**64:032x}",
            "amount": amount,
            "cost": 0.4 * amount,
            "acquisition_cost": None,
            "category": chance.choice(("yoga", "pool", "gym")),
            "ordered_at": datetime(on.year, on.month, on.day, tzinfo=UTC),
            "ordered_on": on,
            "competitor_share": 0.3 if native_id % 4 == 0 else None,
        }


def answers(number: int, brand: Brand, places: list[int], channel: int) -> Iterator[dict[str, Any]]:
    """Answers to CSAT."""
    chance = random.Random(8)
    for native_id in range(number):
        on = FIRST + timedelta(days=chance.randrange(DAYS))
        yield {
            "brand_id": brand.id,
            "location_id": chance.choice(places),
            "channel_id": channel,
            "native_id": str(native_id),
            "score_given": chance.choice((1, 3, 4, 5, 5)),
            "scale": "csat5",
            "responded_at": datetime(on.year, on.month, on.day, tzinfo=UTC),
            "said_on": on,
            "month_on": on.replace(day=1),
            "first_seen_at": NOW,
        }


def fill(url: str, orders: int, locations: int) -> None:
    """A brand with so many orders and a tenth as many answers."""
    db = open_database(url)
    upgrade(db)
    with db.write.begin() as session:
        brand = add_brand(session, "bench", name="Bench", timezone="UTC", now=NOW)
        places = list(ids_made(session, Location, brand.id, [f"place-{n}" for n in range(locations)]).values())
        channel = ids_made(session, ChannelTable, brand.id, ["tablet"])["tablet"]
        for batch in batches(rows(orders, brand, places), BATCH):
            session.execute(sa.insert(Order), batch)
        for batch in batches(answers(orders // 10, brand, places, channel), BATCH):
            session.execute(sa.insert(SurveyResponse), batch)
    db.close()


def ours(url: str, by: tuple[str, ...]) -> dict[str, float | None]:
    """The report; four of its figures."""
    with open_database(url).read() as session:
        found = loyalty_report(session, find_brand(session, "bench"), by, now=NOW)
    names = ("customers", "revenue", "repurchase_rate", "median_check")
    return {name: found.total.measures[name].value for name in names} | {"segments": float(len(found.rows))}


def peer(url: str) -> dict[str, float | None]:
    """The same four figures from order objects."""
    of_customers: dict[str, list[float]] = defaultdict(list)
    with open_database(url).read() as session:
        for order in session.scalars(sa.select(Order)):
            of_customers[order.customer_key].append(order.amount)
    amounts = sorted(amount for customer in of_customers.values() for amount in customer)
    again = sum(len(customer) > 1 for customer in of_customers.values())
    middle = (amounts[(len(amounts) - 1) // 2] + amounts[len(amounts) // 2]) / 2
    return {
        "customers": float(len(of_customers)),
        "revenue": sum(amounts),
        "repurchase_rate": again / len(of_customers),
        "median_check": middle,
    }


def peak_megabytes() -> int:
    """The most memory that this process has held."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found[1]) >> 10 if found else 0


def measure(what: str, url: str) -> None:
    """Run one way in this process; print its figures, its seconds and its peak."""
    before, start, worked = peak_megabytes(), time.perf_counter(), time.process_time()
    found = peer(url) if what == "peer" else ours(url, WAYS[what])
    taken = time.perf_counter() - start
    print(json.dumps([{name: None if value is None else round(value, 6) for name, value in found.items()}, taken]))
    worked = time.process_time() - worked
    print(
        f"{taken:6.1f} s ({worked:.1f} s of a core), peak {peak_megabytes()} MB (of which {before} MB before any order)"
    )


def run(what: str, url: str) -> tuple[dict[str, float], float, str]:
    """`measure` in a new process."""
    command = [sys.executable, __file__, "--measure", what, url]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()  # noqa: S603 - ourselves
    figures, taken = json.loads(said[0])
    return figures, taken, said[1]


def main() -> None:
    """Print a line a way, and the peer's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--locations", type=int, default=20)
    parser.add_argument("--measure", nargs=2, metavar=("WAY", "URL"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(*given.measure)
        return
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        fill(url, given.orders, given.locations)
        expected, slow, said = run("peer", url)
        print(f"{given.orders:,} orders at {given.locations} locations")
        print(f"{'peer: objects, four figures':34}{said}")
        for way in WAYS:
            figures, taken, said = run(way, url)
            segments = figures.pop("segments")
            if figures != expected:
                msg = f"the report says {figures}, counting one by one {expected}"
                raise SystemExit(msg)
            print(f"{f'report by {way}, {segments:.0f} segments':34}{said}, {taken / slow:.2f} of the peer's time")


if __name__ == "__main__":
    main()
