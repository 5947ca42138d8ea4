"""GET /v1/mentions: search what was said in public."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from api.auth import CallerOf, visible_brand
from api.cursors import cursor_of, moment_and_id_of
from api.deps import Reading
from api.exports import EXPORTS, Format, Wanted, exported
from api.filters import NO_NUL, BrandSlug, PartOf, midnight
from api.paging import PagingOf
from api.problems import documented
from api.schemas import Mentions
from core.labels import Label
from store.database import ReadSession
from store.models import Brand
from store.queries import MentionFilter, MentionRow, mentions_page

router = APIRouter(tags=["mentions"])
EXPORT_PAGE = 1_000
COLUMNS = (
    *("id", "published_at", "precision", "location", "channel", "label", "promoter", "passive", "detractor", "opinion"),
    *("rating", "rating_best", "rating_worst", "language", "text", "answer", "url"),
)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for in the texts, beside the part of the brand."""

    label: Annotated[
        Label | None, Query(description="what a mention counts as: its rating's class, else its text's")
    ] = None
    q: Annotated[str | None, Query(description="looked for in the text, any case", max_length=200, pattern=NO_NUL)] = (
        None
    )


@router.get(
    "/mentions",
    summary="Search public mentions",
    response_model=Mentions,
    responses=EXPORTS | documented(401, 404),
)
def search_mentions(
    session: Reading,
    caller: CallerOf,
    brand: BrandSlug,
    part: PartOf,
    search: Annotated[Search, Depends()],
    paging: PagingOf,
    wanted: Wanted,
) -> Response | dict[str, Any]:
    """The newest first; a page at a time as JSON, everything that matches as an export."""
    before = moment_and_id_of(paging.cursor)
    found = visible_brand(session, caller, brand)
    matching = _filter(found, part, search)
    if wanted is not Format.JSON:
        return exported(COLUMNS, _flat_rows(session, found, matching), wanted, "mentions")
    rows = mentions_page(session, found, matching, before=before, limit=paging.limit + 1)
    following = _cursor_after(rows[paging.limit - 1]) if len(rows) > paging.limit else None
    return paging.page([mention_as_plain(row) for row in rows[: paging.limit]], following)


def _filter(brand: Brand, part: PartOf, search: Search) -> MentionFilter:
    days = part.slice()
    return MentionFilter(
        location=days.location,
        channel=days.channel,
        start=midnight(days.start, brand) if days.start else None,
        end=midnight(days.end, brand) if days.end else None,
        label=search.label,
        q=search.q,
    )


def _cursor_after(row: MentionRow) -> str:
    return cursor_of(row.mention.published_at.isoformat(), row.mention.id)


def mention_as_plain(row: MentionRow) -> dict[str, Any]:
    """A mention as the API shows it: never its author."""
    mention, label = row.mention, row.label
    return {
        "id": mention.id,
        "text": mention.text,
        "label": mention.rating_label or (label.label if label else None),
        "promoter": label.promoter if label else None,
        "passive": label.passive if label else None,
        "detractor": label.detractor if label else None,
        "opinion": label.opinion if label else None,
        "rating": None
        if mention.rating is None
        else {"value": mention.rating, "best": mention.rating_best, "worst": mention.rating_worst},
        "language": mention.language,
        "location": row.location,
        "channel": row.channel,
        "url": mention.url,
        "published_at": mention.published_at,
        "precision": mention.precision,
        "answer": mention.answer,
    }


def _flat_rows(session: ReadSession, brand: Brand, matching: MentionFilter) -> Iterator[dict[str, Any]]:
    before = None
    while page := mentions_page(session, brand, matching, before=before, limit=EXPORT_PAGE):
        for row in page:
            plain = mention_as_plain(row)
            rating = plain["rating"] or {}
            yield plain | {
                "rating": rating.get("value"),
                "rating_best": rating.get("best"),
                "rating_worst": rating.get("worst"),
            }
        before = (page[-1].mention.published_at, page[-1].mention.id)
