"""How right is a social NPS that is corrected for the labeller's errors? `benchmarks/statistics.py` prints these lines.

The errors are the shipped labeller's own, out of its manifest. Labels are drawn, so the figures rank methods and test
intervals; what they mean for a brand is told by leaving whole sources out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.counts import Agreement, Counts, Voices
from core.labels import TextKind
from metrics import gibbs
from metrics.estimator_choice import MIXES, rules
from metrics.prevalence import NET, prevalence
from metrics.quantification import PLAIN, Estimator, Ground, KindRule, brand_level, social_each
from sentiment.manifest import read_manifest
from sentiment.shipped import WEIGHTS

Array = NDArray[np.float64]
Shipped = Mapping[TextKind, Mapping[str, Agreement]]

FLAT = np.ones(3)
CALIBRATIONS, MIXES_A_CALIBRATION = 60, 40
SEGMENT, SEGMENTS_A_MIX, ALIKE = 100, 20, 10.0
LOCATIONS, RATED = 12, 60
PULLED = 5.0
"""Texts of each class by which a source's errors are pulled to those of all others: it may have no passives."""


@dataclass(frozen=True, slots=True)
class Line:
    """A question, what is asked, our figure and that of a peer, and what the peer is."""

    question: str
    asked: str
    ours: float
    peer: float
    method: str


def shipped_errors() -> Shipped:
    """The shipped labeller's error model."""
    return {
        TextKind(kind): {
            source: Agreement(tuple((a, b, c) for a, b, c in one["confusion"]), Counts(*one["chances"]))
            for source, one in sources.items()
        }
        for kind, sources in read_manifest(WEIGHTS).error_model.items()
    }


