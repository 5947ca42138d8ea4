"""Migrate the database, and refuse to work on one that has not been migrated."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from core.errors import SchemaBehind
from store.database import Database, WriteSession
from store.tallies import rebuild


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "migrations:")
    return config


def _head(config: Config) -> str | None:
    return ScriptDirectory.from_config(config).get_current_head()


def upgrade(db: Database) -> None:
    """Bring the schema to this release's, in one transaction. Harmless when it is there already.

    Roll-ups are counted anew where it changed: what is counted may have changed with it. Raises SchemaBehind for a
    revision that this release does not know.
    """
    config, before = _config(), revision(db)
    try:
        with migrating(db) as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if before not in {None, _head(config)}:
                with WriteSession(connection) as session:
                    rebuild(session)
                    session.flush()
    except CommandError as error:
        msg = f"this database cannot be upgraded by this release, it may come from a later one: {error}"
        raise SchemaBehind(msg) from error


@contextmanager
def migrating(db: Database) -> Iterator[sa.Connection]:
    """One transaction in which tables may be made anew.

    SQLite changes a table by copying it and dropping the old one. While foreign keys are on, a dropped table takes
    along whatever refers to it, and they can be switched off only outside of a transaction.
    """
    is_sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        raw = connection.connection
        if is_sqlite:
            raw.cursor().execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            if is_sqlite:
                raw.cursor().execute("PRAGMA foreign_keys = ON")


def revision(db: Database) -> str | None:
    """The schema's revision; none in a database that was never migrated."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def require_current(db: Database) -> None:
    """Raise SchemaBehind unless the schema is this release's."""
    wanted = _head(_config())
    try:
        found = revision(db)
    except sa.exc.DatabaseError as error:
        msg = f"the database cannot be opened: {error.orig}"
        raise SchemaBehind(msg) from error
    if found != wanted:
        msg = f"the database schema is at {found or 'nothing'}, this release needs {wanted}: run `afterword db upgrade`"
        raise SchemaBehind(msg)
