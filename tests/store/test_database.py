"""The database opens safely, migrates, and refuses what is behind."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext

from core.errors import Invalid, SchemaBehind
from store.database import Database, open_database
from store.models import Brand, CrawlRun, CrawlTally, Feed, Location, Mention, Table
from store.schema import migrating, require_current, revision, upgrade
from tests.builders import NOW


@pytest.mark.filterwarnings("ignore:.*expression-based index")  # SQLite's cannot be compared
def test_the_migrations_make_what_the_models_say(db: Database) -> None:
    with db.engine.connect() as connection:
        difference = compare_metadata(MigrationContext.configure(connection), Table.metadata)

    assert difference == []


BEFORE_SOURCES = """
INSERT INTO brand (id, slug, name, timezone, created_at) VALUES (1, 'b', 'B', 'UTC', '2026-01-01');
INSERT INTO channel (id, brand_id, slug, name) VALUES (1, 1, 'c', 'C');
INSERT INTO feed (id, brand_id, channel_id, kind, target, cursor, every_minutes, is_paused, created_at)
VALUES (1, 1, 1, 'feed', 'https://x.example/', '{}', 60, false, '2026-01-01');
INSERT INTO crawl_run (feed_id, started_at, finished_at, outcome, pages, seen, added, changed, dropped)
VALUES (1, '2026-01-02', '2026-01-02', 'ok', 1, 20, 3, 0, 0), (1, '2026-01-03', '2026-01-03', 'gone', 1, 0, 0, 0, 0);
INSERT INTO mention (id, brand_id, channel_id, feed_id, native_id, text, is_cut, published_at, precision, said_on,
month_on, content_hash, first_seen_at, is_voice, kind)
VALUES (1, 1, 1, 1, 'm', 'text', false, '2026-01-02', 'second', '2026-01-02',
'2026-01-01', 'h', '2026-01-02', true, 'review')
"""


def before_sources(db: Database) -> None:
    """Take a database back to the release before sources, with a feed that was read."""
    config = Config()
    config.set_main_option("script_location", "migrations:")
    with migrating(db) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
    with db.engine.begin() as connection:
        for statement in BEFORE_SOURCES.split(";"):
            connection.exec_driver_sql(statement)


def test_an_upgrade_loses_nothing_of_what_refers_to_a_table_that_is_made_anew(db: Database) -> None:
    before_sources(db)

    upgrade(db)

    with db.read() as session:
        feed, mention = session.get_one(Feed, 1), session.get_one(Mention, 1)
        tallies = session.scalars(sa.select(CrawlTally).order_by(CrawlTally.outcome)).all()
        assert session.scalar(sa.select(sa.func.count()).select_from(CrawlRun)) == 2
    assert (mention.feed_id, feed.last_success_at) == (1, datetime(2026, 1, 2, tzinfo=UTC))
    assert [(tally.outcome, tally.crawls, tally.added) for tally in tallies] == [("gone", 1, 0), ("ok", 1, 3)]


@pytest.mark.parametrize(
    ("target", "allows_private"),
    [
        ("http://127.0.0.1:8000/r", True),
        ("https://localhost/r", True),
        ("http://[::1]:8000/r", True),
        ("http://127.evil.example/r", False),
        ("http://localhost.evil.example/r", False),
        ("http://10.0.0.7/r", False),
        ("http://[::1/r", False),
    ],
)
def test_a_feed_of_this_very_machine_stays_allowed_by_the_upgrade(
    sqlite_db: Database,
    target: str,
    allows_private: bool,  # noqa: FBT001
) -> None:
    before_sources(sqlite_db)
    with sqlite_db.engine.begin() as connection:
        connection.execute(sa.text("UPDATE feed SET target = :target"), {"target": target})

    upgrade(sqlite_db)

    with sqlite_db.read() as session:
        assert session.get_one(Feed, 1).allows_private == allows_private


def test_upgrading_twice_is_harmless(db: Database) -> None:
    before = revision(db)

    upgrade(db)

    require_current(db)
    assert revision(db) == before


def test_a_database_that_was_never_migrated_is_refused_with_the_way_out(tmp_path: Path) -> None:
    db = open_database(f"sqlite:///{tmp_path / 'new.db'}")

    with pytest.raises(SchemaBehind, match="afterword db upgrade"):
        require_current(db)

    db.close()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("these are notes, not a database" * 100)
    db = open_database(f"sqlite:///{path}")

    with pytest.raises(SchemaBehind, match="cannot be opened"):
        require_current(db)

    db.close()


@pytest.mark.parametrize("url", ["mysql://u@h/d", "no address", ""])
def test_other_databases_are_refused(url: str) -> None:
    with pytest.raises(Invalid, match="sqlite"):
        open_database(url)


def test_sqlite_runs_with_wal_and_foreign_keys(sqlite_db: Database) -> None:
    with sqlite_db.read() as session:
        assert session.scalar(sa.text("PRAGMA journal_mode")) == "wal"
        assert session.scalar(sa.text("PRAGMA foreign_keys")) == 1


def test_a_location_of_no_brand_is_refused(db: Database) -> None:
    with db.write() as session:
        session.add(Location(brand_id=999, slug="nowhere", name="Nowhere"))

        with pytest.raises(sa.exc.IntegrityError):
            session.flush()


def test_a_failed_transaction_leaves_nothing(db: Database, brand: Brand) -> None:
    def fails_halfway() -> None:
        with db.write.begin() as session:
            session.add(Location(brand_id=brand.id, slug="half", name="Half"))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails_halfway()

    with db.read() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Location)) == 0


@pytest.mark.usefixtures("brand")
def test_a_moment_comes_back_aware_and_in_utc(db: Database) -> None:
    with db.read() as session:
        assert session.scalars(sa.select(Brand)).one().created_at == NOW
