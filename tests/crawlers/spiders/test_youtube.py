"""YouTube's comments: answers that we wrote in the API's shapes, and recorded ones where they are at hand."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.queries import query_of
from crawlers.source import Tier
from crawlers.spiders.youtube import SOURCE

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "recordings" / "youtube"

VIDEO = "dQw4w9WgXcQ"
CHANNEL = "UCuAXFkgsw1L7xaCfnd5JJOw"
READER = "UCzj-CjKYmGlZ7vTL-vOe57A"
WATCHED = f"https://www.youtube.com/watch?v={VIDEO}"
THREADS = f"https://www.googleapis.com/youtube/v3/commentThreads?part=snippet&videoId={VIDEO}"
REPLIES = "https://www.googleapis.com/youtube/v3/comments?part=snippet&parentId=Ug1"


def comment(own_id: str, text: str, *, by: str = READER, at: str = "2026-11-20T10:00:00Z", **fields: Any) -> Any:
    snippet = {
        "channelId": CHANNEL,
        "videoId": VIDEO,
        "authorDisplayName": "@reader",
        "authorChannelId": {"value": by},
        "textDisplay": text,
        "publishedAt": at,
        "updatedAt": at,
        **fields,
    }
    return {"kind": "youtube#comment", "id": own_id, "snippet": snippet}


def thread(top: Any, *replies: Any, total: int | None = None) -> Any:
    snippet = {"channelId": CHANNEL, "videoId": VIDEO, "topLevelComment": top}
    snippet["totalReplyCount"] = len(replies) if total is None else total
    found = {"kind": "youtube#commentThread", "id": top["id"], "snippet": snippet}
    return found | ({"replies": {"comments": list(replies)}} if replies else {})


def listed(*items: Any, kind: str = "commentThread", token: str | None = None) -> bytes:
    answer = {"kind": f"youtube#{kind}ListResponse", "items": list(items)} | ({"nextPageToken": token} if token else {})
    return json.dumps(answer, ensure_ascii=False).encode()


def error(code: int, /, *reasons: str, **fields: Any) -> Answer:
    said = {"code": code, "message": "…", "errors": [{"reason": one, "message": "…"} for one in reasons], **fields}
    return Answer(THREADS, json.dumps({"error": said}).encode(), status=code)


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (WATCHED, WATCHED),
        (f"https://m.youtube.com/watch?app=desktop&v={VIDEO}&t=42s", WATCHED),
        (f"https://music.youtube.com/watch?v={VIDEO}&list=RD1", WATCHED),
        (f"https://youtu.be/{VIDEO}?si=abc", WATCHED),
        (f"https://www.youtube.com/shorts/{VIDEO}/", WATCHED),
        (f"https://www.youtube.com/live/{VIDEO}?feature=share", WATCHED),
        (f"https://www.youtube-nocookie.com/embed/{VIDEO}", WATCHED),
        (f"{THREADS}&order=time", WATCHED),
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", f"https://www.youtube.com/channel/{CHANNEL}"),
        ("https://www.youtube.com/@acme.gym/videos", "https://www.youtube.com/@acme.gym"),
        ("https://www.youtube.com/@%D0%B7%D0%B0%D0%BB", "https://www.youtube.com/@зал"),
        ("https://www.youtube.com/user/acme", "https://www.youtube.com/user/acme"),
        (
            "https://www.youtube.com/results?search_query=acme+gym&sp=x",
            "https://www.youtube.com/results?search_query=acme+gym",
        ),
        ("https://www.youtube.com/", "https://www.youtube.com/results"),
        ("https://www.youtube.com/playlist?list=PL1", None),
        ("https://www.youtube.com/c/acme", None),
        ("https://www.youtube.com/watch?v=short", None),
        ("https://www.googleapis.com/drive/v3/files", None),
        ("https://example.org/watch?v=" + VIDEO, None),
    ],
)
def test_an_address_is_recognised_in_all_its_forms(address: str, target: str | None) -> None:
    assert SOURCE.claims(address) == target
    assert target is None or SOURCE.claims(target) == target


def test_a_video_begins_with_its_newest_threads() -> None:
    asked = f"part=snippet%2Creplies&order=time&textFormat=plainText&maxResults=100&videoId={VIDEO}"

    assert SOURCE.starts(WATCHED, None) == [f"https://www.googleapis.com/youtube/v3/commentThreads?{asked}"]


def test_a_handle_leads_on_to_its_channel() -> None:
    (start,) = SOURCE.starts("https://www.youtube.com/@acme", None)

    page = SOURCE.read(Answer(start, listed({"id": CHANNEL}, kind="channel")))

    assert start == "https://www.googleapis.com/youtube/v3/channels?part=id&forHandle=%40acme"
    assert page.next_url
    assert f"allThreadsRelatedToChannelId={CHANNEL}" in page.next_url
    assert page.next_url in SOURCE.starts(f"https://www.youtube.com/channel/{CHANNEL}", None)


def test_a_handle_of_nobody_is_gone() -> None:
    body = json.dumps({"kind": "youtube#channelListResponse", "pageInfo": {"totalResults": 0}}).encode()

    refused = SOURCE.read(Answer("https://www.googleapis.com/youtube/v3/channels", body)).refused

    assert refused
    assert refused.outcome == Outcome.GONE


def test_each_alternative_of_a_query_is_a_search_and_none_is_asked_for() -> None:
    found = SOURCE.starts("https://www.youtube.com/results", query_of('"acme gym" OR acmefit -skill'))

    assert [url.rpartition("q=")[2] for url in found] == ["%22acme+gym%22", "acmefit"]
    assert all("/search?part=snippet&type=video&order=date&maxResults=50" in url for url in found)
    with pytest.raises(Invalid, match="--query"):
        SOURCE.starts("https://www.youtube.com/results", None)


def test_the_key_travels_in_a_header() -> None:
    asked = SOURCE.signed(Ask(THREADS), {"youtube": "secret"})

    assert (asked.url, dict(asked.headers)) == (THREADS, {"X-Goog-Api-Key": "secret"})
    assert SOURCE.tier is Tier.KEY


def test_a_comment_is_read_with_its_answers() -> None:
    body = listed(
        thread(
            comment("Ug1", "Зал хороший 💪\n\nно дорого"),
            comment("Ug1.a", "согласна", parentId="Ug1", by="UCanother", at="2026-11-22T10:00:00.000Z"),
        ),
        token="next",
    )

    page = SOURCE.read(Answer(THREADS, body))

    first, second = page.mentions
    assert first.native_id == "youtube:Ug1"
    assert first.text == "Зал хороший 💪\n\nно дорого"
    assert first.author == READER
    assert (first.published_at, first.precision) == (datetime(2026, 11, 20, 10, tzinfo=UTC), "second")
    assert first.url == f"https://www.youtube.com/watch?v={VIDEO}&lc=Ug1"
    assert (first.rating, first.reply_to, first.in_thread, first.kind) == (None, None, False, TextKind.POST)
    assert (second.reply_to, second.in_thread) == ("youtube:Ug1", True)
    assert page.next_url == f"{THREADS}&pageToken=next"
    assert page.threads == ()


def test_what_the_channel_says_is_its_answer() -> None:
    replies = [
        comment("Ug1.b", "ещё раз спасибо", by=CHANNEL, at="2026-11-22T10:00:00Z"),
        comment("Ug1.a", "спасибо!", by=CHANNEL, at="2026-11-21T10:00:00Z"),
    ]
    pinned = thread(comment("Ug2", "акция в описании", by=CHANNEL), comment("Ug2.a", "обман", parentId="Ug2"))

    page = SOURCE.read(Answer(THREADS, listed(thread(comment("Ug1", "супер"), *replies), pinned)))

    assert [(one.text, one.answer) for one in page.mentions] == [("супер", "спасибо!"), ("обман", None)]
    assert page.dropped == 0


def test_more_answers_than_come_inline_are_a_thread() -> None:
    some = [comment(f"Ug1.{n}", f"answer {n}", parentId="Ug1") for n in range(5)]

    page = SOURCE.read(
        Answer(THREADS, listed(thread(comment("Ug1", "супер"), *some, total=7), thread(comment("Ug2", "да"))))
    )

    assert [one.of for one in page.threads] == ["youtube:Ug1"]
    assert page.threads[0].url.startswith("https://www.googleapis.com/youtube/v3/comments?part=snippet&parentId=Ug1")
    assert len(page.mentions) == 7


def test_answers_that_are_paged_apart_know_what_they_answer() -> None:
    replies = [
        comment("Ug1.7", "answer 7", parentId="Ug1"),
        comment("Ug1.6", "мы исправились", parentId="Ug1", by=CHANNEL),
    ]

    page = SOURCE.read(Answer(REPLIES, listed(*replies, kind="comment", token="more")))

    assert [(one.native_id, one.reply_to) for one in page.mentions] == [("youtube:Ug1.7", "youtube:Ug1")]
    assert page.next_url == f"{REPLIES}&pageToken=more"


def test_a_search_gives_videos_and_their_comments_as_threads() -> None:
    found = {
        "id": {"kind": "youtube#video", "videoId": VIDEO},
        "snippet": {
            "title": "Acme &amp; я: обзор зала",
            "description": "честно …",
            "channelId": READER,
            "publishedAt": "2026-11-01T00:00:00Z",
        },
    }

    page = SOURCE.read(Answer("https://www.googleapis.com/youtube/v3/search", listed(found, kind="search", token="p2")))

    assert [(one.native_id, one.text) for one in page.mentions] == [
        (f"youtube:video:{VIDEO}", "Acme & я: обзор зала\n\nчестно …")
    ]
    assert [(one.of, f"videoId={VIDEO}" in one.url) for one in page.threads] == [(f"youtube:video:{VIDEO}", True)]
    assert page.is_selection
    assert page.next_url


def test_text_as_the_author_wrote_it_goes_before_text_as_it_is_shown() -> None:
    one = comment("Ug1", "<a href='x'>a</a>", textOriginal="a <3 b")

    assert SOURCE.read(Answer(THREADS, listed(thread(one)))).mentions[0].text == "a <3 b"


def test_a_video_without_comments_is_empty_and_no_other_layout() -> None:
    page = SOURCE.read(Answer(THREADS, listed()))

    assert (page.is_recognised, page.mentions, page.problem) == (True, (), None)


def test_switched_off_comments_are_an_answer_about_the_video() -> None:
    verdict = SOURCE.refused(error(403, "commentsDisabled"))

    assert verdict
    assert verdict.outcome == Outcome.NOTHING_NEW
    assert "switched off" in str(verdict.detail)


def test_a_quota_that_is_used_up_is_waited_for_until_midnight_in_california() -> None:
    verdict = SOURCE.refused(error(403, "quotaExceeded"))

    assert verdict
    assert verdict.outcome == Outcome.RATE_LIMITED
    assert verdict.retry_at
    assert verdict.retry_at.replace(second=0, microsecond=0).minute in {0, 59}
    assert verdict.retry_at.hour in {6, 7, 8}


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error(400, "keyInvalid"), Outcome.NEEDS_KEY),
        (error(400, "badRequest", details=[{"reason": "API_KEY_INVALID"}]), Outcome.NEEDS_KEY),
        (error(403, "forbidden", message="The request is missing a valid API key."), Outcome.NEEDS_KEY),
        (error(403, "accessNotConfigured"), Outcome.NEEDS_KEY),
        (error(401, "authError"), Outcome.NEEDS_KEY),
        (error(429, "rateLimitExceeded", status="RESOURCE_EXHAUSTED"), Outcome.RATE_LIMITED),
        (error(404, "videoNotFound"), Outcome.GONE),
        (error(403, "forbidden"), Outcome.BLOCKED),
        (error(400, "processingFailure"), Outcome.FAILED),
        (Answer(THREADS, b"<html>", status=500), Outcome.FAILED),
    ],
)
def test_errors_have_names(answer: Answer, outcome: Outcome) -> None:
    verdict = SOURCE.refused(answer)

    assert verdict
    assert verdict.outcome == outcome
    assert verdict.detail


def test_a_good_answer_is_not_refused() -> None:
    assert SOURCE.refused(Answer(THREADS, listed())) is None


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[]",
        b"<html>",
        b'{"items": []}',
        b'{"kind": "youtube#commentThreadListResponse", "items": {"a": 1}}',
        b'{"kind": "youtube#playlistListResponse", "items": []}',
        b'{"kind": ["youtube#commentThreadListResponse"], "items": [1]}',
    ],
)
def test_another_shape_is_called_one(body: bytes) -> None:
    page = SOURCE.read(Answer(THREADS, body))

    assert not page.is_recognised
    assert page.problem


def test_rows_that_cannot_be_read_hide_no_others() -> None:
    broken = [None, 7, {}, {"snippet": []}, {"snippet": {"topLevelComment": "x", "totalReplyCount": "many"}}]

    page = SOURCE.read(Answer(THREADS, listed(*broken, thread(comment("Ug1", "супер")))))

    assert [one.text for one in page.mentions] == ["супер"]


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
def test_every_recorded_comment_is_read() -> None:
    pages = [
        SOURCE.read(Answer(url, (RECORDINGS / f"comment_threads_by_video_paged_{number}.json").read_bytes()))
        for number, url in ((1, THREADS), (2, f"{THREADS}&pageToken=2"))
    ]

    assert [len(page.mentions) for page in pages] == [5, 5]  # 10 of 10, and the second page repeats the first
    assert len({one.native_id for page in pages for one in page.mentions}) == 5
    assert all(one.text and one.author and one.published_at and one.url for page in pages for one in page.mentions)
    assert [page.next_url is not None for page in pages] == [True, False]
    assert [page.may_repeat for page in pages] == [False, True]
    assert [thread.of for thread in pages[0].threads] == ["youtube:UgwI_ylXVnzPS8Q-oAV4AaABAg"]


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
def test_the_recorded_error_has_a_name() -> None:
    answer = Answer(THREADS, (RECORDINGS / "error_permission_resp.json").read_bytes(), status=403)

    verdict = SOURCE.refused(answer)

    assert verdict == replace(verdict, outcome=Outcome.BLOCKED, detail="HTTP 403: The caller does not have permission")
