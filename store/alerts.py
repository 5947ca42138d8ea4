"""Alerts: a change of state is a row; deciding and delivering meet only here, updates guarded by the expected state."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.errors import NotFound
from store.database import ReadSession, WriteSession
from store.models import Alert, Brand, Location

CLAIM_LASTS = timedelta(minutes=10)
"""After so long a claim whose sender died may be taken by another."""
MOST_ATTEMPTS = 5


def last_alert(session: ReadSession, brand_id: int, kind: str, location_id: int | None) -> Alert | None:
    """The newest alert of one series over all channels (location none: the whole brand), open or not."""
    place = Alert.location_id.is_(None) if location_id is None else Alert.location_id == location_id
    query = sa.select(Alert).where(Alert.brand_id == brand_id, Alert.kind == kind, Alert.channel_id.is_(None), place)
    return session.scalar(query.order_by(Alert.opened_on.desc(), Alert.id.desc()).limit(1))


def last_feed_alerts(session: ReadSession, brand_id: int, kind: str) -> dict[int, Alert]:
    """The newest alert of each feed of a brand, open or not, by the feed's id."""
    newest = sa.select(sa.func.max(Alert.id)).where(Alert.brand_id == brand_id, Alert.kind == kind)
    query = sa.select(Alert).where(Alert.id.in_(newest.group_by(Alert.feed_id)))
    return {alert.feed_id: alert for alert in session.scalars(query) if alert.feed_id is not None}


def open_alert(
    session: WriteSession,
    *,
    brand_id: int,
    kind: str,
    location_id: int | None,
    feed_id: int | None = None,
    on: date,
    evidence: dict[str, Any],
    now: datetime,
) -> Alert:
    """Open an alert; a unique index refuses a second open one of the same series."""
    alert = Alert(
        brand_id=brand_id,
        kind=kind,
        location_id=location_id,
        feed_id=feed_id,
        opened_on=on,
        last_seen_on=on,
        evidence=evidence,
        created_at=now,
        attempts=0,
    )
    session.add(alert)
    session.flush()
    return alert


@dataclass(frozen=True, slots=True)
class AlertRow:
    """An alert with the slugs of what it is about; location none: the whole brand."""

    alert: Alert
    brand: str
    location: str | None


def list_alerts(
    session: ReadSession, *, brand_id: int | None = None, before_id: int | None = None, limit: int = 100
) -> list[AlertRow]:
    """Alerts, the newest first; `before_id` continues after a page."""
    query = (
        sa.select(Alert, Brand.slug, Location.slug)
        .join(Brand, Brand.id == Alert.brand_id)
        .outerjoin(Location, Location.id == Alert.location_id)
        .order_by(Alert.id.desc())
        .limit(limit)
    )
    if brand_id is not None:
        query = query.where(Alert.brand_id == brand_id)
    if before_id is not None:
        query = query.where(Alert.id < before_id)
    return [AlertRow(*row) for row in session.execute(query)]


def acknowledge(session: WriteSession, alert_id: int, *, brand_id: int | None, now: datetime) -> Alert:
    """Mark an alert as seen by a person; again is harmless. Raises NotFound, also for another brand's."""
    alert = session.get(Alert, alert_id)
    if alert is None or (brand_id is not None and alert.brand_id != brand_id):
        msg = f"there is no alert {alert_id}"
        raise NotFound(msg)
    alert.acknowledged_at = alert.acknowledged_at or now
    return alert


def claim_undelivered(session: WriteSession, *, now: datetime, limit: int = 20) -> list[int]:
    """Take undelivered alerts for sending: only rows that nobody else holds, so that each goes out once."""
    free = sa.or_(Alert.claimed_at.is_(None), Alert.claimed_at < now - CLAIM_LASTS)
    waiting = (Alert.delivered_at.is_(None), Alert.attempts < MOST_ATTEMPTS, free)
    ids = session.scalars(sa.select(Alert.id).where(*waiting).order_by(Alert.id).limit(limit)).all()
    claim = sa.update(Alert).where(Alert.id.in_(ids), *waiting)
    return sorted(session.scalars(claim.values(claimed_at=now, attempts=Alert.attempts + 1).returning(Alert.id)))


def settle_delivery(
    session: WriteSession, alert_id: int, *, claimed_at: datetime, now: datetime, error: str | None, permanent: bool
) -> bool:
    """Write down how a delivery went, if the claim is still ours; returns whether it was.

    Without an error it is delivered; a permanent error ends the attempts, another frees the row for the next one.
    """
    values: dict[str, Any] = {"delivered_at": now, "delivery_error": None}
    if error is not None:
        values = {"delivery_error": error[:500], "claimed_at": None}
        values |= {"attempts": MOST_ATTEMPTS} if permanent else {}
    ours = sa.update(Alert).where(Alert.id == alert_id, Alert.claimed_at == claimed_at, Alert.delivered_at.is_(None))
    return session.scalar(ours.values(**values).returning(Alert.id)) is not None


def open_alert_counts(session: ReadSession) -> list[tuple[str, str, int]]:
    """Brand, kind and number of the alerts that are open."""
    query = sa.select(Brand.slug, Alert.kind, sa.func.count()).join(Brand, Brand.id == Alert.brand_id)
    rows = session.execute(query.where(Alert.closed_on.is_(None)).group_by(Brand.slug, Alert.kind))
    return [(brand, kind, count) for brand, kind, count in rows]
