"""GET /v1/sources: what can be read."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from api.auth import CallerOf, visible_brand
from api.deps import OfSources, Reading
from api.exports import EXPORTS, Format, Wanted, exported
from api.feed_schemas import Sources
from api.filters import NO_NUL
from api.problems import documented
from crawlers.catalogue import source_rows
from store.source_keys import source_key_names

router = APIRouter(tags=["set-up"])
COLUMNS = (
    "kind",
    "reads",
    "target",
    "tier",
    "is_on",
    "is_ready",
    "addresses",
    "keys",
    "terms",
    "fields",
    "limits",
    "tested",
)


@router.get(
    "/sources", summary="Sources that can be read", response_model=Sources, responses=EXPORTS | documented(401, 404)
)
def read_sources(
    session: Reading,
    caller: CallerOf,
    told: OfSources,
    wanted: Wanted,
    brand: Annotated[
        str | None, Query(max_length=100, pattern=NO_NUL, description="count its own keys as set, too")
    ] = None,
) -> Response | dict[str, Any]:
    """All of them, by kind, with their addresses, the keys that they take, their terms and limits."""
    known = set(told.keys)
    if brand is not None:
        known |= set(source_key_names(session, visible_brand(session, caller, brand)))
    rows = source_rows(known, told.grey)
    if wanted is Format.JSON:
        return {"items": rows, "next": None}
    flat = ({**row, "addresses": " ".join(row["addresses"]), "keys": _keys(row)} for row in rows)
    return exported(COLUMNS, flat, wanted, "sources")


def _keys(row: dict[str, Any]) -> str:
    return " ".join(key["variable"] for key in row["keys"])
