"""YouTube: comments below videos, of one video, of a channel or of what a search finds, by its Data API.

Address: a video, a channel or a search on youtube.com. Target: its address there. Pages: 100 threads by `pageToken`,
newest first, up to five answers with each; where there are more, they are paged apart. A search gives videos, each a
post of its own, and their comments as its threads. A handle is looked up first. Cursor: the walk's own.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from core.errors import Invalid
from core.labels import TextKind
from crawlers.google import google_refusal, reasons
from crawlers.items import Answer, Ask, CrawledMention, Page, Thread
from crawlers.moments import moment
from crawlers.outcomes import Outcome, Verdict
from crawlers.queries import Query
from crawlers.reading import joined_text, not_its_shape, page_of_rows, part, rows, string
from crawlers.sites import in_query, split, with_query
from crawlers.source import Absence, Key, Keys, Source, Tier, with_headers
from crawlers.texts import author_of, line, plain, tidy

SITE = "https://www.youtube.com/"
API = "https://www.googleapis.com/youtube/v3/"
HOSTS = frozenset({"youtube.com", "youtube-nocookie.com", "youtu.be"})
API_HOSTS = frozenset({"googleapis.com", "youtube.googleapis.com"})
VIDEO_ID = re.compile(r"[\w-]{11}", re.ASCII)
CHANNEL_ID = re.compile(r"UC[\w-]{22}", re.ASCII)
HANDLE = re.compile(r"@[^/\s@]{1,100}")
VIDEO_PATHS = ("shorts", "live", "embed", "v", "e")
A_PAGE = 100
A_SEARCH = 50
SWITCHED_OFF = Verdict(Outcome.NOTHING_NEW, "comments are switched off there")

Row = Mapping[str, Any]


def claims(url: str) -> str | None:
    """A video, a channel, a user or a search, in any of the forms that YouTube and its API give them."""
    parts = split(url)
    host = re.sub(r"^(?:www|m|music|gaming)\.", "", parts.hostname or "") if parts else ""
    steps = [unquote(step) for step in parts.path.split("/") if step] if parts else []
    if host in API_HOSTS and steps[:2] == ["youtube", "v3"]:
        return _in_api(url, steps[2:])
    return _on_site(url, host, *[*steps, "", ""][:2]) if host in HOSTS else None


def _in_api(url: str, method: Sequence[str]) -> str | None:
    if method == ["search"]:
        return _search(in_query(url, "q"))
    return _video(in_query(url, "videoId")) or _channel(in_query(url, "allThreadsRelatedToChannelId"))


def _on_site(url: str, host: str, first: str, second: str) -> str | None:
    if host == "youtu.be" or first in VIDEO_PATHS:
        return _video(second if first in VIDEO_PATHS else first)
    if first in {"", "results"}:
        return _search(in_query(url, "search_query"))
    if HANDLE.fullmatch(first) or (first == "user" and second):
        return f"{SITE}{first}" if first != "user" else f"{SITE}user/{second}"
    return _channel(second) if first == "channel" else _video(in_query(url, "v"))


def _search(words: str) -> str:
    return with_query(f"{SITE}results", search_query=words or None)


def _video(video_id: str) -> str | None:
    return f"{SITE}watch?v={video_id}" if VIDEO_ID.fullmatch(video_id) else None


def _channel(channel_id: str) -> str | None:
    return f"{SITE}channel/{channel_id}" if CHANNEL_ID.fullmatch(channel_id) else None


def starts(target: str, query: Query | None) -> Sequence[str]:
    """The threads of a video or channel; who the channel of a name is; or one search for each alternative."""
    address = claims(target) or target
    if video_id := in_query(address, "v"):
        return [_threads(videoId=video_id)]
    step = address.removeprefix(SITE)
    if step.startswith("channel/"):
        return [_threads(allThreadsRelatedToChannelId=step.removeprefix("channel/"))]
    if step.startswith("@"):
        return [with_query(f"{API}channels", part="id", forHandle=step)]
    if step.startswith("user/"):
        return [with_query(f"{API}channels", part="id", forUsername=step.removeprefix("user/"))]
    words = query.searches if query else [in_query(address, "search_query")]
    if not all(words):
        msg = "YouTube is searched: give --query, such as --query '\"acme gym\" OR acmefit', or a video or channel"
        raise Invalid(msg)
    found = with_query(f"{API}search", part="snippet", type="video", order="date", maxResults=A_SEARCH)
    return [with_query(found, q=text) for text in words]


def _threads(**of: str) -> str:
    listed = with_query(f"{API}commentThreads", part="snippet,replies", order="time", textFormat="plainText")
    return with_query(listed, maxResults=A_PAGE, **of)


def signed(ask: Ask, keys: Keys) -> Ask:
    """The request with its key in a header, where no log of addresses shows it."""
    return with_headers(ask, X_Goog_Api_Key=keys["youtube"])


def refused(answer: Answer) -> Verdict | None:
    """An error by Google's reasons; that comments are switched off is an answer."""
    return SWITCHED_OFF if "commentsDisabled" in reasons(answer) else google_refusal(answer)


