"""What the API takes and answers of feeds and sources."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from api.filters import NO_NUL
from crawlers.queries import LONGEST_QUERY
from crawlers.sites import LONGEST_ADDRESS
from crawlers.source import Tier
from store.brands import LONGEST_SLUG
from store.feeds import EVERY_MINUTES

LONGEST_PAUSE = 100_000
Slug = Annotated[str, Field(min_length=1, max_length=LONGEST_SLUG, pattern=NO_NUL)]
Address = Annotated[str, Field(min_length=1, max_length=LONGEST_ADDRESS, pattern=NO_NUL)]
Minutes = Annotated[int, Field(ge=1, le=LONGEST_PAUSE, description="minutes between two crawls")]


class CountsOut(BaseModel):
    """What the last crawl did; all but pages are mentions."""

    pages: int
    seen: int = Field(description="read, new or not")
    added: int
    changed: int
    dropped: int = Field(description="could not be kept")
    filtered: int = Field(description="are not what the feed's query asks for")
    removed: int = Field(description="found gone at the source")


class FeedOut(BaseModel):
    """A public address that is crawled for a brand."""

    id: int
    brand: str
    location: str | None
    channel: str
    kind: str = Field(description="the source that reads it, one of GET /v1/sources")
    target: str
    query: str = Field(description="what a text must say to be kept; empty: anything")
    every_minutes: int
    paused: bool
    allows_private: bool = Field(description="whether it may be an address of the inner network")
    renders: bool = Field(description="whether its pages need a browser")
    last_outcome: str | None = Field(description="how the last crawl ended, in a word; null: none has yet")
    last_detail: str | None = Field(description="the same in words, where it needs any")
    last_counts: CountsOut | None
    failures: int = Field(description="crawls in a row that were no success")
    failing_since: datetime | None
    last_crawled_at: datetime | None
    last_success_at: datetime | None
    last_added_at: datetime | None = Field(description="when it last brought a mention that was new")
    next_crawl_at: datetime | None = Field(description="the next attempt; null: as soon as possible")
    created_at: datetime


class Feeds(BaseModel):
    """A page of feeds, by id."""

    items: list[FeedOut]
    next: str | None


class FeedIn(BaseModel):
    """A feed to add: an address that is recognised by itself, or one with the source that reads it."""

    model_config = ConfigDict(extra="forbid")

    brand: Slug
    url: Address | None = Field(
        None, description="a public address that a source knows as its own, without a look at it"
    )
    kind: str | None = Field(None, max_length=40, pattern=NO_NUL, description="the source, together with `target`")
    target: Address | None = Field(None, description="a public address that this source reads")
    query: str = Field("", max_length=LONGEST_QUERY, pattern=NO_NUL, description='"acme gym" OR acmefit -roadrunner')
    location: Slug | None = Field(None, description="slug of a location that is there")
    channel: Slug | None = Field(None, description="made where it is new; the site's host without it")
    every_minutes: Minutes = EVERY_MINUTES

    @model_validator(mode="after")
    def _one_of_two(self) -> "FeedIn":
        named = self.kind is not None, self.target is not None
        if (self.url is None) is (named == (False, False)) or named[0] is not named[1]:
            msg = "give either url, or kind and target"
            raise ValueError(msg)
        return self


class FeedChange(BaseModel):
    """What is to change of a feed; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    paused: bool | None = None
    every_minutes: Minutes | None = None


class KeyOut(BaseModel):
    """A secret that a source takes; never its value."""

    name: str
    variable: str = Field(description="the environment variable that sets it")
    words: str = Field(description="what it is and where one gets it")
    is_needed: bool
    is_set: bool


class SourceOut(BaseModel):
    """A source that can be read."""

    kind: str
    reads: str
    target: str
    tier: Tier = Field(description="open, with your own key, or grey: off until somebody switches it on")
    is_on: bool
    is_ready: bool = Field(description="whether it is on and its keys are set")
    addresses: list[str] = Field(description="examples of addresses that POST /v1/feeds recognises as its own")
    takes_query: bool = Field(description="whether it is searched by the feed's query")
    keys: list[KeyOut]
    terms: str
    obeys_robots: bool
    fields: str
    limits: str
    tested: str


class Sources(BaseModel):
    """Sources by kind, all on one page."""

    items: list[SourceOut]
    next: None
