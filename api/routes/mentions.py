"""GET /v1/mentions: search what was said in public, and one text by its id."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response

from api.auth import CallerOf, visible_brand
from api.cursors import cursor_of, moment_and_id_of
from api.deps import Reading
from api.exports import EXPORTS, Format, Wanted, exported
from api.filters import NO_NUL, BrandSlug, PartOf, midnight
from api.paging import PagingOf
from api.problems import documented
from api.schemas import Mentions, MentionWithVersions
from core.confidence import is_familiar, is_low_confidence
from core.errors import NotFound
from core.labels import CLASSES, Label
from sentiment.fusion import MIX, fused
from store.database import ReadSession
from store.models import Brand, Mention, MentionLabel, MentionVersion
from store.queries import MentionFilter, MentionRow, brand_of_mention, mentions_page, versions_of

router = APIRouter(tags=["mentions"])
EXPORT_PAGE = 1_000
COLUMNS = (
    *("id", "published_at", "precision", "location", "channel", "label", "promoter", "passive", "detractor", "opinion"),
    "low_confidence",
    *("rating", "rating_best", "rating_worst", *(f"fused_{label}" for label in CLASSES)),
    *(
        "language",
        "is_voice",
        "duplicate_of",
        "suspicion",
        "topics",
        "is_reply",
        "reply_to",
        "changed_at",
        "removed_at",
    ),
    *("text", "answer", "url", "question"),
)
MOST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for in the texts, beside the part of the brand."""

    label: Annotated[
        Label | None, Query(description="what a mention counts as: its rating's class, else its text's")
    ] = None
    q: Annotated[str | None, Query(description="looked for in the text, any case", max_length=200, pattern=NO_NUL)] = (
        None
    )
    topic: Annotated[
        str | None, Query(description="key of a topic that the text speaks of", max_length=60, pattern=NO_NUL)
    ] = None
    removed: Annotated[bool, Query(description="also what is gone at its source")] = False


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
    return paging.page(plain_mentions(rows[: paging.limit]), following)


@router.get(
    "/mentions/{mention_id}",
    summary="One public mention",
    response_model=MentionWithVersions,
    responses=documented(401, 404),
)
def read_mention(
    session: Reading, caller: CallerOf, mention_id: Annotated[int, Path(ge=1, le=MOST_ID)]
) -> dict[str, Any]:
    """The text behind an id of a report's evidence, with what it counts as, why it does not, and what it said before.

    One that is gone at its source since is there still, with the moment in `removed_at`.
    """
    brand = brand_of_mention(session, mention_id)
    if brand is not None and caller.brand_id in {None, brand.id}:
        found = mentions_page(session, brand, MentionFilter(id=mention_id, removed=True), limit=1)
        if found:
            versions = [_plain_version(version) for version in versions_of(session, mention_id)]
            return plain_mentions(found)[0] | {"versions": versions}
    msg = f"there is no mention {mention_id}"
    raise NotFound(msg)


def _filter(brand: Brand, part: PartOf, search: Search) -> MentionFilter:
    days = part.slice()
    return MentionFilter(
        location=days.location,
        channel=days.channel,
        start=midnight(days.start, brand) if days.start else None,
        end=midnight(days.end, brand) if days.end else None,
        label=search.label,
        q=search.q,
        topic=search.topic,
        removed=search.removed,
    )


def _cursor_after(row: MentionRow) -> str:
    return cursor_of(row.mention.published_at.isoformat(), row.mention.id)


def plain_mentions(rows: Sequence[MentionRow]) -> list[dict[str, Any]]:
    """Mentions as the API shows them: never their authors. What both witnesses say is worked out here, not stored."""
    return [_plain(row, both) for row, both in zip(rows, _fused(rows), strict=True)]


def _plain(row: MentionRow, both: dict[Label, float] | None) -> dict[str, Any]:
    mention, label = row.mention, row.label
    return {
        "id": mention.id,
        "text": mention.text,
        "question": mention.question,
        "label": mention.rating_label or (label.label if label else None),
        "promoter": label.promoter if label else None,
        "passive": label.passive if label else None,
        "detractor": label.detractor if label else None,
        "opinion": label.opinion if label else None,
        "low_confidence": _is_doubtful(mention, label) if label else None,
        "rating": _rating(mention),
        "fused": both,
        "language": mention.language,
        "location": row.location,
        "channel": row.channel,
        "url": mention.url,
        "published_at": mention.published_at,
        "precision": mention.precision,
        "answer": mention.answer,
        "is_reply": mention.reply_to is not None,
        "reply_to": row.answers,
        "changed_at": mention.changed_at,
        "removed_at": mention.removed_at,
        "is_voice": mention.is_voice and mention.duplicate_of_id is None and mention.removed_at is None,
        "duplicate_of": mention.duplicate_of_id,
        "suspicion": mention.suspicion,
        "topics": list(row.topics),
    }


def _rating(said: Mention | MentionVersion) -> dict[str, float | None] | None:
    if said.rating is None:
        return None
    return {"value": said.rating, "best": said.rating_best, "worst": said.rating_worst}


def _plain_version(version: MentionVersion) -> dict[str, Any]:
    return {
        "text": version.text,
        "question": version.question,
        "rating": _rating(version),
        "replaced_at": version.replaced_at,
    }


def _fused(rows: Sequence[MentionRow]) -> list[dict[Label, float] | None]:
    """By text and rating together, in one go; a text without a label says nothing yet, None where nobody does."""
    if not rows:
        return []
    mentions, labels = [row.mention for row in rows], [row.label for row in rows]
    chances = fused(
        [(label.promoter, label.passive, label.detractor) if label else MIX for label in labels],
        [label.opinion if label else 0.0 for label in labels],
        [math.nan if mention.rating is None else mention.rating for mention in mentions],
        best=[5.0 if mention.rating_best is None else mention.rating_best for mention in mentions],
        worst=[1.0 if mention.rating_worst is None else mention.rating_worst for mention in mentions],
    )
    heard = [label is not None or mention.rating is not None for label, mention in zip(labels, mentions, strict=True)]
    told = [dict(zip(CLASSES, row, strict=True)) for row in chances.tolist()]
    return [both if is_heard else None for both, is_heard in zip(told, heard, strict=True)]


def _is_doubtful(mention: Mention, label: MentionLabel) -> bool:
    shares = label.promoter, label.passive, label.detractor
    return is_low_confidence(shares, familiar=is_familiar(mention.text, mention.language))


def _flat_rows(session: ReadSession, brand: Brand, matching: MentionFilter) -> Iterator[dict[str, Any]]:
    before = None
    while page := mentions_page(session, brand, matching, before=before, limit=EXPORT_PAGE):
        for plain in plain_mentions(page):
            rating, both = plain["rating"] or {}, plain["fused"] or {}
            yield plain | {
                "topics": "; ".join(plain["topics"]),
                "rating": rating.get("value"),
                "rating_best": rating.get("best"),
                "rating_worst": rating.get("worst"),
                **{f"fused_{label}": both.get(label) for label in CLASSES},
            }
        before = (page[-1].mention.published_at, page[-1].mention.id)
