"""Shares of texts that have something: Wilson's interval of one, and whether one share exceeds another.

E. B. Wilson, "Probable inference", JASA 22 (1927) 209-212; H. O. Lancaster, "Significance tests in discrete
distributions", JASA 56 (1961) 223-234 (mid-p).
"""

import numpy as np
from scipy.stats import norm

from metrics.intervals import CONFIDENCE, Array, normal_quantile

EXACT_UP_TO = 50
"""Up to so many texts of a topic on both sides together its p is exact; above, the score test's agrees."""


def wilson_bounds(x: Array, n: Array, confidence: float = CONFIDENCE) -> tuple[Array, Array]:
    """Wilson's score interval of proportions x / n, n > 0, element by element; in [0, 1]."""
    z = normal_quantile(confidence)
    centre, width = x + z * z / 2, z * np.sqrt(x * (n - x) / n + z * z / 4)
    return np.clip((centre - width) / (n + z * z), 0, 1), np.clip((centre + width) / (n + z * z), 0, 1)


def excess_p_values(x: Array, n: Array, y: Array, m: Array) -> Array:
    """One-sided p of x / n > y / m, element by element: n, m > 0, whole counts; exact mid-p where x + y is small."""
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
