from datetime import date, timedelta

import numpy as np
import sqlalchemy as sa

from core.labels import Label
from store.database import Database
from store.mentions import Kept, NewMention
from store.models import Identifier, Person
from store.people import (
    KEY,
    NewCustomer,
    drop_identifiers,
    identifier_columns,
    keep_customers,
    matched,
    write_persons,
)
from store.queries import Slice
from store.surveys import NewResponse, keep_responses
from tests.builders import NOW, World

ANNA, BORIS, ANNA_ON_MAPS, ANNA_ON_WEB, BORIS_ON_MAPS = (letter * 32 for letter in "abcde")
NOBODY = ((0, 0, 0),) * 3


def keep(world: World, *customers: NewCustomer, source: str = "crm.csv") -> Kept:
    with world.db.write.begin() as session:
        return keep_customers(session, world.brand, customers, source=source, now=NOW)


def persons(world: World, **whose: str) -> int:
    """Write `key=person` pairs as the brand's persons."""
    keys = np.array(sorted(whose), dtype=KEY)
    with world.db.write.begin() as session:
        return write_persons(session, world.brand, keys, np.array([whose[key] for key in sorted(whose)], dtype=KEY))


def anna_and_boris(world: World) -> None:
    persons(
        world, **dict.fromkeys((ANNA, ANNA_ON_MAPS, ANNA_ON_WEB), ANNA), **dict.fromkeys((BORIS, BORIS_ON_MAPS), BORIS)
    )


def answer(world: World, native_id: str, customer: str, score: int, *, days: int = 0, place: str | None = None) -> None:
    given = NewResponse(
        channel_id=world.channel("tablet"),
        location_id=world.location(place) if place else None,
        native_id=native_id,
        score=score,
        score_given=score,
        responded_at=NOW + timedelta(days),
        customer_key=customer,
    )
    with world.db.write.begin() as session:
        keep_responses(session, world.brand, [given], now=NOW)


def stars(
    world: World, native_id: str, author: str, rating: int, *, days: int = 0, channel: str = "maps"
) -> NewMention:
    at = NOW + timedelta(days)
    return world.mention(
        native_id, author_key=author, rating=rating, published_at=at, channel=channel, location="center"
    )


def pairs(world: World, part: Slice | None = None) -> object:
    with world.db.read() as session:
        return matched(session, world.brand, part)


def told(db: Database) -> set[tuple[str, str, str]]:
    with db.read() as session:
        return {(row.customer_key, row.key, row.source) for row in session.scalars(sa.select(Identifier))}


def test_an_identifier_is_kept_once_of_every_file_that_tells_it(world: World) -> None:
    customer = NewCustomer(ANNA, {ANNA_ON_MAPS: "maps"})

    kept = [keep(world, customer, customer), keep(world, customer), keep(world, customer, source="newer.csv")]

    assert kept == [Kept(added=1, unchanged=1), Kept(unchanged=1), Kept(changed=1)]
    assert told(world.db) == {(ANNA, ANNA_ON_MAPS, "crm.csv"), (ANNA, ANNA_ON_MAPS, "newer.csv")}


def test_what_two_files_told_stays_when_one_of_them_is_taken_back(world: World) -> None:
    for source in ("crm.csv", "newer.csv"):
        keep(world, NewCustomer(ANNA, {ANNA_ON_MAPS: "maps", source[:1] * 32: "web"}), source=source)

    with world.db.write.begin() as session:
        drop_identifiers(session, world.brand, source="newer.csv")

    assert told(world.db) == {(ANNA, ANNA_ON_MAPS, "crm.csv"), (ANNA, "c" * 32, "crm.csv")}


