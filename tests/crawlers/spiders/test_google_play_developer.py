import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import jwt
import pytest

from core.errors import Invalid
from crawlers.items import Answer, Ask, Page
from crawlers.outcomes import SUCCESSES, Outcome
from crawlers.spiders.google_play_developer import (
    SOURCE,
    TOKENS,
    claims,
    refused,
    signed,
    starts,
    token_asked,
    token_given,
)  # fmt: skip
from tests.crawlers.contracts.contract import GOOGLES_TOKEN
from tests.crawlers.contracts.google_play_developer import CONTRACT, ERROR, PATH, PRIVATE_KEY, listed, review
from tests.sites import Reply, as_json

APP = f"https://androidpublisher.googleapis.com{PATH}"


def read(reply: Reply, url: str = f"{APP}?maxResults=100") -> Page:
    return SOURCE.read(Answer(url, str(reply.body).encode()))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (APP, APP),
        (f"{APP}?maxResults=100&token=12", APP),
        ("https://www.googleapis.com/androidpublisher/v3/applications/org.acme.gym/reviews", APP),
        ("https://play.google.com/store/apps/details?id=org.acme.gym", None),
        ("https://androidpublisher.googleapis.com/androidpublisher/v3/applications/", None),
    ],
)
def test_an_app_is_recognised_by_its_package(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_a_pass_begins_with_last_weeks_reviews() -> None:
    assert starts(APP, None) == [f"{APP}?maxResults=100"]
    assert starts("https://play.google.com/store/apps/details?id=org.acme.gym", None) == [f"{APP}?maxResults=100"]
    with pytest.raises(Invalid, match="package"):
        starts("https://play.google.com/console/u/0/developers/1/app/2", None)


def test_a_review_is_read_with_its_stars_author_time_language_and_answer() -> None:
    (mention,) = read(listed([review(1, "Well done", "Thank you")])).mentions

    assert (mention.native_id, mention.text) == ("googleplay:review-1", "Well done")
    assert (mention.rating, mention.worst, mention.best) == (2, 1, 5)
    assert (mention.author, mention.language, mention.answer) == ("user1", "en", "Thank you")
    assert mention.published_at == datetime.fromtimestamp(1_790_000_000 - 3600, UTC)


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("Title\tThe text\n\nin two", "Title\n\nThe text\n\nin two"),
        ("\tThe text", "The text"),
        ("The text\n\nin two", "The text\n\nin two"),
    ],
)
def test_a_tab_parts_the_title_from_the_text(text: str, read_as: str) -> None:
    row = review(1, "")
    row["comments"][0]["userComment"]["text"] = text

    (mention,) = read(listed([row])).mentions

    assert mention.text == read_as


def test_what_was_translated_is_kept_as_it_was_written() -> None:
    row = review(1, "Good")
    row["comments"][0]["userComment"]["originalText"] = "Хорошо"

    assert read(listed([row])).mentions[0].text == "Хорошо"


def test_the_next_page_goes_by_its_token() -> None:
    assert read(listed([review(1, "one")], "12334566")).next_url == f"{APP}?maxResults=100&token=12334566"
    assert read(listed([review(1, "one")])).next_url is None


def test_a_quiet_week_is_no_failure() -> None:
    said = read(as_json({})).refused

    assert said
    assert said.outcome in SUCCESSES
    assert "last week" in str(said.detail)


def test_an_empty_page_behind_others_is_just_the_end() -> None:
    page = read(as_json({}), f"{APP}?maxResults=100&token=12")

    assert (page.refused, page.is_recognised, page.next_url) == (None, True, None)


def test_a_service_account_signs_for_a_token() -> None:
    ask = token_asked("http://127.0.0.1:1/token", CONTRACT.keys)

    body = parse_qs(ask.body)
    assertion = body["assertion"][0]
    said = jwt.decode(assertion, PRIVATE_KEY.public_key(), algorithms=["RS256"], audience=TOKENS)
    assert (ask.url, ask.method) == ("http://127.0.0.1:1/token", "POST")
    assert body["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    assert said["iss"] == "reviews@acme.iam.gserviceaccount.com"
    assert said["scope"] == "https://www.googleapis.com/auth/androidpublisher"
    assert said["exp"] - said["iat"] == 3600
    assert jwt.get_unverified_header(assertion)["kid"] == "0123abcd"


@pytest.mark.parametrize("key", ["", "secret", "[]", "{}", '{"client_email": 1, "private_key": "no"}'])
def test_a_key_that_is_no_service_account_signs_nothing(key: str) -> None:
    ask = token_asked(TOKENS, {"google_play_developer": key})

    assert parse_qs(ask.body, keep_blank_values=True)["assertion"] == [""]


def test_the_token_goes_into_a_header() -> None:
    keys = token_given(Answer(TOKENS, str(GOOGLES_TOKEN.body).encode()))

    assert signed(Ask(APP), keys).headers == {"Authorization": "Bearer ya29.of-a-stand-in"}
    assert token_given(Answer(TOKENS, b'{"error": "invalid_grant"}')) == {}


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (401, {"error": {"code": 401, "status": "UNAUTHENTICATED"}}, Outcome.NEEDS_KEY),
        (400, {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, Outcome.NEEDS_KEY),
        (403, ERROR, Outcome.BLOCKED),
        (403, {"error": {"errors": [{"reason": "rateLimitExceeded"}], "message": "Quota"}}, Outcome.RATE_LIMITED),
        (404, {"error": {"message": "Package not found: org.acme.gym."}}, Outcome.GONE),
        (429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, Outcome.RATE_LIMITED),
        (400, [], Outcome.FAILED),
    ],
)
def test_googles_errors_have_their_names(status: int, error: Any, outcome: Outcome) -> None:
    said = refused(Answer(APP, json.dumps(error).encode(), status=status))

    assert said
    assert said.outcome == outcome


@pytest.mark.parametrize("value", [None, [], {"reviews": {}}, {"items": []}, {"reviews": 7}])
def test_what_lists_no_reviews_is_not_its_shape(value: Any) -> None:
    assert not read(as_json(value)).is_recognised


def test_one_broken_review_does_not_hide_the_others() -> None:
    broken = [{"reviewId": "7", "comments": [{"userComment": None}, 7]}, {"reviewId": []}]

    page = read(listed([*broken, review(1, "one")]))

    assert (len(page.mentions), page.dropped) == (1, 2)
