"""Whose identifiers belong together: customers who share an e-mail, a telephone or a handle are one person.

The union of connected identifiers, with two limits against runaway merges: an identifier of too many customers (the
reception's telephone) joins nobody, and a group of too many keys is not joined at all. It is worked out from the
raw identifiers alone, so that taking identifiers back undoes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Keys = NDArray[np.bytes_]
"""Keyed hashes, sorted, each once: an array of ASCII strings takes a tenth of the memory of a list of them."""

MOST_CUSTOMERS = 5
"""So many customers may share an identifier, as a family does a telephone."""

MOST_KEYS = 50
"""So many keys may be one person's, those of its customers included."""


@dataclass(frozen=True, slots=True)
class People:
    """Whose key is whose: `persons[i]` is the person of `keys[i]`, named by the least of that person's keys.

    Every customer is among `keys`, and every identifier that is somebody's. `shared` identifiers belong to more than
    `MOST_CUSTOMERS`; `undone` are the customers of groups of more than `MOST_KEYS` keys, each of whom stays alone with
    the identifiers that nobody shares.
    """

    keys: Keys
    persons: Keys
    shared: Keys
    undone: Keys

    @property
    def n(self) -> int:
        """How many persons."""
        return len(np.unique(self.persons))

    def as_dict(self) -> dict[str, str]:
        """From each key to its person."""
        pairs = zip(self.keys.tolist(), self.persons.tolist(), strict=True)
        return {key.decode(): person.decode() for key, person in pairs}


@dataclass(frozen=True, slots=True)
class _Links:
    """Which customer has which identifier, both as numbers of sorted names; each pair once."""

    customers: NDArray[np.intp]
    identifiers: NDArray[np.intp]
    names: Keys

    def where(self, mask: NDArray[np.bool_]) -> "_Links":
        return _Links(self.customers[mask], self.identifiers[mask], self.names)

    def groups(self) -> NDArray[np.intp]:
        """The number of each name's group; a name without links is a group of its own."""
        size = len(self.names)
        graph = coo_array(
            (np.ones(len(self.customers), dtype=np.int8), (self.customers, self.identifiers)), (size, size)
        )
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.intp)


def people(
    customers: Sequence[str] | Keys,
    identifiers: Sequence[str] | Keys,
    *,
    most_customers: int = MOST_CUSTOMERS,
    most_keys: int = MOST_KEYS,
) -> People:
    """The persons behind these pairs: `customers[i]` has `identifiers[i]`. ASCII; order and repetition do not count.

    No customer's own key is an identifier. Raises ValueError for columns of two lengths.
    """
    given, links = _links(customers, identifiers)
    sharers = np.bincount(links.identifiers, minlength=len(links.names))
    used = links.where(sharers[links.identifiers] <= most_customers)
    groups = used.groups()
    too_large = np.bincount(groups, minlength=1)[groups] > most_keys if len(groups) else np.zeros(0, dtype=np.bool_)
    kept = used.where(~too_large[used.identifiers] | (sharers[used.identifiers] == 1))
    is_somebodys = np.zeros(len(links.names), dtype=np.bool_)
    is_somebodys[given] = is_somebodys[kept.identifiers] = True
    groups = kept.groups()
    # names are sorted: the first of a group is its least
    _, least = np.unique(groups, return_index=True)
    is_customer = np.zeros(len(links.names), dtype=np.bool_)
    is_customer[given] = True
    return People(
        keys=links.names[is_somebodys],
        persons=links.names[least[groups]][is_somebodys],
        shared=links.names[sharers > most_customers],
        undone=links.names[too_large & is_customer],
    )


def _links(customers: Sequence[str] | Keys, identifiers: Sequence[str] | Keys) -> tuple[NDArray[np.intp], _Links]:
    """The customers as numbers, and the pairs."""
    have, are = np.asarray(customers, dtype=np.bytes_), np.asarray(identifiers, dtype=np.bytes_)
    if have.shape != are.shape:
        msg = "every identifier has one customer"
        raise ValueError(msg)
    names, numbers = np.unique(np.concatenate([have, are]), return_inverse=True)
    pairs = np.unique(numbers.reshape(2, -1), axis=1).astype(np.intp)
    return np.unique(pairs[0]), _Links(pairs[0], pairs[1], names)
