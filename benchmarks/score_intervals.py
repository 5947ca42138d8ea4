"""How often the interval of a mean score (CSAT, CES, an aspect) covers the truth, and how often Student's does.

    python benchmarks/score_intervals.py

200 mixes of answers on each scale, from even to nearly unanimous, 400 samples of each; seeded. The peer is Student's t.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from metrics.loyalty.measures import CONFIDENCE, score

MIXES, SAMPLES, ROUNDING = 200, 400, 1e-9
CONCENTRATIONS = (0.2, 0.5, 1.0)


def ours(counts: NDArray[np.int64], scale: NDArray[np.int64]) -> tuple[float, float]:
    """Our interval."""
    worst, best = int(scale[0]), int(scale[-1])
    found = score(dict(zip(scale.tolist(), counts.tolist(), strict=True)), worst, best, "")
    return found.low or 0.0, found.high or 0.0


def peer(counts: NDArray[np.int64], scale: NDArray[np.int64]) -> tuple[float, float]:
    """Student's interval."""
    answers = np.repeat(scale, counts)
    reach = student.ppf((1 + CONFIDENCE) / 2, len(answers) - 1) * answers.std(ddof=1) / np.sqrt(len(answers))
    return float(answers.mean() - reach), float(answers.mean() + reach)


def main() -> None:
    """Print mean and worst coverage over the mixes, a line a scale and size."""
    chance = np.random.default_rng(7)
    for best in (5, 7):
        scale = np.arange(1, best + 1)
        for n in (10, 30, 100):
            covered = np.zeros((2, MIXES))
            for mix in range(MIXES):
                shares = chance.dirichlet(np.full(best, chance.choice(CONCENTRATIONS)))
                for counts in chance.multinomial(n, shares, size=SAMPLES):
                    for place, interval in enumerate((ours, peer)):
                        low, high = interval(counts, scale)
                        covered[place, mix] += low - ROUNDING <= shares @ scale <= high + ROUNDING
            mean, least = covered.mean(axis=1) / SAMPLES, covered.min(axis=1) / SAMPLES
            print(
                f"1-{best}, n = {n:3}: ours {mean[0]:.3f}, worst {least[0]:.3f}; t {mean[1]:.3f}, worst {least[1]:.3f}"
            )


if __name__ == "__main__":
    main()
