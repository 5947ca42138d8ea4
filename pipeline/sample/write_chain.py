"""Write the sample chain's files from the hand-written material: `python -m pipeline.sample.write_chain`.

The same material gives the same bytes: the seed is fixed, and nothing reads the clock.
"""

import csv
import io
import json
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from core.labels import Label
from pipeline.sample.authors import Authors
from pipeline.sample.material import CLUBS, Window, Written, comments, written
from pipeline.sample.survey import answers

SEED = 8
TIMEZONE = "Europe/Moscow"
BRAND = {"slug": "sunflower", "name": "Подсолнух", "timezone": TIMEZONE, "city": "Лужегорск"}
LOCATIONS = {
    "center": ("Подсолнух Центр", "ул. Ремесленная, 12", "2019-03-01"),
    "riverside": ("Подсолнух Набережная", "Речная наб., 4", "2020-06-15"),
    "north": ("Подсолнух Северный", "пр. Кузнецов, 88", "2017-09-01"),
    "station": ("Подсолнух Вокзальный", "Привокзальная пл., 3", "2022-01-20"),
    "garden": ("Подсолнух Сады", "Яблоневый бульвар, 17", "2026-09-05"),
}
FEEDS = (("reviews", "schema_org", "maps"), ("feed.xml", "feed", "community"))
_HOURS = range(7, 24)
_WRITING_HOURS = (2, 3, 3, 3, 3, 4, 5, 4, 3, 3, 4, 6, 8, 10, 12, 9, 4)


def files() -> dict[str, bytes]:
    """The files of the sample by name, as they have to lie beside this module."""
    mentions = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in _mentions())
    chain = json.dumps(_chain(), ensure_ascii=False, indent=2) + "\n"
    return {"chain.json": chain.encode(), "mentions.jsonl": mentions.encode(), "survey.csv": _survey().encode()}


def _random(purpose: str) -> Random:
    """A stream for each purpose, so that a new post does not reshuffle the survey; the same on every run."""
    return Random(f"{SEED} {purpose}")  # noqa: S311 - a sample to repeat, no secret


def _chain() -> dict[str, Any]:
    clubs = [
        {"slug": club, "name": name, "address": address, "opened_on": opened_on}
        for club, (name, address, opened_on) in LOCATIONS.items()
    ]
    feeds = [
        {"path": f"/clubs/{club}/{page}", "kind": kind, "location": club, "channel": channel}
        for club in CLUBS
        for page, kind, channel in FEEDS
    ]
    return {"brand": BRAND, "clubs": clubs, "feeds": feeds}


def _mentions() -> list[dict[str, Any]]:
    """Every text with author, moment and id, oldest first; ids count reviews and posts apart."""
    authors = Authors(_random("authors"))
    placed = [(moment, text, authors.of(text)) for text, moment in _dated(written(), _random("moments"))]
    placed.sort(key=lambda entry: entry[0])
    numbers: dict[str, int] = defaultdict(int)
    rows = []
    for moment, text, author in placed:
        kind = "post" if text.rating is None else "review"
        numbers[kind] += 1
        rows.append(_row(f"{kind[0]}{numbers[kind]:04d}", kind, moment, text, author))
    return rows


def _row(mention_id: str, kind: str, moment: datetime, text: Written, author: str) -> dict[str, Any]:
    return {
        "id": mention_id,
        "kind": kind,
        "location": text.location,
        "author": author,
        "language": "en" if text.who == "e" else "ru",
        "published_at": moment.isoformat(),
        "title": text.title,
        "text": text.text,
        "rating": text.rating,
        "path": f"/{kind}s/{mention_id}",
        "answer": text.answer,
    }


def _dated(texts: list[Written], random: Random) -> list[tuple[Written, datetime]]:
    """Texts of one club, window and class spread evenly over the window with jitter, as a steady trickle would fall."""
    together: dict[tuple[str, Window, Label | None], list[Written]] = defaultdict(list)
    for text in texts:
        together[text.location, text.window, text.label].append(text)
    dated = []
    for (_, window, _), group in together.items():
        random.shuffle(group)
        step = window.days / len(group)
        for place, text in enumerate(group):
            dated.append((text, _moment(window, (place + random.random()) * step, random)))
    return dated


def _moment(window: Window, days: float, random: Random) -> datetime:
    day = window.first + timedelta(days=int(days))
    hour = random.choices(_HOURS, _WRITING_HOURS)[0]
    minute, second = random.randrange(60), random.randrange(60)
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=ZoneInfo(TIMEZONE))


def _survey() -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(("id", "score", "comment", "channel", "location", "responded_at", "customer"))
    for number, answer in enumerate(answers(comments(), _random("survey"), ZoneInfo(TIMEZONE)), start=1):
        moment = answer.responded_at.isoformat()
        rows.writerow(
            (f"s{number:05d}", answer.score, answer.comment, answer.channel, answer.location, moment, answer.customer)
        )
    return out.getvalue()


def main() -> None:
    """Write the files where the package reads them."""
    for name, content in files().items():
        Path(__file__).with_name(name).write_bytes(content)


if __name__ == "__main__":
    main()
