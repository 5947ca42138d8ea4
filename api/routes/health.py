"""GET /healthz and /readyz: for whoever keeps the process running; public, and so without a word on what is inside."""

from typing import Any

import structlog
from fastapi import APIRouter

from api.deps import Db, Now
from api.problems import documented
from api.schemas import Health, Readiness
from core.errors import SchemaBehind
from store.database import Database
from store.feeds import last_crawled_at
from store.heartbeats import CYCLE, last_beat
from store.schema import require_current

router = APIRouter(tags=["health"])
log = structlog.get_logger()


@router.get("/healthz", summary="Is the process alive?", response_model=Health)
def read_health() -> dict[str, Any]:
    """Answers without looking at anything."""
    return {"status": "ok"}


@router.get("/readyz", summary="Can it do its work?", response_model=Readiness, responses=documented(503))
def read_readiness(db: Db, now: Now) -> dict[str, Any]:
    """Whether the database is there with this release's schema; how long ago a crawl, and a cycle, came to its end."""
    require_ready(db)
    with db.read() as session:
        last, cycle = last_crawled_at(session), last_beat(session, CYCLE)
    return {
        "status": "ok",
        "last_crawled_at": last,
        "age_s": (now - last).total_seconds() if last else None,
        "last_cycle_at": cycle,
        "cycle_age_s": (now - cycle).total_seconds() if cycle else None,
    }


def require_ready(db: Database) -> None:
    """Raise SchemaBehind, without a word on what is inside, unless the database has this release's schema."""
    try:
        require_current(db)
    except SchemaBehind as error:
        log.warning("not_ready", reason=str(error))
        msg = "the database is not ready; the log says why"
        raise SchemaBehind(msg) from error