def lines(rng: np.random.Generator, *, quick: bool) -> Iterator[Line]:
    """All of them."""
    shipped = shipped_errors()
    yield from agreement_with_sampling(shipped, quick=quick)
    yield from prior_shift(rng, shipped, calibrations=CALIBRATIONS // 4 if quick else CALIBRATIONS)
    yield from sources_left_out(rng, shipped)
    yield from own_locations(rng, shipped)


def agreement_with_sampling(shipped: Shipped, *, quick: bool) -> Iterator[Line]:
    """The grid against the Gibbs sampler over sizes, mixes, priors and kinds: the largest differences."""
    mixes = np.array([(0.6, 0.2, 0.2), (0.95, 0.03, 0.02), (0.1, 0.1, 0.8)])
    means, spreads = [], []
    for kind, n, mix in product(list(TextKind)[:1] if quick else TextKind, (10, 100, 500), mixes):
        matrix = np.array(confusion_of(shipped[kind])) + 0.5
        said = np.round(n * mix @ _rates(matrix))
        for prior in (FLAT, 3 * mix):
            found, sampled = prevalence([said], matrix, prior), gibbs.sample(said, matrix, prior)
            means.append(100 * abs(float(found.shares[0] @ NET) - sampled.net))
            spreads.append(abs(float(np.sqrt(found.variance[0])) / sampled.sd - 1))
    method = f"Gibbs, {len(means)} cases"
    yield Line("grid posterior: largest difference of means, points", "<= 1", max(means), 0.0, method)
    yield Line("grid posterior: largest difference of deviations, share", "<= .15", max(spreads), 0.0, method)


def prior_shift(rng: np.random.Generator, shipped: Shipped, calibrations: int) -> Iterator[Line]:
    """Mixes uniform on the simplex, labels by the real matrix of a kind, known from a redrawn sample."""
    for kind, n in product(TextKind, (100, 500)):
        real = np.array(confusion_of(shipped[kind]))
        found = []
        for _ in range(calibrations):
            redrawn = [rng.multinomial(int(row.sum()), row / row.sum()) for row in real]
            rule = KindRule(Estimator.BAYES_PRIOR, _plain(np.array(redrawn, np.float64)), 0.0, Ground.SHIPPED)
            shares = rng.dirichlet(FLAT, MIXES_A_CALIBRATION)
            said = np.array([rng.multinomial(n, row @ _rates(real)) for row in shares])
            found.append([judged(kind, said, shares, of) for of in (rule, PLAIN)])
        errors, covered = np.mean(np.concatenate(found, axis=-1), axis=-1).T
        yield Line(f"coverage under prior shift, {kind}s, n={n}", ">= .92", covered[0], covered[1], "plain count")
        asked = "<= half" if n > SEGMENT else ""
        yield Line(f"mean absolute error under it, {kind}s, n={n}", asked, errors[0], errors[1], "plain count")


def sources_left_out(rng: np.random.Generator, shipped: Shipped) -> Iterator[Line]:
    """Each source as a brand without ratings, its rules made from the others: on its own mix and on nine others."""
    own_mix: dict[TextKind, list[list[float]]] = {kind: [] for kind in TextKind}
    nine_mixes: dict[TextKind, list[Array]] = {kind: [] for kind in TextKind}
    for kind, source in _large(shipped):
        rule = rules({}, without(source, shipped))[kind]
        own_mix[kind].append(errors_on_own_mix(shipped[kind][source], rule))
        for mix in MIXES:
            shares, said = drawn(rng, mix, rates_of(shipped[kind], source))
            level = _level(kind, said, rule)
            tried = (judged(kind, said, shares, of, level) for of in (rule, replace(rule, residual=0.0), PLAIN))
            nine_mixes[kind].append(np.stack(list(tried)))
    for kind in TextKind:
        count, probabilities, bayes = np.mean(np.abs(own_mix[kind]), axis=0)
        name = f"{len(own_mix[kind])} {kind} sources left out"
        yield Line(f"{name}, own mix: error of Bayes", "", bayes, count, "plain count")
        yield Line(f"{name}, own mix: error of probabilities", "", probabilities, count, "plain count")
        (error, covered), (_, uncovered), (plain_error, _) = np.concatenate(nine_mixes[kind], -1).mean(axis=-1)
        yield Line(f"{name}, nine mixes, n={SEGMENT}: error of the rule", "", error, plain_error, "plain count")
        yield Line(f"{name}: coverage", ">= .90", covered, uncovered, "without the residual")


def own_locations(rng: np.random.Generator, shipped: Shipped) -> Iterator[Line]:
    """Each source as a brand of some locations with rated texts, whose unrated ones are to be estimated."""
    found = []
    for kind, source in _large(shipped):
        rest = without(source, shipped)
        general = rules({}, rest)[kind]
        rates = rates_of(shipped[kind], source)
        for mix in MIXES[::4]:
            places = rng.dirichlet(ALIKE * mix, LOCATIONS)
            rated = {f"{at}": _labelled(rng, share, rates, RATED) for at, share in enumerate(places)}
            own = rules({kind: rated}, rest)[kind]
            said = np.array([rng.multinomial(SEGMENT, share @ rates) for share in places])
            rows = [judged(kind, said, places, of, _level(kind, said, of)) for of in (own, general, PLAIN)]
            found.append(rows)
    (error, covered), (general_error, general_covered), (plain_error, _) = np.concatenate(found, -1).mean(axis=-1)
    name = f"{LOCATIONS} own locations of {RATED} rated texts"
    yield Line(f"{name}: error, n={SEGMENT}", "", error, general_error, "the sources' rule")
    yield Line(f"{name}: error, n={SEGMENT}", "", error, plain_error, "plain count")
    yield Line(f"{name}: coverage", ">= .90", covered, general_covered, "the sources' rule")


def judged(
    kind: TextKind, said: Array, shares: Array, rule: KindRule, level: Mapping[TextKind, Counts] | None = None
) -> Array:
    """Absolute errors in points, and whether the interval holds the truth: [2, segments]."""
    found = social_each([Voices(Counts(), {kind: _counts(row)}) for row in said], {kind: rule}, level or {})
    truth = 100 * shares @ NET
    rows = [(one.value, one.low, one.high) for one in found if one]
    value, low, high = np.array(rows).T
    return np.array([np.abs(value - truth), (low <= truth + 1e-6) & (truth - 1e-6 <= high)])


def drawn(rng: np.random.Generator, mix: Array, rates: Array) -> tuple[Array, Array]:
    """Shares and labels of segments of one brand."""
    shares = rng.dirichlet(ALIKE * mix, SEGMENTS_A_MIX)
    return shares, np.array([rng.multinomial(SEGMENT, row @ rates) for row in shares])


def errors_on_own_mix(group: Agreement, rule: KindRule) -> list[float]:
    """Of labels, of probabilities and of the corrected estimate, in points, for all texts of a source as they are."""
    said, chances, true = (_column(counts) for counts in (group.said, group.chances, group.true))
    corrected = prevalence([said], np.array(rule.matrix)).shares[0]
    shares = (said / group.n, chances / group.n, corrected)
    return [100 * float((one - true / group.n) @ NET) for one in shares]


def confusion_of(sources: Mapping[str, Agreement]) -> Array:
    """The counts of all sources together."""
    counts: Array = np.sum([np.array(one.confusion) for one in sources.values()], axis=0)
    return counts


def rates_of(sources: Mapping[str, Agreement], source: str) -> Array:
    """How texts of one source are labelled, by class."""
    others = _rates(confusion_of({name: one for name, one in sources.items() if name != source}) + 0.5)
    return _rates(np.array(sources[source].confusion) + PULLED * others)


def without(source: str, shipped: Shipped) -> Shipped:
    """The error model as if one source had never been measured."""
    return {kind: {name: one for name, one in of.items() if name != source} for kind, of in shipped.items()}


def _large(shipped: Shipped) -> list[tuple[TextKind, str]]:
    return [(kind, source) for kind, sources in shipped.items() for source, one in sources.items() if one.n >= 30]  # noqa: PLR2004


def _labelled(rng: np.random.Generator, shares: Array, rates: Array, n: int) -> Agreement:
    true = rng.multinomial(n, shares)
    confusion = np.array([rng.multinomial(k, row) for k, row in zip(true, rates, strict=True)], np.float64)
    return Agreement(_plain(confusion), _counts(confusion.sum(axis=0)))


def _level(kind: TextKind, said: Array, rule: KindRule) -> Mapping[TextKind, Counts]:
    return brand_level(Voices(Counts(), {kind: _counts(said.sum(axis=0))}), {kind: rule})


def _rates(matrix: Array) -> Array:
    rates: Array = matrix / matrix.sum(axis=1, keepdims=True)
    return rates


def _plain(matrix: Array) -> tuple[tuple[float, float, float], ...]:
    return tuple((a, b, c) for a, b, c in matrix.tolist())


def _counts(row: Sequence[float] | Array) -> Counts:
    promoters, passives, detractors = (float(count) for count in row)
    return Counts(promoters, passives, detractors)


def _column(counts: Counts) -> Array:
    return np.array([counts.promoters, counts.passives, counts.detractors])
