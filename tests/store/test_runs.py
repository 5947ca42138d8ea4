"""One process crawls a feed at a time, and whatever becomes of that process, the feed is told of it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from store.crawl_tallies import crawl_totals
from store.feeds import FeedRow, find_feed, list_feeds, remove_feed, set_paused
from store.models import CrawlRun, Feed
from store.processes import may_live, this_process
from store.runs import (
    BEAT_S,
    DIED,
    SILENT_FOR,
    CrawledElsewhere,
    beat,
    close_died,
    died_last,
    finish_run,
    keep_page,
    start_run,
    stop_run,
)
from store.source_keys import set_source_key
from tests.builders import NOW, World
from tests.store.test_brands_and_keys import feed_of

HOUR = timedelta(hours=1)
ELSEWHERE = "17 1234 another-machine pid:[1]"


@contextmanager
def neighbour() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Another process of this machine, by its name; it is buried at the end."""
    code = "from store.processes import this_process; print(this_process(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().rstrip("\n"), process
        finally:
            process.kill()


def begun(world: World, feed_id: int, at: datetime = NOW, process: str | None = None) -> int:
    with world.db.write.begin() as session:
        return start_run(session, feed_id, now=at, process=process)


def ended(world: World, run_id: int, outcome: str = "ok", at: datetime = NOW) -> None:
    with world.db.write.begin() as session:
        finish_run(session, run_id, outcome=outcome, is_success=outcome == "ok", now=at)


def run_of(world: World, run_id: int) -> CrawlRun:
    with world.db.read() as session:
        return session.get_one(CrawlRun, run_id)


def now_of(world: World, feed_id: int) -> Feed:
    with world.db.read() as session:
        return find_feed(session, feed_id)


def listed(world: World) -> FeedRow:
    with world.db.read() as session:
        [row] = list_feeds(session)
    return row


def totals(world: World) -> dict[str, int]:
    with world.db.read() as session:
        return {total.outcome: total.crawls for total in crawl_totals(session)}


def test_a_feed_that_kills_its_process_again_and_again_fails_and_is_put_off(world: World) -> None:
    feed = feed_of(world)
    for hour in range(4):
        begun(world, feed.id, NOW + hour * HOUR)

    found = now_of(world, feed.id)

    assert (found.failures, found.failing_since, found.last_outcome) == (3, NOW + HOUR, "failed")
    assert (found.last_crawled_at, found.next_crawl_at) == (NOW + 3 * HOUR, NOW + 7 * HOUR)
    assert listed(world).plain["last_detail"] == DIED
    assert totals(world) == {"failed": 3}


def test_a_feed_that_killed_its_process_fails_before_it_is_crawled_again(world: World) -> None:
    feed = feed_of(world)
    with neighbour() as (process, _):
        run_id = begun(world, feed.id, process=process)
        with world.db.write.begin() as session:
            close_died(session, feed.id, now=NOW)
        lives = run_of(world, run_id)

    with world.db.write.begin() as session:
        close_died(session, feed.id, now=NOW)
        close_died(session, 999, now=NOW)

    assert lives.outcome is None
    assert run_of(world, run_id).outcome == "failed"
    assert now_of(world, feed.id).failures == 1


def test_a_feed_whose_crawl_died_is_known_until_one_comes_to_its_end(world: World) -> None:
    feed = feed_of(world)

    def died() -> set[int]:
        with world.db.read() as session:
            return died_last(session, [feed.id])

    found = [died()]
    for at in (NOW, NOW + HOUR):
        run_id = begun(world, feed.id, at)
        found.append(died())
    ended(world, run_id, "blocked")
    found.append(died())

    assert found == [set(), {feed.id}, {feed.id}, set()]


def test_a_feed_that_another_process_crawls_is_left_alone(world: World) -> None:
    feed = feed_of(world)
    with neighbour() as (process, _):
        run_id = begun(world, feed.id, process=process)

        with pytest.raises(CrawledElsewhere, match="left alone"):
            begun(world, feed.id, NOW + timedelta(minutes=1))

    ended(world, run_id)
    assert totals(world) == {"ok": 1}


def test_after_a_kill_the_feed_is_crawled_at_once(world: World) -> None:
    feed = feed_of(world)
    with neighbour() as (process, child):
        killed = begun(world, feed.id, process=process)
        child.kill()
        child.wait()

        begun(world, feed.id, NOW + timedelta(seconds=1))

    assert run_of(world, killed).detail == DIED


def test_a_process_that_is_dead_and_not_buried_is_dead() -> None:
    with neighbour() as (process, child):
        lived = may_live(process)
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

        assert lived
        assert not may_live(process)
    assert may_live(this_process())


def test_a_number_that_was_given_again_is_another_process() -> None:
    number, _, place = this_process().split(" ", 2)

    assert not may_live(f"{number} 1 {place}")


