"""What routes ask for: a session to read, a session to write, the clock, and the settings of the app.

Whoever gets the database gets a turn first, of which there are fewer than connections. Without turns a busy server
stands still: all threads wait for connections, held by requests that wait for a thread to write their answer in.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import anyio
from fastapi import Depends, Request

from core.clock import Clock
from metrics.aspects import Dictionary
from store.database import Database, ReadSession, WriteSession

TURNS = 10
"""A pool has 15 connections; some are left to whatever else runs in this process. A request holds one at a time."""


async def _turn(request: Request) -> AsyncIterator[None]:
    turns: anyio.Semaphore = request.app.state.turns
    async with turns:
        yield


def database(request: Request, _taken: Annotated[None, Depends(_turn, scope="function")]) -> Database:
    """The database that the app was created with; waits for a turn, which ends when the answer is ready."""
    db: Database = request.app.state.db
    return db


def moment(request: Request) -> datetime:
    """The present moment of the app's clock."""
    clock: Clock = request.app.state.clock
    return clock()


def topics(request: Request) -> Dictionary:
    """The aspect dictionary of the app."""
    found: Dictionary = request.app.state.dictionary
    return found


@dataclass(frozen=True, slots=True)
class SourceSettings:
    """What the settings say of sources: the names of the keys that are set, and the grey ones that are switched on."""

    keys: frozenset[str]
    grey: frozenset[str]


def of_sources(request: Request) -> SourceSettings:
    """The settings of sources, of the app."""
    found: SourceSettings = request.app.state.sources
    return found


Db = Annotated[Database, Depends(database)]
Now = Annotated[datetime, Depends(moment)]
Topics = Annotated[Dictionary, Depends(topics)]
OfSources = Annotated[SourceSettings, Depends(of_sources)]


def _read(db: Db) -> Iterator[ReadSession]:
    with db.read() as session:
        yield session


def _write(db: Db) -> Iterator[WriteSession]:
    with db.write.begin() as session:
        yield session


# scope="function" ends the session before the answer leaves. By default it would end afterwards: a commit that fails
# would have been answered with 200.
Reading = Annotated[ReadSession, Depends(_read, scope="function")]
Writing = Annotated[WriteSession, Depends(_write, scope="function")]
