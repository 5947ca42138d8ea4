"""Why the two sides part: topics that the public speaks of and the survey does not, with the texts that show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.labels import Label, Side
from core.months import days_of
from metrics.aspects import Dictionary
from metrics.gaps import FALSE_DISCOVERIES, Verdict
from metrics.lemmas import lemmas
from metrics.nps import Nps
from metrics.report import Driver, GapRow
from metrics.rows import SHARE_DIGITS, level
from metrics.terms import Term, terms
from metrics.topics import topics_of
from metrics.unsaid import StageTone, Unsaid, tone_by_stage, unsaid, unsaid_each
from store.database import ReadSession
from store.models import Brand
from store.queries import Slice
from store.topics import Text, evidence_ids, texts, topic_counts

ROWS_EXPLAINED = 20
"""The widest gaps; each topic of each costs a query for its texts."""
TOPICS_A_ROW = 3
TEXTS_A_TOPIC = 5
TEXTS_FOR_TERMS = 1_500
TERMS_SHOWN = 10


def explained(
    session: ReadSession, brand: Brand, rows: Sequence[GapRow], part: Slice, dictionary: Dictionary
) -> list[GapRow]:
    """The rows, those that are worse in public with the topics that only the public speaks of (the widest gaps)."""
    worse = [at for at, row in enumerate(rows) if row.verdict is Verdict.WORSE_IN_PUBLIC and row.gap]
    worst = sorted(worse, key=lambda at: _gap(rows[at]))[:ROWS_EXPLAINED]
    by = tuple(rows[0].segment) if rows else ()
    if not worst or "topic" in by:
        return list(rows)
    slugs = {rows[at].segment.get("location") for at in worst}
    locations = [slug for slug in slugs if slug] if "location" in by and None not in slugs else None
    counted = topic_counts(session, brand, by, part, locations=locations)
    keys = [tuple(rows[at].segment.values()) for at in worst]
    sides = [counted.get(key, {}) for key in keys]
    found = unsaid_each([(side.get(Side.SOCIAL, {}), side.get(Side.SURVEY, {})) for side in sides])
    told = dict(zip(worst, found, strict=True))
    return [
        replace(row, drivers=_drivers(session, brand, row, told[at], part, dictionary)) if at in told else row
        for at, row in enumerate(rows)
    ]


def _gap(row: GapRow) -> float:
    return row.gap.value if row.gap else 0.0


def _drivers(
    session: ReadSession, brand: Brand, row: GapRow, found: Sequence[Unsaid], part: Slice, dictionary: Dictionary
) -> tuple[Driver, ...]:
    here = narrowed(part, row.segment)
    return tuple(
        Driver(
            topic=one.topic,
            names=named(dictionary, one.topic),
            public_share=one.public_share,
            survey_share=one.survey_share,
            evidence=tuple(evidence_ids(session, brand, one.topic, here, limit=TEXTS_A_TOPIC)),
        )
        for one in found[:TOPICS_A_ROW]
        if one.is_unsaid
    )


def named(dictionary: Dictionary, topic: str) -> Mapping[str, str]:
    """What a topic is called in each language; its key where the dictionary has lost it since it was told."""
    known = dictionary.topics.get(topic)
    return known.name if known else {"ru": topic, "en": topic}


def narrowed(part: Slice, segment: Mapping[str, str | None]) -> Slice:
    """The part of a brand that a segment of a report about this part is."""
    start, end = part.start, part.end
    if month := segment.get("month"):
        first, following = days_of(month)
        start, end = max(start or first, first), min(end or following, following)
    return Slice(
        start=start,
        end=end,
        location=segment.get("location") or part.location,
        channel=segment.get("channel") or part.channel,
    )


@dataclass(frozen=True, slots=True)
class Why:
    """What the public complains of and the survey does not hear, words that no topic foresaw, and tone by stage.

    `evidence` are ids of public detractors' mentions, by topic or term.
    """

    unsaid: list[Unsaid]
    terms: list[Term]
    stages: list[StageTone]
    evidence: Mapping[str, list[int]]
    dictionary: Dictionary

    def as_plain(self, language: str) -> dict[str, Any]:
        """Ready for JSON, topics named in this language."""
        return {
            "topics": [self._topic(one, language) for one in self.unsaid],
            "terms": [
                {
                    "term": one.term,
                    "z": round(one.z, 2),
                    "q": one.q,
                    "here_share": round(one.here_share, SHARE_DIGITS),
                    "elsewhere_share": round(one.elsewhere_share, SHARE_DIGITS),
                    "evidence": self.evidence.get(one.term, []),
                }
                for one in self.terms
            ],
            "stages": [
                {"stage": one.stage.value, "survey": _tone(one.survey), "social": _tone(one.social)}
                for one in self.stages
            ],
        }

    def _topic(self, one: Unsaid, language: str) -> dict[str, Any]:
        shares = {"public_share": one.public_share, "survey_share": one.survey_share, "difference": one.difference}
        return {
            "topic": named(self.dictionary, one.topic)[language],
            "key": one.topic,
            **{name: round(share, SHARE_DIGITS) for name, share in shares.items()},
            "low": round(one.low, SHARE_DIGITS),
            "high": round(one.high, SHARE_DIGITS),
            "public_n": one.public_n,
            "survey_n": one.survey_n,
            "p": one.p,
            "q": one.q,
            "unsaid": one.is_unsaid,
            "evidence": self.evidence.get(one.topic, []),
        }


def _tone(nps: Nps | None) -> dict[str, Any] | None:
    return None if nps is None else level(nps) | {"n": round(nps.n)}


def why(session: ReadSession, brand: Brand, part: Slice, dictionary: Dictionary) -> Why:
    """Why the sides of one part of a brand part; topics count by whole months within it.

    Terms compare its detractors with those of all other locations, or, for a brand as a whole, with all who are none.
    """
    sides = topic_counts(session, brand, (), part).get((), {})
    public, survey = sides.get(Side.SOCIAL, {}), sides.get(Side.SURVEY, {})
    found = unsaid(public, survey)
    here, elsewhere = _texts(session, brand, part)
    discovered = _terms(here, elsewhere, dictionary)
    shown = [one.topic for one in found[:TERMS_SHOWN]]
    evidence = {topic: evidence_ids(session, brand, topic, part, limit=TEXTS_A_TOPIC) for topic in shown}
    evidence |= {one.term: [here[at].id for at in one.texts[:TEXTS_A_TOPIC]] for one in discovered}
    return Why(found, discovered, tone_by_stage(survey, public), evidence, dictionary)


def _texts(session: ReadSession, brand: Brand, part: Slice) -> tuple[list[Text], list[Text]]:
    def of(label: Label, *, outside: bool = False) -> list[Text]:
        return texts(session, brand, Side.SOCIAL, part, label=label, outside=outside, limit=TEXTS_FOR_TERMS)

    here = of(Label.DETRACTOR)
    return here, of(Label.DETRACTOR, outside=True) if part.location else of(Label.PROMOTER)


def _terms(here: Sequence[Text], elsewhere: Sequence[Text], dictionary: Dictionary) -> list[Term]:
    def covered(term: str) -> bool:
        return bool(topics_of(term, None, dictionary))

    read = [[lemmas(one.text, one.language) for one in side] for side in (here, elsewhere)]
    found = terms(*read, covered=covered)
    return [one for one in found if one.q < FALSE_DISCOVERIES][:TERMS_SHOWN]
