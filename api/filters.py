"""Query parameters that several routes share, and what they mean for the store."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Annotated

from fastapi import Depends, Query
from pydantic import BeforeValidator, WithJsonSchema

from api.words import Language
from core.clock import zone
from core.errors import Invalid
from store.models import Brand
from store.queries import Slice

NO_NUL = r"^[^\x00]*$"
"""PostgreSQL takes no text with a NUL in it."""
FIRST_YEAR, LAST_YEAR = 1970, 2200


def parse_day(value: object) -> object:
    """A day such as 2026-10-01; raises ValueError for anything else, also for what pydantic would take for a date."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        day = date.fromisoformat(value)
        if FIRST_YEAR <= day.year <= LAST_YEAR:
            return day
    msg = f"expected a day such as 2026-10-01, from {FIRST_YEAR} to {LAST_YEAR}"
    raise ValueError(msg)


Day = Annotated[
    date,
    BeforeValidator(parse_day),
    WithJsonSchema({"type": "string", "format": "date", "pattern": "^(19[789]|20\\d|21\\d)\\d-\\d\\d-\\d\\d$"}),
]
BrandSlug = Annotated[str, Query(description="slug of the brand", min_length=1, max_length=100, pattern=NO_NUL)]
Slug = Annotated[
    str | None, Query(description="slug; one that is unknown matches nothing", max_length=100, pattern=NO_NUL)
]
By = Annotated[
    str | None,
    Query(
        description="what to cut by, comma-separated: `location`, `month`, `channel`, `topic`; without it, the total "
        "alone",
        max_length=100,
        json_schema_extra={"pattern": "^(location|month|channel|topic)(,(location|month|channel|topic))*$"},
        examples=["location", "month,channel"],
    ),
]

Lang = Annotated[
    Language | None, Query(description="in which topics are named; without it, that of most of the newest mentions")
]


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a brand is asked for."""

    location: Slug = None
    channel: Slug = None
    start: Annotated[Day | None, Query(alias="from", description="the first day, in the brand's time zone")] = None
    end: Annotated[Day | None, Query(alias="to", description="the day after the last")] = None

    def slice(self) -> Slice:
        """The same for the store; raises Invalid where it ends before it begins."""
        return period_checked(Slice(start=self.start, end=self.end, location=self.location, channel=self.channel))


PartOf = Annotated[Part, Depends()]


def period_checked(part: Slice) -> Slice:
    """The part as it is; raises Invalid where it ends before it begins."""
    if part.start and part.end and part.end < part.start:
        msg = f"from: expected a day not after `to`, {part.end}, not {part.start}"
        raise Invalid(msg)
    return part


def midnight(day: date, brand: Brand) -> datetime:
    """The moment at which a day begins in a brand's time zone."""
    return datetime.combine(day, time(), zone(brand.timezone))
