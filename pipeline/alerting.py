"""Check every brand for negative spikes and ailing sources, and send what was not sent."""

from collections.abc import Sequence
from datetime import datetime

from alerts.channels import AppriseChannel
from alerts.delivery import deliver
from alerts.rules import Changes, check_brand
from alerts.source_health import check_sources
from core.clock import Clock
from core.settings import Settings
from metrics.spikes import SpikeRule
from store.brands import all_brands, find_brand
from store.database import Database


def check_alerts(db: Database, settings: Settings, *, as_of: datetime, brand: str | None = None) -> Changes:
    """Open and close alerts as if it were `as_of`, one transaction a brand."""
    rule = SpikeRule(budget_days=settings.alert_budget_days)
    changes = Changes()
    for slug in _slugs(db, brand):
        with db.write.begin() as session:
            found = find_brand(session, slug)
            changes += check_brand(session, found, as_of=as_of, rule=rule)
            changes += check_sources(session, found, as_of=as_of)
    return changes


def _slugs(db: Database, brand: str | None) -> Sequence[str]:
    if brand is not None:
        return [brand]
    with db.read() as session:
        return [each.slug for each in all_brands(session)]


def deliver_alerts(db: Database, settings: Settings, *, clock: Clock) -> int:
    """Send undelivered alerts to AFTERWORD_ALERT_URLS; returns how many went out. Without addresses they wait."""
    if not settings.alert_urls:
        return 0
    return deliver(db, AppriseChannel([url.get_secret_value() for url in settings.alert_urls]), clock=clock)
