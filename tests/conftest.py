"""Fixtures that every test may use: a fresh database with the schema of this release."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog
from hypothesis import settings

from store.brands import add_brand
from store.database import Database, open_database
from store.models import Brand, Table
from store.schema import upgrade
from tests.builders import NOW, World

settings.register_profile("no_timers", deadline=None)  # a busy machine is no failure
settings.load_profile("no_timers")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("template") / "afterword.db"
    db = open_database(f"sqlite:///{path}")
    upgrade(db)
    db.close()  # folds the write-ahead log into the file
    return path.read_bytes()


@pytest.fixture
def sqlite_db(tmp_path: Path, migrated_sqlite: bytes) -> Iterator[Database]:
    path = tmp_path / "afterword.db"
    path.write_bytes(migrated_sqlite)
    db = open_database(f"sqlite:///{path}")
    yield db
    db.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=[pytest.mark.slow, pytest.mark.postgres])])
def db(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_db")
        return
    url = os.environ.get("AFTERWORD_TEST_POSTGRES")
    if not url:
        pytest.skip("no PostgreSQL: run `make test-slow`, which starts one")
    db = open_database(url)
    with db.engine.begin() as connection:
        Table.metadata.drop_all(connection)
        connection.execute(sa.text("DROP TABLE IF EXISTS alembic_version"))
    upgrade(db)
    yield db
    db.close()


@pytest.fixture
def brand(db: Database) -> Brand:
    with db.write.begin() as session:
        return add_brand(session, "sunflower", name="Sunflower Fitness", timezone="Europe/Moscow", now=NOW)


@pytest.fixture
def world(db: Database, brand: Brand) -> World:
    return World(db, brand)


@pytest.fixture(autouse=True)
def _logs_as_they_were() -> Iterator[None]:
    """A command line configures logs to the standard error of its own test, which is closed after it."""
    yield
    structlog.reset_defaults()
