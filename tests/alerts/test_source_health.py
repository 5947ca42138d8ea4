"""A source that fails, or is silent beyond its habit, is told once, with what to do, until it speaks again."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from alerts.channels import RecordingChannel
from alerts.delivery import deliver
from alerts.messages import ADVICE
from alerts.rules import Changes
from alerts.source_health import FAILURES, FOR_A_PERSON, LASTING, check_sources
from crawlers.outcomes import SUCCESSES, Outcome
from store.alerts import list_alerts
from store.feeds import add_feed, find_feed
from store.models import Alert, Feed
from store.runs import finish_run, keep_page, start_run
from tests.builders import NOW, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def feed_of(world: World, target: str = "https://reviews.example.org/club", place: str | None = None) -> int:
    channel_id, location_id = world.channel("reviews"), world.location(place) if place else None
    with world.db.write.begin() as session:
        return add_feed(
            session, world.brand, kind="schema_org", target=target, channel_id=channel_id, location_id=location_id,
            now=NOW,
        ).id  # fmt: skip


def crawl(world: World, feed_id: int, outcome: Outcome, at: datetime, *published: datetime) -> None:
    """One crawl that ended so, and brought mentions of these moments."""
    mentions = [world.mention(f"{feed_id} {when}", published_at=when, feed_id=feed_id) for when in published]
    with world.db.write.begin() as session:
        run_id = start_run(session, feed_id, now=at)
        keep_page(session, find_feed(session, feed_id), mentions, run_id=run_id, now=at)
        is_success = outcome in SUCCESSES
        finish_run(session, run_id, outcome=outcome, is_success=is_success, detail="HTTP 403", now=at)


def check(world: World, as_of: datetime) -> Changes:
    with world.db.write.begin() as session:
        return check_sources(session, world.brand, as_of=as_of)


def alerts(world: World) -> list[Alert]:
    with world.db.read() as session:
        return list(session.scalars(sa.select(Alert).order_by(Alert.id)))


def change(world: World, feed_id: int, **values: Any) -> None:
    with world.db.write.begin() as session:
        session.execute(sa.update(Feed).where(Feed.id == feed_id).values(**values))


def told(world: World) -> list[str]:
    channel = RecordingChannel()
    deliver(world.db, channel, clock=lambda: NOW)
    return [f"{message.title}\n{message.body}" for message in channel.sent]


def daily(world: World, *, days: int = 9) -> int:
    """A feed that spoke every day of its past and every day since it is watched, the last time at NOW."""
    feed_id = feed_of(world)
    first = NOW - days * DAY
    crawl(world, feed_id, Outcome.OK, first, *(first - n * DAY for n in range(40)))
    for n in range(1, days + 1):
        crawl(world, feed_id, Outcome.OK, first + n * DAY, first + n * DAY)
    return feed_id


def test_three_failures_in_a_row_open_one_alert_that_says_which_source_since_when_and_what_to_do(world: World) -> None:
    feed_id = feed_of(world, place="center")
    for n in range(FAILURES):
        crawl(world, feed_id, Outcome.FAILED, NOW + n * HOUR)

    changes = [check(world, NOW + n * HOUR) for n in (3, 4)]

    [alert] = alerts(world)
    assert changes == [Changes(opened=(alert.id,)), Changes()]
    assert (alert.kind, alert.feed_id, alert.opened_on) == ("source_health", feed_id, date(2026, 11, 1))
    [message] = told(world)
    assert message.startswith("Source fails: center\nFeed 1, schema_org: https://reviews.example.org/club\n")
    assert "failed (HTTP 403), 3 crawls in a row since 2026-11-01T12:00 UTC." in message
    assert "What to do: open the address" in message


def test_a_feed_that_kills_its_crawl_every_time_is_told(world: World) -> None:
    feed_id = feed_of(world)
    for n in range(FAILURES + 1):
        with world.db.write.begin() as session:
            start_run(session, feed_id, now=NOW + n * HOUR)

    assert len(check(world, NOW + FAILURES * HOUR).opened) == 1
    assert "the process of this crawl ended before the crawl did" in told(world)[0]


def test_two_failures_are_not_told(world: World) -> None:
    feed_id = feed_of(world)
    for n in range(FAILURES - 1):
        crawl(world, feed_id, Outcome.FAILED, NOW + n * HOUR)

    assert check(world, NOW + 30 * DAY) == Changes()


@pytest.mark.parametrize("outcome", sorted(LASTING))
def test_what_rarely_passes_by_itself_is_told_after_a_day(world: World, outcome: str) -> None:
    crawl(world, feed_of(world), Outcome(outcome), NOW)

    early, late = check(world, NOW + 23 * HOUR), check(world, NOW + DAY)

    assert (len(early.opened), len(late.opened)) == (0, 1)


def test_a_missing_key_is_told_at_once(world: World) -> None:
    crawl(world, feed_of(world), Outcome.NEEDS_KEY, NOW)

    assert len(check(world, NOW).opened) == 1


def test_a_success_closes_the_alert(world: World) -> None:
    feed_id = feed_of(world)
    crawl(world, feed_id, Outcome.NEEDS_KEY, NOW)
    [alert_id] = check(world, NOW).opened
    crawl(world, feed_id, Outcome.OK, NOW + DAY)

    changes = check(world, NOW + DAY)

    assert changes == Changes(closed=(alert_id,))
    assert alerts(world)[0].closed_on == date(2026, 11, 2)


def test_trouble_that_comes_back_within_two_days_is_the_same_and_later_it_is_new(world: World) -> None:
    feed_id = feed_of(world)
    found = []
    for n, outcome in enumerate(["needs_key", "ok", "needs_key", "ok", "nothing_new", "ok", "ok", "needs_key"]):
        crawl(world, feed_id, Outcome(outcome), NOW + n * DAY)
        found.append(len(check(world, NOW + n * DAY).opened))

    assert found == [1, 0, 0, 0, 0, 0, 0, 1]
    assert [alert.closed_on for alert in alerts(world)] == [date(2026, 11, 4), None]


def test_a_paused_feed_ails_no_more(world: World) -> None:
    feed_id = feed_of(world)
    crawl(world, feed_id, Outcome.NEEDS_KEY, NOW)
    [alert_id] = check(world, NOW).opened
    change(world, feed_id, is_paused=True)

    assert check(world, NOW + DAY) == Changes(closed=(alert_id,))


def test_a_replay_of_history_leaves_feeds_alone_that_were_crawled_since(world: World) -> None:
    crawl(world, feed_of(world), Outcome.NEEDS_KEY, NOW)

    assert check(world, NOW - DAY) == Changes()


def test_two_ailing_feeds_of_one_brand_have_an_alert_each(world: World) -> None:
    for target in ("https://a.example/", "https://b.example/"):
        crawl(world, feed_of(world, target), Outcome.NEEDS_KEY, NOW)

    assert len(check(world, NOW).opened) == 2


def test_a_feed_that_spoke_daily_is_missed_within_days_and_heard_again(world: World) -> None:
    feed_id = daily(world)
    found = []
    for n in range(1, 8):
        crawl(world, feed_id, Outcome.NOTHING_NEW, NOW + n * DAY)
        found.append(len(check(world, NOW + n * DAY).opened))
    crawl(world, feed_id, Outcome.OK, NOW + 8 * DAY, NOW + 8 * DAY)

    changes = check(world, NOW + 8 * DAY)

    assert (sum(found), found[0]) == (1, 0)
    assert found.index(1) < 4
    assert len(changes.closed) == 1
    [message] = told(world)
    assert message.startswith("Source is silent: Sunflower Fitness\n")
    assert "since 2026-11-01. It speaks every 1.0 days, and was never silent for more than 1." in message


def test_a_feed_with_a_short_past_has_no_habit_to_break(world: World) -> None:
    feed_id = feed_of(world)
    crawl(world, feed_id, Outcome.OK, NOW, *(NOW - n * DAY for n in range(10)))
    crawl(world, feed_id, Outcome.NOTHING_NEW, NOW + 60 * DAY)

    assert check(world, NOW + 60 * DAY) == Changes()


def test_a_source_that_shows_things_weeks_after_their_date_is_not_silent_while_it_shows_them(world: World) -> None:
    feed_id = feed_of(world)
    crawl(world, feed_id, Outcome.OK, NOW, *(NOW - n * DAY for n in range(20, 60)))
    found = []
    for n in range(1, 13):
        crawl(world, feed_id, Outcome.OK, NOW + n * DAY, NOW + (n - 20) * DAY)
        found += check(world, NOW + n * DAY).opened

    assert found == []


def test_a_removed_feed_takes_its_alerts_with_it(world: World) -> None:
    feed_id = feed_of(world)
    crawl(world, feed_id, Outcome.NEEDS_KEY, NOW)
    check(world, NOW)

    with world.db.write.begin() as session:
        session.delete(find_feed(session, feed_id))

    with world.db.read() as session:
        assert list_alerts(session) == []


def test_every_failure_has_its_advice_and_no_outcome_is_misspelt() -> None:
    failures = {outcome.value for outcome in Outcome} - SUCCESSES

    assert ADVICE.keys() == failures | {"silent"}
    assert failures >= LASTING | FOR_A_PERSON
