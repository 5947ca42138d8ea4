"""The share of wrong discoveries among those made in one report (Benjamini and Hochberg 1995)."""

from collections.abc import Sequence

from scipy.stats import false_discovery_control


def q_values(p: Sequence[float | None]) -> list[float | None]:
    """For each p the false discovery rate at which it would be a discovery, in their order; None was not tested."""
    tested = [value for value in p if value is not None]
    found = iter(false_discovery_control(tested, method="bh").tolist() if tested else [])
    return [None if value is None else next(found) for value in p]
