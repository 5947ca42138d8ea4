"""What stands beside the rows, as the page shows it: topics, words, tones, who speaks."""

from dataclasses import dataclass, replace

from api.details import Details
from api.quotes import Names, Quote, quotes_by_id
from api.words import Words
from metrics.decomposition import Decomposition, Part
from metrics.gaps import MIN_VOICES
from metrics.nps import Nps
from metrics.terms import Term
from metrics.unsaid import Unsaid
from store.database import ReadSession
from store.models import Brand

TOPICS_SHOWN = 10
TEXTS_A_TOPIC = 3
TEXTS_OF_TERMS = 6


@dataclass(frozen=True, slots=True)
class TopicView:
    """A topic that the survey does not hear; `said` and `heard` are the texts of each side that speak of it."""

    one: Unsaid
    name: str
    said: int
    heard: int
    quotes: list[Quote]


@dataclass(frozen=True, slots=True)
class StageView:
    """The tone of one stage on both sides, and which of them are but a few voices."""

    name: str
    survey: Nps | None
    social: Nps | None

    def is_few(self, side: Nps) -> bool:
        """Whether fewer than `MIN_VOICES` stand behind it."""
        return side.n < MIN_VOICES


@dataclass(frozen=True, slots=True)
class WhyView:
    """`more` topics are not shown; `term_quotes` show the words that no topic foresaw."""

    topics: list[TopicView]
    more: int
    terms: list[Term]
    term_quotes: list[Quote]
    stages: list[StageView]


def why_view(session: ReadSession, brand: Brand, beside: Details, names: Names, say: Words) -> WhyView:
    """The reasons, with their texts in one read."""
    why = beside.why
    sure = [one for one in why.unsaid if one.is_unsaid]
    behind = {one.topic: why.evidence.get(one.topic, [])[:TEXTS_A_TOPIC] for one in sure[:TOPICS_SHOWN]}
    of_terms: dict[int, list[str]] = {}
    for term in why.terms:
        for of_id in why.evidence.get(term.term, [])[:1]:
            of_terms.setdefault(of_id, []).append(term.term)
    texts = quotes_by_id(session, brand, {i for ids in behind.values() for i in ids} | of_terms.keys(), names)
    return WhyView(
        topics=[_topic(one, names, [texts[i] for i in behind[one.topic] if i in texts]) for one in sure[:TOPICS_SHOWN]],
        more=len(sure) - len(behind),
        terms=why.terms,
        term_quotes=[replace(texts[of_id], about=tuple(terms)) for of_id, terms in of_terms.items() if of_id in texts][
            :TEXTS_OF_TERMS
        ],
        stages=[StageView(say[f"stage_{tone.stage.value}"], tone.survey, tone.social) for tone in why.stages],
    )


def _topic(one: Unsaid, names: Names, quotes: list[Quote]) -> TopicView:
    said, heard = round(one.public_share * one.public_n), round(one.survey_share * one.survey_n)
    return TopicView(one, names["topic"].get(one.topic, one.topic), said, heard, quotes)


@dataclass(frozen=True, slots=True)
class SplitView:
    """A gap split by one dimension, and the segment that adds most to it."""

    by: str
    split: Decomposition
    most: str
    part: Part


def splits(beside: Details, names: Names, say: Words) -> list[SplitView]:
    """The gap by each dimension of which both sides know more than one value."""
    found = []
    for by, split in beside.who.decompositions.items():
        part = max(split.parts, key=lambda one: abs(one.rate + one.mix))
        found.append(SplitView(by, split, say.segment({by: part.segment}, names), part))
    return found