def test_what_one_file_told_and_what_is_known_of_one_customer_can_be_dropped(world: World) -> None:
    keep(world, NewCustomer(ANNA, {ANNA_ON_MAPS: "maps"}), NewCustomer(BORIS, {BORIS_ON_MAPS: "maps"}))
    keep(world, NewCustomer(ANNA, {ANNA_ON_WEB: "web"}), source="other.csv")

    with world.db.write.begin() as session:
        dropped = [
            drop_identifiers(session, world.brand),
            drop_identifiers(session, world.brand, source="other.csv"),
            drop_identifiers(session, world.brand, customer_key=BORIS),
        ]

    assert dropped == [0, 1, 1]
    assert told(world.db) == {(ANNA, ANNA_ON_MAPS, "crm.csv")}


def test_identifiers_are_read_as_columns(world: World) -> None:
    keep(world, NewCustomer(ANNA, {ANNA_ON_MAPS: "maps", ANNA_ON_WEB: "web"}))

    with world.db.read() as session:
        customers, keys = identifier_columns(session, world.brand)

    assert customers.tolist() == [ANNA.encode()] * 2
    assert sorted(keys.tolist()) == [ANNA_ON_MAPS.encode(), ANNA_ON_WEB.encode()]


def test_persons_that_stay_the_same_are_not_written_again(world: World) -> None:
    first, same = [persons(world, **{ANNA: ANNA, ANNA_ON_MAPS: ANNA, BORIS: BORIS}) for _ in range(2)]

    moved = persons(world, **{ANNA: ANNA, BORIS: ANNA})

    assert (first, same, moved) == (3, 0, 2)
    with world.db.read() as session:
        assert dict(session.execute(sa.select(Person.key, Person.person_key)).all()) == {ANNA: ANNA, BORIS: ANNA}


def test_a_brand_without_customers_has_nobody_on_both_sides(world: World) -> None:
    answer(world, "1", ANNA, 10)
    world.keep(stars(world, "1", ANNA_ON_MAPS, 1))

    assert pairs(world) == NOBODY


def test_a_person_counts_once_by_the_newest_of_each_side_whatever_the_channel(world: World) -> None:
    anna_and_boris(world)
    answer(world, "1", ANNA, 3)
    answer(world, "2", ANNA, 10, days=1)
    answer(world, "3", BORIS, 8)
    world.keep(stars(world, "1", ANNA_ON_MAPS, 5), stars(world, "2", ANNA_ON_WEB, 1, days=2, channel="web"))
    world.keep(stars(world, "3", BORIS_ON_MAPS, 5), stars(world, "4", "f" * 32, 1))

    # Anna is a promoter at the desk and a detractor in public, Boris a passive and a promoter
    assert pairs(world) == ((0, 0, 1), (1, 0, 0), (0, 0, 0))


def test_a_person_who_spoke_on_one_side_alone_is_no_pair(world: World) -> None:
    anna_and_boris(world)
    answer(world, "1", ANNA, 10)
    world.keep(stars(world, "1", BORIS_ON_MAPS, 1))

    assert pairs(world) == NOBODY


def test_without_a_rating_the_label_counts_and_what_is_no_opinion_does_not(world: World) -> None:
    anna_and_boris(world)
    answer(world, "1", ANNA, 10)
    answer(world, "2", BORIS, 10)
    world.keep(world.mention("1", author_key=ANNA_ON_MAPS))

    before = pairs(world)
    world.label_all(Label.DETRACTOR)
    world.keep(world.mention("2", author_key=BORIS_ON_MAPS))
    world.label_all(Label.UNKNOWN)

    assert before == NOBODY
    assert pairs(world) == ((0, 0, 1), (0, 0, 0), (0, 0, 0))


def test_days_and_location_cut_both_sides_and_the_channel_the_public_one(world: World) -> None:
    anna_and_boris(world)
    answer(world, "1", ANNA, 10, place="center")
    world.keep(stars(world, "1", ANNA_ON_MAPS, 1))
    today = date(2026, 11, 1)

    one = ((0, 0, 1), (0, 0, 0), (0, 0, 0))
    assert pairs(world, Slice(start=today, end=today + timedelta(1), location="center", channel="maps")) == one
    for part in (Slice(end=today), Slice(location="north"), Slice(channel="web"), Slice(start=today + timedelta(1))):
        assert pairs(world, part) == NOBODY
