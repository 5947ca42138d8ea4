"""GET /metrics: for Prometheus."""

from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.auth import PerhapsCaller, visible_brands
from api.deps import Db, Now
from api.instruments import exposition, readings
from api.problems import documented
from api.routes.health import require_ready

router = APIRouter(tags=["health"])
TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


@router.get(
    "/metrics",
    summary="Counts and ages, for Prometheus",
    response_class=Response,
    responses=TEXT | documented(401, 503),
    openapi_extra={"security": [{}]},  # or with a key
)
def read_metrics(db: Db, now: Now, caller: PerhapsCaller) -> Response:
    """Without a key all brands in one; with one, the brands that it sees, by the label `brand`."""
    require_ready(db)
    with db.read() as session:
        brands = frozenset(brand.slug for brand in visible_brands(session, caller)) if caller else None
        return Response(exposition(readings(session, now), brands), media_type=CONTENT_TYPE_LATEST)
