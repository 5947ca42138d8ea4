"""One post that several feeds of a channel see: it is one mention, and they do not fight over it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from store.feeds import add_feed, find_feed, remove_feed
from store.mentions import Kept, keep_mentions
from store.models import Feed, Mention
from store.runs import finish_run, keep_page, note_gone, start_run
from tests.builders import NOW, World

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def watched(world: World, name: str) -> int:
    channel_id = world.channel("maps")
    with world.db.write.begin() as session:
        return add_feed(
            session, world.brand, kind="feed", target=f"https://m.example/{name}", channel_id=channel_id, now=NOW
        ).id


@pytest.fixture
def tagged(world: World) -> int:
    return watched(world, "tags/a")


@pytest.fixture
def followed(world: World) -> int:
    return watched(world, "people/b")


def forgotten(world: World, feed_id: int) -> None:
    with world.db.write.begin() as session:
        remove_feed(session, find_feed(session, feed_id))


def passed(world: World, feed_id: int, names: str, at: datetime, **fields: Any) -> Kept:
    """A pass over all that a feed lists, and what became of it."""
    mentions = [world.mention(name, feed_id=feed_id, **fields) for name in names]
    with world.db.write.begin() as session:
        feed, run_id = session.get_one(Feed, feed_id), start_run(session, feed_id, now=at)
        kept = keep_page(session, feed, mentions, run_id=run_id, now=at + MINUTE)
        kept += note_gone(session, feed, run_id=run_id, unseen_since=at, newer_than=None, now=at + MINUTE)
        finish_run(session, run_id, outcome="ok", is_success=True, now=at + 2 * MINUTE)
    return kept


def stored(world: World) -> dict[str, Mention]:
    with world.db.read() as session:
        return {mention.native_id: mention for mention in session.scalars(sa.select(Mention))}


def test_a_post_that_two_locations_see_stays_at_the_first(world: World, tagged: int, followed: int) -> None:
    places = {tagged: "center", followed: "north"}
    kept = [
        passed(world, feed_id, "1", NOW + hour * HOUR, location=place)
        for hour in range(3)
        for feed_id, place in places.items()
    ]

    assert kept == [Kept(added=1), *[Kept(unchanged=1)] * 5]
    assert stored(world)["1"].location_id == world.location("center")


def test_what_another_feed_still_sees_is_not_missed(world: World, tagged: int, followed: int) -> None:
    passed(world, tagged, "123", NOW)
    passed(world, followed, "123", NOW + 10 * MINUTE)

    kept = [
        passed(world, feed_id, names, NOW + hour * HOUR + wait)
        for hour in (1, 2, 3)
        for feed_id, names, wait in ((tagged, "13", 0 * MINUTE), (followed, "123", 10 * MINUTE))
    ]

    assert kept == [Kept(unchanged=2), Kept(unchanged=3)] * 3
    assert stored(world)["2"].removed_at is None


def test_what_no_feed_sees_any_more_is_missed_by_the_second_pass(world: World, tagged: int, followed: int) -> None:
    passed(world, tagged, "123", NOW)
    passed(world, followed, "123", NOW + 10 * MINUTE)

    kept = [
        passed(world, feed_id, "13", NOW + hour * HOUR + wait)
        for hour in (1, 2)
        for feed_id, wait in ((tagged, 0 * MINUTE), (followed, 10 * MINUTE))
    ]

    assert [one.removed for one in kept] == [0, 0, 1, 0]


def test_what_a_rarer_feed_brings_back_is_its_own(world: World, tagged: int, followed: int) -> None:
    passed(world, tagged, "123", NOW, location="center")
    passed(world, followed, "123", NOW + 10 * MINUTE)

    removed = [passed(world, tagged, "13", NOW + hour * HOUR).removed for hour in (1, 2)]
    back = passed(world, followed, "123", NOW + 3 * HOUR, location="north")
    removed += [passed(world, tagged, "13", NOW + hour * HOUR).removed for hour in (4, 5, 6)]

    mention = stored(world)["2"]
    assert (removed, back) == ([0, 1, 0, 0, 0], Kept(changed=1, unchanged=2))
    assert (mention.feed_id, mention.location_id, mention.removed_at) == (followed, world.location("north"), None)
    assert passed(world, followed, "13", NOW + 7 * HOUR).removed == 1


def test_a_feed_that_is_watched_again_misses_what_its_forerunner_brought(world: World, tagged: int) -> None:
    passed(world, tagged, "123", NOW)
    forgotten(world, tagged)

    again = watched(world, "tags/a")
    passed(world, again, "123", NOW + HOUR)

    assert {mention.feed_id for mention in stored(world).values()} == {again}
    assert passed(world, again, "13", NOW + 2 * HOUR) == Kept(unchanged=2, removed=1)


def test_a_place_that_was_given_wrongly_is_mended_by_watching_again(world: World, tagged: int) -> None:
    passed(world, tagged, "1", NOW, location="north")
    forgotten(world, tagged)

    kept = passed(world, watched(world, "tags/a"), "1", NOW + HOUR, location="center")

    assert kept == Kept(changed=1)
    assert stored(world)["1"].location_id == world.location("center")


def test_an_import_mends_the_place_of_what_a_feed_brought(world: World, tagged: int) -> None:
    passed(world, tagged, "1", NOW, location="north")

    imported = world.mention("1", location="center")
    with world.db.write.begin() as session:
        keep_mentions(session, world.brand, [imported], now=NOW)

    assert stored(world)["1"].location_id == world.location("center")
    assert stored(world)["1"].feed_id == tagged
