"""What reports answer, field by field. Nothing has a default: what is not filled is an error, not a null."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from api.schemas import Share

Points = Annotated[float, Field(description="points in [-100, 100]")]
Segment = dict[str, str | None]
"""By dimension: `{"location": "center", "month": "2026-10"}`; null where something belongs to no location."""


class SurveySide(BaseModel):
    """What the survey says of a segment: each answer is one voice."""

    nps: Points
    low: Points
    high: Points
    n: int
    promoters: Share
    passives: Share
    detractors: Share


class Level(BaseModel):
    """An NPS with its 95 % interval."""

    nps: Points
    low: Points
    high: Points


class Unsuspected(BaseModel):
    """The public side without suspect voices, and what may be said of the segment then."""

    nps: Points | None
    low: Points | None
    high: Points | None
    voices: int
    verdict: str


class SocialSide(BaseModel):
    """What the public says of a segment, corrected for the labeller's errors."""

    nps: Points
    low: Points
    high: Points
    n: int = Field(description="all public mentions, copies too")
    voices: int = Field(description="opinions, one author once per location, channel and month")
    effective_voices: float | None = Field(description="as many voices, counted without error, would tell as much")
    residual: float = Field(
        description="points, one deviation, by which the labeller may err beyond that, however many"
    )
    uncorrected_nps: Points | None = Field(description="what plain counting of labels gives")
    promoters: Share
    passives: Share
    detractors: Share
    by_rating: Share | None = Field(description="share of the voices that were counted by their stars")
    shrunk: Level | None = Field(description="of a location: pulled to its brand, for ranking; null with under ten")
    without_suspects: Unsuspected


class Interval(BaseModel):
    """A number of points with its 95 % interval."""

    value: float
    low: float
    high: float


class Tested(Interval):
    """A difference in points, and how likely chance alone makes it."""

    p: float
    q: float | None = Field(description="false discovery rate among the tested rows; null where too few spoke")


class GapValue(Tested):
    """Social minus survey; below zero the public thinks worse."""

    detectable: float | None = Field(description="the smallest true gap that such counts show in four cases of five")


class Change(BaseModel):
    """A month minus the month before it; null where that has no figure."""

    survey: Tested | None
    social: Tested | None
    gap: Tested | None


class Platform(Level):
    """What one channel says of a location."""

    channel: str
    voices: int


class Platforms(BaseModel):
    """Whether the channels of one location agree."""

    channels: list[Platform]
    lowest: str
    highest: str
    difference: Interval
    p: float
    q: float
    disagree: bool = Field(description="q below 0.10: their mean is nobody's opinion")


class DriverOut(BaseModel):
    """A topic that parts the two sides."""

    topic: str = Field(description="what people call it, in the language of the report")
    key: str = Field(description="its key in the dictionary")
    public_share: Share
    survey_share: Share
    evidence: list[int] = Field(description="ids of mentions that speak of it: `GET /v1/mentions/{id}`")


class GapRowOut(BaseModel):
    """One row of the gap report; a side that nobody spoke on is null, and so is the gap then."""

    segment: Segment
    survey: SurveySide | None
    social: SocialSide | None
    gap: GapValue | None
    excess: Interval | None = Field(description="the gap beyond that of the rest of the brand")
    verdict: str = Field(description="worse_in_public, better_in_public, no_evidence or too_few")
    change: Change | None = Field(description="of months alone")
    platforms: Platforms | None = Field(description="of locations that are spoken of on two channels or more")
    drivers: list[DriverOut]


class EstimatorOut(BaseModel):
    """How unrated voices of one kind of text are estimated, and on what that was chosen."""

    kind: str
    estimator: str = Field(description="count, probabilities, bayes or bayes_prior")
    chosen_on: str = Field(description="own: the brand's rated mentions; shipped: the labeller's; none: unknown")
    groups: int = Field(description="groups that were left out in turn to choose it")
    residual: float = Field(description="points by which an estimate errs beyond what its counts tell")
    errors: dict[str, float | None] = Field(description="mean absolute error in points of each estimator there")
    confusion: list[list[float]] = Field(description="[true][said] as used: promoter, passive, detractor")


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
    language: str = Field(description="in which topics are named")
    estimator: str
    estimators: list[EstimatorOut]
    labellers: list[str] = Field(description="versions of the labeller whose labels count")
    confidence: float
    min_voices: int = Field(description="with fewer on either side the verdict is too_few")
    false_discovery_rate: float


class RakedOut(BaseModel):
    """The public side as if it had the survey's mix."""

    social: Level
    gap: Tested | None
    dimensions: list[str] = Field(description="what both sides know and were matched by")
    effective_voices: float
    largest_weight: float
    unmatched: Share = Field(description="share of voices that the survey has nobody like")
    unheard: Share = Field(description="share of survey answers that the public has nobody like")
    converged: bool


class PartOut(BaseModel):
    """What one segment adds to a difference, in points."""

    segment: str | None
    share_before: Share
    share_after: Share
    rate: float
    mix: float


class DecompositionOut(BaseModel):
    """A difference split into who speaks (mix) and what they say (rate): Kitagawa 1955."""

    value: float
    rate: Interval
    mix: Interval
    estimation: float | None = Field(
        description="what the difference shown has beyond rate and mix: corrected estimates of segments do not add up"
    )
    parts: list[PartOut] = Field(description="those that add most")
    segments: int
    one_sided: int = Field(description="segments that only one side has: all mix")


class WhoSpeaksOut(BaseModel):
    """Whether the two sides are the same people."""

    raked: RakedOut | None
    decompositions: dict[str, DecompositionOut]


class SinceOut(BaseModel):
    """Every month with its change, and the newest change of the public side by location."""

    months: list[GapRowOut]
    newest_by_location: DecompositionOut | None


class UnsaidOut(BaseModel):
    """A topic's share of public detractors against its share of survey comments."""

    topic: str
    key: str
    public_share: Share
    survey_share: Share
    difference: float
    low: float
    high: float
    public_n: int
    survey_n: int
    p: float
    q: float
    unsaid: bool = Field(description="the public speaks of it more, beyond chance")
    evidence: list[int]


class TermOut(BaseModel):
    """A word or two that no topic foresaw, commoner among these detractors than elsewhere."""

    term: str
    z: float
    q: float
    here_share: Share
    elsewhere_share: Share
    evidence: list[int]


class ToneSide(Level):
    """The NPS of those who speak of one stage."""

    n: int


class StageOut(BaseModel):
    """How one stage of a visit feels on both sides."""

    stage: str
    survey: ToneSide | None
    social: ToneSide | None


class WhyOut(BaseModel):
    """What the public speaks of and the survey does not, the surest first."""

    topics: list[UnsaidOut]
    terms: list[TermOut]
    stages: list[StageOut]


class MatchedOut(Interval):
    """The gap of persons of whom both sides are known."""

    p: float
    homogeneity_p: float | None
    persons: int
    survey: Level
    public: Level
    verdict: str


class Details(BaseModel):
    """What stands beside the rows."""

    who_speaks: WhoSpeaksOut
    since: SinceOut
    why: WhyOut
    matched: MatchedOut | None = Field(description="null where no customer is known on both sides")


class GapReportOut(BaseModel):
    """The gap report: a row a segment, none without `by`, and the brand as a whole."""

    rows: list[GapRowOut]
    total: GapRowOut
    meta: Meta
    summary: dict[str, list[str]] = Field(description="the report in plain words, by language: `en` and `ru`")
    details: Details | None = Field(description="who speaks, since when and why; null where they were not asked for")


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
