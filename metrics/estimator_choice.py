"""Which estimator each kind of text gets and how wrong it still is, by leaving groups of known texts out in turn.

The groups are a brand's own locations (or channels), whose rated mentions tell what the labeller makes of them; of a
brand without ratings, the sources on which the labeller was measured. A source is tried on many mixes of promoters and
detractors, its texts of each class standing for more or fewer: nobody knows the mix of the brand that comes, and plain
counting looks good on those mixes that a labeller was trained on.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from core.counts import Agreement, Counts
from core.labels import TextKind
from metrics.intervals import Array
from metrics.nps import POINTS
from metrics.prevalence import NET, gradient, noise, prevalence
from metrics.quantification import PLAIN, PRIOR_VOICES, Estimator, Ground, KindRule, estimated

FEWEST_GROUPS = 3
FEWEST_TEXTS, FEWEST_HELD_BACK = 20, 30
"""Of an own group, and of a source, that is worth leaving out."""

FOLDS = 10
"""Own groups are left out in so many rounds at most."""

LARGEST_ROW = 100.0
"""No source counts for more than so many texts of a class: the largest is not the most typical."""

WEAK = 10.0
"""What other kinds' texts count for, and the labeller's beside a brand's own: so many texts of each class."""

PULL_TEXTS, PULL_GROUPS = 5.0, 5.0
"""Texts of each class by which a source's errors are pulled to the others', and groups by which a residual is pulled to
one that is known more broadly."""

HALF_TRUSTED = 50.0
"""Texts at which an own group weighs half of what a large one does."""

SEGMENT, BRAND = 30, 1_000
"""Voices of a segment, and of its brand, on which sources are tried."""

DRAWS, ALIKE = 12, 10.0
"""Segments that are drawn of each mix, and how alike they are: as if each location's mix was known of so many."""

MIXES = np.array([(p, 0.15, 0.85 - p) for p in np.linspace(0.05, 0.8, 9)])
"""Mixes [9, 3] from -75 to 75 points, with as many passives as public ratings have."""

SOURCE_TRIED = (Estimator.COUNT, Estimator.BAYES, Estimator.BAYES_PRIOR)

SEED = 7

Matrices = dict[str, Array]
"""Counts [3, 3] by source."""


@dataclass(frozen=True, slots=True)
class _Trials:
    """What estimators made of groups that were left out.

    By estimator and group [n]: the mean absolute error, and by how much squared errors exceed what chance explains,
    both as proportions. Each group has a weight [n].
    """

    errors: Mapping[Estimator, Array]
    excess: Mapping[Estimator, Array]
    weights: Array

    @classmethod
    def together(cls, trials: Collection["_Trials"]) -> "_Trials":
        """All of them as one."""
        kinds = list(next(iter(trials)).errors)
        errors = {of: np.concatenate([one.errors[of] for one in trials]) for of in kinds}
        excess = {of: np.concatenate([one.excess[of] for one in trials]) for of in kinds}
        return cls(errors, excess, np.concatenate([one.weights for one in trials]))

    @property
    def groups(self) -> int:
        """How many groups."""
        return len(self.weights)

    def mean_errors(self) -> dict[Estimator, float]:
        """Mean absolute errors in points."""
        return {of: POINTS * float(np.average(errors, weights=self.weights)) for of, errors in self.errors.items()}

    def residual(self, of: Estimator) -> float:
        """What is left of the squared error beside chance, a squared proportion."""
        return max(0.0, float(np.average(self.excess[of], weights=self.weights)))

    def is_better(self, one: Estimator, other: Estimator) -> bool:
        """Whether one's errors are smaller than the other's by more than the standard error of that difference."""
        saved = self.errors[other] - self.errors[one]
        mean = float(np.average(saved, weights=self.weights))
        error = np.sqrt(np.sum((self.weights * (saved - mean)) ** 2)) / np.sum(self.weights)
        return mean > float(error)


def rules(
    own: Mapping[TextKind, Mapping[str, Agreement]], shipped: Mapping[TextKind, Mapping[str, Agreement]]
) -> dict[TextKind, KindRule]:
    """A rule for every kind of text.

    `own` are a brand's voices that have both a rating and a text, by location (or channel); `shipped` is the labeller's
    error model, by source. Own groups decide where there are `FEWEST_GROUPS` of at least `FEWEST_TEXTS`: the estimator
    of the sources stays unless another's error is smaller by more than its standard error. Else the sources decide,
    those of all kinds together where one kind has too few. Without either, labels are counted.
    """
    broad = _by_sources({kind: _matrices([groups]) for kind, groups in shipped.items()})
    return {kind: _by_own_groups(own.get(kind, {}), broad.get(kind, PLAIN)) for kind in TextKind}


