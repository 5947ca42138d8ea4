"""Whose public voices count for how much, so that they have the survey's mix of locations, months and the like.

Raking (iterative proportional fitting) finds one weight a cell such that the shares of every dimension are the
survey's. Sources: W. E. Deming and F. F. Stephan, "On a least squares adjustment of a sampled frequency table when the
expected marginal totals are known", Annals of Mathematical Statistics 11 (1940) 427-444; effective n: L. Kish, "Survey
Sampling" (1965).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.counts import Counts, Voices
from metrics.intervals import Array

Cell = tuple[str | None, ...]
"""One value for each dimension, in the order of the dimensions: `("center", "2026-10")`."""

LARGEST_WEIGHT = 5.0
"""No voice counts for more than so many average ones: one loud author must not carry a location."""

LEAST_SHARED = 0.5
"""A dimension is raked where the values that both sides know hold at least this share of each side's voices."""

LEAST_VALUES = 2
"""With one value in common there is no mix to match."""

ROUNDS = 500
CLOSE_ENOUGH = 1e-6
"""Shares of the margins that are met to this much are met."""


@dataclass(frozen=True, slots=True)
class Raked:
    """Weights by cell, their mean over the voices that are matched being 1 (a little less where the cap binds).

    `effective_n` is Kish's (sum w)^2 / sum w^2: so many voices of equal weight would tell as much. `unmatched` is the
    share in [0, 1] of public voices whose values the survey does not know: they have no weight. `unheard` is the share
    of survey answers whose values nobody in public has: the mix is the survey's without them. `converged` is False
    where the margins cannot be met: by the cap, or because cells are empty.
    """

    weights: Mapping[Cell, float]
    effective_n: float
    dimensions: tuple[str, ...]
    largest: float
    unmatched: float
    unheard: float
    converged: bool


def rake(
    public: Mapping[Cell, float],
    survey: Mapping[Cell, float],
    dimensions: Sequence[str],
    cap: float = LARGEST_WEIGHT,
) -> Raked | None:
    """Weights that give the public voices of each cell the survey's mix in every dimension that both sides know.

    Numbers of voices by cell, those of the survey by its own cells. A dimension whose values both sides hardly share
    (the channels of most brands) is left out. None where none remains or a side is empty. Raises ValueError for
    negative numbers, for cells of another length than `dimensions` and for a cap of 1 or less.
    """
    _check(public, survey, dimensions, cap)
    public, survey = ({cell: n for cell, n in side.items() if n > 0} for side in (public, survey))
    used = [at for at, _ in enumerate(dimensions) if _is_shared(at, public, survey)]
    if not used:
        return None
    here, there = _matched(public, survey, used)
    if not here:
        return None
    n = np.array(list(here.values()), dtype=np.float64)
    margins = [_margin(at, here, there) for at in used]
    weights, converged = _fitted(n, margins, cap)
    total = float(weights @ n)
    return Raked(
        weights=dict(zip(here, weights.tolist(), strict=True)),
        effective_n=total**2 / float(weights**2 @ n),
        dimensions=tuple(dimensions[at] for at in used),
        largest=float(weights.max()),
        unmatched=1 - float(n.sum()) / sum(public.values()),
        unheard=1 - sum(there.values()) / sum(survey.values()),
        converged=converged,
    )


def _check(public: Mapping[Cell, float], survey: Mapping[Cell, float], dimensions: Sequence[str], cap: float) -> None:
    if cap <= 1:
        msg = f"a weight's cap lies above 1, the mean weight, not at {cap:g}"
        raise ValueError(msg)
    for cell, n in (*public.items(), *survey.items()):
        if len(cell) != len(dimensions) or n < 0:
            msg = f"a cell has {len(dimensions)} values and no negative number of voices"
            raise ValueError(msg)


def _values(at: int, cells: Mapping[Cell, float]) -> dict[str | None, float]:
    sums: dict[str | None, float] = {}
    for cell, n in cells.items():
        sums[cell[at]] = sums.get(cell[at], 0) + n
    return sums


