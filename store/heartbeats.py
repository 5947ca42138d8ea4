"""When what has to happen again and again last came to its end: a schedule that stands still is seen by it."""

from datetime import datetime

import sqlalchemy as sa

from store.database import ReadSession, WriteSession, insert_for
from store.models import Heartbeat

CYCLE = "cycle"


def beat(session: WriteSession, name: str, *, now: datetime) -> None:
    """Note that it came to its end now."""
    insert = insert_for(session, Heartbeat).values(name=name, at=now)
    session.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"at": insert.excluded.at}))


def last_beat(session: ReadSession, name: str) -> datetime | None:
    """When it last did; none before the first time."""
    return session.scalar(sa.select(Heartbeat.at).where(Heartbeat.name == name))
