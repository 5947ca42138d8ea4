"""Feeds with their last crawl, and crawls counted by how they ended."""

from datetime import timedelta
from typing import Any

from store.crawl_tallies import CrawlTotal, crawl_totals
from store.feeds import FeedRow, add_feed, list_feeds
from store.heartbeats import CYCLE, beat, last_beat
from store.models import Feed
from store.runs import finish_run, keep_page, start_run
from tests.builders import NOW, World


def feed_of(world: World, target: str = "https://reviews.example.org/club") -> Feed:
    channel_id = world.channel("reviews.example.org")
    with world.db.write.begin() as session:
        return add_feed(session, world.brand, kind="schema_org", target=target, channel_id=channel_id, now=NOW)


def crawled(world: World, feed: Feed, *outcomes: str) -> None:
    """One crawl an hour, each with these outcomes."""
    for hour, outcome in enumerate(outcomes):
        now, is_success = NOW + timedelta(hours=hour), outcome in {"ok", "nothing_new"}
        mentions = [world.mention(f"{feed.id}-{hour}", feed_id=feed.id)] if outcome == "ok" else []
        with world.db.write.begin() as session:
            run_id = start_run(session, feed.id, now=now)
            keep_page(session, feed, mentions, run_id=run_id, filtered=2, dropped=1, now=now)
            finish_run(session, run_id, outcome=outcome, is_success=is_success, now=now, detail=f"run {hour}")


def listed(world: World, **options: Any) -> list[FeedRow]:
    with world.db.read() as session:
        return list_feeds(session, **options)


def totals(world: World) -> dict[str, CrawlTotal]:
    with world.db.read() as session:
        return {total.outcome: total for total in crawl_totals(session)}


def test_a_feed_knows_since_when_it_fails_and_when_it_last_did_not(world: World) -> None:
    feed = feed_of(world)

    crawled(world, feed, "ok", "blocked", "failed")

    [row] = listed(world)
    assert (row.feed.failures, row.feed.failing_since) == (2, NOW + timedelta(hours=1))
    assert row.feed.last_success_at == NOW


def test_a_success_ends_a_row_of_failures(world: World) -> None:
    feed = feed_of(world)

    crawled(world, feed, "failed", "nothing_new")

    [row] = listed(world)
    assert (row.feed.failures, row.feed.failing_since, row.feed.last_success_at) == (0, None, NOW + timedelta(hours=1))


def test_a_feed_is_listed_with_its_last_crawl_that_ended(world: World) -> None:
    fresh, feed = feed_of(world), feed_of(world, "https://reviews.example.org/other")
    crawled(world, feed, "ok", "gone")
    with world.db.write.begin() as session:
        start_run(session, feed.id, now=NOW + timedelta(hours=2))

    rows = {row.feed.id: row.run for row in listed(world, brand=world.brand.slug)}

    assert rows[fresh.id] is None
    assert rows[feed.id]
    assert (rows[feed.id].outcome, rows[feed.id].detail) == ("gone", "run 1")


def test_feeds_are_paged_by_id(world: World) -> None:
    ids = [feed_of(world, f"https://reviews.example.org/{n}").id for n in range(3)]

    pages = [listed(world, brand_id=world.brand.id, after_id=after, limit=2) for after in (0, ids[1])]

    assert [[row.feed.id for row in page] for page in pages] == [ids[:2], ids[2:]]


def test_crawls_are_counted_by_how_they_ended_and_stay_counted_without_their_feed(world: World) -> None:
    feed = feed_of(world)
    crawled(world, feed, "ok", "ok", "blocked")
    with world.db.write.begin() as session:
        session.delete(session.get_one(Feed, feed.id))

    found = totals(world)

    assert {outcome: total.crawls for outcome, total in found.items()} == {"ok": 2, "blocked": 1}
    assert found["ok"].done == {"seen": 2, "added": 2, "changed": 0, "dropped": 2, "filtered": 4, "removed": 0}
    assert (found["ok"].brand, found["ok"].kind) == ("sunflower", "schema_org")


def test_a_killed_crawl_counts_as_failed_once_the_next_one_begins(world: World) -> None:
    feed = feed_of(world)
    with world.db.write.begin() as session:
        start_run(session, feed.id, now=NOW)

    crawled(world, feed, "ok")

    assert {outcome: total.crawls for outcome, total in totals(world).items()} == {"failed": 1, "ok": 1}


def test_the_last_heartbeat_counts(world: World) -> None:
    found = []

    for minutes in (0, 60):
        with world.db.write.begin() as session:
            found.append(last_beat(session, CYCLE))
            beat(session, CYCLE, now=NOW + timedelta(minutes=minutes))
            found.append(last_beat(session, CYCLE))

    assert found == [None, NOW, NOW, NOW + timedelta(hours=1)]
