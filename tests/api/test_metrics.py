"""What Prometheus reads: counts that only grow, states, ages; without a key nothing names a brand."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from store.alerts import open_alert
from store.brands import ids_made
from store.database import Database
from store.feeds import add_feed, find_feed
from store.heartbeats import CYCLE, beat
from store.models import Brand, Channel, Feed
from store.runs import finish_run, keep_page, start_run
from tests.api.conftest import ClientMaker, KeyMaker, problem
from tests.builders import NOW, World

HOUR = timedelta(hours=1)
Series = dict[str, float]


def series(client: TestClient) -> Series:
    """Values by name and labels, such as `feeds ok schema_org`; the service's own prefix left out."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return {
        " ".join(
            [sample.name.removeprefix("afterword_"), *(sample.labels[name] for name in sorted(sample.labels))]
        ): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def feed_of(db: Database, brand: Brand, kind: str = "schema_org", target: str = "https://a.example/") -> int:
    with db.write.begin() as session:
        channel_id = ids_made(session, Channel, brand.id, ["site"])["site"]
        created_at = NOW - 9 * HOUR
        return add_feed(session, brand, kind=kind, target=target, channel_id=channel_id, now=created_at).id


def crawl(world: World, feed_id: int, outcome: str, at: datetime = NOW - HOUR) -> None:
    """One crawl that read a mention, left three out and dropped one."""
    mentions = [world.mention(f"{feed_id} {at}", feed_id=feed_id)]
    with world.db.write.begin() as session:
        run_id = start_run(session, feed_id, now=at)
        keep_page(session, find_feed(session, feed_id), mentions, run_id=run_id, filtered=3, dropped=1, now=at)
        finish_run(session, run_id, outcome=outcome, is_success=outcome == "ok", now=at)


def test_crawls_are_counted_by_source_and_outcome_and_mentions_by_what_became_of_them(
    anybody: TestClient, world: World
) -> None:
    first, second = feed_of(world.db, world.brand), feed_of(world.db, world.brand, "feed")
    for hours in (3, 2):
        crawl(world, first, "ok", NOW - hours * HOUR)
    crawl(world, second, "blocked")

    found = series(anybody)

    assert (found["crawls_total schema_org ok"], found["crawls_total feed blocked"]) == (2, 1)
    told = {
        what: found[f"crawled_mentions_total schema_org {what}"] for what in ("seen", "added", "filtered", "dropped")
    }
    assert told == {"seen": 2, "added": 2, "filtered": 6, "dropped": 2}


def test_a_feed_that_is_removed_stays_counted(anybody: TestClient, world: World) -> None:
    feed_id = feed_of(world.db, world.brand)
    crawl(world, feed_id, "ok")
    with world.db.write.begin() as session:
        session.delete(session.get_one(Feed, feed_id))

    found = series(anybody)

    assert found["crawls_total schema_org ok"] == 1
    assert not any(name.startswith("feeds ") for name in found)


def test_feeds_are_counted_by_their_state_and_their_times(anybody: TestClient, world: World) -> None:
    good, bad, new, paused = (feed_of(world.db, world.brand, target=f"https://a.example/{n}") for n in range(4))
    crawl(world, good, "ok", NOW - 2 * HOUR)
    crawl(world, bad, "ok", NOW - 5 * HOUR)
    crawl(world, bad, "gone", NOW - HOUR)
    with world.db.write.begin() as session:
        session.get_one(Feed, paused).is_paused = True

    found = series(anybody)

    states = {"ok": 1, "gone": 1, "none": 1}
    assert {state: found[f"feeds schema_org {state}"] for state in states} == states
    assert found["feeds_paused schema_org"] == 1
    assert found["feeds_overdue schema_org"] == 1  # the new one, nine hours after it was added
    assert found["next_crawl_seconds schema_org"] == -9 * 3600
    assert (found["last_success_age_seconds schema_org"], found["oldest_success_age_seconds schema_org"]) == (
        7200,
        18000,
    )
    assert new


def test_backlog_alerts_and_the_age_of_the_last_cycle_are_told(anybody: TestClient, world: World) -> None:
    world.keep(world.mention("1"), world.mention("2"))
    series_of = [("negative_spike", None), ("source_health", None), ("source_health", world.location("center"))]
    with world.db.write.begin() as session:
        for kind, place in series_of:
            on = {"location_id": place, "on": NOW.date(), "evidence": {}, "now": NOW}
            open_alert(session, brand_id=world.brand.id, kind=kind, **on)
        beat(session, CYCLE, now=NOW - HOUR)

    found = series(anybody)

    assert found["mentions_unlabelled"] == 2
    assert (found["alerts_open negative_spike"], found["alerts_open source_health"]) == (1, 2)
    assert found["last_cycle_age_seconds"] == 3600


def test_before_anything_has_happened_there_are_no_ages(anybody: TestClient) -> None:
    assert series(anybody) == {"mentions_unlabelled": 0}


def test_without_a_key_no_series_names_a_brand_and_with_one_only_those_that_it_sees(
    client_of: ClientMaker, key: KeyMaker, world: World, other_brand: Brand
) -> None:
    for brand in (world.brand, other_brand):
        crawl(world, feed_of(world.db, brand), "ok")
    everybody, stranger, all_seeing = (
        client_of(**headers)
        for headers in ({}, *({"Authorization": f"Bearer {secret}"} for secret in (key(brand=other_brand), key())))
    )

    assert not {"sunflower", "oak"} & set(everybody.get("/metrics").text.replace('"', " ").split())
    assert series(everybody)["crawls_total schema_org ok"] == 2
    assert series(stranger)["crawls_total oak schema_org ok"] == 1
    assert not any("sunflower" in name for name in series(stranger))
    assert series(all_seeing)["crawls_total sunflower schema_org ok"] == 1


def test_a_wrong_key_is_401_and_not_taken_for_none(client_of: ClientMaker) -> None:
    answer = client_of(Authorization="Bearer wrong").get("/metrics")

    assert problem(answer)["status"] == 401


@pytest.mark.parametrize("count", [3, 30])
def test_more_feeds_and_runs_mean_no_more_series_and_no_more_statements(
    anybody: TestClient, world: World, count: int
) -> None:
    for number in range(count):
        crawl(world, feed_of(world.db, world.brand, target=f"https://a.example/{number}"), "ok")
    statements: list[str] = []

    def note(*told: Any) -> None:
        statements.append(told[2])

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    found = series(anybody)
    sa.event.remove(sa.Engine, "before_cursor_execute", note)

    assert len(found) == 14
    assert len([one for one in statements if one.startswith("SELECT")]) <= 9
