"""GET /v1/alerts and their acknowledgement."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.auth import CallerOf, WriterOf, visible_brand
from api.cursors import LARGEST_ID, cursor_of, id_of
from api.deps import Now, Reading, Writing
from api.exports import EXPORTS, Format, Wanted, exported
from api.filters import NO_NUL
from api.paging import PagingOf
from api.problems import documented
from api.schemas import AlertOut, Alerts
from store.alerts import AlertRow, acknowledge, list_alerts
from store.database import ReadSession

router = APIRouter(tags=["alerts"])
EXPORT_PAGE = 1_000
COLUMNS = (
    *("id", "brand", "kind", "location", "feed", "opened_on", "last_seen_on", "closed_on"),
    *("created_at", "acknowledged_at", "delivered_at"),
)


@router.get(
    "/alerts", summary="Alerts, the newest first", response_model=Alerts, responses=EXPORTS | documented(401, 404)
)
def read_alerts(
    session: Reading,
    caller: CallerOf,
    paging: PagingOf,
    wanted: Wanted,
    brand: Annotated[
        str | None, Query(max_length=100, pattern=NO_NUL, description="none: all that the key sees")
    ] = None,
) -> Response | dict[str, Any]:
    """Spikes of negative opinions, and sources that fail or fall silent; open and closed."""
    before = id_of(paging.cursor)
    brand_id = caller.brand_id if brand is None else visible_brand(session, caller, brand).id
    if wanted is not Format.JSON:
        return exported(COLUMNS, _all_rows(session, brand_id), wanted, "alerts")
    rows = list_alerts(session, brand_id=brand_id, before_id=before, limit=paging.limit + 1)
    following = cursor_of(rows[paging.limit - 1].alert.id) if len(rows) > paging.limit else None
    return paging.page([alert_as_plain(row) for row in rows[: paging.limit]], following)


@router.post(
    "/alerts/{alert_id}/acknowledge",
    summary="Say that a person has seen an alert",
    response_model=AlertOut,
    responses=documented(401, 403, 404),
)
def acknowledge_alert(
    session: Writing, caller: WriterOf, now: Now, alert_id: Annotated[int, Path(ge=1, le=LARGEST_ID)]
) -> dict[str, Any]:
    """Keep the moment of the first acknowledgement; again is harmless. Takes an analyst's key."""
    alert = acknowledge(session, alert_id, brand_id=caller.brand_id, now=now)
    [row] = list_alerts(session, brand_id=alert.brand_id, before_id=alert.id + 1, limit=1)
    return alert_as_plain(row)


def _all_rows(session: ReadSession, brand_id: int | None) -> Iterator[dict[str, Any]]:
    before = None
    while page := list_alerts(session, brand_id=brand_id, before_id=before, limit=EXPORT_PAGE):
        yield from map(alert_as_plain, page)
        before = page[-1].alert.id


def alert_as_plain(row: AlertRow) -> dict[str, Any]:
    """An alert as the API shows it."""
    alert = row.alert
    return {
        "id": alert.id,
        "brand": row.brand,
        "kind": alert.kind,
        "location": row.location,
        "feed": alert.feed_id,
        "opened_on": alert.opened_on,
        "last_seen_on": alert.last_seen_on,
        "closed_on": alert.closed_on,
        "evidence": alert.evidence,
        "created_at": alert.created_at,
        "acknowledged_at": alert.acknowledged_at,
        "delivered_at": alert.delivered_at,
    }
