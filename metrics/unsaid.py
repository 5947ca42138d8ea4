"""What the public complains of and the survey does not hear, and how each stage of a visit feels on both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control, norm

from core.counts import Counts
from metrics.aspects import Stage
from metrics.gaps import FALSE_DISCOVERIES
from metrics.intervals import CONFIDENCE, Array, mover_bounds, normal_quantile
from metrics.nps import Nps, nps_each
from metrics.topics import STAGE

EVERYTHING = ""
"""The topic that counts all voices with a text, whatever they speak of."""

EXACT_UP_TO = 50
"""Up to so many texts of a topic on both sides together its p is exact; above, the score test's agrees."""

Topics = Mapping[str, Counts]
"""Voices with a text by topic, all of them under `EVERYTHING`."""


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
    p = _p_values(x, n, y, m)
    columns = np.stack([x / n, y / m, x / n - y / m, low, high, p, false_discovery_control(p, method="bh")], axis=-1)
    found: list[list[Unsaid]] = [[] for _ in segments]
    for (at, topic, _, n_public, _, n_survey), (first, second, *rest) in zip(rows, columns.tolist(), strict=True):
        found[at].append(Unsaid(topic, first, second, round(n_public), round(n_survey), *rest))
    return [sorted(one, key=lambda row: (not row.is_unsaid, -row.difference, row.topic)) for one in found]


def _counts(public: Topics, survey: Topics) -> dict[str, tuple[float, float, float, float]]:
    """By topic: public detractors that speak of it and all of them, survey comments that do and all of them."""
    n, m = public.get(EVERYTHING, Counts()).detractors, survey.get(EVERYTHING, Counts()).n
    if n <= 0 or m <= 0:
        return {}
    topics = [topic for topic in public if topic != EVERYTHING and not topic.startswith(STAGE)]
    return {
        topic: (public[topic].detractors, n, survey.get(topic, Counts()).n, m)
        for topic in topics
        if public[topic].detractors > 0
    }


def wilson_bounds(x: Array, n: Array, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
    """Wilson's score interval of proportions x / n, n > 0, element by element; in [0, 1]."""
    z = normal_quantile(confidence)
    centre, width = x + z * z / 2, z * np.sqrt(x * (n - x) / n + z * z / 4)
    return np.clip((centre - width) / (n + z * z), 0, 1), np.clip((centre + width) / (n + z * z), 0, 1)


def _p_values(x: Array, n: Array, y: Array, m: Array) -> Array:
    """One-sided p of x / n > y / m, element by element."""
    few = x + y <= EXACT_UP_TO
    p = _score(x, n, y, m)
    p[few] = _mid_p(x[few], n[few], y[few], m[few])
    return np.clip(p, 0, 1)


def _score(x: Array, n: Array, y: Array, m: Array) -> Array:
    shared = (x + y) / (n + m)
    error = np.sqrt(shared * (1 - shared) * (1 / n + 1 / m))
    deviates = np.divide(x / n - y / m, error, out=np.zeros_like(error), where=error > 0)
    return np.asarray(norm.sf(deviates), dtype=np.float64)


def _mid_p(x: Array, n: Array, y: Array, m: Array) -> Array:
    """Fisher's exact tail of x with half of the observed table: nearer its nominal level than the whole of it.

    Given the x + y texts of a topic, how many of them are public is hypergeometric.
    """
    k = np.arange(EXACT_UP_TO + 1)[None, :]
    total = (x + y)[:, None]
    others = np.take_along_axis(_log_choices(m), np.maximum(total - k, 0).astype(np.intp), axis=1)
    log = np.where(k <= total, _log_choices(n) + others, -np.inf)
    chance = np.exp(log - log.max(axis=1, keepdims=True))
    observed = x[:, None]
    tail = (chance * np.where(k > observed, 1.0, np.where(k == observed, 0.5, 0.0))).sum(axis=1)
    return np.asarray(tail / chance.sum(axis=1), dtype=np.float64)


def _log_choices(n: Array) -> Array:
    """The logarithm of n choose k for k = 0..EXACT_UP_TO, a row for each n; minus infinity for k > n."""
    k = np.arange(1, EXACT_UP_TO + 1)[None, :]
    left = np.maximum(n[:, None] - k + 1, 0)
    steps = np.log(left / k, out=np.full(left.shape, -np.inf), where=left > 0)
    return np.concatenate([np.zeros((len(n), 1)), np.cumsum(steps, axis=1)], axis=1)


def tone_by_stage(survey: Topics, social: Topics) -> list[StageTone]:
    """The NPS of each stage that anybody speaks of, in the order of a visit; a voice may speak of several."""
    stages = [stage for stage in Stage if f"{STAGE}{stage}" in survey or f"{STAGE}{stage}" in social]
    surveys, socials = (
        nps_each([side.get(f"{STAGE}{stage}", Counts()) for stage in stages]) for side in (survey, social)
    )
    return [StageTone(*row) for row in zip(stages, surveys, socials, strict=True)]
