"""VK: posts that a search finds, comments on a community's wall, below a post or in a discussion, by VK's API.

Address: a search, a community, a post or a topic on vk.com. Target: its address there. Pages: a search's by
`next_from`, and beyond its 1,000 posts by date; the others' by offset, newest first. Comments are threads of their
post, and answers beyond ten are paged apart. Cursor: the walk's own.

Without a query a wall is taken for the brand's own: what the community says there is no mention, but an answer where it
answers somebody. With a query (`wall.search`) it is anybody's, and posts that name the brand count whoever wrote them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer, Ask, CrawledMention, Page, Thread
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict
from crawlers.queries import Query
from crawlers.reading import not_its_shape, page_of_rows, part, rows, string
from crawlers.sites import in_query, with_query
from crawlers.source import Absence, Key, Keys, Source, Tier, with_headers
from crawlers.texts import in_short, plain
from crawlers.vk_addresses import COMMUNITY, PLACE, SITE, claims

API = "https://api.vk.com/method/"
VERSION = "5.199"
ADDRESSED = re.compile(r"\A\s*\[(?:(?:id|club)\d+:bp-\d+_(\d+)\|[^\[\]]*\],?|id\d+\|[^\[\]]*\],)\s*")
"""`[id1|Pavel], …`: whom an answer is for, and in a discussion the comment that it answers."""
MARKUP = re.compile(r"\[(?:id|club|public|event|app|https?:|#)[^\[\]|\s]*\|([^\[\]]*)\]")
"""A person, a community or a link, and how it is shown."""
FIRST_DAY = 1_160_000_000
"""October 2006, when VK began: without a time it searches the last day only. Fixed, so that the address stays one."""
A_SEARCH, A_PAGE, INLINE = 200, 100, 10
MOST_FOUND = 1000
"""Posts that one search gives, however they are paged."""

Row = Mapping[str, Any]

NOT_ACCEPTED = "the key that is set is not accepted"
NO_RIGHT = "the key that is set may not read this"
ERRORS = {
    **dict.fromkeys((4, 5, 27, 28, 38), (Outcome.NEEDS_KEY, NOT_ACCEPTED)),
    **dict.fromkeys((7, 20, 21), (Outcome.NEEDS_KEY, NO_RIGHT)),
    **dict.fromkeys((15, 18, 19, 30, 37, 200, 201, 203, 210, 211, 212), (Outcome.BLOCKED, "VK denies it")),
    **dict.fromkeys((9, 29, 601), (Outcome.RATE_LIMITED, "VK asks for fewer requests")),
    14: (Outcome.CAPTCHA, "VK asks for a captcha"),
    104: (Outcome.GONE, "VK knows no such thing"),
    125: (Outcome.GONE, "VK knows no such community"),
}
TOO_MANY_A_SECOND = 6
NO_RIGHT_AT_ALL = frozenset({1133, 1134})
"""What denies a key a whole method, and not one wall."""


def starts(target: str, query: Query | None) -> Sequence[str]:
    """Where comments of a place are listed; one search for each alternative of the query."""
    address = claims(target) or target
    path = urlsplit(address).path.strip("/")
    words = query.searches if query else []
    if place := PLACE.fullmatch(path):
        return [_comments(*place.groups())]
    if path != "search":
        community = COMMUNITY.fullmatch(path)
        wall = {"owner_id": f"-{community[1]}"} if community else {"domain": path}
        found = [_asked("wall.search", **wall, query=text) for text in words] or [_asked("wall.get", **wall)]
        return [with_query(url, count=A_PAGE) for url in found]
    words = words or [in_query(address, "q")]
    if not all(words):
        msg = "VK is searched: give --query, such as --query '\"acme gym\" OR acmefit', or the address of a community"
        raise Invalid(msg)
    return [_asked("newsfeed.search", q=text, count=A_SEARCH, start_time=FIRST_DAY) for text in words]


def _asked(method: str, **fields: str | int) -> str:
    return with_query(f"{API}{method}", **fields, v=VERSION)


def _comments(kind: str, owner: str, number: str) -> str:
    """The comments of a post or a topic, the newest first."""
    if kind == "topic":
        asked = _asked("board.getComments", group_id=owner.lstrip("-"), topic_id=number)
    else:
        asked = _asked("wall.getComments", owner_id=owner, post_id=number, thread_items_count=INLINE)
    return with_query(asked, sort="desc", count=A_PAGE)


def signed(ask: Ask, keys: Keys) -> Ask:
    """The request with its token in a header, where no log of addresses shows it."""
    return with_headers(ask, Authorization=f"Bearer {keys['vk']}")


def page_of(answer: Answer) -> Page:
    """One page of posts or comments, or the error that VK gives with a good status."""
    if error := part(answer.json, "error"):
        return _refused(answer, error)
    if not isinstance(part(answer.json, "response", "items"), list):
        return not_its_shape(answer, "the answer has no response with items")
    found = rows(answer.json, "response", "items")
    method = urlsplit(answer.url).path.rpartition("/")[2]
    if method == "newsfeed.search":
        return page_of_rows(answer, found, _post, next_url=_older(answer, found), is_selection=True)
    if method in {"wall.get", "wall.search"}:
        return _page_of_posts(answer, found, is_own=method == "wall.get")
    return _page_of_comments(answer, found)


def _refused(answer: Answer, error: Any) -> Page:
    code = part(error, "error_code")
    if code == TOO_MANY_A_SECOND:
        return Page(url=answer.url, again_after_s=1)
    outcome, words = ERRORS.get(code, (Outcome.FAILED, "VK answers with an error"))
    if part(error, "error_subcode") in NO_RIGHT_AT_ALL:
        outcome, words = Outcome.NEEDS_KEY, NO_RIGHT
    said = "" if words == NOT_ACCEPTED else f": {in_short(string(error, 'error_msg'))}"
    return Page(url=answer.url, refused=Verdict(outcome, f"{words} (error {code}{said})"))


def _older(answer: Answer, found: Sequence[Row]) -> str | None:
    """The next page of a search; where it gives no more though there are, the same search up to the oldest date."""
    if following := string(part(answer.json, "response"), "next_from"):
        return with_query(answer.url, start_from=following)
    total, dates = part(answer.json, "response", "total_count"), _dates(found)
    if not (dates and isinstance(total, int) and total > MOST_FOUND):
        return None
    return with_query(answer.url, start_from=None, end_time=min(dates))


def _dates(found: Sequence[Row]) -> list[int]:
    """When posts were published; one that is pinned is not where its date would put it."""
    return [one["date"] for one in found if isinstance(one.get("date"), int) and not one.get("is_pinned")]


def _further(answer: Answer, listed: int, *totals: str) -> str | None:
    """The page after this one, by offset: also after a short one, if the total says that there is more."""
    offset = in_query(answer.url, "offset")
    read = listed + (int(offset) if offset.isdecimal() else 0)
    total = next((one for name in totals if isinstance(one := part(answer.json, "response", name), int)), 0)
    return with_query(answer.url, offset=read) if listed and (listed >= A_PAGE or total > read) else None


def _page_of_posts(answer: Answer, found: Sequence[Row], *, is_own: bool) -> Page:
    """Posts of a wall, their comments as threads; on the brand's own wall what it published itself is left out."""
    kept = [one for one in found if not (is_own and _is_official(one, string(one, "owner_id")))]
    threads = [
        Thread(f"vk:{_wall(one)}", _comments("wall", string(one, "owner_id"), string(one, "id")))
        for one in found
        if isinstance(count := part(one, "comments", "count"), int) and count > 0
    ]
    dates = [said[0] for said in (moment(date) for date in _dates(found)) if said]
    return page_of_rows(
        answer, kept, _post, next_url=_further(answer, len(found), "count"), threads=tuple(threads),
        filtered=len(found) - len(kept), oldest_at=min(dates, default=None), is_selection=not is_own,
        cursor={"newest": max(dates).isoformat()} if dates else {},
    )  # fmt: skip


