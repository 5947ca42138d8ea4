"""Mentions are kept once, edits are found, and each author has one voice."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.labels import Label
from store.marks import mark_removed
from store.mentions import LONGEST_TEXT, Kept
from store.models import Mention
from store.tallies import rebuild
from tests.builders import NOW, World


def stored(world: World) -> list[Mention]:
    with world.db.read() as session:
        return list(session.scalars(sa.select(Mention).order_by(Mention.id)))


def test_a_review_seen_twice_is_kept_once(world: World) -> None:
    review = world.mention("r1", "Great pool", rating=5)

    first, second = world.keep(review), world.keep(review)

    assert (first, second) == (Kept(added=1), Kept(unchanged=1))
    assert len(stored(world)) == 1


def test_one_native_id_on_two_channels_is_two_mentions(world: World) -> None:
    kept = world.keep(world.mention("1", channel="maps"), world.mention("1", channel="forum"))

    assert kept.added == 2


def test_an_edited_text_is_kept_and_waits_for_its_label_again(world: World) -> None:
    review = world.mention("r1", "Great pool")
    world.keep(review)
    world.label_all(Label.PROMOTER)

    kept = world.keep(replace(review, text="Great pool once, cold now"))

    assert kept == Kept(changed=1)
    assert stored(world)[0].text == "Great pool once, cold now"
    assert stored(world)[0].labeller_id is None


def test_an_answer_that_never_ends_is_cut_like_a_text(world: World) -> None:
    world.keep(world.mention("r1", answer="e" * LONGEST_TEXT + "nd"))

    assert stored(world)[0].answer == "e" * LONGEST_TEXT


def test_a_new_official_answer_does_not_cost_the_label(world: World) -> None:
    review = world.mention("r1", "Cold pool")
    world.keep(review)
    world.label_all(Label.DETRACTOR)

    world.keep(replace(review, answer="We are sorry"))

    assert stored(world)[0].answer == "We are sorry"
    assert stored(world)[0].labeller_id is not None


def test_a_review_that_comes_back_is_no_longer_removed(world: World) -> None:
    review = world.mention("r1")
    world.keep(review)
    with world.db.write.begin() as session:
        mark_removed(session, [stored(world)[0].id], now=NOW)

    kept = world.keep(review)

    assert kept == Kept(changed=1)
    assert stored(world)[0].removed_at is None


def test_a_text_of_a_megabyte_is_cut_and_marked(world: World) -> None:
    world.keep(world.mention("long", "a" * 1_000_000), world.mention("short", "a"))

    long, short = stored(world)

    assert (len(long.text), long.is_cut) == (LONGEST_TEXT, True)
    assert not short.is_cut


def test_a_date_that_is_counted_back_does_not_replace_a_better_one(world: World) -> None:
    review = world.mention("r1", published_at=NOW - timedelta(days=2), precision="day")
    world.keep(review)

    kept = world.keep(replace(review, published_at=NOW - timedelta(days=30), precision="month", keeps_date=True))

    assert kept == Kept(unchanged=1)
    assert (stored(world)[0].published_at, stored(world)[0].precision) == (NOW - timedelta(days=2), "day")


def test_a_date_that_is_counted_back_replaces_that_of_the_fetch(world: World) -> None:
    review = world.mention("r1", published_at=NOW, precision="fetched")
    world.keep(review)

    world.keep(replace(review, published_at=NOW - timedelta(days=30), precision="month", keeps_date=True))

    assert (stored(world)[0].published_at, stored(world)[0].precision) == (NOW - timedelta(days=30), "month")


def test_the_newest_mention_of_an_author_in_a_month_is_the_voice(world: World) -> None:
    old = world.mention("old", author_key="a" * 32, published_at=NOW - timedelta(hours=5))
    new = world.mention("new", author_key="a" * 32, published_at=NOW - timedelta(hours=1))
    other_month = world.mention("before", author_key="a" * 32, published_at=NOW - timedelta(days=20))
    nobody = world.mention("nobody")

    world.keep(new, nobody)
    world.keep(old, other_month)

    assert {m.native_id for m in stored(world) if m.is_voice} == {"new", "before", "nobody"}


def test_a_voice_passes_on_when_its_mention_is_removed(world: World) -> None:
    old = world.mention("old", author_key="a" * 32, published_at=NOW - timedelta(hours=5))
    new = world.mention("new", author_key="a" * 32, published_at=NOW - timedelta(hours=1))
    world.keep(old, new)

    with world.db.write.begin() as session:
        mark_removed(session, [m.id for m in stored(world) if m.native_id == "new"], now=NOW)

    assert [m.native_id for m in stored(world) if m.is_voice] == ["old"]


def test_a_naive_moment_is_refused(world: World) -> None:
    naive = world.mention("r1", published_at=NOW.replace(tzinfo=None))

    with pytest.raises(sa.exc.StatementError, match="naive datetime"):
        world.keep(naive)

    assert stored(world) == []


def test_a_day_is_a_day_in_the_brands_time_zone(world: World) -> None:
    late_in_utc = NOW.replace(month=10, day=31, hour=22)

    world.keep(world.mention("r1", published_at=late_in_utc))

    assert stored(world)[0].said_on.isoformat() == "2026-11-01"
    assert stored(world)[0].published_at == late_in_utc


def test_an_edit_of_an_older_mention_does_not_give_its_author_a_second_voice(world: World) -> None:
    author = "a" * 32
    old = world.mention("old", author_key=author, published_at=NOW - timedelta(hours=5))
    world.keep(old, world.mention("newer", author_key=author, published_at=NOW - timedelta(hours=1)))

    world.keep(replace(old, answer="We are sorry"), world.mention("other", author_key="b" * 32))

    assert {m.native_id for m in stored(world) if m.is_voice} == {"newer", "other"}


def test_a_removed_voice_that_comes_back_is_the_voice_again(world: World) -> None:
    author = "a" * 32
    new = world.mention("new", author_key=author)
    world.keep(world.mention("old", author_key=author, published_at=NOW - timedelta(hours=5)), new)
    with world.db.write.begin() as session:
        mark_removed(session, [m.id for m in stored(world) if m.native_id == "new"], now=NOW)

    world.keep(new)

    assert [m.native_id for m in stored(world) if m.is_voice] == ["new"]


def test_a_corrected_place_and_date_are_taken_and_what_is_not_said_stays(world: World) -> None:
    world.keep(world.mention("r1", precision="fetched"))

    kept = world.keep(world.mention("r1", location="center", published_at=NOW - timedelta(days=40)))
    again = world.keep(world.mention("r1", precision="fetched"))

    mention = stored(world)[0]
    assert (kept, again) == (Kept(changed=1), Kept(unchanged=1))
    assert mention.location_id == world.location("center")
    assert mention.said_on == (NOW - timedelta(days=40)).date()


@pytest.mark.parametrize(
    "db", [pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.postgres])], indirect=True
)
def test_more_mentions_are_marked_than_one_statement_of_postgresql_takes(world: World) -> None:
    world.keep(world.mention("0"))
    others = [column for column in sa.inspect(Mention).columns if column.key not in {"id", "native_id"}]
    numbers = sa.func.generate_series(1, 66_000).table_valued("n").render_derived()
    copies = sa.select(sa.cast(numbers.c.n, sa.String), *others).join_from(Mention, numbers, sa.true())
    with world.db.write.begin() as session:
        session.execute(sa.insert(Mention).from_select(["native_id", *(column.key for column in others)], copies))
        rebuild(session)

    with world.db.write.begin() as session:
        mark_removed(session, session.scalars(sa.select(Mention.id)).all(), now=NOW)

    with world.db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).where(Mention.removed_at.is_(None))) == 0
