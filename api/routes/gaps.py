"""GET /v1/gaps: the gap report, and what the public says that the survey does not hear."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.auth import CallerOf, visible_brand
from api.deps import Now, Reading, Topics
from api.details import details as detailed
from api.details import names_of, told
from api.exports import EXPORTS, Format, Wanted, exported
from api.filters import BrandSlug, By, Lang, PartOf
from api.problems import documented
from api.report_schemas import GapReportOut, UnsaidOut, WhyOut
from api.reports import gap_report, language_of
from api.why import why
from store.segments import dimensions

router = APIRouter(tags=["reports"])
UNSAID = tuple(UnsaidOut.model_fields)


@dataclass(frozen=True, slots=True)
class How:
    """How the report is cut and told."""

    by: By = None
    lang: Lang = None
    details: Annotated[
        bool, Query(description="also who speaks, since when and why; for a large chain that takes longer")
    ] = False


@router.get(
    "/gaps",
    summary="The gap report: survey and public side by side",
    response_model=GapReportOut,
    responses=EXPORTS | documented(401, 404),
)
def read_gaps(
    session: Reading,
    caller: CallerOf,
    now: Now,
    topics: Topics,
    brand: BrandSlug,
    part: PartOf,
    wanted: Wanted,
    how: Annotated[How, Depends()],
) -> Response | dict[str, Any]:
    """Social NPS minus survey NPS, segment by segment, with intervals and a verdict that allows for many segments."""
    found, asked = visible_brand(session, caller, brand), part.slice()
    report = gap_report(session, found, dimensions(how.by), asked, now=now, dictionary=topics, language=how.lang)
    if wanted is not Format.JSON:
        table = report.as_table()
        return exported(list(table[0]), table, wanted, f"gaps-{now:%Y-%m-%d}")
    beside = detailed(session, found, asked, topics, report.meta.correction) if how.details else None
    language = report.meta.language
    return report.as_plain() | {
        "summary": told(report, found, names_of(session, found, topics, language), beside),
        "details": beside.as_plain(language.value) if beside else None,
    }


@router.get(
    "/gaps/unsaid",
    summary="Topics heard in public and not on site",
    response_model=WhyOut,
    responses=EXPORTS | documented(401, 404),
)
def read_unsaid(
    session: Reading,
    caller: CallerOf,
    now: Now,
    topics: Topics,
    brand: BrandSlug,
    part: PartOf,
    wanted: Wanted,
    lang: Lang = None,
) -> Response | dict[str, Any]:
    """What public detractors speak of more than survey comments do, with ids of mentions; exports hold the topics."""
    found = visible_brand(session, caller, brand)
    reasons = why(session, found, part.slice(), topics)
    plain = reasons.as_plain((lang or language_of(session, found)).value)
    if wanted is Format.JSON:
        return plain
    rows = [row | {"evidence": "; ".join(map(str, row["evidence"]))} for row in plain["topics"]]
    return exported(UNSAID, rows, wanted, f"unsaid-{now:%Y-%m-%d}")
