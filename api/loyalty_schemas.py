"""What the loyalty report answers, field by field; as in `api.schemas` nothing has a default."""

from datetime import date, datetime

from pydantic import BaseModel, Field


class MeasureOut(BaseModel):
    """One measured value with its 95 % interval, or the reason why there is none."""

    value: float | None
    low: float | None = Field(description="null too where so few have no interval, and for what was counted in full")
    high: float | None
    n: int = Field(description="answers, orders or customers behind it")
    unit: str = Field(description="share (0..1), score (points of its scale), money (the brand's own) or number")
    why: str | None = Field(description="why there is no value; null where there is one")


class LoyaltyRowOut(BaseModel):
    """All measures of one segment by name."""

    segment: dict[str, str | None] = Field(description="names by dimension; null: of no location")
    measures: dict[str, MeasureOut]


class CategoryOut(BaseModel):
    """Who bought of one category, and bought of it again."""

    category: str | None = Field(description="null: orders that name none")
    repurchase_rate: MeasureOut


class MonthOut(BaseModel):
    """The active customers of one complete month: start + new - lost = end.

    Retention and churn are null, and why, where the month began before anybody could be lost.
    """

    month: str
    start: int
    new: int
    lost: int
    end: int
    retention: MeasureOut
    churn: MeasureOut


class CohortOut(BaseModel):
    """The customers whose first order was in one month."""

    month: str
    customers: int
    ltv_revenue: MeasureOut
    ltv_margin: MeasureOut
    active: list[MeasureOut] = Field(description="the share that ordered in each of the months after, in their order")


class RfmSegmentOut(BaseModel):
    """One segment by recency, frequency and money; the last three are medians, null where nobody is in it."""

    segment: str
    customers: int
    share: MeasureOut
    revenue_share: float | None
    recency_days: float | None
    frequency: float | None
    monetary: float | None


class RfmOut(BaseModel):
    """All ten segments, the best first; none for too few customers."""

    segments: list[RfmSegmentOut]
    why: str | None


class PredictedOut(BaseModel):
    """A lifetime value is given to date and not predicted."""

    predicted: None
    why: str


class BudgetOut(BaseModel):
    """What a mean customer brings in and costs to date, and the least and the most of it to spend on loyalty.

    All its money is of the same customers, those of `selection`; null, and why, where they are too few.
    """

    price: float | None
    cost: float | None
    acquisition: float | None
    margin: float | None
    least: float | None
    most: float | None
    costed: int = Field(description="customers that it is of: those of whose orders all costs are known")
    customers: int = Field(description="all customers whose first order lies in the time that is asked for")
    acquisition_known: int = Field(description="customers whose acquisition cost is known; of others it counts as none")
    selection: str = Field(description="which customers it is of, in words")
    why: str | None


class ProfitFirstOut(BaseModel):
    """No loyalty before a customer has brought in `until` and come `visits` times; of all customers, also uncosted."""

    lifetime_value: float | None
    until: float | None
    visits: int | None
    why: str | None
    past_profit: MeasureOut = Field(description="share of customers that loyalty may be spent on already")


class OverviewOut(BaseModel):
    """The parts of the report that are no single measure, of all that it is about."""

    aspects: dict[str, MeasureOut] = Field(
        description="mean scores on 1..5; Aaker's five make the index, others stand here alone"
    )
    missing_aspects: list[str] = Field(description="those of Aaker's five that nobody rated")
    categories: list[CategoryOut]
    months: list[MonthOut]
    cohorts: list[CohortOut]
    rfm: RfmOut
    lifetime_value: PredictedOut
    budget: BudgetOut
    profit_first: ProfitFirstOut


class LoyaltyMetaOut(BaseModel):
    """What a loyalty report is about."""

    brand: str
    by: list[str]
    location: str | None
    start: date | None = Field(
        alias="from", description="the first day, in the brand's time zone; null: from the start"
    )
    end: date | None = Field(alias="to", description="the day after the last; null: up to now")
    until: date = Field(description="nothing from this day on is in it: `to`, or tomorrow")
    active_days: int = Field(description="who ordered within so many days before a day is active on it")
    generated_at: datetime
    confidence: float
    currency: str


class LoyaltyReportOut(BaseModel):
    """The loyalty report: a row a segment, none without `by`, the whole, and what is no single measure of it."""

    rows: list[LoyaltyRowOut]
    total: LoyaltyRowOut
    overview: OverviewOut
    meta: LoyaltyMetaOut
