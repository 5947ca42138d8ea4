"""The social NPS of many segments: voices with a rating as they are, the others corrected for the labeller's errors.

Which estimator a kind of text gets, and how far it may still be off, is a `KindRule`: `metrics.estimator_choice` makes
them. docs/decisions/0007-quantification.md tells why.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from core.counts import Confusion, Counts, Voices
from core.labels import TextKind
from metrics.intervals import Array
from metrics.nps import Nps, nps_each, widened
from metrics.prevalence import FLAT, NET, prevalence

PRIOR_VOICES = 3.0
"""What a prior at the brand's own level weighs, as much as the flat one: at 8 errors are smaller where locations are
alike, but where they differ by 30 points the intervals of segments of 20 hold 86 % instead of 93 %."""

PRIOR_STEPS = 16
"""A segment's part of its brand is rounded to so many, as equal priors are worked out once."""


class Estimator(StrEnum):
    """How the shares behind some labels are estimated."""

    COUNT = "count"
    """The labels, counted."""
    PROBABILITIES = "probabilities"
    """The labeller's probabilities, summed."""
    BAYES = "bayes"
    """Corrected by the confusion matrix, each mix as likely as any other beforehand."""
    BAYES_PRIOR = "bayes_prior"
    """The same with a weak prior at the brand's own level."""


class Ground(StrEnum):
    """On what an estimator was chosen."""

    OWN = "own"
    """The brand's own mentions with a rating, one location after the other left out."""
    SHIPPED = "shipped"
    """The labeller's held-back texts, one source after the other left out."""
    NONE = "none"
    """On nothing: labels are counted, and nobody knows how far off that is."""


@dataclass(frozen=True, slots=True)
class KindRule:
    """How unrated voices of one kind of text are estimated.

    `matrix` counts [true][said] as used, zeros where nothing is known. `residual`, in points, is by how much an
    estimate errs beyond what its counts tell: it widens intervals. `groups` were left out in turn; `errors` are the
    mean absolute errors in points of each estimator that was tried on them.
    """

    estimator: Estimator
    matrix: Confusion
    residual: float
    chosen_on: Ground
    groups: int = 0
    errors: Mapping[Estimator, float] = field(default_factory=dict)


PLAIN = KindRule(Estimator.COUNT, ((0.0,) * 3,) * 3, 0.0, Ground.NONE)
"""The rule of a labeller that nobody measured."""


@dataclass(frozen=True, slots=True)
class _Part:
    """Voices of one sort in each segment: how many [n], and their shares [n, 3], 0 where there are none.

    The variance [n] is that of promoters less detractors, a proportion; the residual is the rule's, in points.
    """

    n: Array
    shares: Array
    variance: Array
    residual: float = 0.0


def social_each(
    voices: Sequence[Voices], rules: Mapping[TextKind, KindRule], level: Mapping[TextKind, Counts]
) -> list[Nps | None]:
    """The social NPS of many segments of a brand at once, in their order; None where nobody spoke.

    `level` is `brand_level`'s. Shares are the mix of rated and unrated voices by their numbers, and the variances add
    up. The interval is Tango's on as many voices as would waver as much if they were counted without error, and holds
    the residuals of the rules beside. A segment whose voices all have a rating is plainly counted; so are labels of
    a kind without a rule.
    """
    kinds = sorted({kind for one in voices for kind in one.said})
    parts = [
        _counted(_columns([one.rated for one in voices])),
        *(_unrated(voices, kind, rules.get(kind, PLAIN), level.get(kind, Counts())) for kind in kinds),
    ]
    n = np.sum([part.n for part in parts], axis=0)
    weights = [part.n / np.maximum(n, 1e-12) for part in parts]
    shares = np.sum([weight[:, None] * part.shares for weight, part in zip(weights, parts, strict=True)], axis=0)
    variance = np.sum([weight**2 * part.variance for weight, part in zip(weights, parts, strict=True)], axis=0)
    residual = np.sqrt(np.sum([(w * part.residual) ** 2 for w, part in zip(weights, parts, strict=True)], axis=0))
    worth = np.minimum(n, _spread(shares, n) / np.where(n > 0, variance, 1.0))
    found = nps_each([Counts(*row) for row in (shares * n[:, None]).tolist()], worth.tolist())
    return [one and widened(one, beyond) for one, beyond in zip(found, residual.tolist(), strict=True)]


