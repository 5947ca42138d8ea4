"""Reads for the loyalty metrics: orders and answers, summed in the database and streamed as columns.

A customer is a person where identities were merged (`store.models.Person`), else the key of the order. `Slice.channel`
does not count here: an order has none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from core.purchases import MONEY, SUMS, Purchases
from store.brands import NOWHERE
from store.database import ReadSession
from store.models import Brand, Location, Order, Person, Scale, SurveyResponse
from store.queries import Slice

AT_ONCE = 20_000
DIMENSIONS = ("location", "month")
Segment = tuple[str | None, ...]
"""The names of a segment in the order of the dimensions; a location that is none is None."""


@dataclass(frozen=True, slots=True)
class AnswerCount:
    """How often one answer was given in one segment; `aspect` on the scale `aspect5` alone."""

    segment: Segment
    scale: Scale
    aspect: str | None
    score: int
    times: int


@dataclass(frozen=True, slots=True)
class CategoryRepeat:
    """How many customers bought of a category (None: orders that name none), and how many more than once."""

    category: str | None
    customers: int
    again: int


def purchases(session: ReadSession, brand: Brand, part: Slice, *, by_location: bool = True) -> Purchases:
    """All purchases before the end of a part, a row a customer, location and month; those from its start are in period.

    A month in which the period starts has up to two rows of a customer. Rows come by customer; memory holds the columns
    and never the orders. Where locations are not told apart each is 0.
    """
    customer, joined = _customer(session, brand)
    place = sa.func.coalesce(Order.location_id, NOWHERE) if by_location else sa.literal(NOWHERE)
    inside = sa.literal(1) if part.start is None else sa.case((Order.ordered_on >= part.start, 1), else_=0)
    keys = [customer, *([place] if by_location else []), _month(Order.ordered_on)]
    keys += [] if part.start is None else [inside]
    query = (
        sa.select(customer, place, inside, sa.cast(sa.func.max(Order.ordered_on), sa.String), *_sums())
        .select_from(joined)
        .where(*_orders(session, brand, Slice(end=part.end, location=part.location)))
        .group_by(*keys)
        .order_by(*keys)  # all of them: by the customer alone SQLite would sort a second time
    )
    return Purchases.joined(_columns(session, query))


def _sums() -> list[sa.ColumnElement[Any]]:
    """The columns of `core.purchases.SUMS`, in that order; what is not known adds nothing."""
    known = {"costed": Order.cost, "acquired": Order.acquisition_cost, "shared": Order.competitor_share}
    summed = {"revenue": Order.amount, "cost": Order.cost, "acquisition": Order.acquisition_cost}
    sums: dict[str, sa.ColumnElement[Any]] = {"orders": sa.func.count()}
    sums |= {name: sa.func.count(column) for name, column in known.items()}
    sums |= {name: sa.func.coalesce(sa.func.sum(column), 0.0) for name, column in summed.items()}
    sums["own_share"] = sa.func.coalesce(sa.func.sum(1 - Order.competitor_share), 0.0)
    return [sums[name] for name in SUMS]


def _columns(session: ReadSession, query: sa.Select[Any]) -> Iterator[Purchases]:
    """Rows as blocks of columns; a customer's key becomes a number, the next one where the key changes."""
    number, last = -1, ""
    found = session.connection().execute(query, execution_options={"yield_per": AT_ONCE})  # past the ORM: plain tuples
    for rows in found.partitions():
        keys, places, inside, days, *sums = zip(*rows, strict=True)
        named = np.array([last, *keys])
        customers = number + np.cumsum(named[1:] != named[:-1])
        number, last = int(customers[-1]), keys[-1]
        on = np.array(days, dtype="datetime64[D]")
        known: dict[str, Any] = {name: _typed(name, column) for name, column in zip(SUMS, sums, strict=True)}
        yield Purchases(
            customer=customers,
            location=_typed("location", places),
            month=on.astype("datetime64[M]").astype(np.int64),
            in_period=_typed("in_period", inside),
            last_on=on.astype(np.int64),
            **known,
        )


def _typed(name: str, column: Sequence[float]) -> NDArray[Any]:
    return np.array(column, dtype=np.float64 if name in MONEY else np.int64)


