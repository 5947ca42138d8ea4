"""The texts behind a number: those that show a topic, and the newest detractors' words of one segment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from api.filters import midnight
from api.why import narrowed
from core.labels import Label
from store.database import ReadSession
from store.evidence import mentions_by_id
from store.models import Brand
from store.queries import MentionFilter, MentionRow, Slice, mentions_page

TEXTS_A_ROW = 5
LONGEST_QUOTE = 300
Names = Mapping[str, Mapping[str, str]]
"""What to call the slugs of each dimension, `location` and `channel`."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A text, cut to a readable length, and where it comes from; `about` are the topics that it was chosen for."""

    id: int
    text: str
    said_on: date | None
    place: str
    stars: tuple[str, str] | None
    url: str | None
    question: str | None = None
    """Of a survey, which the text answers."""
    about: tuple[str, ...] = ()


def quotes(
    session: ReadSession, brand: Brand, segment: Mapping[str, str | None], part: Slice, names: Names
) -> list[Quote]:
    """The newest detractors' texts of a segment; none for what belongs to no location, which cannot be searched for."""
    if None in segment.values():
        return []
    here = narrowed(part, segment)
    wanted = MentionFilter(
        location=here.location,
        channel=here.channel,
        start=midnight(here.start, brand) if here.start else None,
        end=midnight(here.end, brand) if here.end else None,
        label=Label.DETRACTOR,
        voices=True,
        topic=segment.get("topic"),
    )
    found = mentions_page(session, brand, wanted, limit=TEXTS_A_ROW)
    return [_quote(row, names) for row in found if row.mention.text.strip()]


def quotes_by_id(session: ReadSession, brand: Brand, ids: Collection[int], names: Names) -> dict[int, Quote]:
    """These texts, in one read; without those that have gone since."""
    found = mentions_by_id(session, brand, ids)
    return {of_id: _quote(row, names) for of_id, row in found.items() if row.mention.text.strip()}


def _quote(row: MentionRow, names: Names) -> Quote:
    mention = row.mention
    folded = " ".join(mention.text.split())
    places = [names["channel"].get(row.channel, row.channel)]
    if row.location:
        places.append(names["location"].get(row.location, row.location))
    return Quote(
        id=mention.id,
        text=folded if len(folded) <= LONGEST_QUOTE else folded[:LONGEST_QUOTE].rsplit(" ", 1)[0] + "…",
        said_on=mention.said_on if mention.precision in {"second", "day"} else None,
        place=" · ".join(places),
        stars=(f"{mention.rating:g}", f"{mention.rating_best:g}") if mention.rating and mention.rating_best else None,
        url=_safe(mention.url),
        question=mention.question,
    )


def _safe(url: str | None) -> str | None:
    """The address if it leads to the web; none for `javascript:` and whatever else a source may have put there."""
    if url is None:
        return None
    try:
        address = urlsplit(url)
    except ValueError:
        return None
    return url if address.scheme in {"http", "https"} and address.netloc else None