def brand_level(total: Voices, rules: Mapping[TextKind, KindRule]) -> dict[TextKind, Counts]:
    """How many of all unrated voices of a brand are of each class, by kind of text: what its segments are alike to.

    Half a voice of each class is added, so that nothing is impossible; a kind without voices is left out.
    """
    levels: dict[TextKind, Counts] = {}
    for kind, said in total.said.items():
        if said.n > 0:
            part = _unrated([total], kind, rules.get(kind, PLAIN), Counts())
            levels[kind] = Counts(*(said.n * part.shares[0] + 0.5).tolist())
    return levels


def estimated(said: Array, chances: Array, rule: KindRule, level: Counts) -> tuple[Array, Array]:
    """Shares [n, 3] and sampling variance [n] of the net share, from counted labels and summed probabilities [n, 3].

    The variance is that for the population behind the voices, without the rule's residual. Every row needs labels;
    `level` is `brand_level`'s of the kind, `Counts()` where none is known.
    """
    if rule.estimator in {Estimator.BAYES, Estimator.BAYES_PRIOR}:
        prior = _prior(said.sum(axis=1), level) if rule.estimator is Estimator.BAYES_PRIOR else FLAT
        found = prevalence(said, np.array(rule.matrix), prior)
        return found.shares, found.variance
    counted = _counted(said if rule.estimator is Estimator.COUNT else chances)
    return counted.shares, counted.variance


def _prior(n: Array, level: Counts) -> Array:
    """Pseudo-voices [n, 3] for segments of so many voices: at the brand's level so far as others made it, else flat.

    A brand that is its one segment has nobody to resemble; its own level as a prior would count its voices twice.
    """
    if not level.n:
        return np.ones((len(n), 3))
    own = np.round(PRIOR_STEPS * np.minimum(n / level.n, 1.0))[:, None] / PRIOR_STEPS
    shares = _columns([level]) / level.n
    prior: Array = (1 - own) * PRIOR_VOICES * shares + own
    return prior


def _unrated(voices: Sequence[Voices], kind: TextKind, rule: KindRule, level: Counts) -> _Part:
    said = _columns([one.said.get(kind, Counts()) for one in voices])
    are_summed = rule.estimator is Estimator.PROBABILITIES
    chances = _columns([one.chances.get(kind, Counts()) for one in voices]) if are_summed else said
    n = said.sum(axis=1)
    some = n > 0
    shares, variance = np.zeros(said.shape), np.zeros(len(said))
    shares[some], variance[some] = estimated(said[some], chances[some], rule, level)
    return _Part(n, shares, variance, rule.residual)


def _counted(counts: Array) -> _Part:
    """Shares as counted; the variance is a trinomial's, which for sums of probabilities is rather too much."""
    n = counts.sum(axis=1)
    shares = counts / np.maximum(n, 1e-12)[:, None]
    return _Part(n, shares, np.where(n > 0, _spread(shares, n) / np.maximum(n, 1e-12), 0.0))


def _spread(shares: Array, n: Array) -> Array:
    """The variance of one voice's +1, 0 or -1, half a voice of each class added: all promoters are no certainty."""
    smooth = (shares * n[:, None] + 0.5) / (n + 1.5)[:, None]
    spread: Array = smooth @ NET**2 - (smooth @ NET) ** 2
    return spread


def _columns(counts: Sequence[Counts]) -> Array:
    return np.array([(one.promoters, one.passives, one.detractors) for one in counts], np.float64).reshape(-1, 3)
