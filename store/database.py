"""Open the database: SQLite in one file with WAL and foreign keys on, or PostgreSQL by URL."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, sessionmaker

from core.errors import Invalid

LOCK_WAIT_S = 60
CACHE_MB = 64
"""Pages of an SQLite file that one connection keeps in memory."""
WRITES = "afterword_writes"
ONE_STATEMENT = {"render_nulls": True}
"""For inserts of many rows: else the ORM leaves nulls out, and rows of different nulls are different statements."""


class ReadSession(Session):
    """A session that only reads; a function that takes one promises to change nothing."""


class WriteSession(ReadSession):
    """A session that may write: one transaction, begun and committed by an entry point or a pipeline stage."""


@dataclass(frozen=True, slots=True)
class Database:
    """What an entry point holds.

    `with db.read() as session` reads; `with db.write.begin() as session` is one transaction, committed at its end.
    """

    engine: sa.Engine
    read: sessionmaker[ReadSession]
    write: sessionmaker[WriteSession]

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def open_database(url: str, *, cache_mb: int = CACHE_MB) -> Database:
    """Open a database by its SQLAlchemy address; makes the folder of an SQLite file. Raises Invalid for other kinds.

    `cache_mb` is for SQLite, and for each connection.
    """
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError as error:
        msg = "AFTERWORD_DATABASE_URL is no database address: give sqlite:///FILE or postgresql+psycopg://…"
        raise Invalid(msg) from error
    if address.get_backend_name() == "sqlite":
        engine = _open_sqlite(address, cache_mb)
        return _sessions(engine, engine.execution_options(**{WRITES: True}))
    if address.get_backend_name() == "postgresql":
        engine = sa.create_engine(
            address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True
        )
        return _sessions(engine.execution_options(postgresql_readonly=True), engine)
    msg = f"{address.get_backend_name()} is not supported: give sqlite:///FILE or postgresql+psycopg://…"
    raise Invalid(msg)


def _sessions(reading: sa.Engine, writing: sa.Engine) -> Database:
    return Database(
        engine=writing,
        read=sessionmaker(reading, class_=ReadSession, expire_on_commit=False),
        write=sessionmaker(writing, class_=WriteSession, expire_on_commit=False),
    )


def _open_sqlite(address: sa.URL, cache_mb: int) -> sa.Engine:
    if address.database and address.database != ":memory:":
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    # hide_parameters: an error message must not quote texts and authors into a log.
    # isolation_level None hands BEGIN to us: the driver's own comes too late to guard what a transaction has read.
    engine = sa.create_engine(
        address, connect_args={"timeout": LOCK_WAIT_S, "isolation_level": None}, hide_parameters=True
    )
    sa.event.listen(engine, "connect", partial(_set_pragmas, cache_mb))
    sa.event.listen(engine, "begin", _begin)
    return engine


def _set_pragmas(cache_mb: int, connection: Any, _record: Any) -> None:
    # SQLite's own knows ASCII alone: a search for "грязно" would not find "Грязно"
    connection.create_function("lower", 1, _lower, deterministic=True)
    cache = f"cache_size = -{cache_mb * 1024}"
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", cache):
        connection.execute(f"PRAGMA {pragma}")


def _lower(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _begin(connection: sa.Connection) -> None:
    """A writer takes the lock at once: upgrading a read lock later fails at once when another writer was first."""
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def refresh_statistics(db: Database, table: type[Any]) -> None:
    """Tell PostgreSQL's planner how large a table has become: in a bulk load it would scan it all for every batch."""
    if db.engine.dialect.name == "postgresql":
        with db.engine.begin() as connection:
            connection.exec_driver_sql(f"ANALYZE {table.__tablename__}")


def take_turn(session: WriteSession, brand_id: int) -> None:
    """One transaction at a time per brand from here on: who has an author's voice depends on all that were kept.

    SQLite has one writer anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(brand_id)))


def take_turns(session: WriteSession, brand_ids: sa.Select[Any]) -> None:
    """`take_turn` of every brand of a query, in the order of their ids, so that two writers cannot wait in a ring."""
    if session.get_bind().dialect.name == "postgresql":
        for brand_id in sorted(set(session.scalars(brand_ids))):
            take_turn(session, brand_id)


def insert_for(session: WriteSession, table: type[Any]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that knows ON CONFLICT, in the dialect of this session's database."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
