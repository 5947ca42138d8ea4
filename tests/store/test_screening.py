"""What an edit unsays, how marks carry voices with them, and the rows that screening reads and writes."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.counts import Counts
from core.labels import Label
from store.database import open_database
from store.marks import mark
from store.mentions import NewMention
from store.models import Mention, Shingle
from store.schema import upgrade
from store.screening import (
    authors_of,
    changed_days,
    count_unscreened,
    first_days,
    first_said,
    hand_over,
    keep_bands,
    keep_changed_days,
    next_brand,
    next_brand_to_judge,
    originals_under,
    public_days,
    set_judged,
    set_screened,
    speakers,
    taken_bands,
    unsuspected,
    voices_by_day,
    waiting_page,
)
from store.segments import segments
from tests.builders import NOW, World

AUTHORS = [f"{n:032x}" for n in range(5)]
TODAY = date(2026, 11, 1)


def ids(world: World) -> dict[str, int]:
    with world.db.read() as session:
        return {row.native_id: row.id for row in session.execute(sa.select(Mention.native_id, Mention.id))}


def told(world: World) -> tuple[bool, bool, bool]:
    """Whether the only mention has its label, its topics, and was screened."""
    with world.db.read() as session:
        one = session.scalars(sa.select(Mention)).one()
    return one.labeller_id is not None, one.topics_version is not None, one.screened_at is not None


def screened(world: World, review: NewMention) -> None:
    world.keep(review)
    world.label_all(Label.PROMOTER)
    with world.db.write.begin() as session:
        session.execute(sa.update(Mention).values(topics_version="v1", screened_at=NOW))


@pytest.mark.parametrize(
    ("edit", "still"),
    [
        pytest.param({"text": "Cold"}, (False, False, False), id="another text: all of it"),
        pytest.param({"rating": 1.0}, (False, True, True), id="another rating: the label"),
        pytest.param({"published_at": NOW - timedelta(days=1)}, (True, True, False), id="another moment: whose copy"),
        pytest.param({"author_key": AUTHORS[1]}, (True, True, False), id="another author: whose copy"),
        pytest.param({"answer": "We are sorry"}, (True, True, True), id="an answer: nothing"),
    ],
)
def test_an_edit_unsays_what_was_told_by_what_it_changes(
    world: World, edit: dict[str, object], still: tuple[bool, bool, bool]
) -> None:
    review = world.mention("r1", "Great pool", rating=5, author_key=AUTHORS[0])
    screened(world, review)

    world.keep(replace(review, **edit))  # type: ignore[arg-type]

    assert told(world) == still


def test_marks_of_many_mentions_carry_their_voices_with_them(world: World) -> None:
    for n, author in enumerate(AUTHORS):
        old = world.mention(f"old{n}", rating=1, author_key=author, published_at=NOW - timedelta(hours=2))
        world.keep(old, world.mention(f"new{n}", rating=5, author_key=author))
    by_name = ids(world)

    with world.db.write.begin() as session:
        mark(session, {by_name[f"new{n}"]: {"duplicate_of_id": by_name["new0"]} for n in range(1, 5)})

    with world.db.read() as session:
        [row] = segments(session, world.brand, ())
    assert row.social == Counts(1, 0, 4)


def test_nothing_marked_is_nothing_done(world: World) -> None:
    with world.db.write.begin() as session:
        mark(session, {})

    assert ids(world) == {}


def test_a_suspect_takes_no_voice_from_its_authors_other_mention(world: World) -> None:
    old = world.mention("old", rating=5, author_key=AUTHORS[0], published_at=NOW - timedelta(hours=2))
    world.keep(old, world.mention("new", rating=1, author_key=AUTHORS[0]))

    with world.db.write.begin() as session:
        mark(session, {ids(world)["new"]: {"suspicion": "copies"}})

    with world.db.read() as session:
        [row] = segments(session, world.brand, ())
    assert row.social == row.unsuspected.rated == Counts(1, 0, 0)


def test_who_is_screened_waits_no_more(world: World) -> None:
    world.keep(*(world.mention(str(n)) for n in range(3)))

    with world.db.write.begin() as session:
        assert next_brand(session) == world.brand.id
        page = waiting_page(session, world.brand.id, size=2)
        set_screened(session, [one.id for one in page], now=NOW)

        assert count_unscreened(session) == 1
        set_screened(session, ids(world).values(), now=NOW)
        assert next_brand(session) is None


def test_what_waits_is_not_sorted_out_of_all_mentions_of_a_brand(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'plans.db'}")
    upgrade(db)
    asked: list[tuple[str, Any]] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda _c, _r, sql, values, *_: asked.append((sql, values)))

    with db.write.begin() as session:
        next_brand(session)
        waiting_page(session, 1, size=9)

    selects = [(sql, values) for sql, values in asked if sql.startswith("SELECT")]
    with db.engine.connect() as connection:
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in selects]
    db.close()
    assert len(plans) == 2
    assert all(len(plan) == 1 and "ix_mention_unscreened" in plan[0].detail for plan in plans)


def test_bands_are_found_by_value_and_taken_by_mention(world: World) -> None:
    world.keep(world.mention("a"), world.mention("b"))
    first, second = ids(world)["a"], ids(world)["b"]

    with world.db.write.begin() as session:
        keep_bands(session, world.brand.id, [(7, second), (7, first), (-(2**63), first)])

        assert originals_under(session, world.brand.id, [7, -(2**63), 8]) == {7: [first, second], -(2**63): [first]}
        assert originals_under(session, world.brand.id + 1, [7]) == {}
        assert taken_bands(session, [first]) == {first: {7, -(2**63)}}
        assert session.scalars(sa.select(Shingle.mention_id)).all() == [second]


def test_copies_go_to_the_heir_and_wait_once_more(world: World) -> None:
    world.keep(*(world.mention(name) for name in "abc"))
    by_name = ids(world)
    with world.db.write.begin() as session:
        mark(session, {by_name["c"]: {"duplicate_of_id": by_name["b"]}})
        set_screened(session, by_name.values(), now=NOW)

        hand_over(session, {by_name["b"]: by_name["a"]})

        [waiting] = waiting_page(session, world.brand.id, size=9)
    assert (waiting.id, waiting.duplicate_of_id) == (by_name["c"], by_name["a"])


def test_the_authors_of_a_text_are_those_of_the_original_and_its_copies(world: World) -> None:
    world.keep(*(world.mention(str(n), author_key=author) for n, author in enumerate(AUTHORS)), world.mention("nobody"))
    by_name = ids(world)

    with world.db.write.begin() as session:
        mark(session, {by_name[name]: {"duplicate_of_id": by_name["0"]} for name in ("1", "2", "3", "nobody")})

        assert authors_of(session, [by_name["0"], by_name["4"]], most=3) == {
            by_name["0"]: set(AUTHORS[:3]),
            by_name["4"]: {AUTHORS[4]},
        }
        mark(session, {by_name["1"]: {"suspicion": "copies"}, by_name["2"]: {"suspicion": "burst"}})
        assert set(unsuspected(session, [by_name["0"]])) == {by_name[name] for name in ("0", "2", "3", "nobody")}


def test_days_are_those_of_a_series_with_mentions_suspects_and_voices(world: World) -> None:
    world.keep(
        world.mention("old", rating=5, location="center", published_at=NOW - timedelta(days=40)),
        *(world.mention(str(n), rating=1, location="center") for n in range(3)),
        world.mention("elsewhere", rating=1),
    )
    place, channel = world.location("center"), world.channel("maps")
    tomorrow = TODAY + timedelta(days=1)

    with world.db.write.begin() as session:
        mark(session, {ids(world)["1"]: {"suspicion": "burst"}})

        brand = world.brand.id
        series = (place, channel)
        assert list(public_days(session, brand, [place], start=TODAY)) == [(series, TODAY, 3, 1)]
        assert voices_by_day(session, brand, [place], start=TODAY, end=tomorrow) == {series: {TODAY: Counts(0, 0, 3)}}
        assert first_days(session, brand, [place, 0]) == {series: TODAY - timedelta(days=40), (0, channel): TODAY}


def test_a_copy_is_seen_and_does_not_crowd_its_day(world: World) -> None:
    world.keep(*(world.mention(str(n), rating=1, location="center") for n in range(3)))
    place, channel = world.location("center"), world.channel("maps")

    with world.db.write.begin() as session:
        mark(session, {ids(world)["2"]: {"duplicate_of_id": ids(world)["1"]}})

        (total,) = segments(session, world.brand, ())
        assert total.mentions == 3
        assert list(public_days(session, world.brand.id, [place], start=TODAY)) == [((place, channel), TODAY, 2, 0)]


def test_changed_days_are_remembered_once_until_their_locations_are_judged(world: World) -> None:
    channel, brand = world.channel("maps"), world.brand.id
    yesterday = TODAY - timedelta(days=1)

    with world.db.write.begin() as session:
        keep_changed_days(session, brand, [((7, channel), TODAY), ((0, channel), TODAY), ((0, channel), yesterday)])
        keep_changed_days(session, brand, [((7, channel), TODAY)])

        first = changed_days(session, brand, places=1)
        assert first == {(0, channel): [yesterday, TODAY]}
        set_judged(session, brand, first)
        assert changed_days(session, brand, places=9) == {(7, channel): [TODAY]}
        assert next_brand_to_judge(session) == brand
        set_judged(session, brand, [(7, channel)])
        assert next_brand_to_judge(session) is None


def test_speakers_are_those_who_count_with_their_class_and_first_day(world: World) -> None:
    world.keep(
        world.mention("before", author_key=AUTHORS[0], published_at=NOW - timedelta(days=3)),
        world.mention("rated", rating=1, author_key=AUTHORS[0]),
        world.mention("unread", author_key=AUTHORS[1]),
        world.mention("copy", rating=1, author_key=AUTHORS[2]),
    )
    by_name, channel = ids(world), world.channel("maps")

    with world.db.write.begin() as session:
        mark(session, {by_name["copy"]: {"duplicate_of_id": by_name["rated"]}})

        heard = {one.id: one.label for one in speakers(session, world.brand.id, {(0, channel): {TODAY}})}
        first = first_said(session, world.brand.id, AUTHORS)
    assert heard == {by_name["rated"]: Label.DETRACTOR, by_name["unread"]: None}
    assert first == {
        AUTHORS[0]: TODAY - timedelta(days=3),
        AUTHORS[1]: TODAY,
        AUTHORS[2]: TODAY,
    }