def test_a_crawl_on_another_machine_is_dead_after_some_minutes_without_a_sign_of_life(world: World) -> None:
    feed = feed_of(world)
    first = begun(world, feed.id, process=ELSEWHERE)
    beaten_at = NOW + timedelta(seconds=BEAT_S)
    with world.db.write.begin() as session:
        beat(session, first, now=beaten_at)

    with pytest.raises(CrawledElsewhere):
        begun(world, feed.id, beaten_at + SILENT_FOR - timedelta(seconds=1))
    begun(world, feed.id, beaten_at + SILENT_FOR)

    assert run_of(world, first).outcome == "failed"


def test_a_page_that_is_kept_is_a_sign_of_life(world: World) -> None:
    feed = feed_of(world)
    run_id = begun(world, feed.id, process=ELSEWHERE)
    with world.db.write.begin() as session:
        keep_page(session, find_feed(session, feed.id), [], run_id=run_id, now=NOW + HOUR)

    with pytest.raises(CrawledElsewhere):
        begun(world, feed.id, NOW + HOUR)


def test_a_crawl_that_was_taken_for_dead_keeps_and_counts_nothing_more(world: World) -> None:
    feed, mention = feed_of(world), world.mention("1")
    slow = begun(world, feed.id, process=ELSEWHERE)
    begun(world, feed.id, NOW + HOUR)

    with pytest.raises(CrawledElsewhere), world.db.write.begin() as session:
        keep_page(session, find_feed(session, feed.id), [mention], run_id=slow, now=NOW + HOUR)
    ended(world, slow, at=NOW + HOUR)

    assert (run_of(world, slow).outcome, run_of(world, slow).seen) == ("failed", 0)
    assert totals(world) == {"failed": 1}


def test_a_feed_that_is_removed_in_mid_crawl_ends_the_crawl(world: World) -> None:
    feed = feed_of(world)
    run_id = begun(world, feed.id)
    with world.db.write.begin() as session:
        remove_feed(session, find_feed(session, feed.id))

    with pytest.raises(CrawledElsewhere), world.db.write.begin() as session:
        keep_page(session, feed, [], run_id=run_id, now=NOW)
    ended(world, run_id)

    assert totals(world) == {}


def test_of_two_crawls_that_begin_at_once_one_goes_on(world: World) -> None:
    feed = feed_of(world)
    left_alone: list[CrawledElsewhere] = []

    def begin() -> None:
        try:
            begun(world, feed.id)
        except CrawledElsewhere as error:
            left_alone.append(error)

    other = threading.Thread(target=begin)
    with world.db.write.begin() as session:
        start_run(session, feed.id, now=NOW, process=ELSEWHERE)
        other.start()
        other.join(0.3)  # it waits until this one can be seen
    other.join(60)

    assert len(left_alone) == 1


def test_a_crawl_that_was_stopped_is_no_fault_of_its_feed(world: World) -> None:
    feed = feed_of(world)
    ended(world, begun(world, feed.id))
    run_id = begun(world, feed.id, NOW + HOUR)

    with world.db.write.begin() as session:
        stop_run(session, run_id, now=NOW + HOUR)

    row = listed(world)
    assert run_of(world, run_id).outcome == "failed"
    assert (row.feed.failures, row.feed.last_outcome, row.feed.next_crawl_at) == (0, "ok", NOW + HOUR)
    assert (row.run and row.run.outcome, totals(world)) == ("ok", {"ok": 1, "failed": 1})


def test_a_feed_that_is_resumed_is_due_at_once(world: World) -> None:
    feed = feed_of(world)
    for _ in range(5):
        ended(world, begun(world, feed.id), "blocked")
    put_off = now_of(world, feed.id).next_crawl_at
    with world.db.write.begin() as session:
        set_paused(find_feed(session, feed.id), is_paused=True, now=NOW)

    with world.db.write.begin() as session:
        set_paused(find_feed(session, feed.id), is_paused=False, now=NOW + HOUR)
        set_paused(find_feed(session, feed.id), is_paused=False, now=NOW)  # goes on already

    assert put_off == NOW + 16 * HOUR
    assert now_of(world, feed.id).next_crawl_at == NOW + HOUR


@pytest.mark.parametrize(("outcome", "next_crawl_at"), [("needs_key", NOW), ("blocked", NOW + HOUR)])
def test_a_feed_that_waits_for_a_key_is_due_once_one_is_set(
    world: World, outcome: str, next_crawl_at: datetime
) -> None:
    feed = feed_of(world)
    ended(world, begun(world, feed.id), outcome)

    with world.db.write.begin() as session:
        set_source_key(session, world.brand, "youtube", "hunter2", b"x" * 32, now=NOW)

    assert now_of(world, feed.id).next_crawl_at == next_crawl_at
