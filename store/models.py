"""Every table, in the order of the flow: what is watched, what was said, how it is counted, who is told."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from core.labels import Label, Side, TextKind
from store.columns import BigId, Hash, Id, Slug, UtcDateTime

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def _words(kind: type[StrEnum]) -> sa.Enum:
    """A StrEnum stored as its word; no PostgreSQL type of its own, which every new word would have to alter."""
    return sa.Enum(kind, native_enum=False, length=20, values_callable=lambda e: [member.value for member in e])


class Table(DeclarativeBase):
    """The declarative root: its metadata is what Alembic compares the database with."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it so
        datetime: UtcDateTime(),
        dict[str, Any]: sa.JSON(),
        Label: _words(Label),
        Side: _words(Side),
        TextKind: _words(TextKind),
    }


class Brand(Table):
    """A brand that is watched; its days are days in its own time zone."""

    __tablename__ = "brand"
    id: Mapped[Id]
    slug: Mapped[Slug] = mapped_column(unique=True)
    name: Mapped[str]
    timezone: Mapped[str]
    created_at: Mapped[datetime]


class Location(Table):
    """One club, branch, showroom or trust of a brand."""

    __tablename__ = "location"
    __table_args__ = (sa.UniqueConstraint("brand_id", "slug"),)
    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"))
    slug: Mapped[Slug]
    name: Mapped[str]


class Channel(Table):
    """Where a brand's customers speak: a review site, a feed, the reception tablet, an e-mail survey."""

    __tablename__ = "channel"
    __table_args__ = (sa.UniqueConstraint("brand_id", "slug"),)
    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"))
    slug: Mapped[Slug]
    name: Mapped[str]


