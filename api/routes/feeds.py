"""GET /v1/feeds and their writes: what is crawled. Nothing is fetched here: the next cycle does."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response, status

from api.auth import Caller, CallerOf, WriterOf, visible_brand
from api.cursors import LARGEST_ID, cursor_of, id_of
from api.deps import Now, OfSources, Reading, SourceSettings, Writing
from api.exports import EXPORTS, Format, Wanted, exported
from api.feed_schemas import FeedChange, FeedIn, FeedOut, Feeds
from api.filters import NO_NUL
from api.paging import PagingOf
from api.problems import documented
from core.errors import NotFound, UnknownSource
from crawlers.new_feeds import NewFeed, add_new
from crawlers.sites import clean_address
from crawlers.sources import require_switched_on, source_of
from crawlers.targets import claimed, require_not_refused, require_public_name, target_of
from store import feeds
from store.database import ReadSession, take_turn
from store.feeds import FeedOptions, find_twin, list_feeds, set_paused
from store.models import Feed

router = APIRouter(tags=["set-up"])
COLUMNS = (
    *("id", "brand", "location", "channel", "kind", "target", "query", "every_minutes", "paused", "last_outcome"),
    *("last_detail", "failures", "failing_since", "last_crawled_at", "last_success_at", "last_added_at"),
    *("next_crawl_at", "created_at"),
)
FeedId = Annotated[int, Path(ge=1, le=LARGEST_ID)]


@router.get("/feeds", summary="What is crawled", response_model=Feeds, responses=EXPORTS | documented(401, 404))
def read_feeds(
    session: Reading,
    caller: CallerOf,
    paging: PagingOf,
    wanted: Wanted,
    brand: Annotated[
        str | None, Query(max_length=100, pattern=NO_NUL, description="none: all that the key sees")
    ] = None,
) -> Response | dict[str, Any]:
    """By id, each with how its last crawl ended, what it brought, and when it is read again."""
    after = id_of(paging.cursor) or 0
    brand_id = caller.brand_id if brand is None else visible_brand(session, caller, brand).id
    if wanted is not Format.JSON:
        rows = (row.plain for row in list_feeds(session, brand_id=brand_id))
        return exported(COLUMNS, rows, wanted, "feeds")
    found = list_feeds(session, brand_id=brand_id, after_id=after, limit=paging.limit + 1)
    following = cursor_of(found[paging.limit - 1].feed.id) if len(found) > paging.limit else None
    return paging.page([row.plain for row in found[: paging.limit]], following)


@router.post(
    "/feeds",
    summary="Add a feed",
    status_code=status.HTTP_201_CREATED,
    response_model=FeedOut,
    responses=documented(400, 401, 403, 404, 413) | {200: {"model": FeedOut, "description": "It was there already"}},
)
def add_feed(
    session: Writing, caller: WriterOf, now: Now, told: OfSources, new: FeedIn, response: Response
) -> dict[str, Any]:
    """Add an address that a source knows as its own, or one with the source that reads it. Takes an analyst's key.

    Again is harmless: a feed is known by brand, source, target and query, and answered as it is, with 200. An address
    that has to be looked at first is 422: `afterword watch` does that. So is one of this machine or the inner network.
    """
    brand = visible_brand(session, caller, new.brand)
    kind, target = _recognised(new, told)
    take_turn(session, brand.id)
    feed = find_twin(session, brand.id, kind=kind, target=target, query=new.query)
    if feed is None:
        options = FeedOptions(query=new.query, every_minutes=new.every_minutes)
        feed = add_new(session, brand, NewFeed(kind, target, new.channel, new.location, options), now=now)
    else:
        response.status_code = status.HTTP_200_OK
    return _shown(session, feed.id)


def _recognised(new: FeedIn, told: SourceSettings) -> tuple[str, str]:
    """The source and its target; raises Invalid and UnknownSource with the way out."""
    address = clean_address(new.url or new.target or "")
    require_public_name(address)
    if new.kind is not None:
        source, target = source_of(new.kind), target_of(source_of(new.kind), address)
    elif found := claimed(address):
        source, target = found
    else:
        require_not_refused(address)
        msg = f"url: {address} has to be looked at: `afterword watch {address}` does, or name the kind and the target"
        raise UnknownSource(msg)
    require_switched_on(source, told.grey)
    require_public_name(target)
    return source.kind, target


@router.patch(
    "/feeds/{feed_id}",
    summary="Pause a feed, go on with it, or change how often it is read",
    response_model=FeedOut,
    responses=documented(400, 401, 403, 404, 413),
)
def change_feed(session: Writing, caller: WriterOf, now: Now, feed_id: FeedId, change: FeedChange) -> dict[str, Any]:
    """Change what is named, and leave the rest. Takes an analyst's key."""
    feed = _own(session, caller, feed_id)
    if change.paused is not None:
        set_paused(feed, is_paused=change.paused, now=now)
    if change.every_minutes is not None:
        feed.every_minutes = change.every_minutes
    return _shown(session, feed.id)


@router.delete(
    "/feeds/{feed_id}",
    summary="Forget a feed",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documented(401, 403, 404),
)
def remove_feed(session: Writing, caller: WriterOf, feed_id: FeedId) -> None:
    """Forget it with its runs and its alerts; the mentions that it brought stay. Takes an analyst's key."""
    feeds.remove_feed(session, _own(session, caller, feed_id))


def _own(session: ReadSession, caller: Caller, feed_id: int) -> Feed:
    """The feed of this id; raises NotFound, in the same words for a feed of another brand's."""
    feed = session.get(Feed, feed_id)
    if feed is None or caller.brand_id not in {None, feed.brand_id}:
        msg = f"there is no feed {feed_id}"
        raise NotFound(msg)
    return feed


def _shown(session: ReadSession, feed_id: int) -> dict[str, Any]:
    session.flush()
    [row] = list_feeds(session, feed_id=feed_id)
    return row.plain
