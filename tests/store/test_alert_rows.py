"""Alerts as rows: one open one a series, and each goes out once."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from core.errors import NotFound
from store.alerts import CLAIM_LASTS, MOST_ATTEMPTS, acknowledge, claim_undelivered, open_alert, settle_delivery
from store.models import Alert
from tests.builders import NOW, World


def raise_alert(world: World, place: str | None = None) -> int:
    location_id = world.location(place) if place else None
    with world.db.write.begin() as session:
        return open_alert(
            session,
            brand_id=world.brand.id,
            kind="negative_spike",
            location_id=location_id,
            on=date(2026, 10, 30),
            evidence={},
            now=NOW,
        ).id


def claim(world: World, *, after: timedelta = timedelta()) -> list[int]:
    with world.db.write.begin() as session:
        return claim_undelivered(session, now=NOW + after)


def settle(world: World, alert_id: int, error: str | None = None, *, permanent: bool = False) -> bool:
    with world.db.write.begin() as session:
        return settle_delivery(session, alert_id, claimed_at=NOW, now=NOW, error=error, permanent=permanent)


@pytest.mark.parametrize("place", [None, "center"])
def test_a_series_has_one_open_alert(world: World, place: str | None) -> None:
    raise_alert(world, place)

    with pytest.raises(sa.exc.IntegrityError):
        raise_alert(world, place)


def test_a_closed_alert_makes_room_for_the_next(world: World) -> None:
    first = raise_alert(world)
    with world.db.write.begin() as session:
        session.get_one(Alert, first).closed_on = date(2026, 11, 1)

    assert raise_alert(world) != first


def test_two_senders_never_hold_one_alert(world: World) -> None:
    alert_id = raise_alert(world)

    assert (claim(world), claim(world)) == ([alert_id], [])


def test_a_dead_senders_claim_lapses(world: World) -> None:
    alert_id = raise_alert(world)
    claim(world)

    assert claim(world, after=CLAIM_LASTS + timedelta(seconds=1)) == [alert_id]


def test_a_lapsed_claim_cannot_settle(world: World) -> None:
    alert_id = raise_alert(world)
    claim(world)
    claim(world, after=CLAIM_LASTS + timedelta(seconds=1))

    assert not settle(world, alert_id)


def test_a_delivered_alert_is_not_claimed_again(world: World) -> None:
    alert_id = raise_alert(world)
    claim(world)

    assert settle(world, alert_id)
    assert claim(world, after=timedelta(days=1)) == []


def test_a_failed_delivery_is_tried_again_but_not_for_ever(world: World) -> None:
    alert_id = raise_alert(world)

    for _ in range(MOST_ATTEMPTS):
        assert claim(world) == [alert_id]
        settle(world, alert_id, "service is away")

    assert claim(world, after=timedelta(days=1)) == []


def test_a_permanent_failure_is_not_tried_again(world: World) -> None:
    alert_id = raise_alert(world)
    claim(world)

    settle(world, alert_id, "no such address", permanent=True)

    assert claim(world, after=timedelta(days=1)) == []


def test_an_alert_of_another_brand_is_not_found(world: World) -> None:
    alert_id = raise_alert(world)

    with world.db.write.begin() as session, pytest.raises(NotFound, match="no alert"):
        acknowledge(session, alert_id, brand_id=world.brand.id + 1, now=NOW)


def test_acknowledging_twice_keeps_the_first_moment(world: World) -> None:
    alert_id = raise_alert(world)

    for later in (timedelta(), timedelta(hours=1)):
        with world.db.write.begin() as session:
            seen = acknowledge(session, alert_id, brand_id=None, now=NOW + later)

    assert seen.acknowledged_at == NOW
