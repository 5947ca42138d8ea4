"""Purchases put into the shapes that metrics count: by customer, by customer and month, by segment."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from core.purchases import COLUMNS, SUMS, Ints, Purchases


def monthly(bought: Purchases) -> Purchases:
    """One row a customer and month, all locations together, ordered by customer and month."""
    return _merged(bought, bought.month)


def by_customer(bought: Purchases) -> Purchases:
    """One row a customer, ordered by customer; `month` is that of the first purchase among the rows.

    `in_period` stays 1 for customers of whom nothing earlier is known.
    """
    return _merged(bought, np.zeros(len(bought), dtype=np.int64))


def _merged(bought: Purchases, key: Ints) -> Purchases:
    """Rows of one customer and key summed up; the month is the earliest."""
    if len(bought) == 0:
        return bought
    bought, key = _ordered(bought, key)
    starts = np.flatnonzero(changes(bought.customer) | changes(key))
    if len(starts) == len(bought):
        return bought
    merged = {name: np.add.reduceat(getattr(bought, name), starts) for name in SUMS}
    merged |= {
        "customer": bought.customer[starts],
        "location": bought.location[starts],
        "in_period": np.minimum.reduceat(bought.in_period, starts),
        "month": np.minimum.reduceat(bought.month, starts),
        "last_on": np.maximum.reduceat(bought.last_on, starts),
    }
    return Purchases(*(merged[name] for name in COLUMNS))


def _ordered(bought: Purchases, key: Ints) -> tuple[Purchases, Ints]:
    """As the database hands them over they mostly are in order: then nothing is copied."""
    customer = bought.customer
    if np.all((customer[1:] > customer[:-1]) | ((customer[1:] == customer[:-1]) & (key[1:] >= key[:-1]))):
        return bought, key
    order = np.lexsort((key, customer))
    return bought.take(order), key[order]


def changes(values: Ints) -> NDArray[np.bool_]:
    """Where a value differs from the one before; the first always does."""
    return np.concatenate([np.ones(min(1, len(values)), dtype=np.bool_), values[1:] != values[:-1]])


def groups(key: Ints) -> Iterator[tuple[int, Ints]]:
    """The places of each value of `key`, by value, in rising order."""
    if len(key) == 0:
        return
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(changes(key[order]))
    yield from zip(key[order][starts].tolist(), np.split(order, starts[1:]), strict=True)


def orders_so_far(of_months: Purchases) -> Ints:
    """How many orders the customer of each row had made by the end of its month; rows ordered as by `monthly`."""
    total = np.cumsum(of_months.orders)
    before = np.where(changes(of_months.customer), total - of_months.orders, 0)
    return np.asarray(total - np.maximum.accumulate(before), dtype=np.int64)
