"""GET /v1/nps: the two series."""

from typing import Any

from fastapi import APIRouter, Response

from api.auth import CallerOf, visible_brand
from api.deps import Now, Reading
from api.exports import EXPORTS, Format, Wanted, exported
from api.filters import BrandSlug, By, PartOf
from api.problems import documented
from api.report_schemas import NpsOut
from api.reports import nps_report, nps_table
from store.segments import dimensions

router = APIRouter(tags=["reports"])


@router.get(
    "/nps",
    summary="NPS of the survey and of the public",
    response_model=NpsOut,
    responses=EXPORTS | documented(401, 404),
)
def read_nps(
    session: Reading, caller: CallerOf, now: Now, brand: BrandSlug, part: PartOf, wanted: Wanted, by: By = None
) -> Response | dict[str, Any]:
    """Both sides of every segment with 95 % intervals; months in order make a series in time."""
    found = visible_brand(session, caller, brand)
    dimensions_asked = dimensions(by)
    report = nps_report(session, found, dimensions_asked, part.slice(), now=now)
    if wanted is Format.JSON:
        return report
    columns, rows = nps_table(report)
    return exported(columns, rows, wanted, f"nps-{now:%Y-%m-%d}")
