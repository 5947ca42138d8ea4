"""GET /healthz and /readyz: for whoever keeps the process running; public, and so without a word on what is inside."""

from typing import Any

import structlog
from fastapi import APIRouter

from api.deps import Db, Now
from api.problems import documented
from api.schemas import Health, Readiness
from core.errors import SchemaBehind
from store.feeds import last_crawled_at
from store.schema import require_current

router = APIRouter(tags=["health"])
log = structlog.get_logger()


@router.get("/healthz", summary="Is the process alive?", response_model=Health)
def read_health() -> dict[str, Any]:
    """Answers without looking at anything."""
    return {"status": "ok"}


@router.get("/readyz", summary="Can it do its work?", response_model=Readiness, responses=documented(503))
def read_readiness(db: Db, now: Now) -> dict[str, Any]:
    """Whether the database is there with this release's schema, and how long ago a crawl last came to its end."""
    try:
        require_current(db)
    except SchemaBehind as error:
        log.warning("not_ready", reason=str(error))
        msg = "the database is not ready; the log says why"
        raise SchemaBehind(msg) from error
    with db.read() as session:
        last = last_crawled_at(session)
    return {"status": "ok", "last_crawled_at": last, "age_s": (now - last).total_seconds() if last else None}
