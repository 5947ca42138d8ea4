"""Two writers at once: on PostgreSQL they really are, on SQLite one waits."""

import threading
from collections.abc import Callable
from dataclasses import replace

from core.counts import Counts
from core.labels import Label
from store.feeds import add_feed, find_feed, list_feeds, remove_feed
from store.runs import keep_page, start_run
from store.segments import segments
from store.tallies import rebuild
from tests.builders import NOW, World


def at_once(*works: Callable[[], object]) -> None:
    started, errors = threading.Barrier(len(works)), list[BaseException]()

    def run(work: Callable[[], object]) -> None:
        started.wait()
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


def social(world: World) -> Counts:
    with world.db.read() as session:
        [row] = segments(session, world.brand, ())
    return row.social


def counted_anew(world: World) -> Counts:
    with world.db.write.begin() as session:
        rebuild(session)
    return social(world)


def test_edits_and_labels_of_the_same_mentions_leave_true_tallies(world: World) -> None:
    reviews = [world.mention(str(n), f"text {n}") for n in range(300)]
    world.keep(*reviews)
    edited = [replace(review, text=f"{review.text}, edited") for review in reviews]

    at_once(
        lambda: world.label_all(Label.DETRACTOR),
        lambda: [world.keep(*edited[start : start + 50]) for start in range(0, 300, 50)],
        lambda: world.label_all(Label.PROMOTER, version="other"),
    )

    kept = social(world)
    assert kept == counted_anew(world)


def test_two_crawls_of_one_author_leave_one_voice(world: World) -> None:
    author = "a" * 32
    sides = [[world.mention(f"{side}{n}", rating=5, author_key=author) for n in range(20)] for side in "lr"]

    at_once(*(lambda side=side: [world.keep(one) for one in side] for side in sides))

    assert social(world) == Counts(1, 0, 0)


def test_the_same_page_kept_by_two_is_kept_once(world: World) -> None:
    page = [world.mention(str(n), rating=1) for n in range(50)]

    at_once(lambda: world.keep(*page), lambda: world.keep(*page))

    assert social(world) == Counts(0, 0, 50)


def test_a_feed_may_be_removed_while_a_page_of_it_is_kept(world: World) -> None:
    channel_id, target = world.channel("maps"), "https://x.example/"
    with world.db.write.begin() as session:
        feed_id = add_feed(session, world.brand, kind="isso", target=target, channel_id=channel_id, now=NOW).id
        run_id = start_run(session, feed_id, now=NOW)
    page = [world.mention(str(n), feed_id=feed_id) for n in range(10)]
    world.keep(*page)

    def remove() -> None:
        with world.db.write.begin() as session:
            remove_feed(session, find_feed(session, feed_id))

    removing = threading.Thread(target=remove)
    with world.db.write.begin() as session:
        feed = find_feed(session, feed_id)
        keep_page(session, feed, page, run_id=run_id, now=NOW)
        removing.start()
        removing.join(0.3)  # it waits: for the turn, or on PostgreSQL, were there none, for a mention
        feed.cursor = {"complete": True}
    removing.join(60)

    with world.db.read() as session:
        assert list_feeds(session) == []