def page_of(answer: Answer) -> Page:
    """One page of threads, of answers to one comment, of videos, or the one channel that a name stands for."""
    kind, items = string(answer.json, "kind"), part(answer.json, "items")
    token = string(answer.json, "nextPageToken")
    following = with_query(answer.url, pageToken=token) if token else None
    if kind == "youtube#channelListResponse":
        return _led_on(answer)
    if not isinstance(items, list):
        return not_its_shape(answer, "the answer has no items")
    if kind == "youtube#commentThreadListResponse":
        return _page_of_threads(answer, following)
    if kind == "youtube#commentListResponse":
        replies = [row for row in rows(items) if not _is_of_channel(row, "")]
        return page_of_rows(answer, replies, _comment, next_url=following)
    if kind == "youtube#searchListResponse":
        return _page_of_videos(answer, following)
    return not_its_shape(answer, f"the answer is of an unknown kind ({kind[:60]})")


def _led_on(answer: Answer) -> Page:
    """From the channel that a name stands for to its comments."""
    found = string(part(answer.json, "items", 0), "id")
    if not found:
        return Page(url=answer.url, refused=Verdict(Outcome.GONE, "YouTube knows no channel of this name"))
    return Page(url=answer.url, next_url=_threads(allThreadsRelatedToChannelId=found))


def _page_of_threads(answer: Answer, following: str | None) -> Page:
    found = rows(answer.json, "items")
    threads = [
        Thread(f"youtube:{own_id}", with_query(f"{API}comments", part="snippet", parentId=own_id, maxResults=A_PAGE))
        for row in found
        if (own_id := _id(row)) and _has_more(row)
    ]
    threads = [Thread(one.of, with_query(one.url, textFormat="plainText")) for one in threads]
    lines = [one for row in found for one in _lines(row)]
    # The last page is the end by YouTube's word, though it may show once more what was there.
    is_last = following is None and bool(in_query(answer.url, "pageToken"))
    return page_of_rows(answer, lines, _line, next_url=following, threads=tuple(threads), may_repeat=is_last)


def _id(thread: Row) -> str:
    return string(part(thread, "snippet", "topLevelComment"), "id") or string(thread, "id")


def _has_more(thread: Row) -> bool:
    """Whether a thread has answers that are not with it."""
    total = part(thread, "snippet", "totalReplyCount")
    return isinstance(total, int) and total > len(rows(thread, "replies", "comments"))


def _lines(thread: Row) -> Iterator[tuple[Row, Row | None, str | None]]:
    """Each comment of a thread, what it answers, and what the channel answers; the channel's own are no mentions."""
    top = part(thread, "snippet", "topLevelComment")
    channel = string(part(thread, "snippet"), "channelId")
    replies = sorted(rows(thread, "replies", "comments"), key=_published)
    official = next((_text(one) for one in replies if _is_of_channel(one, channel)), None)
    if not _is_of_channel(top, channel):
        yield top, None, official
    yield from ((one, top, None) for one in replies if not _is_of_channel(one, channel))


