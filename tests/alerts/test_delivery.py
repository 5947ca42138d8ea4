"""Every alert is sent once, in words, and a failure is written down."""

from datetime import date

import pytest

from alerts.channels import AppriseChannel, RecordingChannel
from alerts.delivery import deliver
from alerts.messages import Message
from core.errors import DeliveryFailed
from store.alerts import MOST_ATTEMPTS, open_alert
from store.models import Alert
from tests.builders import NOW, World

EVIDENCE = {"detractors": 8, "n": 10, "expected_share": 0.1, "p_value": 1e-6, "provisional": True}


class Refusing:
    """A service that is away, or gone for good."""

    def __init__(self, *, permanent: bool) -> None:
        self.permanent = permanent

    def send(self, message: Message) -> None:
        raise DeliveryFailed(message.title, permanent=self.permanent)


def raise_alert(world: World, place: str | None = None, **evidence: object) -> int:
    location_id = world.location(place) if place else None
    with world.db.write.begin() as session:
        return open_alert(
            session,
            brand_id=world.brand.id,
            kind="negative_spike",
            location_id=location_id,
            on=date(2026, 10, 30),
            evidence=EVIDENCE | evidence,
            now=NOW,
        ).id


def stored(world: World, alert_id: int) -> Alert:
    with world.db.read() as session:
        return session.get_one(Alert, alert_id)


def test_an_alert_goes_out_once_and_says_where_and_what(world: World) -> None:
    world.keep(
        world.mention("r1", "cold\n showers   again " + "x" * 500),
        world.mention("r2", "nothing", question="What did you like?"),
    )
    raise_alert(world, "center", mentions=[1, 2])
    channel = RecordingChannel()

    counts = [deliver(world.db, channel, clock=lambda: NOW) for _ in range(2)]

    (message,) = channel.sent
    assert counts == [1, 0]
    assert message.title == "Negative spike: center"
    assert "8 of 10 public opinions are negative" in message.body
    assert "— cold showers again x" in message.body
    assert "— What did you like? nothing" in message.body
    assert "Provisional" in message.body
    assert len(message.body) < 500


def test_a_brands_alert_names_the_brand(world: World) -> None:
    raise_alert(world)
    channel = RecordingChannel()

    deliver(world.db, channel, clock=lambda: NOW)

    assert channel.sent[0].title == "Negative spike: Sunflower Fitness"


@pytest.mark.parametrize(("permanent", "attempts"), [(False, 1), (True, MOST_ATTEMPTS)])
def test_a_failure_is_written_down_and_frees_the_row(world: World, *, permanent: bool, attempts: int) -> None:
    alert_id = raise_alert(world)

    sent = deliver(world.db, Refusing(permanent=permanent), clock=lambda: NOW)

    alert = stored(world, alert_id)
    assert sent == 0
    assert (alert.delivered_at, alert.claimed_at, alert.attempts) == (None, None, attempts)
    assert alert.delivery_error


def test_an_address_that_is_none_is_refused_without_showing_its_secret() -> None:
    with pytest.raises(DeliveryFailed, match="nonsense") as refused:
        AppriseChannel(["nonsense://user:secret@host"])

    assert refused.value.permanent
    assert "secret" not in str(refused.value)
