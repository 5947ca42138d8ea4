"""VK: answers that we wrote in the shapes of its API schema."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.queries import query_of
from crawlers.sites import in_query
from crawlers.spiders.vk import SOURCE

API = "https://api.vk.com/method/"
SEARCH = f"{API}newsfeed.search?q=acme&count=200&start_time=1160000000&v=5.199"
WALL = f"{API}wall.get?owner_id=-1&v=5.199&count=100"
WALL_SEARCH = f"{API}wall.search?owner_id=-1&query=acme&v=5.199&count=100"
COMMENTS = f"{API}wall.getComments?owner_id=-1&post_id=2&thread_items_count=10&v=5.199&sort=desc&count=100"
TOPIC = f"{API}board.getComments?group_id=1&topic_id=7&v=5.199&sort=desc&count=100"
NOON = 1_790_000_000
READER = 205387401

Json = dict[str, Any]


def said(own_id: int, text: str, *, by: int = READER, age: int = 0, **fields: Any) -> Json:
    return {"id": own_id, "from_id": by, "date": NOON - age, "text": text, **fields}


def post(own_id: int, text: str, *, comments: int = 0, **fields: Any) -> Json:
    kept = {"owner_id": -1, "post_type": "post", "comments": {"count": comments, "can_post": 1}, **fields}
    return said(own_id, text, **kept)


def thread(count: int, *items: Json) -> Json:
    return {"count": count, "items": list(items), "can_post": True, "show_reply_button": True}


def listed(url: str, *items: Any, **fields: Any) -> Answer:
    response = {"count": len(items), "items": list(items), **fields}
    return Answer(url, json.dumps({"response": response}, ensure_ascii=False).encode())


def error(code: Any, **fields: Any) -> Answer:
    body = {"error": {"error_code": code, "error_msg": "as VK says it", "request_params": [], **fields}}
    return Answer(WALL, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("address", "target"),
    [
        ("https://vk.com/search?q=acme&section=statuses", "https://vk.com/search?q=acme"),
        ("https://vk.com/search/statuses?q=acme", "https://vk.com/search?q=acme"),
        ("https://vk.com/feed?section=search&q=%23acme", "https://vk.com/search?q=%23acme"),
        ("https://vk.com/", "https://vk.com/search"),
        ("https://m.vk.com/acme.gym", "https://vk.com/acme.gym"),
        ("https://vk.ru/acme/", "https://vk.com/acme"),
        ("https://www.vk.com/club123?from=search", "https://vk.com/club123"),
        ("https://vk.com/public123", "https://vk.com/club123"),
        ("https://vk.com/wall-123?own=1", "https://vk.com/club123"),
        ("https://vk.com/wall-123_45?reply=46&thread=44", "https://vk.com/wall-123_45"),
        ("https://vk.com/acme?w=wall-123_45_r46", "https://vk.com/wall-123_45"),
        ("https://vk.com/feed?z=photo-123_9%2Fwall-123_45", "https://vk.com/wall-123_45"),
        ("https://vk.com/topic-123_45?offset=20", "https://vk.com/topic-123_45"),
        (f"{API}wall.get?owner_id=-123&count=9", "https://vk.com/club123"),
        (f"{API}wall.get?domain=acme", "https://vk.com/acme"),
        (COMMENTS, "https://vk.com/wall-1_2"),
        (TOPIC, "https://vk.com/topic-1_7"),
        (SEARCH, "https://vk.com/search?q=acme"),
        ("https://api.vk.ru/method/wall.getComments?owner_id=-1&post_id=2", "https://vk.com/wall-1_2"),
        (f"{API}wall.get?owner_id=123", None),
        (f"{API}users.get?user_ids=1", None),
        ("https://vk.com/id123", None),
        ("https://vk.com/video-1_2", None),
        ("https://vk.com/im", None),
        ("https://vk.com/share.php?url=x", None),
        ("https://vk.com/robots.txt", None),
        ("https://vk.com/@acme-article", None),
        ("https://dev.vk.com/acme", None),
        ("https://example.org/club123", None),
    ],
)
def test_an_address_is_recognised_in_all_its_forms(address: str, target: str | None) -> None:
    assert SOURCE.claims(address) == target
    assert target is None or SOURCE.claims(target) == target


@pytest.mark.parametrize(
    ("target", "query", "found"),
    [
        ("https://vk.com/club1", "", [WALL]),
        ("https://vk.com/acme", "", [f"{API}wall.get?domain=acme&v=5.199&count=100"]),
        ("https://vk.com/club1", "acme", [WALL_SEARCH]),
        ("https://vk.com/wall-1_2", "", [COMMENTS]),
        ("https://vk.com/topic-1_7", "", [TOPIC]),
        ("https://vk.com/search?q=acme", "", [SEARCH]),
        ("https://vk.com/search", "acme OR zen -skill", [SEARCH, SEARCH.replace("acme", "zen")]),
    ],
)
def test_a_target_begins_where_the_api_lists_it(target: str, query: str, found: list[str]) -> None:
    assert SOURCE.starts(target, query_of(query)) == found


def test_a_search_of_nothing_is_not_asked_for() -> None:
    with pytest.raises(Invalid, match="--query"):
        SOURCE.starts("https://vk.com/search", None)


def test_the_token_travels_in_a_header() -> None:
    asked = SOURCE.signed(Ask(WALL), {"vk": "secret"})

    assert (asked.url, dict(asked.headers)) == (WALL, {"Authorization": "Bearer secret"})


def test_a_found_post_is_read_whoever_wrote_it() -> None:
    items = [
        post(5, "Зал [club1|Acme] &amp; бассейн\n\nсупер 💪", owner_id=READER),
        post(6, "Новости города: открылся acme", by=-77, owner_id=-77),
    ]

    page = SOURCE.read(listed(SEARCH, *items, next_from="200/-77_6", total_count=4711))

    first, second = page.mentions
    assert first.native_id == f"vk:wall{READER}_5"
    assert first.text == "Зал Acme & бассейн\n\nсупер 💪"
    assert first.author == str(READER)
    assert (first.published_at, first.precision) == (datetime.fromtimestamp(NOON, UTC), "second")
    assert first.url == f"https://vk.com/wall{READER}_5"
    assert (first.rating, first.answer, first.reply_to, first.kind) == (None, None, None, TextKind.POST)
    assert (second.author, second.native_id) == ("-77", "vk:wall-77_6")
    assert page.is_selection
    assert in_query(page.next_url or "", "start_from") == "200/-77_6"


def test_a_search_finds_comments_too() -> None:
    found = post(9, "acme лучше", post_type="reply", post_id=5, parents_stack=[7])

    (mention,) = SOURCE.read(listed(SEARCH, found)).mentions

    assert (mention.native_id, mention.reply_to) == ("vk:wall-1_5_9", "vk:wall-1_5_7")
    assert mention.url == "https://vk.com/wall-1_5?reply=9"


def test_beyond_a_thousand_posts_a_search_goes_on_by_date() -> None:
    deep = f"{SEARCH}&start_from=800"

    further = SOURCE.read(listed(deep, post(1, "a"), post(2, "b", age=50), total_count=1500)).next_url
    last = SOURCE.read(listed(deep, post(1, "a"), total_count=900)).next_url

    assert further == f"{SEARCH}&end_time={NOON - 50}"
    assert last is None


def test_on_its_own_wall_what_the_community_posts_is_no_mention_but_its_comments_are_read() -> None:
    posts = [
        post(1, "правила группы", by=-1, comments=1, age=10**7, is_pinned=1),
        post(4, "скидки!", by=-1, comments=3),
        post(3, "почему закрыт бассейн?", comments=0, age=60),
        post(2, "расписание", by=-1, age=120),
    ]

    page = SOURCE.read(listed(WALL, *posts))

    assert [one.native_id for one in page.mentions] == ["vk:wall-1_3"]
    assert [one.of for one in page.threads] == ["vk:wall-1_1", "vk:wall-1_4"]
    assert [in_query(one.url, "post_id") for one in page.threads] == ["1", "4"]
    assert (page.filtered, page.dropped, page.is_selection) == (3, 0, False)
    # What is pinned is not where its date would put it.
    assert page.oldest_at == datetime.fromtimestamp(NOON - 120, UTC)
    assert page.cursor == {"newest": datetime.fromtimestamp(NOON, UTC).isoformat()}


def test_on_a_wall_that_is_searched_posts_of_the_community_count() -> None:
    page = SOURCE.read(listed(WALL_SEARCH, post(4, "Прислали в предложку: acme ужас", by=-1, comments=3)))

    assert [one.native_id for one in page.mentions] == ["vk:wall-1_4"]
    assert [one.of for one in page.threads] == ["vk:wall-1_4"]
    assert page.is_selection


def test_a_comment_is_read_with_its_answers_and_the_communitys_own() -> None:
    top = said(
        10,
        "дорого",
        thread=thread(
            3,
            said(11, "[id205387401|Павел], согласна", by=7),
            said(12, "[id205387401|Павел], приходите в акцию!", by=-1, reply_to_comment=10),
            said(13, "[id7|Анна], и вам спасибо", by=-1, reply_to_comment=11),
        ),
    )

    page = SOURCE.read(listed(COMMENTS, top, said(9, "скидки будут", by=-1), current_level_count=2))

    first, second = page.mentions
    assert (first.native_id, first.text, first.answer) == ("vk:wall-1_2_10", "дорого", "приходите в акцию!")
    assert (first.reply_to, first.in_thread) == ("vk:wall-1_2", False)
    assert first.url == "https://vk.com/wall-1_2?reply=10"
    assert (second.native_id, second.text, second.answer) == ("vk:wall-1_2_11", "согласна", "и вам спасибо")
    assert (second.reply_to, second.in_thread) == ("vk:wall-1_2_10", True)
    assert page.next_url is None
    assert page.threads == ()


def test_a_thread_that_is_longer_than_what_is_inline_is_read_apart() -> None:
    inline = [said(11 + number, f"ответ {number}", by=7) for number in range(10)]
    official = said(30, "мы исправили", by=-1)

    page = SOURCE.read(listed(COMMENTS, said(10, "дорого", thread=thread(12, official, *inline[:9]))))
    (apart,) = page.threads
    answers = SOURCE.read(listed(apart.url, *inline, said(22, "ответ 11", by=8), current_level_count=11))

    assert [(one.text, one.answer) for one in page.mentions] == [("дорого", "мы исправили")]
    assert apart.of == "vk:wall-1_2_10"
    assert [in_query(apart.url, name) for name in ("comment_id", "sort", "thread_items_count")] == ["10", "asc", ""]
    assert len(answers.mentions) == 11
    assert {one.reply_to for one in answers.mentions} == {"vk:wall-1_2_10"}
    assert answers.threads == ()


def test_a_deleted_comment_is_named_and_its_answers_stay() -> None:
    gone = said(10, "", by=0, deleted=True, thread=thread(1, said(11, "вот именно", by=7)))

    page = SOURCE.read(listed(COMMENTS, gone))

    assert page.removed == ("vk:wall-1_2_10",)
    assert [one.text for one in page.mentions] == ["вот именно"]
    assert page.dropped == 0


def test_comments_of_a_discussion_name_what_they_answer() -> None:
    items = [
        said(37, "[id7:bp-1_36|Анна], исправим", by=-1),
        said(36, "[club1:bp-1_35|Acme], когда?", by=7, age=60),
        said(35, "Сломан душ", age=120),
    ]

    page = SOURCE.read(listed(TOPIC, *items))

    assert [(one.native_id, one.text, one.reply_to, one.answer) for one in page.mentions] == [
        ("vk:topic-1_7_36", "когда?", "vk:topic-1_7_35", "исправим"),
        ("vk:topic-1_7_35", "Сломан душ", None, None),
    ]
    assert page.mentions[1].url == "https://vk.com/topic-1_7?post=35"


def test_pages_go_on_by_offset_until_the_list_ends() -> None:
    short = listed(COMMENTS, said(1, "a"), said(2, "b"), count=30, current_level_count=5)
    full = listed(f"{WALL}&offset=100", *[post(number, "a") for number in range(1, 101)], count=50)

    assert in_query(SOURCE.read(short).next_url or "", "offset") == "2"
    assert in_query(SOURCE.read(full).next_url or "", "offset") == "200"
    assert SOURCE.read(listed(f"{WALL}&offset=200", count=5000)).next_url is None
    assert SOURCE.read(listed(WALL, post(1, "a"))).next_url is None


def test_stickers_and_photos_without_a_word_are_no_mentions() -> None:
    page = SOURCE.read(listed(COMMENTS, said(1, "", attachments=[{"type": "sticker"}]), said(2, "да")))

    assert ([one.text for one in page.mentions], page.dropped) == (["да"], 1)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error(5), Outcome.NEEDS_KEY),
        (error(7), Outcome.NEEDS_KEY),
        (error(15, error_subcode=1133), Outcome.NEEDS_KEY),
        (error(28), Outcome.NEEDS_KEY),
        (error(9), Outcome.RATE_LIMITED),
        (error(29), Outcome.RATE_LIMITED),
        (error(14, captcha_sid="1", captcha_img="https://…"), Outcome.CAPTCHA),
        (error(15), Outcome.BLOCKED),
        (error(18), Outcome.BLOCKED),
        (error(30), Outcome.BLOCKED),
        (error(203), Outcome.BLOCKED),
        (error(212), Outcome.BLOCKED),
        (error(100), Outcome.FAILED),
        (error(10), Outcome.FAILED),
        (error(None), Outcome.FAILED),
        (Answer(WALL, b'{"error": "invalid_request"}'), Outcome.FAILED),
    ],
)
def test_errors_that_come_with_a_good_status_have_names(answer: Answer, outcome: Outcome) -> None:
    page = SOURCE.read(answer)

    assert page.refused
    assert page.refused.outcome == outcome
    assert page.refused.detail


def test_what_was_asked_too_fast_is_asked_again() -> None:
    page = SOURCE.read(error(6))

    assert (page.again_after_s, page.refused) == (1, None)


@pytest.mark.parametrize(
    "body",
    [b"null", b"[]", b"<html>", b"{}", b'{"response": 1}', b'{"response": {"items": {"id": 1}}}', b'{"error": {}}'],
)
def test_another_shape_is_called_one(body: bytes) -> None:
    page = SOURCE.read(Answer(WALL, body))

    assert not page.is_recognised
    assert page.problem


@pytest.mark.parametrize("url", [SEARCH, WALL, WALL_SEARCH, COMMENTS, TOPIC])
def test_rows_that_cannot_be_read_hide_no_others(url: str) -> None:
    broken = [None, 7, {}, {"id": [], "text": 3, "date": "x", "from_id": {}, "thread": [], "comments": {"count": "9"}}]
    more = [{"id": 1, "text": None, "thread": {"count": "many", "items": [None, {"text": []}]}, "parents_stack": 1}]

    page = SOURCE.read(listed(url, *broken, *more, post(5, "acme супер")))

    assert [one.text for one in page.mentions] == ["acme супер"]


def test_an_empty_wall_is_empty_and_no_other_layout() -> None:
    page = SOURCE.read(listed(WALL))

    assert (page.is_recognised, page.mentions, page.problem, page.next_url) == (True, (), None, None)
