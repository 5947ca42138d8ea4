"""How many promoters, passives and detractors there are behind labels that err, for thousands of segments at once.

    labels said ~ Multinomial(n, shares @ matrix)    shares ~ Dirichlet(prior)    matrix[true] ~ Dirichlet(its counts)

The posterior is summed over a grid of the simplex, so it needs neither chains nor starting values and cannot leave it.
That the matrix is known from counts alone is told by making the labels count for less: as many as would waver as much
under a known matrix as these do under this one. `metrics.gibbs` samples the same model exactly; `tests/metrics` and
`benchmarks/statistics.py` hold the two against each other.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from metrics.intervals import Array

NET = np.array([1.0, 0.0, -1.0])
"""Promoters less detractors, in the order of `core.labels.CLASSES`."""

FLAT = (1.0, 1.0, 1.0)

COARSE, COARSE_VOICES = 12, 80
"""The grid that tells about where the shares are, on labels scaled down to so many."""

FINE = ((20, 200), (40, 800), (80, 3_200), (160, 12_800))
"""Cells a side of the grid, and up to how many effective labels they are fine enough: two deviations a cell."""

CHUNK = 4_000_000
"""Rows times cells that are held at a time."""

RARE = 1e-6
"""No label is rarer than that, so that one which cannot be is no error."""

LEAST = 1e-12


@dataclass(frozen=True, slots=True)
class Prevalence:
    """Posterior mean shares [n, 3], rows summing to 1, and variance [n] of promoters less detractors, a proportion."""

    shares: Array
    variance: Array


def prevalence(said: ArrayLike, matrix: ArrayLike, prior: ArrayLike = FLAT) -> Prevalence:
    """The posterior of each row's shares.

    `said` [n, 3] counts labels, 0 or more and not necessarily whole; `matrix` [3, 3] are counts [true][said], every
    row with some; `prior` [3] or [n, 3] are pseudo-counts above 0. A row without labels gives back its prior.
    """
    labels = np.asarray(said, np.float64).reshape(-1, 3)
    counts = np.asarray(matrix, np.float64)
    priors = np.broadcast_to(np.asarray(prior, np.float64), labels.shape)
    heard = labels * _told(labels, counts, priors)[:, None]
    shares, variance = np.empty(labels.shape), np.empty(len(labels))
    size = heard.sum(axis=1)
    beneath = -1.0
    for cells, most in FINE:
        is_last = cells == FINE[-1][0]
        rows = np.flatnonzero((size > beneath) & ((size <= most) | is_last))
        kept = np.minimum(1, most / np.maximum(size[rows], 1))
        shares[rows], spread = _on_grid(heard[rows] * kept[:, None], counts, priors[rows], cells)
        variance[rows] = spread * kept
        beneath = most
    return Prevalence(shares, np.maximum(variance, LEAST))


def gradient(matrix: Array) -> Array:
    """What a label of each kind [3] says of the net share, were the labels many: matrix @ gradient = (1, 0, -1)."""
    rates = matrix / matrix.sum(axis=1, keepdims=True)
    found: Array = np.linalg.lstsq(rates, NET, rcond=1e-6)[0]
    return found


def noise(matrix: Array, weights: Array) -> Array:
    """The variance [3] by which one text of each true class, labelled by this matrix, wavers once labels are weighed.

    `weights` [3] are what each label counts as: `NET` in plain counting, `gradient` in the corrected estimate.
    """
    rates = matrix / matrix.sum(axis=1, keepdims=True)
    found: Array = rates @ weights**2 - (rates @ weights) ** 2
    return found


def _told(labels: Array, counts: Array, priors: Array) -> Array:
    """The share [n] of its labels that a row may count for, as the matrix is uncertain too."""
    n = labels.sum(axis=1)
    scaled = labels * np.minimum(1, COARSE_VOICES / np.maximum(n, 1))[:, None]
    shares, _ = _on_grid(scaled, counts, priors, COARSE)
    weights = gradient(counts)
    expected = shares @ (counts / counts.sum(axis=1, keepdims=True))
    sampling = expected @ weights**2 - (expected @ weights) ** 2
    of_matrix = shares**2 @ (noise(counts, weights) / (counts.sum(axis=1) + 1))
    told: Array = 1 / (1 + n * of_matrix / np.maximum(sampling, LEAST))
    return told


def _on_grid(labels: Array, counts: Array, priors: Array, cells: int) -> tuple[Array, Array]:
    """Posterior mean shares [n, 3] and variance of the net share [n], the matrix taken for known."""
    nodes = _nodes(cells)
    net = nodes @ NET
    log_rates = np.log(np.maximum(nodes @ (counts / counts.sum(axis=1, keepdims=True)), RARE)).astype(np.float32)
    wanted = np.column_stack([nodes, net**2]).astype(np.float32)
    means = np.empty((len(labels), 4))
    distinct, which = np.unique(priors, axis=0, return_inverse=True)
    log_masses = _log_masses(distinct, cells)
    step = max(1, CHUNK // len(nodes))
    for start in range(0, len(labels), step):
        rows = slice(start, start + step)
        fit = labels[rows].astype(np.float32) @ log_rates.T
        fit += log_masses if len(distinct) == 1 else log_masses[which.ravel()[rows]]
        fit -= fit.max(axis=1, keepdims=True)
        np.exp(fit, out=fit)
        means[rows] = (fit @ wanted) / fit.sum(axis=1, keepdims=True)
    shares = means[:, :3] / means[:, :3].sum(axis=1, keepdims=True)
    return shares, means[:, 3] - (shares @ NET) ** 2


def _edges(cells: int) -> Array:
    """Limits of cells in [0, 1] over which a binomial share wavers alike: narrow at the ends."""
    edges: Array = np.sin(np.pi * np.arange(cells + 1) / (2 * cells)) ** 2
    return edges


@lru_cache(maxsize=8)
def _nodes(cells: int) -> Array:
    """Mean shares [cells ** 2, 3] of each cell under the flat prior; detractors first, then promoters of the others."""
    edges = _edges(cells)
    # Under the flat prior detractors have the density 2 (1 - x) and promoters of the rest are uniform.
    mass = np.diff(2 * edges - edges**2)
    detractors = np.diff(edges**2 - 2 / 3 * edges**3) / mass
    promoters = (edges[1:] + edges[:-1]) / 2
    of_rest, first = np.meshgrid(promoters, detractors)
    rest = 1 - first
    return np.stack([rest * of_rest, rest * (1 - of_rest), first], axis=-1).reshape(-1, 3)


def _log_masses(priors: Array, cells: int) -> NDArray[np.float32]:
    """The logarithm of what each prior [n, 3] puts into each cell, exactly: [n, cells ** 2].

    A Dirichlet is a Beta of detractors and, independent of it, a Beta of promoters among the others.
    """
    promoters, passives, detractors = priors.T[:, :, None]
    edges = _edges(cells)
    first = np.diff(betainc(detractors, promoters + passives, edges), axis=1)
    second = np.diff(betainc(promoters, passives, edges), axis=1)
    logs = [np.log(np.maximum(mass, 1e-30)).astype(np.float32) for mass in (first, second)]
    masses: NDArray[np.float32] = (logs[0][:, :, None] + logs[1][:, None, :]).reshape(-1, cells**2)
    return masses
