"""A brand with feeds in a database of its own, crawled from sites on loopback."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core.settings import Settings
from crawlers.crawl import crawl_feeds
from store.brands import add_brand, ids_made
from store.database import Database, open_database
from store.feeds import FeedOptions, add_feed
from store.models import Brand, Channel, CrawlRun, Feed, Mention
from tests.builders import NOW


class Crawls:
    """Feeds of one brand; crawling them is done by the real process."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.db: Database = open_database(settings.database_url)
        with self.db.write.begin() as session:
            self.brand: Brand = add_brand(session, "club", name="Клуб", timezone="Europe/Moscow", now=NOW)
            self.channel_id = ids_made(session, Channel, self.brand.id, ["site"])["site"]

    def feed(self, target: str, kind: str = "schema_org", **options: Any) -> int:
        chosen = FeedOptions(**{"allows_private": True, "every_minutes": 1, **options})
        with self.db.write.begin() as session:
            return add_feed(
                session, self.brand, kind=kind, target=target, channel_id=self.channel_id, now=NOW,
                options=chosen,
            ).id  # fmt: skip

    def crawl(self, *feed_ids: int, **options: Any) -> None:
        crawl_feeds(self.settings, feed_ids, **options)

    def runs(self, feed_id: int) -> list[CrawlRun]:
        with self.db.read() as session:
            return list(session.scalars(sa.select(CrawlRun).where(CrawlRun.feed_id == feed_id).order_by(CrawlRun.id)))

    def mentions(self, feed_id: int) -> list[Mention]:
        with self.db.read() as session:
            return list(session.scalars(sa.select(Mention).where(Mention.feed_id == feed_id).order_by(Mention.id)))

    def get(self, feed_id: int) -> Feed:
        with self.db.read() as session:
            return session.get_one(Feed, feed_id)


@pytest.fixture(scope="module")
def crawls(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: bytes) -> Iterator[Crawls]:
    folder: Path = tmp_path_factory.mktemp("crawls")
    (folder / "afterword.db").write_bytes(migrated_sqlite)
    settings = Settings(
        _env_file=None,
        database_url=f"sqlite:///{folder / 'afterword.db'}",
        secret_key_file=folder / "secret.key",
        crawl_delay_s=0,
        log_level="ERROR",
    )
    found = Crawls(settings)
    yield found
    found.db.close()
