"""A spike opens an alert once, an end of it closes it, and one club's trouble is told once."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa

from alerts.rules import Changes, check_brand
from metrics.spikes import SpikeRule
from store.models import Alert
from tests.builders import NOW, World

RULE = SpikeRule()
SPIKE_ON = NOW - timedelta(days=5)


def quiet_year(world: World, place: str, *, until: datetime = SPIKE_ON, days: int = 90) -> None:
    """One promoter a day, and a detractor every tenth."""
    for age in range(1, days):
        when = until - timedelta(days=age)
        rating = 1 if age % 10 == 0 else 5
        world.keep(world.mention(f"{place}-{age}", rating=rating, published_at=when, location=place))


def burst(world: World, place: str, on: datetime, number: int = 8, rating: int = 1) -> None:
    world.keep(
        *(
            world.mention(f"{place}-{on:%d}-{n}-{rating}", "burst", rating=rating, published_at=on, location=place)
            for n in range(number)
        )
    )


def check(world: World, as_of: datetime) -> Changes:
    with world.db.write.begin() as session:
        return check_brand(session, world.brand, as_of=as_of, rule=RULE)


def alerts(world: World) -> list[Alert]:
    with world.db.read() as session:
        return list(session.scalars(sa.select(Alert).order_by(Alert.id)))


def test_a_burst_of_detractors_opens_one_alert_at_its_club(world: World) -> None:
    quiet_year(world, "center")
    burst(world, "center", SPIKE_ON)

    changes = check(world, SPIKE_ON + timedelta(hours=1))

    (alert,) = alerts(world)
    assert changes == Changes(opened=(alert.id,))
    assert alert.location_id == world.location("center")
    assert alert.opened_on == SPIKE_ON.date()
    assert alert.evidence["detractors"] == 8
    assert len(alert.evidence["mentions"]) == 5


def test_checking_again_changes_nothing(world: World) -> None:
    quiet_year(world, "center")
    burst(world, "center", SPIKE_ON)
    check(world, SPIKE_ON + timedelta(hours=1))

    assert check(world, SPIKE_ON + timedelta(hours=2)) == Changes()
    assert len(alerts(world)) == 1


def test_praise_in_a_burst_is_no_alert(world: World) -> None:
    quiet_year(world, "center")
    burst(world, "center", SPIKE_ON, rating=5)

    assert check(world, SPIKE_ON + timedelta(hours=1)) == Changes()


def test_a_day_before_the_burst_knows_nothing_of_it(world: World) -> None:
    quiet_year(world, "center")
    burst(world, "center", SPIKE_ON)

    midnight = SPIKE_ON.replace(hour=0) - timedelta(hours=3)  # midnight of the brand, in UTC

    assert check(world, midnight) == Changes()


def test_calm_days_close_the_alert(world: World) -> None:
    quiet_year(world, "center")
    burst(world, "center", SPIKE_ON)
    (alert_id,) = check(world, SPIKE_ON + timedelta(hours=1)).opened

    changes = check(world, SPIKE_ON + timedelta(days=3))

    assert changes == Changes(closed=(alert_id,))
    assert alerts(world)[0].closed_on == (SPIKE_ON + timedelta(days=2)).date()


def test_a_replay_in_one_step_opens_and_closes_alike(world: World) -> None:
    quiet_year(world, "center")
    burst(world, "center", SPIKE_ON)

    changes = check(world, SPIKE_ON + timedelta(days=3))

    assert changes.opened == changes.closed
    assert check(world, SPIKE_ON + timedelta(days=3)) == Changes()


def test_a_second_day_of_the_same_trouble_extends_the_alert(world: World) -> None:
    quiet_year(world, "center")
    burst(world, "center", SPIKE_ON)
    burst(world, "center", SPIKE_ON + timedelta(days=1))

    check(world, SPIKE_ON + timedelta(days=1, hours=1))

    (alert,) = alerts(world)
    assert (alert.opened_on, alert.last_seen_on) == (SPIKE_ON.date(), (SPIKE_ON + timedelta(days=1)).date())


def test_what_no_club_explains_is_the_brands_alert(world: World) -> None:
    for place in ("center", "north", "garden"):
        quiet_year(world, place)
    world.keep(*(world.mention(f"all-{n}", rating=1, published_at=SPIKE_ON) for n in range(12)))

    check(world, SPIKE_ON + timedelta(hours=1))

    assert [alert.location_id for alert in alerts(world)] == [None]


@pytest.mark.parametrize("days", [0, 1])
def test_a_club_without_a_past_raises_nothing_by_itself(world: World, days: int) -> None:
    burst(world, "new", SPIKE_ON - timedelta(days=days))

    assert check(world, SPIKE_ON + timedelta(hours=1)) == Changes()


def test_days_are_days_of_the_brand(world: World) -> None:
    quiet_year(world, "center")
    burst(world, "center", SPIKE_ON.replace(hour=22))

    check(world, SPIKE_ON + timedelta(days=1))

    assert alerts(world)[0].opened_on == date(2026, 10, 28)


def test_a_day_that_is_not_over_closes_nothing_and_trouble_that_returns_reopens(world: World) -> None:
    quiet_year(world, "center")
    burst(world, "center", SPIKE_ON)
    check(world, SPIKE_ON + timedelta(hours=1))

    early = check(world, SPIKE_ON + timedelta(days=1, hours=13))  # the second calm day has just begun
    closed = check(world, SPIKE_ON + timedelta(days=2, hours=13))
    burst(world, "center", SPIKE_ON + timedelta(days=3), number=30)
    back = check(world, SPIKE_ON + timedelta(days=3, hours=1))

    (alert,) = alerts(world)
    assert (early, closed, back) == (Changes(), Changes(closed=(alert.id,)), Changes())
    assert (alert.closed_on, alert.last_seen_on) == (None, (SPIKE_ON + timedelta(days=3)).date())