def _published(comment: Row) -> str:
    return string(part(comment, "snippet"), "publishedAt")


def _is_of_channel(comment: Any, channel: str) -> bool:
    """Whether whose video it is wrote it: what a brand says below its own videos is its answer."""
    author = string(part(comment, "snippet", "authorChannelId"), "value")
    return bool(author) and author == (channel or string(part(comment, "snippet"), "channelId"))


def _text(comment: Any) -> str:
    snippet = part(comment, "snippet")
    return tidy(string(snippet, "textOriginal")) or plain(string(snippet, "textDisplay"))


def _line(found: tuple[Row, Row | None, str | None]) -> CrawledMention | None:
    row, answers, official = found
    return _comment(row, answers=answers, official=official)


def _comment(row: Row, *, answers: Row | None = None, official: str | None = None) -> CrawledMention | None:
    own_id, text, snippet = string(row, "id"), _text(row), part(row, "snippet")
    if not (own_id and text):
        return None
    parent = string(snippet, "parentId") or string(answers, "id")
    said = moment(string(snippet, "publishedAt"))
    video_id = string(snippet, "videoId")
    return CrawledMention(
        native_id=f"youtube:{own_id}",
        text=text,
        author=string(part(snippet, "authorChannelId"), "value") or author_of(string(snippet, "authorDisplayName")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=with_query(f"{SITE}watch", v=video_id, lc=own_id) if video_id else None,
        answer=official,
        reply_to=f"youtube:{parent}" if parent else None,
        in_thread=answers is not None,
        kind=TextKind.POST,
    )


def _page_of_videos(answer: Answer, following: str | None) -> Page:
    found = [row for row in rows(answer.json, "items") if string(part(row, "id"), "videoId")]
    threads = tuple(Thread(_video_id(row), _threads(videoId=string(row["id"], "videoId"))) for row in found)
    return page_of_rows(answer, found, _video_post, next_url=following, threads=threads, is_selection=True)


def _video_id(row: Row) -> str:
    return f"youtube:video:{string(row['id'], 'videoId')}"


def _video_post(row: Row) -> CrawledMention | None:
    snippet = part(row, "snippet")
    said = moment(string(snippet, "publishedAt"))
    return CrawledMention(
        native_id=_video_id(row),
        text=joined_text(line(string(snippet, "title")), plain(string(snippet, "description"))),
        author=string(snippet, "channelId") or author_of(string(snippet, "channelTitle")),
        published_at=said[0] if said else None,
        precision=said[1] if said else "second",
        url=_video(string(row["id"], "videoId")),
        kind=TextKind.POST,
    )


SOURCE = Source(
    kind="youtube",
    title="comments below a YouTube video or a channel's videos, or below what a search finds",
    target="a video, a channel, or a search on youtube.com",
    tier=Tier.KEY,
    addresses=(
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ",
        "https://www.youtube.com/channel/UCuAXFkgsw1L7xaCfnd5JJOw",
        "https://www.youtube.com/@acme",
        "https://www.youtube.com/results?search_query=acme",
    ),
    terms="YouTube API Services Terms: what is stored is refreshed or dropped within 30 days, so keep feeds running",
    fields="id, text, author (hashed), time, what it answers, the channel's own answer; of a search the videos too",
    limits="10,000 units a day (one a page of 100 comments), 100 searches a day; five answers come with a comment, the "
    "others are paged apart; comments below older videos of a search are read as far as the search goes back",
    tested="answers that we wrote; recorded answers of 2019",
    claims=claims,
    starts=starts,
    searches=True,
    page_of=page_of,
    keys=(Key("youtube", "an API key of a Google Cloud project with the YouTube Data API v3"),),
    signed=signed,
    refused=refused,
    absence=Absence.ANYWHERE,
    obeys_robots=False,
)
