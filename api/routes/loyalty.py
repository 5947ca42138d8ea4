"""GET /v1/loyalty: the loyalty report."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.auth import CallerOf, visible_brand
from api.deps import Now, Reading
from api.exports import EXPORTS, Format, Wanted, exported
from api.filters import BrandSlug, Day, Slug, period_checked
from api.loyalty import loyalty_dimensions, loyalty_report
from api.loyalty_schemas import LoyaltyReportOut
from api.problems import documented
from metrics.loyalty.retention import ACTIVE_DAYS, LONGEST_ACTIVE_DAYS
from store.queries import Slice

router = APIRouter(tags=["reports"])

By = Annotated[
    str | None,
    Query(
        description="what to cut by, comma-separated: `location`, `month`; without it, the total alone",
        max_length=100,
        json_schema_extra={"pattern": "^(location|month)(,(location|month))*$"},
        examples=["location", "location,month"],
    ),
]


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a brand is asked for, and who counts as active."""

    location: Slug = None
    start: Annotated[Day | None, Query(alias="from", description="the first day, in the brand's time zone")] = None
    end: Annotated[Day | None, Query(alias="to", description="the day after the last")] = None
    active_days: Annotated[
        int, Query(ge=1, le=LONGEST_ACTIVE_DAYS, description="who ordered within so many days before a day is active")
    ] = ACTIVE_DAYS


@router.get(
    "/loyalty",
    summary="The loyalty report: satisfaction, effort, purchases, retention, lifetime value, segments",
    response_model=LoyaltyReportOut,
    responses=EXPORTS | documented(401, 404),
)
def read_loyalty(
    session: Reading,
    caller: CallerOf,
    now: Now,
    brand: BrandSlug,
    part: Annotated[Part, Depends()],
    wanted: Wanted,
    by: By = None,
) -> Response | dict[str, Any]:
    """What customers do beside what they say, each figure with its interval or the reason why there is none."""
    found = visible_brand(session, caller, brand)
    asked = period_checked(Slice(start=part.start, end=part.end, location=part.location))
    report = loyalty_report(session, found, loyalty_dimensions(by), asked, now=now, active_days=part.active_days)
    if wanted is Format.JSON:
        return report.as_plain()
    columns, rows = report.as_table()
    return exported(columns, rows, wanted, f"loyalty-{now:%Y-%m-%d}")
