"""How well the aspect dictionary finds what people speak of, how fast, and how often terms find the rest.

`python benchmarks/topics.py [--full] [--only categories|speed|store|terms]`; with `--full` also a million texts.

(a) Precision and recall by category against texts that people annotated, sentence by sentence, English and Russian.
    The dictionary was tuned on one half of them (by a hash of the text); the other half is the measure.
(b) Texts a second at 10 k and 100 k texts made from words (`--full`: 1 M too), in the pure function.
(c) What a mention costs in the real stage and store (SQLite), at the same sizes.
(d) How often the planted reason comes first among discovered terms, against other ways to rank them.
"""

import argparse
import gzip
import hashlib
import json
import math
import random
import re
import resource
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np
import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.batches import batches
from core.clock import now
from metrics.aspects import Dictionary, dictionary
from metrics.lemmas import lemmas
from metrics.terms import grams, terms
from metrics.topics import topics_of
from pipeline.topics import PAGE, tell_topics
from store.brands import add_brand, ids_made
from store.database import open_database
from store.models import Channel, Location, Mention
from store.schema import upgrade

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
RUSSIAN = "sentirueval2015_restaurants_absa.jsonl.gz"
ENGLISH = "semeval_absa_en_nl.jsonl.gz"

SERVICE = {
    "service", "staff", "attitude", "waiters", "waiting", "greeting", "reception", "booking", "delivery",
    "order_accuracy",
}  # fmt: skip
FOOD = {"food", "portions", "menu", "breakfast"}
AMBIENCE = {"ambience", "noise", "air", "size", "crowding"}
PRICE = {"price", "discounts", "fees"}
SIMPLE = {"food": FOOD | {"drinks"}, "service": SERVICE, "ambience": AMBIENCE, "price": PRICE}
FINE = {"food": FOOD, "drinks": {"drinks"}, "location": {"location"}}
LAPTOP = {
    "price": PRICE, "battery": {"battery"}, "screen": {"screen"}, "keyboard": {"keyboard"},
    "performance": {"performance"}, "software": {"software"}, "support": {"support", "warranty", "staff", "service"},
    "sound": {"sound_camera"}, "connectivity": {"ports", "wifi", "internet_speed"}, "portability": {"portability"},
    "design": {"design_build", "looks", "portability"}, "delivery": {"delivery"},
}  # fmt: skip
HOTEL = {
    "service": SERVICE | {"check_in", "housekeeping"}, "rooms": {"rooms", "beds", "hotel_bathroom"},
    "food": FOOD | {"drinks"}, "location": {"location"}, "price": PRICE, "cleanliness": {"cleanliness", "housekeeping"},
}  # fmt: skip
MAPPED = {
    "restaurants, ru 2015": SIMPLE, "restaurants, en 2014": SIMPLE, "restaurants, en 2015-16": SIMPLE | FINE,
    "laptops, en 2015-16": LAPTOP, "hotels, en 2015": HOTEL,
}  # fmt: skip
"""Categories of each set and our topics for them. Booking, delivery and mistaken orders are service there."""

