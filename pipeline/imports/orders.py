"""Orders from a file, for the loyalty metrics: who bought what, when, for how much."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import Clock
from pipeline.imports.cells import LONGEST_ID, Record, Refused, number, share, text, within
from pipeline.imports.columns import ORDERS
from pipeline.imports.identities import native_id
from pipeline.imports.places import slug
from pipeline.imports.runs import Context, Draft, ImportResult, Kind, run_import
from pipeline.imports.survey import dated
from pipeline.progress import Advance, silent
from store.database import Database, WriteSession
from store.identity import content_hash, person_key
from store.mentions import Kept
from store.models import Brand, Order
from store.orders import NewOrder, keep_orders

LONGEST_CATEGORY = 200
MOST_MONEY = 1e12
"""More is a mistake in any currency; the square of it still is a number."""


def import_orders(
    db: Database,
    brand_slug: str,
    path: Path,
    *,
    columns: Mapping[str, str],
    secret: bytes,
    clock: Clock,
    advance: Advance = silent,
) -> ImportResult:
    """Import orders, one a row: customer, amount (0 or more) and date are needed. Errors as in `run_import`.

    Costs are taken where the file has them, 0 or more each: `cost` of the goods or the service, `acquisition_cost` on
    the order that won the customer. All money is in one currency, the brand's own.

    An order id that the file gives twice is refused: of two lines of one order the store would keep one amount.
    """
    kind = Kind(Order, ORDERS, (("customer",), ("amount",), ("ordered_at",)), _read, _keep)
    return run_import(db, brand_slug, path, kind, columns=columns, secret=secret, clock=clock, advance=advance)


def _read(record: Record, context: Context) -> Draft:
    customer_key = person_key(context.secret, context.brand, text(record, "customer"))
    if customer_key is None:
        raise Refused(record, "customer", "is missing")
    if number(record, "amount") is None:
        raise Refused(record, "amount", "is missing")
    amount = within(record, "amount", 0, MOST_MONEY)
    ordered, location = dated(record, "ordered_at", context), slug(record, "location")
    category = text(record, "category", longest=LONGEST_CATEGORY)
    values = {
        "customer_key": customer_key,
        "amount": amount,
        "cost": within(record, "cost", 0, MOST_MONEY),
        "acquisition_cost": within(record, "acquisition_cost", 0, MOST_MONEY),
        "category": category,
        "ordered_at": ordered.at,
        "competitor_share": share(record, "competitor_share"),
        "native_id": _order_id(record, context, location, customer_key, ordered.at.isoformat(), amount, category),
    }
    return Draft(values, location)


def _order_id(record: Record, context: Context, *content: object) -> str:
    given = text(record, "id", longest=LONGEST_ID)
    if given is not None and context.seen.times(content_hash("order", given)) > 1:
        raise Refused(record, "id", "this order is in the file already; give one row an order, with its whole amount")
    return native_id(record, context.seen, *content)


def _keep(session: WriteSession, brand: Brand, rows: Sequence[dict[str, Any]], now: datetime) -> Kept:  # noqa: ARG001
    return keep_orders(session, brand, [NewOrder(**row) for row in rows])
