"""What each mention and each survey answer adds to the roll-ups: the one definition of everything that is counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.elements import ColumnElement

from core.labels import CLASSES, LOWEST_PASSIVE, LOWEST_PROMOTER, Label, Side, TextKind
from core.topics import ANYTHING
from store.brands import NOWHERE
from store.models import (
    Agreement,
    Grain,
    Mention,
    MentionLabel,
    MentionTopic,
    ResponseTopic,
    Scale,
    SurveyResponse,
    Tally,
    TopicTally,
)

EVIDENCE = (
    *("mentions", "voices", "promoters", "passives", "detractors", "rated"),
    *(f"{evidence}_{known.value}" for evidence in ("fused", "said", "p") for known in CLASSES),
    "copies",
)
"""What is summed of voices: see `store.models.Evidence`."""
COUNTS = EVIDENCE[2:5]
"""Promoters, passives and detractors."""

Rows = sa.Select[*tuple[Any, ...]]
Query = Callable[[], Rows]
"""Rows of keys and sums, grouped by the keys; a condition on the rows to count can be added."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One roll-up: its table, key columns, columns that are summed (the first is of everything), queries by side."""

    table: type[Any]
    keys: tuple[str, ...]
    sums: tuple[str, ...]
    queries: Mapping[Side, tuple[Query, ...]]


def _sum(condition: ColumnElement[bool], value: Any = 1) -> ColumnElement[Any]:
    return sa.func.coalesce(sa.func.sum(sa.case((condition, value), else_=0)), 0)


def _place(location_id: Any) -> ColumnElement[int]:
    """The location of a tally; written out, since PostgreSQL takes two bound zeros for two expressions."""
    return sa.func.coalesce(location_id, sa.literal_column(str(NOWHERE), sa.Integer))


def _of_label(query: Rows) -> Rows:
    """A query of mentions with the labels that count, where there are any; what is gone left out."""
    joined = (MentionLabel.mention_id == Mention.id) & (MentionLabel.labeller_id == Mention.labeller_id)
    return query.outerjoin(MentionLabel, joined).where(Mention.removed_at.is_(None))


_rated = Mention.rating_label.is_not(None)
_counted = sa.func.coalesce(Mention.rating_label, MentionLabel.label)
_KNOWN = [known.value for known in CLASSES]
_heard = Mention.is_voice & Mention.duplicate_of_id.is_(None)
_voice = _heard & _counted.in_(_KNOWN)
_CHANCES = (MentionLabel.promoter, MentionLabel.passive, MentionLabel.detractor)
_FUSED = (MentionLabel.fused_promoter, MentionLabel.fused_passive, MentionLabel.fused_detractor)


def _certain(known: Label) -> ColumnElement[Any]:
    """One where a rating stands for this class: what is counted of it until its text is labelled."""
    return sa.case((Mention.rating_label == known.value, 1.0), else_=0.0)


def _evidence() -> list[Any]:
    """What mentions add, in the order of `EVIDENCE`."""
    return [
        sa.func.count(),
        _sum(_voice),
        *(_sum(_voice & (_counted == known.value)) for known in CLASSES),
        _sum(_voice & _rated),
        *(
            _sum(_voice & _rated, sa.func.coalesce(both, _certain(known)))
            for known, both in zip(CLASSES, _FUSED, strict=True)
        ),
        *(_sum(_voice & ~_rated & (MentionLabel.label == known.value)) for known in CLASSES),
        *(_sum(_voice & ~_rated, chance) for chance in _CHANCES),
        _sum(Mention.duplicate_of_id.is_not(None)),
    ]


def _social() -> Rows:
    sort = [Mention.kind, Mention.suspicion.is_not(None)]
    keys = [Mention.brand_id, _place(Mention.location_id), Mention.said_on, Mention.channel_id, *sort]
    brand, *others = keys
    side, grain = sa.literal(Side.SOCIAL.value), sa.literal(Grain.DAY.value)
    return _of_label(sa.select(brand, side, grain, *others, *_evidence())).group_by(*keys)


_score = SurveyResponse.score
_BY_SCORE = {
    Label.PROMOTER: _score >= LOWEST_PROMOTER,
    Label.PASSIVE: (_score >= LOWEST_PASSIVE) & (_score < LOWEST_PROMOTER),
    Label.DETRACTOR: _score < LOWEST_PASSIVE,
}


_COMMENT = (sa.literal(TextKind.COMMENT.value), sa.false())
"""The kind of text of every survey answer, and that none is suspect."""


