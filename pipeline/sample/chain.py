"""What the sample chain is: its clubs, the addresses where the public talks about them, and what was said."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Club:
    """One location of the chain."""

    slug: str
    name: str
    address: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class Feed:
    """An address of the sample site that a crawl can watch."""

    path: str
    """From the root of the site: `/clubs/center/reviews`."""
    kind: str
    """`schema_org` (review pages) or `feed` (Atom)."""
    location: str
    channel: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The brand with its clubs and feeds; no entry is about the whole brand."""

    slug: str
    name: str
    timezone: str
    city: str
    clubs: tuple[Club, ...]
    feeds: tuple[Feed, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """One public text: a review with stars or a post without."""

    id: str
    kind: str
    """`review` or `post`."""
    location: str
    author: str
    language: str
    published_at: datetime
    """Aware, with the city's offset."""
    title: str | None
    text: str
    rating: int | None
    """1 to 5; None for a post."""
    path: str
    answer: str | None
    """What the club officially replied."""


def chain() -> Chain:
    """The sample chain; read anew at each call."""
    with (FOLDER / "chain.json").open(encoding="utf-8") as file:
        stored: dict[str, Any] = json.load(file)
    clubs = tuple(Club(**{**club, "opened_on": date.fromisoformat(club["opened_on"])}) for club in stored["clubs"])
    return Chain(**stored["brand"], clubs=clubs, feeds=tuple(Feed(**feed) for feed in stored["feeds"]))


def mentions() -> list[Mention]:
    """Every public text of the sample year, oldest first."""
    return list(_read())


def _read() -> Iterator[Mention]:
    with (FOLDER / "mentions.jsonl").open(encoding="utf-8") as file:
        for line in file:
            row: dict[str, Any] = json.loads(line)
            yield Mention(**{**row, "published_at": datetime.fromisoformat(row["published_at"])})


def survey_file() -> Path:
    """The survey answers as a CSV file that `afterword import survey` takes as it is."""
    return FOLDER / "survey.csv"
