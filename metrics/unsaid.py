"""What the public complains of and the survey does not hear, and how each stage of a visit feels on both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control

from core.counts import Counts
from core.topics import ANYTHING, STAGE
from metrics.aspects import Stage
from metrics.gaps import FALSE_DISCOVERIES
from metrics.intervals import mover_bounds
from metrics.nps import Nps, nps_each
from metrics.shares import excess_p_values, wilson_bounds

Topics = Mapping[str, Counts]
"""Voices with a text by topic, all of them under `ANYTHING`."""


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A topic's share in [0, 1] of public detractors against its share of survey comments, of whatever class these are.

    `difference` has its 95 % interval; `p` is one-sided (the public speaks of it more), `q` its false discovery rate
    among all topics and segments that were looked at together.
    """

    topic: str
    public_share: float
    survey_share: float
    public_n: int
    survey_n: int
    difference: float
    low: float
    high: float
    p: float
    q: float

    @property
    def is_unsaid(self) -> bool:
        """Whether one may say so: q < .10 and an interval above zero."""
        return self.q < FALSE_DISCOVERIES and self.low > 0


@dataclass(frozen=True, slots=True)
class StageTone:
    """The NPS of those who speak of one stage of a visit, on each side; None where nobody does."""

    stage: Stage
    survey: Nps | None
    social: Nps | None


def unsaid(public: Topics, survey: Topics) -> list[Unsaid]:
    """`unsaid_each` of one segment."""
    return unsaid_each([(public, survey)])[0]


def unsaid_each(segments: Sequence[tuple[Topics, Topics]]) -> list[list[Unsaid]]:
    """Topics of public detractors in each (public, survey) segment: what may be called unsaid first, the largest first.

    A segment without public detractors or without survey comments has none: []. Stages are left out. The interval is
    MOVER's of two Wilson intervals (Newcombe 1998, method 10). The p is Fisher's exact mid-p for few texts and the
    score test's for many; q is Benjamini and Hochberg's over everything that was handed in together.
    """
    rows = [(at, topic, *row) for at, pair in enumerate(segments) for topic, row in _counts(*pair).items()]
    if not rows:
        return [[] for _ in segments]
    x, n, y, m = np.array([row[2:] for row in rows], dtype=np.float64).T
    low, high = mover_bounds(x / n, wilson_bounds(x, n), y / m, wilson_bounds(y, m))
    p = excess_p_values(x, n, y, m)
    columns = np.stack([x / n, y / m, x / n - y / m, low, high, p, false_discovery_control(p, method="bh")], axis=-1)
    found: list[list[Unsaid]] = [[] for _ in segments]
    for (at, topic, _, n_public, _, n_survey), (first, second, *rest) in zip(rows, columns.tolist(), strict=True):
        found[at].append(Unsaid(topic, first, second, round(n_public), round(n_survey), *rest))
    return [sorted(one, key=lambda row: (not row.is_unsaid, -row.difference, row.topic)) for one in found]


def _counts(public: Topics, survey: Topics) -> dict[str, tuple[float, float, float, float]]:
    """By topic: public detractors that speak of it and all of them, survey comments that do and all of them."""
    n, m = public.get(ANYTHING, Counts()).detractors, survey.get(ANYTHING, Counts()).n
    if n <= 0 or m <= 0:
        return {}
    topics = [topic for topic in public if topic != ANYTHING and not topic.startswith(STAGE)]
    return {
        topic: (public[topic].detractors, n, survey.get(topic, Counts()).n, m)
        for topic in topics
        if public[topic].detractors > 0
    }


def tone_by_stage(survey: Topics, social: Topics) -> list[StageTone]:
    """The NPS of each stage that anybody speaks of, in the order of a visit; a voice may speak of several."""
    stages = [stage for stage in Stage if f"{STAGE}{stage}" in survey or f"{STAGE}{stage}" in social]
    surveys, socials = (
        nps_each([side.get(f"{STAGE}{stage}", Counts()) for stage in stages]) for side in (survey, social)
    )
    return [StageTone(*row) for row in zip(stages, surveys, socials, strict=True)]
