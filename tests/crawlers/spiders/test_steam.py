"""Steam: apps by their addresses, thumbs as 1 or 0, the cursor, and the store's older list as the second choice."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import Invalid
from crawlers.items import Answer, Page
from crawlers.outcomes import Outcome
from crawlers.sites import in_query
from crawlers.spiders.steam import SOURCE, claims, refused, starts
from tests.crawlers.conftest import Crawls
from tests.crawlers.contracts.steam import NEWEST, review
from tests.sites import Asked, Reply, Site, as_json

RECORDING = Path(__file__).parents[3].parent / "shared" / "recordings" / "steam" / "review_320.json"
TARGET = "https://store.steampowered.com/app/440/"
(FIRST_PAGE,) = starts(TARGET, None)
OLD = "https://store.steampowered.com/appreviews/440?json=1&cursor=%2A"


def answer(body: Any, *, url: str = FIRST_PAGE, status: int = 200) -> Answer:
    return Answer(url, str(as_json(body).body).encode(), status=status)


def read(*reviews: Any, cursor: str = "", url: str = FIRST_PAGE) -> Page:
    return SOURCE.read(answer({"response": {"reviews": list(reviews), "cursor": cursor}}, url=url))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://store.steampowered.com/app/440/Team_Fortress_2/?l=russian", TARGET),
        ("http://store.steampowered.com/agecheck/app/440", TARGET),
        ("https://store.steampowered.com/appreviews/440?json=1", TARGET),
        ("https://www.steamcommunity.com/app/440/reviews/?browsefilter=mostrecent", TARGET),
        (FIRST_PAGE, TARGET),
        ("https://api.steampowered.com/IUserReviewsService/GetAppReviews/v1/?appid=440", TARGET),
        ("https://api.steampowered.com/ISteamNews/GetNewsForApp/v2/?appid=440", None),
        ("https://store.steampowered.com/", None),
        ("https://steamcommunity.com/id/somebody/recommended/", None),
        ("https://example.org/app/440", None),
    ],
)
def test_an_app_is_recognised_by_its_number(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_a_pass_asks_for_the_newest_reviews_in_all_languages_bought_anywhere() -> None:
    asked = json.loads(in_query(FIRST_PAGE, "input_json"))

    assert (asked["appid"], asked["cursor"], asked["num_per_page"]) == (440, "*", 100)
    assert (asked["filter"], asked["languages"], asked["purchase_type"]) == (1, ["all"], 1)
    with pytest.raises(Invalid, match="app/440"):
        starts("https://store.steampowered.com/", None)


def test_a_review_is_a_thumb_with_a_text_a_language_a_time_and_an_answer() -> None:
    (mention,) = read(review(1, "отзыв")).mentions

    assert (mention.native_id, mention.text, mention.language) == ("steam:1", "отзыв", "ru")
    assert (mention.rating, mention.best, mention.worst) == (1, 1, 0)
    assert (mention.author, mention.answer) == ("76561198000000001", "Thanks")
    assert mention.published_at == datetime.fromtimestamp(NEWEST - 3600, UTC)


def test_thumbs_down_is_0_and_no_thumb_is_no_rating() -> None:
    no_thumb = {name: value for name, value in review(1, "text").items() if name != "voted_up"}

    assert [mention.rating for mention in read(review(2, "text"), no_thumb).mentions] == [0, None]


def test_a_review_without_words_is_its_thumb_alone() -> None:
    page = read(review(1, ""), no_words := {**review(2, ""), "voted_up": None})

    assert no_words
    assert ([mention.text for mention in page.mentions], page.dropped) == ([""], 1)


def test_no_address_of_a_review_is_kept_since_it_names_its_author() -> None:
    assert read(review(1, "text")).mentions[0].url is None


def test_markup_in_square_brackets_goes_and_other_brackets_stay() -> None:
    text = "[h1]Good[/h1]It is [b]very[/b] [url=https://a.example]good[/url] [sic]\n[list][*]one[*]two[/list]"

    (mention,) = read(review(1, text)).mentions

    assert mention.text == "Good\nIt is very good [sic]\n\none\ntwo"


def test_the_cursor_is_escaped_and_a_short_page_is_not_the_end() -> None:
    following = read(review(1, "text"), cursor="AoJ4+/==&").next_url or ""

    assert "AoJ4+" not in following
    assert json.loads(in_query(following, "input_json"))["cursor"] == "AoJ4+/==&"
    assert json.loads(in_query(following, "input_json"))["appid"] == 440


def test_a_cursor_that_repeats_is_the_end() -> None:
    second = read(review(1, "text"), cursor="AoJ4").next_url or ""

    assert read(review(2, "text"), cursor="AoJ4", url=second).next_url is None
    assert read(review(1, "text"), cursor="*").next_url is None
    assert read(review(1, "text")).next_url is None


def test_where_the_api_has_no_such_method_the_stores_list_is_asked() -> None:
    missing = answer({}, status=404)

    assert refused(missing) is None
    following = SOURCE.read(missing).next_url or ""
    assert following.startswith("https://store.steampowered.com/appreviews/440?json=1&filter=recent")
    gone = refused(answer({}, url=OLD, status=404))
    assert gone
    assert gone.outcome == Outcome.GONE


def test_the_stores_list_is_read_alike_with_the_same_ids() -> None:
    body = {"success": 1, "query_summary": {}, "reviews": [review(1, "text")], "cursor": "AoJ4+=="}

    page = SOURCE.read(answer(body, url=OLD))

    assert page.mentions == read(review(1, "text")).mentions
    assert in_query(page.next_url or "", "cursor") == "AoJ4+=="


def test_the_stores_home_page_is_not_its_list() -> None:
    page = SOURCE.read(Answer("https://store.steampowered.com/", b"<html><body>Welcome to Steam</body></html>"))

    assert page.is_recognised is False


@pytest.mark.parametrize("response", [{}, {"query_summary": {"num_reviews": 0}, "cursor": "*"}, {"reviews": []}])
def test_an_app_without_reviews_is_recognised(response: dict[str, Any]) -> None:
    page = SOURCE.read(answer({"response": response}))

    assert (page.is_recognised, page.mentions, page.next_url, page.problem) == (True, (), None, None)


def test_an_error_in_a_good_answer_is_a_failure() -> None:
    page = SOURCE.read(answer({"success": 2}, url=OLD))

    assert page.refused
    assert (page.refused.outcome, page.refused.detail) == (Outcome.FAILED, "Steam says success 2")


@pytest.mark.parametrize("body", [None, [], "text", {"response": {"user_reviews": []}}, {"response": None, "a": 1}])
def test_any_other_answer_is_another_layout(body: Any) -> None:
    assert SOURCE.read(answer(body)).is_recognised is False


def test_one_bad_review_does_not_hide_the_others() -> None:
    page = read(None, {"recommendationid": [1]}, {**review(1, "text"), "author": 5, "language": {}}, "x")

    assert ([mention.native_id for mention in page.mentions], page.dropped) == (["steam:1"], 3)
    assert read({"id": 1, "text": "text"}).problem


def in_store(asked: Asked) -> Reply:
    reviews, cursor = ([review(1, "text")], "AoJ4") if asked.query["cursor"] == "*" else ([review(2, "more")], "AoJ5")
    is_end = asked.query["cursor"] == "AoJ5"
    return as_json({"success": 1, "reviews": [] if is_end else reviews, "cursor": cursor})


def test_a_crawl_goes_on_in_the_store_where_the_api_is_not_there(crawls: Crawls) -> None:
    feed_id = crawls.feed(TARGET, "steam", allows_private=False)

    with Site({"/appreviews/440": in_store}) as site:
        crawls.crawl(feed_id, base_url=site.url)

    assert crawls.runs(feed_id)[-1].outcome == Outcome.OK
    assert sorted(mention.text for mention in crawls.mentions(feed_id)) == ["more", "text"]


@pytest.mark.skipif(not RECORDING.is_file(), reason="no recordings here")
def test_all_104_of_104_recorded_reviews_are_read() -> None:
    recorded = json.loads(RECORDING.read_bytes())["reviews"]

    page = SOURCE.read(Answer(FIRST_PAGE, RECORDING.read_bytes()))

    assert len(page.mentions) == len(recorded) == 104
    assert all(mention.text and mention.published_at and mention.author for mention in page.mentions)
    assert {(mention.rating, mention.language) for mention in page.mentions} == {(1, "en")}
