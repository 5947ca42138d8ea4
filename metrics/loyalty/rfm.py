"""RFM: customers by how recently, how often and for how much they bought, in ten segments with customary names.

Each of the three is scored 1-5 by fifths of the customers; customers who are alike have the same score. The segments
are the customary grid of recency against the mean of frequency and money (rounded half up).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import rankdata

from core.purchases import Ints, Purchases
from metrics.loyalty.measures import Measure, share

FIFTHS = 5
MIN_CUSTOMERS = 25
"""Fewer make no fifths worth the name."""
TOO_FEW = f"fewer than {MIN_CUSTOMERS} customers ordered: too few for fifths"
EPOCH = date(1970, 1, 1)

GRID = (
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("hibernating", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    ("about_to_sleep", "about_to_sleep", "need_attention", "loyal", "loyal"),
    ("promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"),
    ("new", "potential_loyalist", "potential_loyalist", "champions", "champions"),
)
"""The segment at [recency - 1][frequency and money - 1]."""
SEGMENTS = (
    "champions",
    "loyal",
    "potential_loyalist",
    "new",
    "promising",
    "need_attention",
    "about_to_sleep",
    "cannot_lose",
    "at_risk",
    "hibernating",
)


@dataclass(frozen=True, slots=True)
class RfmSegment:
    """One segment: its customers, its shares in [0, 1] of customers and revenue, and what is typical of it.

    `recency_days`, `frequency` and `monetary` are medians, None where nobody is in it; `revenue_share` is None without
    any revenue.
    """

    name: str
    customers: Measure
    revenue_share: float | None
    recency_days: float | None
    frequency: float | None
    monetary: float | None


def fifths(values: ArrayLike) -> Ints:
    """Scores 1-5, the highest values 5; equal values share the mean of their ranks, so all equal are all 3."""
    ranks = np.asarray(rankdata(values, method="average"), dtype=np.float64)
    return 1 + np.floor(FIFTHS * (ranks - 0.5) / max(1, len(ranks))).astype(np.int64)


def segment_of(recency: int, frequency: int, monetary: int) -> str:
    """The name of the segment of three scores in 1..5."""
    return GRID[recency - 1][(frequency + monetary + 1) // 2 - 1]


def rfm(customers: Purchases, *, until: date) -> list[RfmSegment]:
    """All ten segments, the best first, empty ones too; [] for fewer than 25 customers. Takes a row a customer.

    Recency is the days from the last order to `until`, the day after the last that counts.
    """
    if len(customers) < MIN_CUSTOMERS:
        return []
    days = (until - EPOCH).days - 1 - customers.last_on
    scores = fifths(-days), fifths(customers.orders), fifths(customers.revenue)
    grid = np.array([[SEGMENTS.index(name) for name in row] for row in GRID])
    places = grid[scores[0] - 1, (scores[1] + scores[2] + 1) // 2 - 1]
    return [_segment(name, customers.take(places == place), days[places == place], customers)
            for place, name in enumerate(SEGMENTS)]  # fmt: skip


def _segment(name: str, members: Purchases, days: Ints, everyone: Purchases) -> RfmSegment:
    revenue = float(everyone.revenue.sum())
    return RfmSegment(
        name,
        share(len(members), len(everyone), TOO_FEW),
        float(members.revenue.sum()) / revenue if revenue else None,
        _median(days),
        _median(members.orders),
        _median(members.revenue),
    )


def _median(values: ArrayLike) -> float | None:
    found = np.asarray(values)
    return float(np.median(found)) if found.size else None
