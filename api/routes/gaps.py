"""GET /v1/gaps: the gap report."""

from typing import Any

from fastapi import APIRouter, Response

from api.auth import CallerOf, visible_brand
from api.deps import Now, Reading
from api.exports import EXPORTS, Format, Wanted, exported
from api.filters import BrandSlug, By, PartOf
from api.problems import documented
from api.reports import gap_report
from api.schemas import GapReportOut
from store.queries import dimensions

router = APIRouter(tags=["reports"])


@router.get(
    "/gaps",
    summary="The gap report: survey and public side by side",
    response_model=GapReportOut,
    responses=EXPORTS | documented(401, 404),
)
def read_gaps(
    session: Reading, caller: CallerOf, now: Now, brand: BrandSlug, part: PartOf, wanted: Wanted, by: By = None
) -> Response | dict[str, Any]:
    """Social NPS minus survey NPS, segment by segment, with intervals and a verdict that allows for many segments."""
    found = visible_brand(session, caller, brand)
    report = gap_report(session, found, dimensions(by), part.slice(), now=now)
    if wanted is Format.JSON:
        return report.as_plain()
    table = report.as_table()
    return exported(list(table[0]), table, wanted, f"gaps-{now:%Y-%m-%d}")
