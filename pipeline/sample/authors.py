"""Give every text an invented author whose grammar and language fit it, and no two people the same name."""

from random import Random

from pipeline.sample.material import Written, people

_NAMES = {"f": ("female", "ru"), "m": ("male", "ru"), "e": ("english", "en")}
_HANDLES = {"f": "handles_female", "m": "handles_male", "r": "handles_any", "e": "handles_english"}


class Authors:
    """Draws authors without repeating one; a post gets a handle while there are any, then a name like a review."""

    def __init__(self, random: Random) -> None:
        """Shuffle the handles once; `random` decides everything that follows."""
        self._random = random
        self._people = people()
        self._handles = {
            who: random.sample(self._people[key], k=len(self._people[key])) for who, key in _HANDLES.items()
        }
        self._taken: set[str] = set()

    def of(self, text: Written) -> str:
        """The author of one text; call once a text."""
        if text.author:
            return text.author
        if text.who == "c":
            return self._people["club"][0]
        handles = self._handles[text.who]
        if text.rating is None and handles:
            return handles.pop()
        return self._named(text.who)

    def _named(self, who: str) -> str:
        kind, language = _NAMES[self._random.choice("fm") if who == "r" else who]
        while True:
            first = self._random.choice(self._people[kind])
            name = f"{first} {self._random.choice(self._people[f'initials_{language}'])}."
            if name not in self._taken:
                self._taken.add(name)
                return name