def _answers() -> list[Any]:
    """What survey answers add, in the order of `EVIDENCE`: a score needs no evidence."""
    counts = [sa.func.count(), sa.func.count(), *(_sum(_BY_SCORE[known]) for known in CLASSES)]
    return [*counts, *[sa.literal(0)] * (len(EVIDENCE) - len(counts))]


def _survey() -> Rows:
    """Survey answers on the NPS scale: each is one voice."""
    where = [SurveyResponse.said_on, SurveyResponse.channel_id]
    keys: list[Any] = [SurveyResponse.brand_id, _place(SurveyResponse.location_id), *where]
    brand, *others = keys
    side, grain = sa.literal(Side.SURVEY.value), sa.literal(Grain.DAY.value)
    query = sa.select(brand, side, grain, *others, *_COMMENT, *_answers())
    return query.where(SurveyResponse.scale == Scale.NPS.value).group_by(*keys)


def _agreement() -> Rows:
    """Voices with a rating whose text was labelled: what the label says of whom. Suspects teach nothing."""
    keys = [Mention.brand_id, _place(Mention.location_id), Mention.channel_id, Mention.kind]
    pairs = [
        _sum((Mention.rating_label == true.value) & (MentionLabel.label == said.value))
        for true in CLASSES
        for said in CLASSES
    ]
    query = sa.select(*keys, sa.func.count(), *pairs, *(sa.func.coalesce(sa.func.sum(p), 0.0) for p in _CHANCES))
    known = (_heard, _rated, Mention.suspicion.is_(None), MentionLabel.label.in_(_KNOWN))
    return _of_label(query).where(*known).group_by(*keys)


def _public_topics(topic: Any, *, each: bool) -> Query:
    """Voices with a text whose topics were told: of each topic, or of anything."""

    def query() -> Rows:
        sort = [Mention.kind, Mention.suspicion.is_not(None)]
        keys = [Mention.brand_id, _place(Mention.location_id), Mention.month_on, Mention.channel_id, *sort]
        brand, *others = keys
        query = _of_label(sa.select(brand, sa.literal(Side.SOCIAL.value), *others, topic, *_evidence()))
        if each:
            query = query.join(MentionTopic, MentionTopic.mention_id == Mention.id)
        told = query.where(_voice, Mention.text != "", Mention.topics_version.is_not(None))
        return told.group_by(*keys, *([MentionTopic.topic] if each else []))

    return query


def _survey_topics(topic: Any, *, each: bool) -> Query:
    """Survey answers with a comment whose topics were told; only answers on the NPS scale have a class."""

    def query() -> Rows:
        where = [SurveyResponse.month_on, SurveyResponse.channel_id]
        keys: list[Any] = [SurveyResponse.brand_id, _place(SurveyResponse.location_id), *where]
        brand, *others = keys
        query = sa.select(brand, sa.literal(Side.SURVEY.value), *others, *_COMMENT, topic, *_answers())
        if each:
            query = query.join(ResponseTopic, ResponseTopic.response_id == SurveyResponse.id)
        told = query.where(SurveyResponse.comment != "", SurveyResponse.topics_version.is_not(None))
        return told.group_by(*keys, *([ResponseTopic.topic] if each else []))

    return query


_ALL = sa.literal(ANYTHING)

TALLY = Counted(
    Tally,
    ("brand_id", "side", "grain", "location_id", "said_on", "channel_id", "kind", "suspect"),
    EVIDENCE,
    {Side.SOCIAL: (_social,), Side.SURVEY: (_survey,)},
)
AGREEMENT = Counted(
    Agreement,
    ("brand_id", "location_id", "channel_id", "kind"),
    (
        "voices",
        *(f"{true.value}_{said.value}" for true in CLASSES for said in CLASSES),
        *(f"p_{known.value}" for known in CLASSES),
    ),
    {Side.SOCIAL: (_agreement,)},
)
TOPICS = Counted(
    TopicTally,
    ("brand_id", "side", "location_id", "month_on", "channel_id", "kind", "suspect", "topic"),
    EVIDENCE,
    {
        Side.SOCIAL: (_public_topics(MentionTopic.topic, each=True), _public_topics(_ALL, each=False)),
        Side.SURVEY: (_survey_topics(ResponseTopic.topic, each=True), _survey_topics(_ALL, each=False)),
    },
)
COUNTED = (TALLY, AGREEMENT, TOPICS)
