"""Purchases as columns, which is all that the loyalty metrics read of them: they are summed in the database."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Purchases:
    """A row a customer, location and month in which the customer bought there: columns of one length, maybe 0.

    `customer` and `location` are any numbers that tell them apart; months and days count from January 1970. `cost` sums
    the `costed` orders whose cost is known, `acquisition` the `acquired` ones; `own_share` sums, over the `shared` ones
    of which it is known, what share of the customer's need they met, in [0, 1]. `in_period` is 1 for purchases of the
    time that is asked for and 0 for earlier ones. Money is in the brand's own currency.
    """

    customer: Ints
    location: Ints
    month: Ints
    in_period: Ints
    last_on: Ints
    orders: Ints
    revenue: Floats
    costed: Ints
    cost: Floats
    acquired: Ints
    acquisition: Floats
    shared: Ints
    own_share: Floats

    def __len__(self) -> int:
        """How many rows."""
        return len(self.customer)

    def take(self, rows: Any) -> Self:
        """Some rows, by a mask, a slice or an array of places."""
        return type(self)(*(getattr(self, name)[rows] for name in COLUMNS))

    @classmethod
    def empty(cls) -> Self:
        """Nothing was bought."""
        nothing = {name: np.zeros(0, np.float64 if name in MONEY else np.int64) for name in COLUMNS}
        return cls(**nothing)  # type: ignore[arg-type]

    @classmethod
    def joined(cls, parts: Iterable[Self]) -> Self:
        """The rows of all parts, in their order."""
        found = [cls.empty(), *parts]
        return cls(*(np.concatenate([getattr(part, name) for part in found]) for name in COLUMNS))


COLUMNS = tuple(field.name for field in fields(Purchases))
MONEY = frozenset({"revenue", "cost", "acquisition", "own_share"})
"""The columns that are not whole numbers."""
SUMS = ("orders", "revenue", "costed", "cost", "acquired", "acquisition", "shared", "own_share")
"""What two rows of one customer add up in; of `last_on` the later counts."""