def _is_shared(at: int, public: Mapping[Cell, float], survey: Mapping[Cell, float]) -> bool:
    here, there = _values(at, public), _values(at, survey)
    both = here.keys() & there.keys()
    held = [sum(side[value] for value in both) >= LEAST_SHARED * sum(side.values()) for side in (here, there)]
    return len(both) >= LEAST_VALUES and all(held)


def _matched(
    public: Mapping[Cell, float], survey: Mapping[Cell, float], used: Sequence[int]
) -> tuple[dict[Cell, float], dict[Cell, float]]:
    """The cells of each side all of whose used values the other side knows; leaving one out may unmatch another."""
    here, there = dict(public), dict(survey)
    while True:
        known = {at: _values(at, here).keys() & _values(at, there).keys() for at in used}
        kept = [{cell: n for cell, n in side.items() if all(cell[at] in known[at] for at in used)}
                for side in (here, there)]  # fmt: skip
        if len(kept[0]) == len(here) and len(kept[1]) == len(there):
            return here, there
        here, there = kept


def _margin(at: int, here: Mapping[Cell, float], there: Mapping[Cell, float]) -> tuple[NDArray[np.intp], Array]:
    """Of one dimension the number of each public cell's value, and the survey's share of each value."""
    shares = _values(at, there)
    order = {value: number for number, value in enumerate(shares)}
    codes = np.array([order[cell[at]] for cell in here], dtype=np.intp)
    return codes, np.array(list(shares.values()), dtype=np.float64) / sum(shares.values())


def _fitted(n: Array, margins: Sequence[tuple[NDArray[np.intp], Array]], cap: float) -> tuple[Array, bool]:
    """Scale the weights to each margin in turn and trim them, until they meet all; else the last ones and False."""
    total = float(n.sum())
    weights = np.ones_like(n)
    for _ in range(ROUNDS):
        for codes, share in margins:
            sums = np.bincount(codes, weights * n, len(share))
            weights = weights * (share * total / sums)[codes]
        weights = np.minimum(weights, cap)
        if all(_is_met(codes, share, weights * n) for codes, share in margins):
            return weights, True
    return weights, False


def _is_met(codes: NDArray[np.intp], share: Array, weighted_n: Array) -> bool:
    found = np.bincount(codes, weighted_n, len(share)) / weighted_n.sum()
    return bool(np.abs(found - share).max() < CLOSE_ENOUGH)


def weighted(counts: Mapping[Cell, Counts], raked: Raked) -> Counts:
    """The counts of all cells by their weights, scaled to sum to the effective n, which an interval then can take.

    Cells without a weight are left out; `Counts()` where none has one.
    """
    factors = _factors({cell: one.n for cell, one in counts.items()}, raked)
    return sum((_scaled(counts[cell], factor) for cell, factor in factors.items()), Counts())


def weighted_voices(voices: Mapping[Cell, Voices], raked: Raked) -> Voices:
    """`weighted` for voices as evidence: every kind of it scaled alike."""
    factors = _factors({cell: one.n for cell, one in voices.items()}, raked)
    return sum((_scaled_voices(voices[cell], factor) for cell, factor in factors.items()), Voices())


def _factors(n: Mapping[Cell, float], raked: Raked) -> dict[Cell, float]:
    """What each cell's counts are multiplied by; the effective n is that of these very counts."""
    weights = {cell: raked.weights[cell] for cell in n if cell in raked.weights and n[cell] > 0}
    total, squares = (sum(weight**power * n[cell] for cell, weight in weights.items()) for power in (1, 2))
    return {cell: weight * total / squares for cell, weight in weights.items()}


def _scaled(counts: Counts, factor: float) -> Counts:
    return Counts(counts.promoters * factor, counts.passives * factor, counts.detractors * factor)


def _scaled_voices(voices: Voices, factor: float) -> Voices:
    return Voices(
        rated=_scaled(voices.rated, factor),
        said={kind: _scaled(said, factor) for kind, said in voices.said.items()},
        chances={kind: _scaled(chances, factor) for kind, chances in voices.chances.items()},
    )
