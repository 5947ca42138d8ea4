"""Keep orders: each once, a corrected one replaces its former self."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import sqlalchemy as sa

from core.clock import day_of, zone
from store.database import ONE_STATEMENT, WriteSession, insert_for
from store.mentions import Kept
from store.models import Brand, Order


@dataclass(frozen=True, slots=True, kw_only=True)
class NewOrder:
    """A purchase as an import hands it over; `customer_key` is a keyed hash (`store.identity.person_key`).

    Money is in the brand's own currency: `amount` was paid, `cost` is of the goods or the service, `acquisition_cost`
    of winning the customer, where they are known. `competitor_share` of the customer's need was bought elsewhere, 0..1.
    """

    native_id: str
    customer_key: str
    amount: float
    cost: float | None = None
    acquisition_cost: float | None = None
    ordered_at: datetime
    category: str | None = None
    competitor_share: float | None = None
    location_id: int | None = None


NAMES = tuple(field.name for field in fields(NewOrder))
COMPARED = tuple(name for name in (*NAMES, "ordered_on") if name != "native_id")


def keep_orders(session: WriteSession, brand: Brand, orders: Sequence[NewOrder]) -> Kept:
    """Insert what is new, update what differs, leave the rest.

    Identity is (brand, native id); of two with one identity in a batch the later counts.
    """
    timezone = zone(brand.timezone)
    rows = {
        order.native_id: {name: getattr(order, name) for name in NAMES}
        | {"brand_id": brand.id, "ordered_on": day_of(order.ordered_at, timezone)}
        for order in orders
    }
    query = sa.select(Order).where(Order.brand_id == brand.id, Order.native_id.in_(rows))
    known = {old.native_id: old for old in session.scalars(query)}
    new = [row for key, row in rows.items() if key not in known]
    edits = [
        row | {"id": known[key].id}
        for key, row in rows.items()
        if key in known and any(getattr(known[key], name) != row[name] for name in COMPARED)
    ]
    if edits:
        session.execute(sa.update(Order), edits)
    if new:
        session.execute(insert_for(session, Order).on_conflict_do_nothing(), new, execution_options=ONE_STATEMENT)
    return Kept(added=len(new), changed=len(edits), unchanged=len(rows) - len(new) - len(edits))
