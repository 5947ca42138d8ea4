"""The yardstick of quantification: shares of promoters, passives and detractors by exact Gibbs sampling, slowly.

`metrics.quantification` answers for thousands of segments at once by an approximation; here is what it approximates.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

CHAINS, BURN_IN, KEPT = 400, 150, 150


@dataclass(frozen=True, slots=True)
class Posterior:
    """Mean shares [3] that sum to 1, mean and standard deviation of promoters less detractors, as proportions."""

    shares: Array
    net: float
    sd: float


def sample(said: ArrayLike, matrix: ArrayLike, prior: ArrayLike, seed: int = 0) -> Posterior:
    """The posterior of the shares behind labels of unknown reliability.

    `said` [3]: whole counts of labels; `matrix` [3, 3]: pseudo-counts [true][said] of a Dirichlet for each row, all
    above 0; `prior` [3]: those of the shares. Each round draws the true class of every text, then the shares and the
    matrix given these. Storkey's model of prior shift, with the matrix unknown as in Ziegler and Czyz 2023.
    """
    said, matrix, prior = np.asarray(said, np.int64), np.asarray(matrix, np.float64), np.asarray(prior, np.float64)
    rng = np.random.default_rng(seed)
    shares = _dirichlet(rng, np.broadcast_to(prior, (CHAINS, 3)))
    rows = _dirichlet(rng, np.broadcast_to(matrix, (CHAINS, 3, 3)))
    kept = []
    for step in range(BURN_IN + KEPT):
        joint = shares[:, :, None] * rows
        true = joint / joint.sum(axis=1, keepdims=True)
        drawn = rng.multinomial(said, true.transpose(0, 2, 1)).transpose(0, 2, 1)
        shares, rows = _dirichlet(rng, prior + drawn.sum(axis=2)), _dirichlet(rng, matrix + drawn)
        if step >= BURN_IN:
            kept.append(shares)
    drawn_shares = np.concatenate(kept)
    net = drawn_shares[:, 0] - drawn_shares[:, 2]
    return Posterior(drawn_shares.mean(axis=0), float(net.mean()), float(net.std()))


def _dirichlet(rng: np.random.Generator, counts: Array) -> Array:
    drawn = rng.standard_gamma(counts)
    shares: Array = drawn / drawn.sum(axis=-1, keepdims=True)
    return shares
