"""Send what was not sent yet. A claim guards each row: two senders never send one alert, a dead one's claim lapses."""

import structlog

from alerts.channels import NotificationChannel
from alerts.messages import About, Message, message_of
from core.clock import Clock
from core.errors import DeliveryFailed
from store.alerts import claim_undelivered, settle_delivery
from store.database import Database
from store.models import Alert, Brand, Location, Mention

log = structlog.get_logger()


def deliver(db: Database, channel: NotificationChannel, *, clock: Clock) -> int:
    """Send every undelivered alert that nobody else holds; returns how many went out.

    Claim, send and settle are three steps: nothing is sent inside a transaction, and a failure frees the row.
    """
    claimed_at = clock()
    with db.write.begin() as session:
        ids = claim_undelivered(session, now=claimed_at)
    sent = 0
    for alert_id in ids:
        failure = _send(db, channel, alert_id)
        with db.write.begin() as session:
            settle_delivery(
                session,
                alert_id,
                claimed_at=claimed_at,
                now=clock(),
                error=str(failure) if failure else None,
                permanent=failure.permanent if failure else False,
            )
        sent += failure is None
        log.info("alert_sent" if failure is None else "alert_not_sent", alert=alert_id)
    return sent


def _send(db: Database, channel: NotificationChannel, alert_id: int) -> DeliveryFailed | None:
    try:
        channel.send(_message(db, alert_id))
    except DeliveryFailed as failure:
        return failure
    return None


def _message(db: Database, alert_id: int) -> Message:
    with db.read() as session:
        alert = session.get_one(Alert, alert_id)
        brand = session.get_one(Brand, alert.brand_id)
        location = session.get_one(Location, alert.location_id) if alert.location_id else None
        found = (session.get(Mention, mention_id) for mention_id in alert.evidence.get("mentions", []))
        quotes = [_quoted(mention) for mention in found if mention is not None]
        return message_of(alert, About(brand.name, location.name if location else None, quotes))


def _quoted(mention: Mention) -> str:
    """The text, behind the survey's question where it answers one: "nothing" alone tells nothing."""
    return f"{mention.question} {mention.text}" if mention.question else mention.text
