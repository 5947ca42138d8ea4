"""Read the hand-written texts in `material/`: one a line, with who wrote it, how they felt and when it fits."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core.labels import Label, label_of_rating

FOLDER = Path(__file__).parent / "material"
CLUBS = ("center", "riverside", "north", "station", "garden")
YEAR = (date(2025, 11, 1), date(2026, 10, 31))
"""First and last day of the sample."""

_CLASSES = {"P": Label.PROMOTER, "N": Label.PASSIVE, "D": Label.DETRACTOR}
_ANNOUNCEMENT_OR_QUESTION = "X"


@dataclass(frozen=True, slots=True)
class Window:
    """The days in which a text may be dated, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """At least 1."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Written:
    """One public text as it was written by hand, before it gets an author, a moment and an id."""

    location: str
    window: Window
    rating: int | None
    """Stars of a review; None for a post."""
    label: Label | None
    """What a reader takes it for; None where it is no opinion (an announcement, a question)."""
    who: str
    """f, m: a Russian woman or man by grammar; r: Russian, either; e: English; c: the club itself."""
    author: str | None
    """Set where one person wrote several times."""
    text: str
    title: str | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark left with a survey score."""

    location: str
    window: Window
    label: Label
    text: str


def _window(words: str) -> Window:
    first, _, last = words.partition("..")
    return Window(date.fromisoformat(first.strip()), date.fromisoformat(last.strip()))


def _lines(name: str) -> Iterator[tuple[str, list[str], str]]:
    """Section heading, the words before the bar and the text after it, line by line."""
    heading = ""
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("="):
            heading = line.removeprefix("=").strip()
        elif line and not line.startswith("#"):
            head, _, text = line.partition(" | ")
            yield heading, head.split(), text.strip()


def _options(words: list[str], window: Window) -> tuple[Window, str | None]:
    """What may follow the letters: a narrower window, and the author of several texts."""
    author = None
    for word in words:
        if word.startswith("by:"):
            author = word.removeprefix("by:").replace("_", " ") if word.endswith(".") else word.removeprefix("by:")
        else:
            window = _window(word)
    return window, author


def _written(location: str, heading: str, head: list[str], body: str) -> Written:
    feeling, who, *options = head
    window, author = _options(options, _window(heading))
    rating = int(feeling) if feeling.isdigit() else None
    text, _, answer = body.partition(" >> ")
    title, _, rest = text.rpartition(" :: ")
    if rating is not None:
        label: Label | None = label_of_rating(rating)
    else:
        label = None if feeling == _ANNOUNCEMENT_OR_QUESTION else _CLASSES[feeling]
    return Written(location, window, rating, label, who, author, rest, title or None, answer or None)


def written() -> list[Written]:
    """Every public text, club by club in the order of writing."""
    return [_written(club, heading, head, body) for club in CLUBS for heading, head, body in _lines(club)]


def comments() -> list[Comment]:
    """Every survey comment, in the order of writing."""
    return [
        Comment(club, _options(head[1:], Window(*YEAR))[0], _CLASSES[head[0]], text)
        for club, head, text in _lines("survey")
    ]


def people() -> dict[str, list[str]]:
    """Names, initials and handles of invented people, and under `club` the one name of the club's own account."""
    with (FOLDER / "authors.toml").open("rb") as file:
        return {key: [names] if isinstance(names, str) else names for key, names in tomllib.load(file).items()}