class Feed(Table):
    """One public address that is crawled for one brand."""

    __tablename__ = "feed"
    __table_args__ = (sa.UniqueConstraint("brand_id", "kind", "target", "query"),)
    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"))
    location_id: Mapped[int | None] = mapped_column(sa.ForeignKey("location.id", ondelete="CASCADE"), index=True)
    channel_id: Mapped[int] = mapped_column(sa.ForeignKey("channel.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(40), doc="the spider that reads it")
    target: Mapped[str] = mapped_column(sa.String(2000), doc="its address")
    query: Mapped[str] = mapped_column(sa.String(500), doc="what a text must say to be kept; empty: anything")
    allows_private: Mapped[bool] = mapped_column(doc="whether somebody allowed it an address of the inner network")
    renders: Mapped[bool] = mapped_column(doc="whether its pages need a browser")
    cursor: Mapped[dict[str, Any]] = mapped_column(doc="what the spider needs to go on; {} at first")
    every_minutes: Mapped[int]
    is_paused: Mapped[bool]
    failures: Mapped[int] = mapped_column(doc="crawls in a row that were no success")
    failing_since: Mapped[datetime | None] = mapped_column(doc="when the first of them ended; none after a success")
    last_outcome: Mapped[str | None] = mapped_column(sa.String(40))
    last_crawled_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    last_added_at: Mapped[datetime | None] = mapped_column(doc="when it last brought a mention that was new")
    next_crawl_at: Mapped[datetime | None] = mapped_column(index=True, doc="none: as soon as possible")
    waits_until: Mapped[datetime | None] = mapped_column(doc="until when its site asked to be left alone")
    created_at: Mapped[datetime]


class CrawlRun(Table):
    """One crawl of one feed and its named outcome; none while it runs or where it was killed."""

    __tablename__ = "crawl_run"
    __table_args__ = (sa.Index("ix_crawl_run_newest", "feed_id", "id"),)
    id: Mapped[Id]
    feed_id: Mapped[int] = mapped_column(sa.ForeignKey("feed.id", ondelete="CASCADE"))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    process: Mapped[str | None] = mapped_column(sa.String(300), doc="who crawls, as `store.processes` names it")
    alive_at: Mapped[datetime | None] = mapped_column(doc="when it last gave a sign of life")
    outcome: Mapped[str | None] = mapped_column(sa.String(40))
    pages: Mapped[int]
    seen: Mapped[int] = mapped_column(doc="mentions read, new or not")
    added: Mapped[int]
    changed: Mapped[int]
    dropped: Mapped[int] = mapped_column(doc="items that could not be kept, each with a warning in the log")
    filtered: Mapped[int] = mapped_column(doc="mentions that the feed's query does not ask for; they are not kept")
    removed: Mapped[int] = mapped_column(doc="mentions found gone at the source, or said to be deleted")
    detail: Mapped[str | None] = mapped_column(sa.String(500), doc="what went wrong, in words")


class CrawlTally(Table):
    """All crawls of one brand and kind that ended alike, and what they did: a few rows, whatever the number of runs.

    They only grow: a feed that is removed takes its runs with it, but not what was counted of them.
    """

    __tablename__ = "crawl_tally"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    outcome: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    crawls: Mapped[int] = mapped_column(sa.BigInteger)
    pages: Mapped[int] = mapped_column(sa.BigInteger)
    seen: Mapped[int] = mapped_column(sa.BigInteger)
    added: Mapped[int] = mapped_column(sa.BigInteger)
    changed: Mapped[int] = mapped_column(sa.BigInteger)
    dropped: Mapped[int] = mapped_column(sa.BigInteger)
    filtered: Mapped[int] = mapped_column(sa.BigInteger)
    removed: Mapped[int] = mapped_column(sa.BigInteger)


class Heartbeat(Table):
    """When a thing that has to happen again and again last came to its end."""

    __tablename__ = "heartbeat"
    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    at: Mapped[datetime]


class Labeller(Table):
    """One version of a labelling model."""

    __tablename__ = "labeller"
    id: Mapped[Id]
    version: Mapped[str] = mapped_column(sa.String(200), unique=True)
    first_used_at: Mapped[datetime]
    error_model: Mapped[dict[str, Any]] = mapped_column(
        doc="how it was mistaken on held-back texts, by source (core.error_model); {} where nobody measured it"
    )


class Mention(Table):
    """One public review or post. Its identity is (brand, channel, native id)."""

    __tablename__ = "mention"
    __table_args__ = (
        sa.UniqueConstraint("brand_id", "channel_id", "native_id"),
        sa.Index("ix_mention_brand_when", "brand_id", "published_at", "id"),
        sa.Index("ix_mention_day", "brand_id", "location_id", "channel_id", "said_on"),
        sa.Index("ix_mention_voice", "brand_id", "author_key", "channel_id", "month_on"),
        sa.Index("ix_mention_labeller", "labeller_id", "id"),
        sa.Index("ix_mention_content", "content_hash"),
        sa.Index("ix_mention_topics", "topics_version", "id"),
        sa.Index("ix_mention_feed_days", "feed_id", "said_on", "first_seen_at"),
        sa.Index(
            "ix_mention_unscreened",
            "brand_id",
            "id",
            sqlite_where=sa.text("screened_at IS NULL"),
            postgresql_where=sa.text("screened_at IS NULL"),
        ),
    )
    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"))
    location_id: Mapped[int | None] = mapped_column(sa.ForeignKey("location.id"))
    channel_id: Mapped[int] = mapped_column(sa.ForeignKey("channel.id"))
    feed_id: Mapped[int | None] = mapped_column(sa.ForeignKey("feed.id", ondelete="SET NULL"))
    native_id: Mapped[str] = mapped_column(sa.String(500), doc="the source's own id, or a hash where it has none")
    text: Mapped[str] = mapped_column(sa.Text)
    question: Mapped[str | None] = mapped_column(sa.String(300), doc="of a survey, which the text answers")
    is_cut: Mapped[bool] = mapped_column(doc="whether the text was longer than is kept")
    rating: Mapped[float | None] = mapped_column(doc="as given, on rating_worst..rating_best")
    rating_best: Mapped[float | None]
    rating_worst: Mapped[float | None]
    rating_label: Mapped[Label | None] = mapped_column(doc="the class that the rating stands for")
    language: Mapped[str | None] = mapped_column(sa.String(16))
    author_key: Mapped[Hash | None] = mapped_column(doc="keyed hash; a name is never stored")
    published_at: Mapped[datetime]
    precision: Mapped[str] = mapped_column(
        sa.String(10), doc="second, day, month, year, or fetched when it has no date"
    )
    said_on: Mapped[date] = mapped_column(doc="published_at as a day of the brand")
    month_on: Mapped[date] = mapped_column(doc="the first day of that month")
    url: Mapped[str | None] = mapped_column(sa.String(2000))
    answer: Mapped[str | None] = mapped_column(sa.Text, doc="the brand's official answer")
    content_hash: Mapped[Hash] = mapped_column(doc="of text and question: finds edits, and texts that are the same")
    reply_to: Mapped[str | None] = mapped_column(sa.String(500), doc="native id of the mention that it answers")
    in_thread: Mapped[bool] = mapped_column(doc="whether the source lists it with what it answers, not by its time")
    first_seen_at: Mapped[datetime]
    seen_at: Mapped[datetime | None] = mapped_column(doc="when a crawl last found it at its source; none if imported")
    changed_at: Mapped[datetime | None] = mapped_column(doc="when an edit was seen")
    removed_at: Mapped[datetime | None] = mapped_column(doc="when it was found gone at the source")
    duplicate_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mention.id", ondelete="SET NULL"), index=True)
    is_voice: Mapped[bool] = mapped_column(doc="the newest of its author in its location, channel and month")
    kind: Mapped[TextKind] = mapped_column(doc="a review, a short comment or a post: labellers err differently on each")
    suspicion: Mapped[str | None] = mapped_column(
        sa.String(10), doc="why it may not be a customer's: burst or copies; it counts all the same, and is shown"
    )
    screened_at: Mapped[datetime | None] = mapped_column(doc="when copies of it were looked for; none: not yet")
    topics_version: Mapped[str | None] = mapped_column(
        sa.String(32), doc="the dictionary by which its topics were told; none: not yet"
    )
    labeller_id: Mapped[int | None] = mapped_column(sa.ForeignKey("labeller.id"), doc="whose label counts; none yet")


class MentionVersion(Table):
    """A mention as it was before an edit."""

    __tablename__ = "mention_version"
    id: Mapped[Id]
    mention_id: Mapped[int] = mapped_column(sa.ForeignKey("mention.id", ondelete="CASCADE"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    question: Mapped[str | None] = mapped_column(sa.String(300))
    rating: Mapped[float | None]
    rating_best: Mapped[float | None]
    rating_worst: Mapped[float | None]
    content_hash: Mapped[Hash]
    replaced_at: Mapped[datetime] = mapped_column(doc="when the edit was seen")


class SourceKey(Table):
    """A secret that a source asks for, encrypted with a key made of AFTERWORD_SECRET_KEY."""

    __tablename__ = "source_key"
    __table_args__ = (sa.UniqueConstraint("brand_id", "name"),)
    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(sa.String(60))
    encrypted: Mapped[str] = mapped_column(sa.Text)
    set_at: Mapped[datetime]


class MentionLabel(Table):
    """What one labeller version says of one mention: probabilities in [0, 1], promoter + passive + detractor = 1."""

    __tablename__ = "label"
    mention_id: Mapped[int] = mapped_column(sa.ForeignKey("mention.id", ondelete="CASCADE"), primary_key=True)
    labeller_id: Mapped[int] = mapped_column(sa.ForeignKey("labeller.id"), primary_key=True, index=True)
    promoter: Mapped[float]
    passive: Mapped[float]
    detractor: Mapped[float]
    opinion: Mapped[float] = mapped_column(doc="probability that the text is a first-hand opinion at all")
    label: Mapped[Label]
    fused_promoter: Mapped[float] = mapped_column(doc="by the text and the rating together; by the text without one")
    fused_passive: Mapped[float]
    fused_detractor: Mapped[float]


class Scale(StrEnum):
    """The question that was asked, and which end of its scale is good.

    Would you recommend us (0-10), are you satisfied (1-5), was it easy (1-7, where 7 is easy, or 1 is), and how good is
    one aspect of the brand (1-5; the answer names the aspect).
    """

    NPS = "nps"
    CSAT5 = "csat5"
    CES7 = "ces7"
    CES7_LOW = "ces7_low"
    ASPECT5 = "aspect5"


class SurveyResponse(Table):
    """One answer to a survey. Only answers on the NPS scale have a `score` and count to the NPS."""

    __tablename__ = "survey_response"
    __table_args__ = (
        sa.UniqueConstraint("brand_id", "channel_id", "native_id"),
        sa.Index("ix_survey_response_brand_when", "brand_id", "responded_at", "id"),
        sa.Index("ix_survey_response_scale", "brand_id", "scale", "said_on"),
        sa.Index("ix_survey_response_topics", "topics_version", "id"),
        sa.CheckConstraint(
            "(scale = 'nps') = (score IS NOT NULL) AND coalesce(score, 0) BETWEEN 0 AND 10", name="score"
        ),
    )
    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"))
    location_id: Mapped[int | None] = mapped_column(sa.ForeignKey("location.id"))
    channel_id: Mapped[int] = mapped_column(sa.ForeignKey("channel.id"))
    native_id: Mapped[str] = mapped_column(sa.String(500))
    score: Mapped[int | None] = mapped_column(sa.SmallInteger, doc="0..10; none where the scale is not nps")
    score_given: Mapped[float] = mapped_column(doc="on the scale of the question")
    scale: Mapped[str] = mapped_column(sa.String(10), doc="a word of Scale")
    aspect: Mapped[str | None] = mapped_column(sa.String(100), doc="what was rated, where the scale is aspect5")
    comment: Mapped[str | None] = mapped_column(sa.Text)
    topics_version: Mapped[str | None] = mapped_column(
        sa.String(32), doc="the dictionary by which its comment's topics were told; none: not yet"
    )
    customer_key: Mapped[Hash | None] = mapped_column(index=True)
    responded_at: Mapped[datetime]
    said_on: Mapped[date] = mapped_column(doc="responded_at as a day of the brand")
    month_on: Mapped[date] = mapped_column(doc="the first day of that month")
    first_seen_at: Mapped[datetime]


class Grain(StrEnum):
    """How long a time a tally counts; a month's rows stand beside its days', so that long reports are short."""

    DAY = "day"
    MONTH = "month"


class Evidence:
    """What is summed of some voices, on either side.

    A voice has a class by its rating, else by its text's label. Of voices with a rating `fused_` are sums of what text
    and rating say together; of those without, `said_` are counts of labels and `p_` sums of probabilities. Survey
    answers need none of these.
    """

    mentions: Mapped[int] = mapped_column(doc="all that are there: voices or not, opinions or not, copies too")
    voices: Mapped[int] = mapped_column(doc="one author once per location, channel and month; with an opinion")
    promoters: Mapped[int]
    passives: Mapped[int]
    detractors: Mapped[int]
    rated: Mapped[int] = mapped_column(doc="voices whose class comes from a rating")
    fused_promoter: Mapped[float]
    fused_passive: Mapped[float]
    fused_detractor: Mapped[float]
    said_promoter: Mapped[int]
    said_passive: Mapped[int]
    said_detractor: Mapped[int]
    p_promoter: Mapped[float]
    p_passive: Mapped[float]
    p_detractor: Mapped[float]
    copies: Mapped[int] = mapped_column(doc="mentions that are copies of others")


class Tally(Evidence, Table):
    """Counts of one day or month: the rows that every figure is summed from.

    `location_id` 0 stands for no location: part of a key cannot be null.
    """

    __tablename__ = "tally"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"), primary_key=True)
    side: Mapped[Side] = mapped_column(primary_key=True)
    grain: Mapped[Grain] = mapped_column(_words(Grain), primary_key=True)
    location_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    said_on: Mapped[date] = mapped_column(primary_key=True, doc="the day, or the first day of the month")
    channel_id: Mapped[int] = mapped_column(sa.ForeignKey("channel.id"), primary_key=True)
    kind: Mapped[TextKind] = mapped_column(primary_key=True)
    suspect: Mapped[bool] = mapped_column(primary_key=True)


class Agreement(Table):
    """What texts say of voices whose rating is known, over all time: a brand's own measure of its labeller.

    `promoter_passive` counts promoters by their rating whose text was labelled passive, and so on; `p_` are sums of
    the texts' probabilities. Texts that are no opinion are left out.
    """

    __tablename__ = "agreement"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"), primary_key=True)
    location_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(sa.ForeignKey("channel.id"), primary_key=True)
    kind: Mapped[TextKind] = mapped_column(primary_key=True)
    voices: Mapped[int]
    promoter_promoter: Mapped[int]
    promoter_passive: Mapped[int]
    promoter_detractor: Mapped[int]
    passive_promoter: Mapped[int]
    passive_passive: Mapped[int]
    passive_detractor: Mapped[int]
    detractor_promoter: Mapped[int]
    detractor_passive: Mapped[int]
    detractor_detractor: Mapped[int]
    p_promoter: Mapped[float]
    p_passive: Mapped[float]
    p_detractor: Mapped[float]


class MentionTopic(Table):
    """One topic that a mention speaks of, by the dictionary."""

    __tablename__ = "mention_topic"
    __table_args__ = (sa.Index("ix_mention_topic_topic", "topic", "mention_id"), {"sqlite_with_rowid": False})
    mention_id: Mapped[int] = mapped_column(sa.ForeignKey("mention.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(60), primary_key=True)


class ResponseTopic(Table):
    """One topic that a survey comment speaks of, by the dictionary."""

    __tablename__ = "response_topic"
    __table_args__ = (sa.Index("ix_response_topic_topic", "topic", "response_id"), {"sqlite_with_rowid": False})
    response_id: Mapped[int] = mapped_column(sa.ForeignKey("survey_response.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(60), primary_key=True)


class TopicTally(Evidence, Table):
    """Voices with a text by what they speak of, month by month; the topic "" counts all of them, whatever of.

    A voice that speaks of three topics stands in three rows. Of the survey only answers with a comment count.
    """

    __tablename__ = "topic_tally"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"), primary_key=True)
    side: Mapped[Side] = mapped_column(primary_key=True)
    location_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    month_on: Mapped[date] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(sa.ForeignKey("channel.id"), primary_key=True)
    kind: Mapped[TextKind] = mapped_column(primary_key=True)
    suspect: Mapped[bool] = mapped_column(primary_key=True)
    topic: Mapped[str] = mapped_column(sa.String(60), primary_key=True)


class Shingle(Table):
    """One band of one mention's signature: mentions that share a band may be copies of each other."""

    __tablename__ = "shingle"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"), primary_key=True)
    band: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, doc="a hash of the band's number and values")
    mention_id: Mapped[int] = mapped_column(
        sa.ForeignKey("mention.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class ChangedDay(Table):
    """A day of one location (0: of none) and channel whose mentions have changed since it was judged for bursts."""

    __tablename__ = "changed_day"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"), primary_key=True)
    location_id: Mapped[int] = mapped_column(BigId, primary_key=True)
    channel_id: Mapped[int] = mapped_column(sa.ForeignKey("channel.id", ondelete="CASCADE"), primary_key=True)
    said_on: Mapped[date] = mapped_column(primary_key=True)


class Alert(Table):
    """A change of state that somebody is told of: opened, perhaps acknowledged, closed."""

    __tablename__ = "alert"
    __table_args__ = (
        sa.Index("ix_alert_series", "brand_id", "kind", "location_id", "channel_id"),
        sa.Index("ix_alert_undelivered", "delivered_at", "claimed_at"),
        sa.Index(
            "uq_alert_open",
            "brand_id",
            "kind",
            sa.text("coalesce(location_id, 0)"),
            sa.text("coalesce(channel_id, 0)"),
            sa.text("coalesce(feed_id, 0)"),
            unique=True,
            sqlite_where=sa.text("closed_on IS NULL"),
            postgresql_where=sa.text("closed_on IS NULL"),
        ),
    )
    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"))
    location_id: Mapped[int | None] = mapped_column(sa.ForeignKey("location.id"))
    channel_id: Mapped[int | None] = mapped_column(sa.ForeignKey("channel.id"))
    feed_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("feed.id", ondelete="CASCADE"), index=True, doc="where it is about the source itself"
    )
    kind: Mapped[str] = mapped_column(sa.String(40))
    opened_on: Mapped[date] = mapped_column(doc="the day of the brand whose mentions, or whose source, raised it")
    last_seen_on: Mapped[date] = mapped_column(doc="the latest day that was still above the line")
    closed_on: Mapped[date | None]
    evidence: Mapped[dict[str, Any]] = mapped_column(doc="the numbers that explain it, and ids of mentions")
    created_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None] = mapped_column(doc="when a sender took it; guards against sending twice")
    delivered_at: Mapped[datetime | None]
    attempts: Mapped[int]
    delivery_error: Mapped[str | None] = mapped_column(sa.String(500))


class Order(Table):
    """One purchase of one customer, for the loyalty metrics."""

    __tablename__ = "purchase_order"
    __table_args__ = (
        sa.UniqueConstraint("brand_id", "native_id"),
        sa.Index("ix_purchase_order_day", "brand_id", "ordered_on"),
        sa.Index("ix_purchase_order_customer", "brand_id", "customer_key", "ordered_on"),
    )
    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"))
    location_id: Mapped[int | None] = mapped_column(sa.ForeignKey("location.id"))
    native_id: Mapped[str] = mapped_column(sa.String(500))
    customer_key: Mapped[Hash]
    amount: Mapped[float] = mapped_column(doc="what was paid, in the brand's own currency")
    cost: Mapped[float | None] = mapped_column(doc="of the goods or the service, where it is known")
    acquisition_cost: Mapped[float | None] = mapped_column(
        doc="what it cost to win the customer, on the order that it won"
    )
    category: Mapped[str | None] = mapped_column(sa.String(200))
    ordered_at: Mapped[datetime]
    ordered_on: Mapped[date] = mapped_column(doc="the day in the brand's zone")
    competitor_share: Mapped[float | None] = mapped_column(doc="share of the customer's need bought elsewhere, 0..1")


class Identifier(Table):
    """One identifier of one customer as one file told it: the raw evidence, from which persons are worked out.

    Both are keyed hashes. `key` is what a survey answer, an order or a mention carries (`customer_key`, `author_key`).
    """

    __tablename__ = "identifier"
    __table_args__ = (
        sa.UniqueConstraint("brand_id", "customer_key", "key", "source"),
        sa.Index("ix_identifier_key", "brand_id", "key"),
    )
    id: Mapped[Id]
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"))
    customer_key: Mapped[Hash]
    key: Mapped[Hash]
    channel: Mapped[str] = mapped_column(sa.String(100), doc="what the identifier is of: email, phone, a channel")
    source: Mapped[str] = mapped_column(sa.String(200), doc="the file that told it: what can be taken back")
    added_at: Mapped[datetime]


class Person(Table):
    """Whose key is whose, worked out from identifiers: a person is named by the least of the keys."""

    __tablename__ = "person"
    __table_args__ = (sa.Index("ix_person_person", "brand_id", "person_key"), {"sqlite_with_rowid": False})
    brand_id: Mapped[int] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[Hash] = mapped_column(primary_key=True)
    person_key: Mapped[Hash]


class ApiKey(Table):
    """A key to the API: the secret is shown once and stored as a hash."""

    __tablename__ = "api_key"
    id: Mapped[Id]
    name: Mapped[str] = mapped_column(sa.String(100), unique=True)
    role: Mapped[str] = mapped_column(sa.String(20), doc="viewer, analyst or admin")
    brand_id: Mapped[int | None] = mapped_column(sa.ForeignKey("brand.id", ondelete="CASCADE"), doc="none: all brands")
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
