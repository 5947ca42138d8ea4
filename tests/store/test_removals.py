from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from store.mentions import Kept, keep_mentions
from store.models import Mention, MentionVersion
from store.removals import remove_named, remove_unseen
from tests.builders import NOW, World
from tests.store.test_brands_and_keys import feed_of

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def feed_id(world: World) -> int:
    return feed_of(world).id


def crawl(world: World, feed_id: int, *names: str, at: datetime = NOW, **fields: Any) -> Kept:
    mentions = [
        world.mention(name, published_at=NOW - timedelta(days=int(name)), feed_id=feed_id, **fields) for name in names
    ]
    with world.db.write.begin() as session:
        return keep_mentions(session, world.brand, mentions, now=at)


def removed(world: World) -> set[str]:
    with world.db.read() as session:
        return set(session.scalars(sa.select(Mention.native_id).where(Mention.removed_at.is_not(None))))


def test_what_a_pass_over_everything_did_not_show_is_marked_removed(world: World, feed_id: int) -> None:
    crawl(world, feed_id, "1", "2", "3")
    crawl(world, feed_id, "1", "3", at=LATER)

    with world.db.write.begin() as session:
        kept = remove_unseen(session, feed_id, unseen_since=LATER, newer_than=None, now=LATER)

    assert kept == Kept(removed=1)
    assert removed(world) == {"2"}


def test_what_is_older_than_the_window_is_not_missed(world: World, feed_id: int) -> None:
    crawl(world, feed_id, "1", "2", "3", "4")
    crawl(world, feed_id, "1", "3", at=LATER)

    with world.db.write.begin() as session:
        remove_unseen(session, feed_id, unseen_since=LATER, newer_than=NOW - timedelta(days=3), now=LATER)

    assert removed(world) == {"2"}


def test_what_is_listed_in_threads_is_not_missed_in_a_window(world: World, feed_id: int) -> None:
    crawl(world, feed_id, "1", "3")
    crawl(world, feed_id, "2", in_thread=True)
    crawl(world, feed_id, "1", "3", at=LATER)

    with world.db.write.begin() as session:
        kept = remove_unseen(session, feed_id, unseen_since=LATER, newer_than=NOW - timedelta(days=3), now=LATER)

    assert kept == Kept()


def test_a_source_that_suddenly_shows_little_is_not_believed(world: World, feed_id: int) -> None:
    crawl(world, feed_id, *map(str, range(1, 31)))
    crawl(world, feed_id, "1", "30", at=LATER)

    with world.db.write.begin() as session:
        kept = remove_unseen(session, feed_id, unseen_since=LATER, newer_than=None, now=LATER)

    assert kept == Kept(doubted=28)
    assert removed(world) == set()


def test_what_comes_back_counts_again(world: World, feed_id: int) -> None:
    crawl(world, feed_id, "1", "2")
    with world.db.write.begin() as session:
        assert remove_named(session, feed_id, ["2", "unheard of"], now=NOW) == 1
    assert removed(world) == {"2"}

    crawl(world, feed_id, "2", at=LATER)

    assert removed(world) == set()


def test_what_an_edit_replaces_is_kept_and_a_mere_answer_replaces_nothing(world: World, feed_id: int) -> None:
    crawl(world, feed_id, "1", text="first words", rating=2)
    crawl(world, feed_id, "1", text="first words", rating=2, answer="we are sorry")
    crawl(world, feed_id, "1", text="second thoughts", rating=4, answer="we are sorry", at=LATER)

    with world.db.read() as session:
        versions = list(session.scalars(sa.select(MentionVersion)))

    assert [(version.text, version.rating, version.replaced_at) for version in versions] == [("first words", 2, LATER)]