def _by_sources(shipped: Mapping[TextKind, Matrices]) -> dict[TextKind, KindRule]:
    trials, matrices = {}, {}
    for kind in TextKind:
        others = _summed([matrices for other, matrices in shipped.items() if other is not kind])
        of_kind = shipped.get(kind, {})
        if len(_large(of_kind)) < FEWEST_GROUPS:
            of_kind, others = _summed([of_kind, others]), {}
        if len(_large(of_kind)) < FEWEST_GROUPS:
            return {}
        trials[kind] = _Trials.together([_source_left_out(name, of_kind, others) for name in _large(of_kind)])
        matrices[kind] = _pooled(of_kind, others)
    return {kind: _rule_by_sources(kind, trials, matrices[kind]) for kind in TextKind}


def _rule_by_sources(kind: TextKind, trials: Mapping[TextKind, _Trials], matrix: Array) -> KindRule:
    errors = trials[kind].mean_errors()
    best = min(errors, key=lambda of: errors[of])
    broadly = float(np.mean([of_kind.residual(best) for of_kind in trials.values()]))
    residual = _pulled(trials[kind].residual(best), trials[kind].groups, broadly)
    return _rule(best, matrix, residual, Ground.SHIPPED, trials[kind].groups, errors)


def _source_left_out(name: str, of_kind: Matrices, others: Matrices) -> _Trials:
    """A source on all mixes, corrected by what is known of the others; its probabilities by class are not known.

    Errors are those of drawn segments; what chance does not explain is told by whole brands, where it is not drowned.
    """
    matrix = _pooled(_without(name, of_kind), _without(name, others))
    texts = of_kind[name].sum(axis=1) + PULL_TEXTS
    rates = (of_kind[name] + PULL_TEXTS * _rates(matrix)) / texts[:, None]
    brand = MIXES @ rates
    corrected = prevalence(BRAND * brand, matrix)
    drawn = MIXES**2 @ (noise(matrix, gradient(matrix)) / texts)
    chance = np.minimum(drawn + _of_matrix(MIXES, matrix), prevalence(np.sum(texts) * brand, matrix).variance)
    excess = {of: np.mean(((corrected.shares - MIXES) @ NET) ** 2 - chance, keepdims=True) for of in SOURCE_TRIED}
    plain = ((brand - MIXES) @ NET) ** 2 - MIXES**2 @ (noise(matrix, NET) / texts)
    excess[Estimator.COUNT] = np.mean(plain, keepdims=True)
    return _Trials(_errors_of_segments(rates, matrix, corrected.shares), excess, np.ones(1))


def _errors_of_segments(rates: Array, matrix: Array, levels: Array) -> dict[Estimator, Array]:
    """Mean absolute errors [1] over drawn segments of brands on all mixes, labelled at these rates; seeded."""
    rng = np.random.default_rng(SEED)
    shares = np.concatenate([rng.dirichlet(ALIKE * mix, DRAWS) for mix in MIXES])
    said = rng.multinomial(SEGMENT, shares @ rates).astype(np.float64)
    prior = PRIOR_VOICES * np.repeat(levels, DRAWS, axis=0)
    found = (said / SEGMENT, prevalence(said, matrix).shares, prevalence(said, matrix, prior).shares)
    errors = {of: (estimate - shares) @ NET for of, estimate in zip(SOURCE_TRIED, found, strict=True)}
    return {of: np.mean(np.abs(error), keepdims=True) for of, error in errors.items()}


def _by_own_groups(own: Mapping[str, Agreement], broad: KindRule) -> KindRule:
    groups = [own[name] for name in sorted(own) if own[name].n >= FEWEST_TEXTS]
    if len(groups) < FEWEST_GROUPS:
        return broad
    folds = min(FOLDS, len(groups))
    trials = _Trials.together([_fold_left_out(groups, range(fold, len(groups), folds), broad) for fold in range(folds)])
    errors = trials.mean_errors()
    best = min(errors, key=lambda of: errors[of])
    chosen = best if trials.is_better(best, broad.estimator) else broad.estimator
    residual = trials.residual(chosen)
    if broad is not PLAIN:
        residual = _pulled(residual, trials.groups, (broad.residual / POINTS) ** 2)
    return _rule(chosen, _own_matrix(groups, broad), residual, Ground.OWN, trials.groups, errors)


