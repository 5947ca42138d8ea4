"""How many copies are found, how many texts are taken for some, what it costs, and who is flagged falsely.

Four questions, each answered with numbers from this run:
- copies of which a share of words was edited: found by ours, by datasketch's MinHashLSH (the peer), by exact comparison
- pairs of texts that are no copies of each other
- what a mention costs in the real stage and store (SQLite), at 10 thousand and 100 thousand (1 million with --full),
  of all times in no order and oldest first
- how many series without any attack are ever flagged for a burst, and how many attacks are
Texts are generated; with --data FILE also those of a JSONL file (field `text`), of which none is printed.
Run: python benchmarks/screening.py [--full] [--data shared/data/….jsonl.gz] [--only copies|speed|bursts] [--seed N]
"""

import argparse
import gzip
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from datasketch import MinHash, MinHashLSH

from core.batches import batches
from core.clock import now
from core.counts import Counts
from metrics.bursts import USUAL, crowded_days, is_crowded, one_side, past_of
from metrics.copies import ALIKE, PERMUTATIONS, alike, bands, jaccard, sharing, shingles
from pipeline.screening import screen_new
from store.brands import add_brand, ids_made
from store.database import open_database
from store.models import Channel, Location, Mention, Shingle
from store.schema import upgrade
from store.tallies import rebuild

TEXTS, EDITED, SHARES, BATCH = 3_000, 600, (0.05, 0.15, 0.30), 10_000
VOCABULARY, LOCATIONS, DAYS = 8_000, 50, 730
COPIED = 0.03
SERIES = 400


def vocabulary(chance: random.Random) -> list[str]:
    """Made-up words, the most frequent ones short."""
    syllables = [c + v for c in "бвгдклмнпрст" for v in "аеиоуыя"]
    sizes = sorted(chance.choices((1, 2, 3, 4, 5), (1, 5, 8, 6, 3))[0] for _ in range(VOCABULARY))
    return ["".join(chance.choices(syllables, k=size)) for size in sizes]


def texts(number: int, seed: int) -> Iterator[str]:
    """Texts of 8 to 120 words whose frequencies follow Zipf's law, as those of reviews do."""
    chance, numbers = random.Random(seed), np.random.default_rng(seed)
    words = np.array(vocabulary(random.Random(1)))
    weights = 1 / np.arange(1, VOCABULARY + 1)
    for _ in range(number):
        size = min(8 + int(chance.expovariate(1 / 30)), 120)
        yield " ".join(numbers.choice(words, size, p=weights / weights.sum()))


def texts_of(path: Path) -> list[str]:
    """Different texts of a file of reviews, as many as are compared."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        found = dict.fromkeys(json.loads(line).get("text") or "" for line in lines)
    kept = [text for text in found if shingles(text)]
    return random.Random(2).sample(kept, min(TEXTS, len(kept)))


def edited(text: str, share: float, chance: random.Random, words: Sequence[str]) -> str:
    """The text with so many of its words replaced, dropped or followed by another."""
    kept: list[str] = []
    for word in text.split():
        edit = chance.random() < share
        if not edit:
            kept.append(word)
            continue
        kept += chance.choice(([chance.choice(words)], [], [word, chance.choice(words)]))
    return " ".join(kept)


def copies(name: str, originals: Sequence[str]) -> None:
    """Recall of edited copies and pairs taken for copies, ours against datasketch's at the same threshold."""
    chance = random.Random(3)
    words = [word for text in originals for word in text.split()]
    sets = [shingles(text) for text in originals]
    for share in SHARES:
        of_copies = [shingles(edited(text, share, chance, words)) for text in originals[:EDITED]]
        truly = {place for place, copy in enumerate(of_copies) if alike(copy, sets[place])}
        (ours, ours_s), (peer, peer_s) = timed(found_by_us, sets, of_copies), timed(found_by_peer, sets, of_copies)
        false = [sum(copy != original for copy, original in pairs) for pairs in (ours, peer)]
        recall = [sum((copy, copy) in pairs for copy in truly) / max(len(truly), 1) for pairs in (ours, peer)]
        print(
            f"{name}, {share:.0%} of words edited: {len(truly) / EDITED:.3f} of copies have Jaccard >= {ALIKE}; "
            f"found of these {recall[0]:.3f} (peer {recall[1]:.3f}), "
            f"other pairs {false[0]} (peer {false[1]}); {1000 * ours_s / (len(sets) + EDITED):.3f} ms a text "
            f"without its shingles, ratio to the peer {ours_s / peer_s:.2f}"
        )
    pairs = combinations(range(len(sets)), 2)
    among = [jaccard(sets[a], sets[b]) for a, b in random.Random(4).sample(list(pairs), 200_000)]
    print(f"{name}, pairs of different texts: median Jaccard {np.median(among):.3f}, highest {max(among):.3f}")