def _is_official(row: Row, owner: str) -> bool:
    """Whether the community whose place it is wrote it."""
    return owner.startswith("-") and string(row, "from_id") == owner


def _wall(row: Row) -> str:
    return f"wall{string(row, 'owner_id')}_{string(row, 'id')}"


def _post(row: Row) -> CrawledMention | None:
    """A post of a wall; a search finds comments too, and says below which post."""
    if string(row, "post_type") != "reply":
        return _mention(row, _wall(row), f"{SITE}{_wall(row)}")
    place = f"wall{string(row, 'owner_id')}_{string(row, 'post_id')}"
    return _comment(_Line(row, string({"id": part(row, "parents_stack", -1)}, "id")), place, {})


@dataclass(frozen=True, slots=True)
class _Line:
    """A comment, and the one whose thread it is in."""

    row: Row
    above: str = ""
    is_inline: bool = False
    """Whether it is listed below that one."""
    is_whole: bool = True
    """Whether its thread is all there; if not, it is read apart, where the answers of later pages are known."""

    @property
    def answered(self) -> str:
        """The id of the comment that it answers."""
        named = ADDRESSED.match(string(self.row, "text"))
        return string(self.row, "reply_to_comment") or (named and named[1]) or self.above


def _lines(found: Sequence[Row], above: str) -> Iterator[_Line]:
    for row in found:
        yield _Line(row, above)
        for one in rows(row, "thread", "items"):
            yield _Line(one, string(row, "id"), is_inline=True, is_whole=bool(above) or not _has_more(row))