ENTITIES = {
    "FOOD": "food", "SERVICE": "service", "AMBIENCE": "ambience", "DRINKS": "drinks", "LOCATION": "location",
    "ROOMS": "rooms", "ROOMS_AMENITIES": "rooms", "FOOD_DRINKS": "food", "BATTERY": "battery",
    "POWER_SUPPLY": "battery",
    "DISPLAY": "screen", "GRAPHICS": "screen", "KEYBOARD": "keyboard", "MOUSE": "keyboard", "CPU": "performance",
    "MEMORY": "performance", "HARD_DISC": "performance", "OS": "software", "SOFTWARE": "software",
    "SUPPORT": "support", "WARRANTY": "support", "MULTIMEDIA_DEVICES": "sound", "PORTS": "connectivity",
    "SHIPPING": "delivery",
}  # fmt: skip
ATTRIBUTES = {
    "PRICES": "price", "OPERATION_PERFORMANCE": "performance", "PRICE": "price",
    "CLEANLINESS": "cleanliness", "PORTABILITY": "portability",
    "CONNECTIVITY": "connectivity", "DESIGN_FEATURES": "design",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with the categories of which a reader found an opinion in it."""

    text: str
    language: str
    domain: str
    half: int
    categories: frozenset[str]


def _half(text: str) -> int:
    return hashlib.sha256(" ".join(text.lower().split()).encode()).digest()[0] & 1


def _rows(name: str) -> Iterator[dict[str, Any]]:
    with gzip.open(DATA / name, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def russian() -> Iterator[Sentence]:
    """Sentences of restaurant reviews; an aspect belongs to the sentence that it begins in."""
    names = {"Food": "food", "Service": "service", "Interior": "ambience", "Price": "price"}
    for row in _rows(RUSSIAN):
        text: str = row["text"]
        for match in re.finditer(r"[^.!?\n]+", text):
            inside = [a for a in row["aspects"] if match.start() <= a["from"] < match.end()]
            found = frozenset(names[a["category"]] for a in inside if a["category"] in names)
            if inside:
                yield Sentence(match[0], "ru", "restaurants, ru 2015", _half(text), found)


def english() -> Iterator[Sentence]:
    """Sentences that were given a category, of restaurants, laptops and hotels."""
    for row in _rows(ENGLISH):
        told = {a["category"] for a in row.get("aspects") or () if a.get("category")}
        if row["lang"] == "en" and told:
            categories = frozenset(name for category in told for name in _names(category))
            years = {"2014": "2014", "2015": "2015-16", "2016": "2015-16"}[row["source"][8:12]]
            domain = f"{row['domain']}, en {years}".replace("hotels, en 2015-16", "hotels, en 2015")
            yield Sentence(row["text"], "en", domain, _half(row["text"]), categories)


def _names(category: str) -> Iterator[str]:
    entity, _, attribute = category.partition("#")
    if not attribute:
        yield category
        return
    if entity in ENTITIES:
        yield ENTITIES[entity]
    if attribute in ATTRIBUTES and not (attribute == "DESIGN_FEATURES" and entity != "LAPTOP"):
        yield ATTRIBUTES[attribute]


def by_category(words: Dictionary) -> None:
    """Print precision and recall of each category in both halves."""
    counts: dict[tuple[str, str], list[Counter[str]]] = {}
    for one in [*russian(), *english()]:
        found = topics_of(one.text, one.language, words)
        for category, topics in MAPPED[one.domain].items():
            cell = counts.setdefault((one.domain, category), [Counter(), Counter()])[one.half]
            cell[f"{bool(found & topics):d}{category in one.categories:d}"] += 1
    print(f"{'':37}{'tuned half: P / R':>20}{'other half: P / R / n':>26}")
    for (domain, category), halves in counts.items():
        if sum(half["11"] + half["01"] for half in halves):
            n = halves[1]["11"] + halves[1]["01"]
            print(f"{domain:25}{category:14}{_pair(halves[0]):>18}{_pair(halves[1]):>18}{n:8}")


def _pair(cell: Counter[str]) -> str:
    said, true = cell["11"] + cell["10"], cell["11"] + cell["01"]
    return f"{cell['11'] / max(said, 1):.2f} / {cell['11'] / max(true, 1):.2f}"


WORDS = [
    "зал", "тренер", "цена", "музыка", "вода", "йога", "бассейн", "расписание", "штанга", "парковка", "персонал",
    "карта", "занятие", "группа", "утро", "клуб", "тренировка", "мышцы", "форма", "скидка", "друг", "душно", "свет",
    "окно", "улица", "район", "метро", "дорожка", "гантели", "коврик", "сауна", "приложение", "запись", "room",
    "service", "price", "music", "water", "friendly", "parking", "staff", "class", "pool", "card", "lesson", "group",
    "club", "workout", "manager", "light",
]  # fmt: skip
PLANTED = (
    "в раздевалке грязно", "из раздевалки украли", "раздевалка тесная", "раздевалки не убирают", "раздевалку затопило",
    "за раздевалкой не следят", "по раздевалкам ходят", "в раздевалках воняет", "раздевалкой недовольны",
)  # fmt: skip
BACKGROUND = 0.04
LOCATIONS, DAYS = 50, 730
REPEATS = 60


def made_texts(number: int, chance: random.Random) -> Iterator[str]:
    """Texts of some thirty words; one word in five is rare, so that types grow with texts as they do in life."""
    for _ in range(number):
        rare = (f"{chance.choice(WORDS)}{chance.choice('абвгдежзик')}{chance.choice('абвгдежзик')}" for _ in range(6))
        yield " ".join([*chance.choices(WORDS, k=24), *rare])


def throughput(words: Dictionary, sizes: Sequence[int]) -> None:
    """Print seconds and texts a second by number of texts; linear means that the rate does not fall."""
    topics_of("разогрев warm up", None, words)
    for size in sizes:
        started, found = perf_counter(), 0
        for text in made_texts(size, random.Random(7)):
            found += len(topics_of(text, None, words))
        making = perf_counter()
        for _ in made_texts(size, random.Random(7)):
            pass
        seconds = making - started - (perf_counter() - making)
        print(f"{size:10,} texts {seconds:8.1f} s {size / seconds:10,.0f} texts/s, {found / size:.1f} topics a text")


def stored(words: Dictionary, number: int) -> None:
    """Print what a mention costs in the real stage, its tallies included."""
    topics_of("разогрев warm up", None, words)
    with tempfile.TemporaryDirectory() as folder:
        db = open_database(f"sqlite:///{Path(folder) / 'bench.db'}")
        upgrade(db)
        with db.write.begin() as session:
            brand = add_brand(session, "bench", name="Bench", timezone="UTC", now=now())
            places = list(ids_made(session, Location, brand.id, [f"p{n}" for n in range(LOCATIONS)]).values())
            [channel] = ids_made(session, Channel, brand.id, ["maps"]).values()
            for batch in batches(_mentions(number, brand.id, places, channel), 10_000):
                session.execute(sa.insert(Mention), batch)
        laps = [(perf_counter(), process_time())]
        tell_topics(db, words, advance=lambda _done: laps.append((perf_counter(), process_time())))
        db.close()
    wall, cpu = (np.diff(each) for each in zip(*laps, strict=True))
    tenth = max(len(cpu) // 10, 1)
    first, last = (1_000 * part.mean() / PAGE for part in (cpu[:tenth], cpu[-tenth:]))
    print(
        f"{number:10,} mentions through the store: {1_000 * cpu.sum() / number:.2f} ms of processor each (first tenth "
        f"{first:.2f}, last {last:.2f}), {1_000 * wall.sum() / number:.2f} ms of clock, longest {wall.max():.1f} s, "
        f"peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB of memory",
        flush=True,
    )


def _mentions(number: int, brand_id: int, places: Sequence[int], channel: int) -> Iterator[dict[str, Any]]:
    """Rated reviews by different people, spread over places and two years."""
    chance = random.Random(11)
    for native_id, text in enumerate(made_texts(number, random.Random(7))):
        at = datetime(2026, 11, 1, tzinfo=UTC) - timedelta(minutes=chance.randrange(DAYS * 24 * 60))
        rating = chance.choices((5, 4, 1), (6, 2, 2))[0]
        yield {
            "brand_id": brand_id,
            "location_id": chance.choice(places),
            "channel_id": channel,
            "native_id": str(native_id),
            "text": text,
            "is_cut": False,
            "rating": rating,
            "rating_best": 5,
            "rating_worst": 1,
            "rating_label": {5: "promoter", 4: "passive", 1: "detractor"}[rating],
            "language": "ru",
            "published_at": at,
            "precision": "second",
            "said_on": at.date(),
            "month_on": at.date().replace(day=1),
            "content_hash": f"{native_id:032x}",
            "first_seen_at": at,
            "is_voice": True,
            "kind": "review",
        }


def _post(chance: random.Random, rate: float) -> list[str]:
    planted = chance.choice(PLANTED) if chance.random() < rate else ""
    return lemmas(" ".join([*chance.choices(WORDS, k=chance.randint(5, 20)), planted]), "ru")


def _g2(a: float, n: float, b: float, m: float) -> float:
    share = (a + b) / (n + m)
    parts = [(a, n * share), (n - a, n * (1 - share)), (b, m * share), (m - b, m * (1 - share))]
    sign = 1 if a / n > b / m else -1
    return sign * sum(2 * seen * math.log(seen / expected) for seen, expected in parts if seen and expected)


def _first_by_g2(here: Sequence[Sequence[str]], elsewhere: Sequence[Sequence[str]]) -> str:
    ours, theirs = (Counter(gram for text in side for gram in set(grams(text))) for side in (here, elsewhere))
    return max(ours, key=lambda gram: _g2(ours[gram], len(here), theirs[gram], len(elsewhere)))


def why_terms() -> None:
    """Print the share of runs in which the planted word is the first term, by size and rate and by method."""
    methods: dict[str, Callable[[list[list[str]], list[list[str]]], str]] = {
        f"ours, prior {prior}": partial(_first_term, prior=prior) for prior in (20, 50, 100, 500)
    } | {"G2": _first_by_g2}
    print(f"{'':22}" + "".join(f"{name:>16}" for name in methods))
    for number, rate in ((8, 0.40), (15, 0.40), (15, 0.25), (40, 0.25), (100, 0.15)):
        hits: Counter[str] = Counter()
        for seed in range(REPEATS):
            chance = random.Random(seed)
            here = [_post(chance, rate) for _ in range(number)]
            elsewhere = [_post(chance, BACKGROUND) for _ in range(20 * number)]
            hits.update(name for name, first in methods.items() if "раздевалка" in first(here, elsewhere).split())
        print(f"n={number:<4} rate {rate:<8.2f}   " + "".join(f"{hits[name] / REPEATS:16.2f}" for name in methods))


def _first_term(here: list[list[str]], elsewhere: list[list[str]], *, prior: float) -> str:
    found = terms(here, elsewhere, prior_texts=prior)
    return found[0].term if found else ""


def main() -> None:
    """Answer what is asked for, all by default."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help="a million texts too")
    options.add_argument("--only", choices=("categories", "speed", "store", "terms"))
    asked = options.parse_args()
    words, sizes = dictionary(), (10_000, 100_000, 1_000_000) if asked.full else (10_000, 100_000)
    patterns = sum(len(p) for t in words.topics.values() for p in t.lemmas.values())
    print(f"{len(words.topics)} topics, {patterns} patterns")
    if asked.only in {None, "categories"}:
        by_category(words)
    if asked.only in {None, "speed"}:
        throughput(words, sizes)
    if asked.only in {None, "store"}:
        for size in sizes:
            stored(words, size)
    if asked.only in {None, "terms"}:
        why_terms()


if __name__ == "__main__":
    main()
