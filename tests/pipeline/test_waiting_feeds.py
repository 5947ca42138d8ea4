from datetime import timedelta
from pathlib import Path

from core.clock import now
from core.settings import Settings
from pipeline.crawling import crawl
from store.brands import add_brand, ids_made
from store.database import Database
from store.feeds import FeedOptions, add_feed, postpone
from store.models import Channel
from tests.builders import NOW
from tests.sites import Site, review, review_page


def test_a_site_that_asked_for_patience_is_left_alone_by_people_too_but_not_its_stand_in(
    sqlite_db: Database, tmp_path: Path
) -> None:
    settings = Settings(
        _env_file=None,
        database_url=str(sqlite_db.engine.url),
        secret_key_file=tmp_path / "secret.key",
        crawl_delay_s=0,
        log_level="ERROR",
    )
    with Site({"/": review_page([review(1)])}) as site:
        with sqlite_db.write.begin() as session:
            brand = add_brand(session, "club", name="Club", timezone="UTC", now=NOW)
            channel_id = ids_made(session, Channel, brand.id, ["site"])["site"]
            feed = add_feed(
                session, brand, kind="schema_org", target=f"{site.url}/", channel_id=channel_id, now=NOW,
                options=FeedOptions(allows_private=True),
            )  # fmt: skip
            postpone(session, [feed.id], until=now() + timedelta(hours=1))

        waiting = crawl(sqlite_db, settings)
        asked_before = len(site.asked)
        stood_in_for = crawl(sqlite_db, settings, base_url=site.url)

    assert (waiting, asked_before) == ([], 0)
    assert [run.outcome for run in stood_in_for] == ["ok"]
