"""Words, numbers and days as a reader of one language expects them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from api import locales, sentences
from api.forms import FORMS, MONTHS, MONTHS_ALONE, MONTHS_IN

MINUS = "\N{MINUS SIGN}"
NO_BREAK = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"
TEENS = range(11, 15)
FEW = range(2, 5)
LEAST_CHANCE = 0.001


class Language(StrEnum):
    """The languages of the pages."""

    EN = "en"
    RU = "ru"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language: `words["key"]` in Python, `t.key` in a template; KeyError where there is none."""

    language: Language
    texts: Mapping[str, str]

    @property
    def language_code(self) -> str:
        """For `<html lang>`: en, ru."""
        return self.language.value

    def __getitem__(self, key: str) -> str:
        return self.texts[key]

    def say(self, key: str, **values: str) -> str:
        """The sentence of this key with its blanks filled."""
        return self.texts[key].format(**values)

    def points(self, value: float) -> str:
        """A score or a gap in whole points, always with its sign: +46, −38, 0."""
        whole = round(value)
        return f"+{whole}" if whole > 0 else f"{MINUS}{-whole}" if whole < 0 else "0"

    def plain(self, value: float) -> str:
        """A score in whole points as a sentence says it, with no sign but a minus: 46, −38."""
        whole = round(value)
        return f"{MINUS}{-whole}" if whole < 0 else str(whole)

    def score(self, value: float) -> str:
        """The same with its unit: 46 points, −1 point; 46 пунктов, −1 пункт."""
        whole = round(value)
        return f"{self.plain(whole)}{NO_BREAK}{self._counted('points', whole)}"

    def span(self, low: float, high: float) -> str:
        """Two limits without plus signs."""
        return self.say("interval", low=self.plain(low), high=self.plain(high))

    def shares(self, low: float, high: float) -> str:
        """Two limits of a difference of shares in [-1, 1], in points of per cent."""
        return self.interval(100 * low, 100 * high)

    def chance(self, q: float) -> str:
        """A p or q: 0.023, < 0.001."""
        text = f"<{NO_BREAK}{LEAST_CHANCE}" if q < LEAST_CHANCE else f"{q:.3f}"
        return text.replace(".", ",") if self.language is Language.RU else text

    def listed(self, items: Sequence[str]) -> str:
        """Several as one: a, b and c; "" for none."""
        *most, last = items or ("",)
        return f"{', '.join(most)} {self['and']} {last}" if most else last

    def segment(self, segment: Mapping[str, str | None], names: Mapping[str, Mapping[str, str]]) -> str:
        """What a segment of a report is called: `Center · Oct 2026`; what has no name keeps its slug."""
        if not segment:
            return self["total"]
        return " · ".join(self._value(dimension, value, names) for dimension, value in segment.items())

    def _value(self, dimension: str, value: str | None, names: Mapping[str, Mapping[str, str]]) -> str:
        if value is None:
            return self["nowhere"]
        return self.month(value) if dimension == "month" else names[dimension].get(value, value)

    def interval(self, low: float, high: float) -> str:
        """Two limits in whole points."""
        return self.say("interval", low=self.points(low), high=self.points(high))

    def number(self, value: float) -> str:
        """A whole number with its thousands apart."""
        return f"{round(value):,}".replace(",", NARROW if self.language is Language.RU else ",")

    def count(self, what: str, n: int) -> str:
        """How many of what: 1 answer, 2 answers; 1 ответ, 2 ответа, 5 ответов."""
        return f"{self.number(n)}{NO_BREAK}{self._counted(what, n)}"

    def _counted(self, what: str, n: int) -> str:
        return FORMS[self.language.value][what][self._form(abs(n))]

    def _form(self, n: int) -> int:
        if self.language is Language.EN:
            return 0 if n == 1 else 1
        if n % 100 not in TEENS and n % 10 == 1:
            return 0
        return 1 if n % 10 in FEW and n % 100 not in TEENS else 2

    def share(self, value: float) -> str:
        """A share in [0, 1] in whole per cent."""
        return f"{value:.0%}" if self.language is Language.EN else f"{value * 100:.0f}{NO_BREAK}%"

    def day(self, day: date) -> str:
        """A day: 1 Oct 2026."""
        return f"{day.day}{NO_BREAK}{MONTHS[self.language.value][day.month - 1]}{NO_BREAK}{day.year}"

    def moment(self, moment: datetime) -> str:
        """A moment in its own time zone, to the minute."""
        return f"{self.day(moment.date())}, {moment:%H:%M}"

    def month(self, month: str) -> str:
        """A month of the form 2026-10."""
        year, number = month.split("-")
        return f"{MONTHS_ALONE[self.language.value][int(number) - 1]} {year}"

    def in_month(self, month: str) -> str:
        """How a sentence about a month of the form 2026-10 begins: In October 2026."""
        year, number = month.split("-")
        return self.say("in_month", month=MONTHS_IN[self.language.value][int(number) - 1], year=year)


def of(language: Language | None) -> Words:
    """The words of a language, of English without one."""
    return _RUSSIAN if language is Language.RU else _ENGLISH


_ENGLISH = Words(Language.EN, locales.EN | sentences.EN)
_RUSSIAN = Words(Language.RU, locales.RU | sentences.RU)
