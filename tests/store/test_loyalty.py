"""What the loyalty metrics read: orders and answers, summed in the database."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from store.loyalty import AnswerCount, CategoryRepeat, amounts, answer_counts, category_repeats, purchases
from store.models import Person, Scale
from store.orders import NewOrder, keep_orders
from store.queries import Slice
from store.surveys import NewResponse, keep_responses
from tests.builders import NOW, World


def at(day: int, month: int = 10) -> datetime:
    return datetime(2026, month, day, 9, tzinfo=UTC)


def order(customer: str, when: datetime, amount: float = 100.0, **fields: Any) -> NewOrder:
    return NewOrder(
        native_id=f"{customer} {when} {amount}", customer_key=customer, amount=amount, ordered_at=when, **fields
    )


def sell(world: World, *orders: NewOrder) -> None:
    with world.db.write.begin() as session:
        keep_orders(session, world.brand, orders)


@pytest.fixture
def sold(world: World) -> World:
    """Anna came three times, Boris once in another place, each with what is known of costs."""
    center, garden = world.location("center"), world.location("garden")
    sell(
        world,
        order(
            "anna", at(3), location_id=center, cost=40.0, acquisition_cost=20.0, category="yoga", competitor_share=0.3
        ),
        order("anna", at(20), 300.0, location_id=center, cost=40.0, category="yoga"),
        order("anna", at(5, 9), location_id=garden, category="pool"),
        order("boris", at(7), location_id=garden),
    )
    return world


def test_purchases_are_a_row_a_customer_location_and_month(sold: World) -> None:
    with sold.db.read() as session:
        found = purchases(session, sold.brand, Slice())

    rows = {
        (int(customer), int(month) % 12 + 1): (int(orders), float(revenue))
        for customer, month, orders, revenue in zip(
            found.customer, found.month, found.orders, found.revenue, strict=True
        )
    }
    assert rows == {(0, 9): (1, 100), (0, 10): (2, 400), (1, 10): (1, 100)}
    assert found.last_on.max() == (date(2026, 10, 20) - date(1970, 1, 1)).days
    assert (found.cost.sum(), found.costed.sum()) == (80, 2)
    assert (found.acquisition.sum(), found.acquired.sum()) == (20, 1)
    assert (found.own_share.sum(), found.shared.sum()) == (pytest.approx(0.7), 1)
    assert len(set(found.location.tolist())) == 2


def test_without_locations_a_customer_has_one_row_a_month(sold: World) -> None:
    sell(sold, order("anna", at(9), location_id=sold.location("garden")))

    with sold.db.read() as session:
        found = purchases(session, sold.brand, Slice(), by_location=False)

    assert sorted(found.orders.tolist()) == [1, 1, 3]
    assert set(found.location.tolist()) == {0}


def test_what_was_bought_before_a_period_is_told_apart_within_its_first_month(sold: World) -> None:
    with sold.db.read() as session:
        found = purchases(session, sold.brand, Slice(start=date(2026, 10, 10), end=date(2026, 10, 21)))

    assert sorted(zip(found.in_period.tolist(), found.revenue.tolist(), strict=True)) == [
        (0, 100),
        (0, 100),
        (0, 100),
        (1, 300),
    ]


def test_nothing_from_the_end_of_a_period_on_is_read(sold: World) -> None:
    with sold.db.read() as session:
        found = purchases(session, sold.brand, Slice(end=date(2026, 10, 7)))
        nowhere = purchases(session, sold.brand, Slice(location="atlantis"))

    assert found.orders.tolist() == [1, 1]
    assert len(nowhere) == 0


def test_a_day_is_a_day_of_the_brand(sold: World) -> None:
    sell(sold, order("late", datetime(2026, 9, 30, 22, tzinfo=UTC), 7.0))  # the first of October in Moscow

    with sold.db.read() as session:
        found = amounts(session, sold.brand, ("month",), Slice())

    assert found == {("2026-09",): {100.0: 1}, ("2026-10",): {100.0: 2, 300.0: 1, 7.0: 1}}


def test_an_order_put_right_moves_to_its_day(sold: World) -> None:
    mended = NewOrder(native_id=f"boris {at(7)} 100.0", customer_key="boris", amount=100.0, ordered_at=at(7, 8))
    sell(sold, mended)

    with sold.db.read() as session:
        found = amounts(session, sold.brand, ("location", "month"), Slice())

    assert found[None, "2026-08"] == {100.0: 1}
    assert ("garden", "2026-10") not in found


def test_two_keys_of_one_person_are_one_customer(sold: World) -> None:
    with sold.db.write.begin() as session:
        session.add_all([Person(brand_id=sold.brand.id, key=key, person_key="anna") for key in ("anna", "boris")])

    with sold.db.read() as session:
        found = purchases(session, sold.brand, Slice(), by_location=False)
        repeats = category_repeats(session, sold.brand, Slice())

    assert sorted(found.orders.tolist()) == [1, 3]
    assert set(found.customer.tolist()) == {0}
    assert [row.customers for row in repeats] == [1, 1, 1]


def test_a_category_counts_who_bought_of_it_again(sold: World) -> None:
    with sold.db.read() as session:
        found = category_repeats(session, sold.brand, Slice())
        of_september = category_repeats(session, sold.brand, Slice(end=date(2026, 10, 1)))

    assert found == [CategoryRepeat("pool", 1, 0), CategoryRepeat("yoga", 1, 1), CategoryRepeat(None, 1, 0)]
    assert of_september == [CategoryRepeat("pool", 1, 0)]


def test_answers_are_counted_by_scale_and_aspect_and_those_of_the_nps_are_not(world: World) -> None:
    channel, center = world.channel("tablet"), world.location("center")
    world.answers([10, 9])
    given = [
        NewResponse(channel_id=channel, native_id=f"{scale} {n}", score=None, score_given=score, scale=scale,
                    aspect=aspect, location_id=center, responded_at=at(3))
        for n, (scale, aspect, score) in enumerate(
            [("csat5", None, 5), ("csat5", None, 5), ("ces7_low", None, 1), ("aspect5", "commitment", 4)]
        )
    ]  # fmt: skip
    with world.db.write.begin() as session:
        keep_responses(session, world.brand, given, now=NOW)

    with world.db.read() as session:
        found = answer_counts(session, world.brand, ("location", "month"), Slice())

    segment = ("center", "2026-10")
    assert sorted(found, key=lambda row: row.scale) == [
        AnswerCount(segment, Scale.ASPECT5, "commitment", 4, 1),
        AnswerCount(segment, Scale.CES7_LOW, None, 1, 1),
        AnswerCount(segment, Scale.CSAT5, None, 5, 2),
    ]


def test_a_block_of_rows_ends_within_a_customer_without_making_two_of_them(
    sold: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.loyalty.AT_ONCE", 1)

    with sold.db.read() as session:
        found = purchases(session, sold.brand, Slice())

    assert sorted(found.customer.tolist()) == [0, 0, 1]