def _fold_left_out(groups: list[Agreement], left_out: range, broad: KindRule) -> _Trials:
    """Some of the groups by all estimators, corrected by what is known of the others.

    Nothing is taken off the squared errors of summed probabilities: how they waver is not known.
    """
    matrix = _own_matrix([group for at, group in enumerate(groups) if at not in left_out], broad)
    tried = [groups[at] for at in left_out]
    said, chances = _columns([group.said for group in tried]), _columns([group.chances for group in tried])
    true = _columns([group.true for group in tried])
    n = true.sum(axis=1, keepdims=True)
    together = _columns([group.said for group in groups]).sum(axis=0)
    level = Counts(*(prevalence(together, matrix).shares[0] * together.sum()).tolist())
    rule = {of: _rule(of, matrix, 0.0, Ground.OWN, 0, {}) for of in Estimator}
    found = {of: estimated(said, chances, rule[of], level) for of in Estimator}
    errors = {of: (shares - true / n) @ NET for of, (shares, _) in found.items()}
    corrected = true / n**2 @ noise(matrix, gradient(matrix)) + _of_matrix(true / n, matrix)
    chance = {of: np.minimum(corrected, variance) for of, (_, variance) in found.items()}
    chance[Estimator.COUNT] = true / n**2 @ noise(matrix, NET)
    chance[Estimator.PROBABILITIES] = np.zeros(len(tried))
    excess = {of: error**2 - chance[of] for of, error in errors.items()}
    return _Trials({of: np.abs(error) for of, error in errors.items()}, excess, n[:, 0] / (n[:, 0] + HALF_TRUSTED))


def _of_matrix(shares: Array, matrix: Array) -> Array:
    """The variance [n] of corrected net shares for true shares [n, 3] that the uncertain matrix brings."""
    variance: Array = shares**2 @ (noise(matrix, gradient(matrix)) / (matrix.sum(axis=1) + 1))
    return variance


def _own_matrix(groups: Collection[Agreement], broad: KindRule) -> Array:
    return _total([np.array(group.confusion, np.float64) for group in groups]) + (
        1.0 if broad is PLAIN else WEAK
    ) * _rates(np.array(broad.matrix))


def _pooled(sources: Matrices, others: Matrices) -> Array:
    """The sources as one matrix, none counting too much, and a little of what is known of other kinds."""
    pooled = _total([_capped(matrix) for matrix in sources.values()])
    beside = _total([_capped(matrix) for matrix in others.values()])
    together: Array = pooled + WEAK * _rates(beside)
    return together


def _capped(matrix: Array) -> Array:
    capped: Array = matrix * np.minimum(1, LARGEST_ROW / np.maximum(matrix.sum(axis=1, keepdims=True), 1))
    return capped


def _rates(matrix: Array) -> Array:
    """Rows that sum to 1; of a class without texts, any label alike, and a tenth of a text of each anyhow."""
    counts = matrix + 0.1
    rates: Array = counts / counts.sum(axis=1, keepdims=True)
    return rates


def _matrices(kinds: Collection[Mapping[str, Agreement]]) -> Matrices:
    return _summed([{name: np.array(one.confusion, np.float64) for name, one in groups.items()} for groups in kinds])


def _summed(kinds: Collection[Matrices]) -> Matrices:
    names = sorted({name for matrices in kinds for name in matrices})
    return {name: _total([matrices[name] for matrices in kinds if name in matrices]) for name in names}


def _total(matrices: Collection[Array]) -> Array:
    """Their sum [3, 3]; zeros of none."""
    total = np.zeros((3, 3))
    for matrix in matrices:
        total = total + matrix
    return total


def _large(sources: Matrices) -> list[str]:
    return [name for name, matrix in sources.items() if matrix.sum() >= FEWEST_HELD_BACK]


def _without(name: str, sources: Matrices) -> Matrices:
    return {other: matrix for other, matrix in sources.items() if other != name}


def _columns(counts: Collection[Counts]) -> Array:
    return np.array([(one.promoters, one.passives, one.detractors) for one in counts], np.float64).reshape(-1, 3)


def _pulled(residual: float, groups: int, broad: float) -> float:
    """A squared residual pulled to one that is known more broadly, as if by `PULL_GROUPS` groups of it."""
    return (groups * residual + PULL_GROUPS * broad) / (groups + PULL_GROUPS)


def _rule(
    of: Estimator, matrix: Array, residual: float, ground: Ground, groups: int, errors: Mapping[Estimator, float]
) -> KindRule:
    rows = tuple((row[0], row[1], row[2]) for row in matrix.tolist())
    return KindRule(of, rows, POINTS * float(np.sqrt(residual)), ground, groups, errors)
