"""GET /v1/brands and /v1/locations: what is watched."""

from typing import Any

from fastapi import APIRouter, Response

from api.auth import CallerOf, visible_brand, visible_brands
from api.deps import Reading
from api.exports import EXPORTS, Format, Wanted, exported
from api.filters import BrandSlug
from api.problems import documented
from api.schemas import Brands, Locations
from store.brands import list_locations

router = APIRouter(tags=["set-up"])


@router.get(
    "/brands", summary="Brands that the key may see", response_model=Brands, responses=EXPORTS | documented(401)
)
def read_brands(session: Reading, caller: CallerOf, wanted: Wanted) -> Response | dict[str, Any]:
    """All of them, by slug, on one page."""
    columns = ("slug", "name", "timezone", "created_at")
    return _listed(columns, visible_brands(session, caller), wanted, "brands")


@router.get(
    "/locations", summary="Locations of a brand", response_model=Locations, responses=EXPORTS | documented(401, 404)
)
def read_locations(session: Reading, caller: CallerOf, brand: BrandSlug, wanted: Wanted) -> Response | dict[str, Any]:
    """All of them, by slug, on one page."""
    found = visible_brand(session, caller, brand)
    return _listed(("slug", "name"), list_locations(session, found), wanted, "locations")


def _listed(columns: tuple[str, ...], things: list[Any], wanted: Format, name: str) -> Response | dict[str, Any]:
    rows = [{column: getattr(thing, column) for column in columns} for thing in things]
    return {"items": rows, "next": None} if wanted is Format.JSON else exported(columns, rows, wanted, name)
