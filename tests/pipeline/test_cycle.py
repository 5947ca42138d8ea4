"""A cycle: whatever becomes of a crawl, the rest of it is done."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import now
from core.settings import Settings
from crawlers.job import CrawlCrashed
from pipeline.cycle import run_cycle
from store.alerts import list_alerts
from store.brands import add_brand
from store.database import Database
from store.feeds import add_feed
from store.heartbeats import CYCLE, last_beat
from store.runs import start_run
from store.source_keys import set_source_key
from tests.builders import World


def test_a_crawl_that_crashed_stops_none_of_the_rest_and_is_told(sqlite_db: Database, tmp_path: Path) -> None:
    before = now() - timedelta(hours=5)
    with sqlite_db.write.begin() as session:
        brand = add_brand(session, "club", name="Club", timezone="UTC", now=before)
    channel_id = World(sqlite_db, brand).channel("site")
    with sqlite_db.write.begin() as session:
        feed = add_feed(
            session, brand, kind="schema_org", target="https://x.example/r", channel_id=channel_id, now=before
        )
        for hour in range(4):  # three of them died
            start_run(session, feed.id, now=before + timedelta(hours=hour))
        set_source_key(session, brand, "youtube", "hunter2", b"of another installation", now=before)
    settings = Settings(
        _env_file=None, database_url=str(sqlite_db.engine.url), secret_key_file=tmp_path / "key", log_level="ERROR"
    )

    with pytest.raises(CrawlCrashed):
        run_cycle(sqlite_db, settings, clock=now)

    with sqlite_db.read() as session:
        assert last_beat(session, CYCLE)
        assert [alert.alert.kind for alert in list_alerts(session)] == ["source_health"]
