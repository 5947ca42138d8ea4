"""A cycle: whatever becomes of a crawl, the rest of it is done."""

from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from core.clock import now
from core.settings import Settings
from crawlers.job import CrawlCrashed
from pipeline.cycle import run_cycle
from store.alerts import list_alerts
from store.brands import add_brand
from store.database import Database
from store.feeds import FeedOptions, add_feed
from store.heartbeats import CYCLE, last_beat
from store.runs import start_run
from tests.builders import World
from tests.sites import Asked, Reply, Site


def deadly(_: Asked) -> Reply:
    """A page that whoever reads it dies of."""
    for child in psutil.Process().children():
        child.kill()
    return Reply()


@pytest.mark.slow
def test_a_crawl_that_crashed_stops_none_of_the_rest_and_is_told(sqlite_db: Database, tmp_path: Path) -> None:
    before = now() - timedelta(hours=5)
    settings = Settings(
        _env_file=None, database_url=str(sqlite_db.engine.url), secret_key_file=tmp_path / "key", log_level="ERROR"
    )
    with sqlite_db.write.begin() as session:
        brand = add_brand(session, "club", name="Club", timezone="UTC", now=before)
    channel_id, options = World(sqlite_db, brand).channel("site"), FeedOptions(allows_private=True)
    with Site({"/r": deadly}) as site:
        with sqlite_db.write.begin() as session:
            feed = add_feed(
                session, brand, kind="schema_org", target=f"{site.url}/r", channel_id=channel_id, options=options,
                now=before,
            )  # fmt: skip
            for hour in range(3):  # two of them died
                start_run(session, feed.id, now=before + timedelta(hours=hour))

        with pytest.raises(CrawlCrashed, match="SIGKILL"):
            run_cycle(sqlite_db, settings, clock=now)

    with sqlite_db.read() as session:
        assert last_beat(session, CYCLE)
        assert [alert.alert.kind for alert in list_alerts(session)] == ["source_health"]
