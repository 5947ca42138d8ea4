"""Locations as one should rank them: each pulled to its brand, the more so the fewer voices it has.

Ten detractors at one of two hundred clubs are mostly bad luck. Locations are taken to be drawn from one Dirichlet
distribution around the brand's shares; how much they differ is told from all of them, and not taken for certain: the
concentration is averaged over its posterior. (The likeliest alone covers 56 % where twenty locations do not differ.)

Sources: T. P. Minka, "Estimating a Dirichlet distribution" (2000), for the Dirichlet-multinomial likelihood; the prior
of the concentration makes the pull on the median location uniform: M. J. Daniels, "A prior for the variance in
hierarchical models", Canadian Journal of Statistics 27 (1999) 567-578.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, softmax
from scipy.stats import beta

from core.counts import Counts
from metrics.intervals import CONFIDENCE, Array
from metrics.nps import POINTS, Nps

MIN_LOCATIONS = 10
"""From fewer one cannot tell how much locations differ."""

CONCENTRATIONS = np.geomspace(0.5, 5_000, 41)
"""How many voices the pull may be worth: from locations that have nothing in common to locations that are all one."""

LEAST_SHARE = 1e-3
"""Of a class that nobody at all is of: it is possible nevertheless."""


@dataclass(frozen=True, slots=True)
class Shrinkage:
    """Each location's NPS pulled to the brand's, in their order; None where nobody spoke.

    `concentration` is how many voices the pull is worth: a location of about so many lies halfway. `usual` is the NPS
    that it is pulled to, in points.
    """

    locations: tuple[Nps | None, ...]
    concentration: float
    usual: float


@dataclass(frozen=True, slots=True)
class _Prior:
    """For each concentration: its posterior weight, the shares [concentration, class] around which locations lie.

    `error` is the variance of the net share that these come to.
    """

    weight: Array
    shares: Array
    error: Array


def shrink(counts: Sequence[Counts]) -> Shrinkage | None:
    """Posterior mean and 95 % interval of each location's NPS; None with fewer than `MIN_LOCATIONS` where anyone spoke.

    Counts may be fractions, such as shares times an effective n. Raises ValueError for negative ones.
    """
    table = np.array([(one.promoters, one.passives, one.detractors) for one in counts], dtype=np.float64).reshape(-1, 3)
    if np.any(table < 0):
        msg = "there are no negative voices"
        raise ValueError(msg)
    spoken = table.sum(axis=1) > 0
    if np.count_nonzero(spoken) < MIN_LOCATIONS:
        return None
    prior = _prior(table[spoken])
    found = iter(_posterior(table[spoken], prior))
    return Shrinkage(
        locations=tuple(next(found) if is_spoken else None for is_spoken in spoken),
        concentration=float(np.exp(prior.weight @ np.log(CONCENTRATIONS))),
        usual=POINTS * float(prior.weight @ _net(prior.shares)),
    )


def _net(shares: Array) -> Array:
    return np.asarray(shares[..., 0] - shares[..., 2], dtype=np.float64)


def _variance(shares: Array) -> Array:
    return np.asarray(shares[..., 0] + shares[..., 2] - _net(shares) ** 2, dtype=np.float64)


def _prior(table: Array) -> _Prior:
    """Shares are means over locations, each weighed by how well it tells them at that concentration."""
    n = table.sum(axis=1)
    kappa = CONCENTRATIONS[:, None]
    precision = n * (kappa + 1) / (n + kappa)
    shares = np.maximum(precision @ (table / n[:, None]) / precision.sum(axis=1, keepdims=True), LEAST_SHARE)
    shares = shares / shares.sum(axis=1, keepdims=True)
    middle = float(np.median(n))
    logarithm = _likelihood(table, n, shares) + np.log(CONCENTRATIONS) - 2 * np.log(middle + CONCENTRATIONS)
    return _Prior(np.asarray(softmax(logarithm)), shares, _variance(shares) / precision.sum(axis=1))


def _likelihood(table: Array, n: Array, shares: Array) -> Array:
    """The logarithm of the Dirichlet-multinomial likelihood at each concentration, less what all have in common."""
    pull = CONCENTRATIONS[:, None] * shares
    fit = len(n) * gammaln(CONCENTRATIONS) - gammaln(CONCENTRATIONS[:, None] + n).sum(axis=1)
    for at in range(table.shape[1]):
        fit += gammaln(pull[:, at, None] + table[:, at]).sum(axis=1) - len(n) * gammaln(pull[:, at])
    return np.asarray(fit, dtype=np.float64)


def _posterior(table: Array, prior: _Prior) -> list[Nps]:
    """Mean and variance over all concentrations; (1 + net) / 2 lies in [0, 1], where a beta of these two fits it."""
    n = table.sum(axis=1)
    total = CONCENTRATIONS[:, None] + n
    shares = (CONCENTRATIONS[:, None, None] * prior.shares[:, None] + table) / total[..., None]
    shaken = (CONCENTRATIONS[:, None] / total) ** 2 * prior.error[:, None]
    mean = np.tensordot(prior.weight, shares, axes=1)
    net = _net(mean)
    variance = prior.weight @ (_variance(shares) / (total + 1) + shaken + (_net(shares) - net) ** 2)
    low, high = _beta_bounds((1 + net) / 2, variance / 4)
    columns = np.column_stack([net, 2 * low - 1, 2 * high - 1, n, mean])
    return [_estimate(*row) for row in columns.tolist()]


def _estimate(net: float, low: float, high: float, n: float, *shares: float) -> Nps:
    promoters, passives, detractors = shares
    return Nps(
        value=POINTS * net,
        low=POINTS * low,
        high=POINTS * high,
        n=n,
        promoters=promoters,
        passives=passives,
        detractors=detractors,
        counted=False,
    )


def _beta_bounds(mean: Array, variance: Array) -> tuple[Array, Array]:
    size = mean * (1 - mean) / variance - 1
    tail = (1 - CONFIDENCE) / 2
    return beta.ppf(tail, mean * size, (1 - mean) * size), beta.isf(tail, mean * size, (1 - mean) * size)