def timed(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    """What it gives and the processor seconds it takes."""
    started = time.process_time()
    return work(*arguments), time.process_time() - started


def found_by_us(originals: Sequence[frozenset[str]], of_copies: Sequence[frozenset[str]]) -> set[tuple[int, int]]:
    """Confirmed pairs of copy and original."""
    held: dict[int, list[int]] = {}
    for place, of_bands in enumerate(bands(originals)):
        for band in of_bands:
            held.setdefault(band, []).append(place)
    return {
        (copy, place)
        for copy, of_bands in enumerate(bands(of_copies))
        for place in sharing(of_bands, held)
        if alike(originals[place], of_copies[copy])
    }


def found_by_peer(originals: Sequence[frozenset[str]], of_copies: Sequence[frozenset[str]]) -> set[tuple[int, int]]:
    """The same by datasketch, with its own choice of bands for the threshold."""
    index = MinHashLSH(threshold=ALIKE, num_perm=PERMUTATIONS)
    for place, text in enumerate(originals):
        index.insert(place, signature(text))
    return {
        (copy, place)
        for copy, text in enumerate(of_copies)
        for place in index.query(signature(text))
        if alike(originals[place], text)
    }


def signature(text: frozenset[str]) -> MinHash:
    """Datasketch's."""
    made = MinHash(num_perm=PERMUTATIONS)
    made.update_batch([shingle.encode() for shingle in text])
    return made


def rows(
    number: int, brand_id: int, places: list[int], channels: list[int], *, in_order: bool
) -> Iterator[dict[str, Any]]:
    """Mentions spread over places and two years, of which some are edited copies of earlier ones."""
    chance = random.Random(7)
    recent: list[tuple[str, int]] = []
    for native_id, fresh in enumerate(texts(number, 8)):
        text = fresh
        if recent and chance.random() < COPIED:
            text, place = chance.choice(recent)
            text = edited(text, 0.05, chance, fresh.split())
        else:
            place = chance.choice(places)
            recent = [*recent[-99:], (text, place)]
        minutes = chance.randrange(DAYS * 24 * 60)
        minutes = (number - native_id) * DAYS * 24 * 60 // number if in_order else minutes
        at = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(minutes=minutes)
        rating = chance.choices((5, 4, 1), (6, 2, 2))[0]
        yield {
            "brand_id": brand_id,
            "location_id": place,
            "channel_id": chance.choice(channels),
            "native_id": str(native_id),
            "text": text,
            "is_cut": False,
            "rating": rating,
            "rating_best": 5,
            "rating_worst": 1,
            "rating_label": {5: "promoter", 4: "passive", 1: "detractor"}[rating],
            "author_key": f"{chance.randrange(number):032x}",
            "published_at": at,
            "precision": "second",
            "said_on": at.date(),
            "month_on": at.date().replace(day=1),
            "content_hash": f"{native_id:032x}",
            "first_seen_at": at,
            "is_voice": True,
            "kind": "review",
        }


def speed(number: int, *, in_order: bool) -> float:
    """Milliseconds of processor time that a mention takes in the real stage on SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.db"
        db = open_database(f"sqlite:///{file}")
        upgrade(db)
        with db.write.begin() as session:
            brand = add_brand(session, "bench", name="Bench", timezone="UTC", now=now())
            places = list(ids_made(session, Location, brand.id, [f"p{n}" for n in range(LOCATIONS)]).values())
            channels = list(ids_made(session, Channel, brand.id, ["maps", "forum"]).values())
            for batch in batches(rows(number, brand.id, places, channels, in_order=in_order), BATCH):
                session.execute(sa.insert(Mention), batch)
            rebuild(session)
        laps = [(time.perf_counter(), time.process_time())]

        def advance(_done: int) -> None:
            laps.append((time.perf_counter(), time.process_time()))

        done = screen_new(db, clock=now, advance=advance)
        ended = time.perf_counter(), time.process_time()
        with db.read() as reading:
            kept = reading.scalars(sa.select(sa.func.count()).select_from(Shingle)).one()
        db.close()
        size = file.stat().st_size
    pages = np.diff(np.array(laps), axis=0)
    tenth = max(len(pages) // 10, 1)
    wall, cpu = (1000 * (end - start) / number for start, end in zip(laps[0], ended, strict=True))
    first, last = (1000 * some[:, 1].sum() / number * len(pages) / tenth for some in (pages[:tenth], pages[-tenth:]))
    print(
        f"{number:>9,} new mentions {'oldest first' if in_order else 'in no order '}: {cpu:.2f} ms of processor each "
        f"(first tenth {first:.2f}, last {last:.2f}), {wall:.2f} ms of clock, page of median "
        f"{np.median(pages[:, 0]):.2f} s, longest {pages[:, 0].max():.1f} s, bursts {ended[1] - laps[-1][1]:.1f} s; "
        f"looked at {done.mentions / number:.3f} times each, {done.duplicates:,} copies, {done.suspects:,} suspects, "
        f"{kept / number:.1f} bands each, {size / 1e6:,.0f} MB, "
        f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB of memory",
        flush=True,
    )
    return cpu


def flagged_days(days: Sequence[int], promoters: Sequence[int], first: int, last: int) -> list[int]:
    """Days in `[first, last)` that would be flagged; all authors are new, as nearly all authors of reviews are."""
    found = []
    for day in crowded_days(days):
        before = past_of(range(len(days)), day)
        liked = sum(promoters[each] for each in before)
        mix = Counts(liked, 0, sum(days[each] for each in before) - liked)
        mean = sum(days[each] for each in before) / len(before)
        side = one_side(Counts(promoters[day], 0, days[day] - promoters[day]), mix, mean)
        if first <= day < last and side is not None and is_crowded(days[day], past_of(days, day)):
            found.append(day)
    return found


def bursts(seed: int) -> None:
    """The share of series of a year that are flagged falsely, and of attacks and incidents that are flagged."""
    numbers = np.random.default_rng(seed)
    length, share = USUAL.reach + 365, 0.75
    week = np.array([1, 1, 1, 1, 1.3, 1.8, 1.6])[np.arange(length) % 7] / (8.7 / 7)

    def year(mean: float, wild: float, trend: float = 1.0) -> np.ndarray[Any, Any]:
        rate = mean * week * np.linspace(1, trend, length)
        rate = rate * numbers.gamma(1 / wild, wild, length) if wild else rate
        return numbers.poisson(rate)

    def line(name: str, make: Callable[[float], tuple[np.ndarray[Any, Any], float]]) -> None:
        cells = []
        for mean in (0.2, 1, 5, 20):
            hit = 0
            for _ in range(SERIES):
                days, of_burst = make(mean)
                promoters = numbers.binomial(days, share if of_burst >= 0 else numbers.beta(6, 2, length))
                burst = days[-30] if of_burst >= 0 else 0
                if of_burst >= 0:
                    added = int(burst - usual[-30])
                    promoters[-30] = numbers.binomial(usual[-30], share) + numbers.binomial(added, of_burst)
                window = (length - 30, length - 29) if of_burst >= 0 else (USUAL.reach, length)
                hit += bool(flagged_days(days.tolist(), promoters.tolist(), *window))
            cells.append(f"{mean:g} a day {hit / SERIES:.4f}")
        print(f"{name}: " + ", ".join(cells), flush=True)

    usual: np.ndarray[Any, Any] = np.zeros(length, dtype=np.int64)

    def with_burst(size: float, of_burst: float, *, days: int = 1) -> Callable[[float], Any]:
        def make(mean: float) -> tuple[np.ndarray[Any, Any], float]:
            nonlocal usual
            usual = year(mean, 0.3)
            found = usual.copy()
            found[-30 : length - 30 + days] += round(size / days)
            return found, of_burst

        return make

    print("Series of a year that are flagged at least once though nothing happens; the mix wavers by day, mean .75:")
    line("  Poisson with weekends", lambda mean: (year(mean, 0), -1))
    line("  wild (gamma-Poisson, 1/k = .5)", lambda mean: (year(mean, 0.5), -1))
    line("  very wild (1/k = 1)", lambda mean: (year(mean, 1), -1))
    line("  grows fivefold in the year", lambda mean: (year(mean, 0.3, 5), -1))
    print("Days that are flagged, of one day in each series:")
    line("  attack: 30 strangers, all detractors", with_burst(30, 0.0))
    line("  attack: 15 strangers, all detractors", with_burst(15, 0.0))
    line("  bought praise: 30 strangers, all promoters", with_burst(30, 1.0))
    line("  open day: 30 strangers of the usual mix", with_burst(30, share))
    line("  real incident: 25 detractors in a week", with_burst(25, 0.0, days=7))
    line("  real incident: 25 detractors in a day", with_burst(25, 0.0))


def main() -> None:
    """Answer what is asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--data", type=Path, action="append", default=[])
    parser.add_argument("--only", choices=("copies", "speed", "bursts"))
    parser.add_argument("--seed", type=int, default=5, help="of the series that bursts are looked for in")
    asked = parser.parse_args()
    if asked.only in {None, "copies"}:
        copies("generated", [text for text in texts(TEXTS, 6) if shingles(text)])
        for path in asked.data:
            copies(path.name.split(".")[0], texts_of(path))
    if asked.only in {None, "bursts"}:
        bursts(asked.seed)
    if asked.only in {None, "speed"}:
        for in_order in (False, True):
            sizes = (10_000, 100_000, *((1_000_000,) if asked.full and not in_order else ()))
            each = [speed(number, in_order=in_order) for number in sizes]
            print(f"a mention among the most takes {each[-1] / each[0]:.2f} times the processor of one among 10,000")


if __name__ == "__main__":
    main()
