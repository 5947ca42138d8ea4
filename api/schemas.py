"""What the API answers, field by field. Nothing has a default: what is not filled is an error, not a null."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from core.labels import Label

Points = Annotated[float, Field(description="points in [-100, 100]")]
Share = Annotated[float, Field(ge=0, le=1)]
Segment = dict[str, str | None]
"""By dimension: `{"location": "center", "month": "2026-10"}`; null where something belongs to no location."""


class FieldError(BaseModel):
    """One field of an invalid request."""

    field: str
    message: str


class Problem(BaseModel):
    """An RFC 9457 problem document."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldError] = Field(default_factory=list, description="the fields of an invalid request, if it is one")


class SurveySide(BaseModel):
    """What the survey says of a segment: each answer is one voice."""

    nps: Points
    low: Points
    high: Points
    n: int
    promoters: Share
    passives: Share
    detractors: Share


class SocialSide(BaseModel):
    """What the public says of a segment."""

    nps: Points
    low: Points
    high: Points
    n: int = Field(description="all public mentions")
    voices: int = Field(description="opinions, one author once per location, channel and month")
    uncorrected_nps: Points | None = Field(description="what plain counting of labels gives")
    promoters: Share
    passives: Share
    detractors: Share
    by_rating: Share | None = Field(description="share of the voices that were counted by their stars")


class GapValue(BaseModel):
    """Social minus survey, with its 95 % interval; below zero the public thinks worse."""

    value: float
    low: float
    high: float
    p: float
    q: float | None = Field(description="false discovery rate among the tested rows; null where too few spoke")


class ExcessValue(BaseModel):
    """By how many points a segment's gap exceeds that of the rest of its brand."""

    value: float
    low: float
    high: float


class DriverOut(BaseModel):
    """A topic that parts the two sides."""

    topic: str
    public_share: Share
    survey_share: Share
    evidence: list[int]


class GapRowOut(BaseModel):
    """One row of the gap report; a side that nobody spoke on is null, and so is the gap then."""

    segment: Segment
    survey: SurveySide | None
    social: SocialSide | None
    gap: GapValue | None
    excess: ExcessValue | None
    verdict: str = Field(description="worse_in_public, better_in_public, no_evidence or too_few")
    drivers: list[DriverOut]


class Meta(BaseModel):
    """What a report is about and how it was made."""

    brand: str
    by: list[str]
    location: str | None
    channel: str | None
    start: date | None = Field(
        alias="from", description="the first day, in the brand's time zone; null: from the start"
    )
    end: date | None = Field(alias="to", description="the day after the last; null: up to now")
    generated_at: datetime
    estimator: str
    labellers: list[str] = Field(description="versions of the labeller whose labels count")
    confidence: float
    min_voices: int = Field(description="with fewer on either side the verdict is too_few")
    false_discovery_rate: float


class GapReportOut(BaseModel):
    """The gap report: a row a segment, none without `by`, and the brand as a whole."""

    rows: list[GapRowOut]
    total: GapRowOut
    meta: Meta


class NpsPoint(BaseModel):
    """The NPS of one segment on one side, with its 95 % interval."""

    segment: Segment
    nps: Points
    low: Points
    high: Points
    n: int = Field(description="voices behind it")
    promoters: Share
    passives: Share
    detractors: Share


class NpsSeries(BaseModel):
    """The two series; a segment in which nobody spoke on a side is not in that side's list."""

    survey: list[NpsPoint]
    social: list[NpsPoint]


class NpsOut(BaseModel):
    """Both series and what they are about."""

    series: NpsSeries
    meta: Meta


class RatingOut(BaseModel):
    """A rating as it was given, on worst..best."""

    value: float
    best: float | None
    worst: float | None


class FusedOut(BaseModel):
    """Class probabilities by the text and the rating together; they sum to 1."""

    promoter: Share
    passive: Share
    detractor: Share


class MentionOut(BaseModel):
    """One public mention; never its author."""

    id: int
    text: str
    label: Label | None = Field(
        description="what it counts as: its rating's class, else its text's; null: not labelled"
    )
    promoter: Share | None = Field(description="probability by the text alone; null: not labelled")
    passive: Share | None
    detractor: Share | None
    opinion: Share | None = Field(description="probability that the text is a first-hand opinion at all")
    low_confidence: bool | None = Field(
        description="doubt the probabilities: a language or script that was not learned, or no class has a half"
    )
    rating: RatingOut | None
    fused: FusedOut | None = Field(
        description="by text and rating together, which may disagree: shown, not counted; null: no rating and no label"
    )
    language: str | None
    location: str | None
    channel: str
    url: str | None
    published_at: datetime
    precision: str = Field(description="second, day, month, year, or fetched where the source gives no date")
    answer: str | None = Field(description="the brand's official answer")


class BrandOut(BaseModel):
    """A brand that is watched."""

    slug: str
    name: str
    timezone: str
    created_at: datetime


class LocationOut(BaseModel):
    """One location of a brand."""

    slug: str
    name: str


class AlertOut(BaseModel):
    """A change that somebody is told of."""

    id: int
    brand: str
    kind: str
    location: str | None = Field(description="null: the brand as a whole")
    opened_on: date
    last_seen_on: date
    closed_on: date | None = Field(description="null: open")
    evidence: dict[str, Any] = Field(description="the numbers that explain it, and ids of mentions")
    created_at: datetime
    acknowledged_at: datetime | None
    delivered_at: datetime | None


class Mentions(BaseModel):
    """A page of mentions, the newest first."""

    items: list[MentionOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class Alerts(BaseModel):
    """A page of alerts, the newest first."""

    items: list[AlertOut]
    next: str | None


class Brands(BaseModel):
    """Brands by slug, all on one page."""

    items: list[BrandOut]
    next: None


class Locations(BaseModel):
    """Locations by slug, all on one page."""

    items: list[LocationOut]
    next: None


class Health(BaseModel):
    """The process answers."""

    status: str


class Readiness(BaseModel):
    """The database is there and has this release's schema."""

    status: str
    last_crawled_at: datetime | None
    age_s: float | None = Field(description="seconds since any crawl came to its end; null before the first")
