"""What the API answers, field by field. Nothing has a default: what is not filled is an error, not a null."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from core.labels import Label

Share = Annotated[float, Field(ge=0, le=1)]


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
    """One public mention, or an open answer of a survey that was imported as one; never its author."""

    id: int
    text: str
    question: str | None = Field(description="of a survey, which the text answers")
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
        description="by text and rating together, which may disagree: what a rated mention counts as; null: neither"
    )
    language: str | None
    location: str | None
    channel: str
    url: str | None
    published_at: datetime
    precision: str = Field(description="second, day, month, year, or fetched where the source gives no date")
    answer: str | None = Field(description="the brand's official answer")
    is_reply: bool = Field(description="whether it answers another mention")
    reply_to: int | None = Field(description="id of the mention that it answers; null also where that one is not kept")
    changed_at: datetime | None = Field(description="when an edit of it was last seen")
    removed_at: datetime | None = Field(description="when it was found gone at its source: it counts no more")
    is_voice: bool = Field(description="whether it counts: the newest of its author there that month, and no copy")
    duplicate_of: int | None = Field(description="id of the mention that it is a copy of")
    suspicion: str | None = Field(description="copies or burst: it counts, and figures exist without it")
    topics: list[str] = Field(description="keys of the topics that its text speaks of")


class VersionOut(BaseModel):
    """What a mention said before an edit."""

    text: str
    question: str | None = Field(description="of a survey, which the text answered")
    rating: RatingOut | None
    replaced_at: datetime = Field(description="when the edit was seen")


class MentionWithVersions(MentionOut):
    """One public mention, and what it said before it was edited."""

    versions: list[VersionOut] = Field(description="what edits replaced, the oldest first")


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
    kind: str = Field(description="negative_spike, or source_health: a feed fails or is silent beyond its habit")
    location: str | None = Field(description="null: the brand as a whole")
    feed: int | None = Field(description="id of the feed that it is about; null: it is about what people say")
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
    last_cycle_at: datetime | None
    cycle_age_s: float | None = Field(description="seconds since a whole cycle came to its end; null before the first")
