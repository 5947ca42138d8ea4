"""What stands beside the rows of a gap report: who speaks, since when, why, the same persons; in words too."""

from dataclasses import dataclass
from typing import Any

from api import words
from api.correction import Correction
from api.quotes import Names
from api.reports import GapReport
from api.since import Since, since
from api.summary import summary
from api.who_speaks import WhoSpeaks, who_speaks
from api.why import Why, why
from api.words import Language
from metrics.aspects import Dictionary
from metrics.pairs import MatchedGap, matched_gap
from metrics.rows import interval, level
from store.brands import list_channels, list_locations
from store.database import ReadSession
from store.models import Brand
from store.people import matched
from store.queries import Slice
from store.segments import segments


@dataclass(frozen=True, slots=True)
class Details:
    """Everything beside the rows; `matched` is None where no customer is known on both sides."""

    who: WhoSpeaks
    since: Since
    why: Why
    matched: MatchedGap | None

    def as_plain(self, language: str) -> dict[str, Any]:
        """Ready for JSON, topics named in this language."""
        return {
            "who_speaks": self.who.as_plain(),
            "since": self.since.as_plain(),
            "why": self.why.as_plain(language),
            "matched": None if self.matched is None else _matched(self.matched),
        }


def details(session: ReadSession, brand: Brand, part: Slice, dictionary: Dictionary, correct: Correction) -> Details:
    """The details of one part of a brand."""
    [total] = segments(session, brand, (), part)
    return Details(
        who_speaks(session, brand, part, total, correct),
        since(session, brand, part, correct),
        why(session, brand, part, dictionary),
        matched_gap(matched(session, brand, part)),
    )


def told(report: GapReport, brand: Brand, names: Names, found: Details | None = None) -> dict[str, list[str]]:
    """The report in plain words, in every language."""
    who, moved = (found.who, found.since) if found else (None, None)
    return {
        language.value: summary(report, brand.name, names, words.of(language), who=who, moved=moved)
        for language in Language
    }


def names_of(
    session: ReadSession, brand: Brand, dictionary: Dictionary, language: Language
) -> dict[str, dict[str, str]]:
    """What to call the slugs of each dimension, and topics in this language."""
    return {
        "location": {location.slug: location.name for location in list_locations(session, brand)},
        "channel": {channel.slug: channel.name for channel in list_channels(session, brand)},
        "topic": {key: topic.name[language.value] for key, topic in dictionary.topics.items()},
    }


def _matched(found: MatchedGap) -> dict[str, Any]:
    return interval(found) | {
        "p": found.p,
        "homogeneity_p": found.homogeneity_p,
        "persons": found.n,
        "survey": level(found.survey),
        "public": level(found.public),
        "verdict": found.verdict.value,
    }