def amounts(session: ReadSession, brand: Brand, by: Sequence[str], part: Slice) -> dict[Segment, dict[float, int]]:
    """How many orders of a part were of each amount, by segment."""
    keys = _keys(by, Order.location_id, Order.ordered_on)
    query = (
        sa.select(*keys, Order.amount, sa.func.count())
        .where(*_orders(session, brand, part))
        .group_by(*keys, Order.amount)
    )
    names, found = location_names(session, brand), dict[Segment, dict[float, int]]()
    for *segment, amount, times in session.execute(query, execution_options={"yield_per": AT_ONCE}):
        found.setdefault(_segment(names, by, segment), {})[amount] = times
    return found


def category_repeats(session: ReadSession, brand: Brand, part: Slice) -> list[CategoryRepeat]:
    """Customers of each category in a part, and how many of them ordered of it more than once there, by category."""
    customer, joined = _customer(session, brand)
    bought = (
        sa.select(Order.category, sa.func.count().label("orders"))
        .select_from(joined)
        .where(*_orders(session, brand, part))
        .group_by(Order.category, customer)
        .subquery()
    )
    again = sa.func.sum(sa.case((bought.c.orders > 1, 1), else_=0))
    query = sa.select(bought.c.category, sa.func.count(), again).group_by(bought.c.category)
    found = [CategoryRepeat(category, n, int(more)) for category, n, more in session.execute(query)]
    return sorted(found, key=lambda row: (row.category is None, row.category or ""))


def answer_counts(session: ReadSession, brand: Brand, by: Sequence[str], part: Slice) -> list[AnswerCount]:
    """Answers of a part on all scales but the NPS, counted by segment, scale, aspect and answer."""
    keys = _keys(by, SurveyResponse.location_id, SurveyResponse.said_on)
    what = (SurveyResponse.scale, SurveyResponse.aspect, SurveyResponse.score_given)
    scales = [scale.value for scale in Scale if scale is not Scale.NPS]
    query = (
        sa.select(*keys, *what, sa.func.count())
        .where(
            SurveyResponse.brand_id == brand.id,
            SurveyResponse.scale.in_(scales),
            *_within(session, brand, part, SurveyResponse.location_id, SurveyResponse.said_on),
        )
        .group_by(*keys, *what)
    )
    names = location_names(session, brand)
    return [
        AnswerCount(_segment(names, by, segment), Scale(scale), aspect, round(score), times)
        for *segment, scale, aspect, score, times in session.execute(query)
    ]


def location_names(session: ReadSession, brand: Brand) -> dict[int, str | None]:
    """Slugs of a brand's locations by id; what belongs to none has none."""
    query = sa.select(Location.id, Location.slug).where(Location.brand_id == brand.id)
    names: dict[int, str | None] = {NOWHERE: None}
    names.update(session.execute(query).all())
    return names


def _customer(session: ReadSession, brand: Brand) -> tuple[sa.ColumnElement[str], Any]:
    """Who ordered, and the tables that tell it; no person is looked up where a brand has none."""
    some = session.scalar(sa.select(Person.key).where(Person.brand_id == brand.id).limit(1))
    if some is None:
        return sa.type_coerce(Order.customer_key, sa.String), Order
    same = (Person.brand_id == Order.brand_id) & (Person.key == Order.customer_key)
    return sa.func.coalesce(Person.person_key, Order.customer_key), sa.outerjoin(Order, Person, same)


def _orders(session: ReadSession, brand: Brand, part: Slice) -> list[sa.ColumnElement[bool]]:
    return [Order.brand_id == brand.id, *_within(session, brand, part, Order.location_id, Order.ordered_on)]


def _within(session: ReadSession, brand: Brand, part: Slice, place: Any, day: Any) -> Iterator[sa.ColumnElement[bool]]:
    """Conditions of a part; an unknown location matches nothing."""
    if part.start is not None:
        yield day >= part.start
    if part.end is not None:
        yield day < part.end
    if part.location is not None:
        found = session.scalars(sa.select(Location.id).filter_by(brand_id=brand.id, slug=part.location))
        yield place.in_(found.all())


def _month(day: Any) -> sa.ColumnElement[str]:
    return sa.func.substr(sa.cast(day, sa.String), 1, 7)


def _keys(by: Sequence[str], place: Any, day: Any) -> list[sa.ColumnElement[Any]]:
    columns = {"location": sa.func.coalesce(place, NOWHERE), "month": _month(day)}
    return [columns[name] for name in by]


def _segment(names: Mapping[int, str | None], by: Sequence[str], values: Sequence[Any]) -> Segment:
    return tuple(names[value] if name == "location" else value for name, value in zip(by, values, strict=True))
