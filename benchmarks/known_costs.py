"""What customers whose costs are all known bring against the mean of all, where costs are missing an order at a time.

    python benchmarks/known_costs.py

Five shops by how many orders their customers make, 400,000 customers each; seeded. A customer of k orders is known with
probability p^k, and p is set so that a given share of customers is known. Revenue goes by orders.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

CUSTOMERS = 400_000
SHARES = (0.2, 0.3, 0.5, 2 / 3, 0.8)


def shops() -> dict[str, NDArray[np.int64]]:
    """Orders of each customer."""
    chance = np.random.default_rng(0)
    return {
        "geometric, mean 2": chance.geometric(0.5, CUSTOMERS),
        "geometric, mean 4": chance.geometric(0.25, CUSTOMERS),
        "one and Poisson 3": 1 + chance.poisson(3, CUSTOMERS),
        "one and gamma-Poisson 3": 1 + chance.poisson(chance.gamma(1, 3, CUSTOMERS)),
        "one and gamma-Poisson 3, few buy most": 1 + chance.poisson(chance.gamma(0.4, 7.5, CUSTOMERS)),
    }


def brought(orders: NDArray[np.int64], share: float) -> float:
    """The mean of the known ones over the mean of all."""
    p = brentq(lambda p: float((p**orders).mean()) - share, 0, 1)
    known = p**orders
    return float((known * orders).sum() / known.sum() / orders.mean())


def main() -> None:
    """Print a line a shop, a column a share of customers known."""
    print(f"{'customers known':40}" + "".join(f"{share:8.0%}" for share in SHARES))
    for name, orders in shops().items():
        print(f"{name:40}" + "".join(f"{brought(orders, share):8.2f}" for share in SHARES))


if __name__ == "__main__":
    main()