def _has_more(row: Row) -> bool:
    count = part(row, "thread", "count")
    return isinstance(count, int) and count > len(rows(row, "thread", "items"))


def _page_of_comments(answer: Answer, found: Sequence[Row]) -> Page:
    """Comments with the answers that come inline; what the community itself says is the answer of what it answers."""
    owner, post, above = (in_query(answer.url, name) for name in ("owner_id", "post_id", "comment_id"))
    group, topic = in_query(answer.url, "group_id"), in_query(answer.url, "topic_id")
    owner, place = (f"-{group}", f"topic-{group}_{topic}") if topic else (owner, f"wall{owner}_{post}")
    lines = list(_lines(found, above))
    official = [one for one in lines if _is_official(one.row, owner)]
    answers = {one.answered: _text(one.row) for one in sorted(official, key=_date, reverse=True)}
    deleted = [one.row for one in lines if one.row.get("deleted")]
    kept = [one for one in lines if one.is_whole and not (one.row.get("deleted") or _is_official(one.row, owner))]
    threads = [string(row, "id") for row in found if not above and _has_more(row)]
    apart = with_query(answer.url, offset=None, thread_items_count=None, sort="asc")
    return page_of_rows(
        answer,
        kept,
        lambda one: _comment(one, place, answers),
        next_url=_further(answer, len(found), "current_level_count", "count"),
        removed=tuple(f"vk:{place}_{string(row, 'id')}" for row in deleted),
        threads=tuple(Thread(f"vk:{place}_{own_id}", with_query(apart, comment_id=own_id)) for own_id in threads),
    )


def _date(one: _Line) -> str:
    return string(one.row, "date")


def _text(row: Row) -> str:
    """What is said, without the name of whom it is said to."""
    return plain(MARKUP.sub(r"\1", ADDRESSED.sub("", string(row, "text"))))


def _comment(one: _Line, place: str, answers: Mapping[str, str]) -> CrawledMention | None:
    own_id, answered = string(one.row, "id"), one.answered
    by = "reply" if place.startswith("wall") else "post"
    said = _mention(one.row, f"{place}_{own_id}", f"{SITE}{place}?{by}={own_id}")
    if said is None:
        return None
    post = f"vk:{place}" if place.startswith("wall") else None
    return replace(
        said,
        answer=answers.get(own_id) or None,
        reply_to=f"vk:{place}_{answered}" if answered else post,
        in_thread=one.is_inline,
    )


def _mention(row: Row, name: str, url: str) -> CrawledMention | None:
    text, said = _text(row), moment(string(row, "date"))
    if not (string(row, "id") and text):
        return None
    return CrawledMention(
        native_id=f"vk:{name}",
        text=text,
        author=string(row, "from_id") or None,
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=url,
        kind=TextKind.POST,
    )


SOURCE = Source(
    kind="vk",
    title="posts on VK that a search finds, comments on a community's wall, below a post or in a discussion",
    target="a search, a community, a post or a topic on vk.com",
    tier=Tier.KEY,
    addresses=(
        "https://vk.com/search?q=acme",
        "https://vk.com/acme",
        "https://vk.com/club123",
        "https://vk.com/wall-123_45",
        "https://vk.com/topic-123_45",
    ),
    terms="VK's official API with an application's own key, under VK's rules for developers",
    fields="id, text, author (hashed), time, what it answers, the community's answer; deleted comments are named",
    limits="1,000 posts a search, moved back by date, and VK gives only some; 100 comments a request, 3 requests a "
    "second; comments below posts beyond the newest 100 are looked at once a week",
    tested="answers that we wrote in the shapes of VK's API schema 5.199",
    claims=claims,
    starts=starts,
    searches=True,
    page_of=page_of,
    keys=(Key("vk", "a service access key of an application on dev.vk.com"),),
    signed=signed,
    absence=Absence.ANYWHERE,
    obeys_robots=False,
)
