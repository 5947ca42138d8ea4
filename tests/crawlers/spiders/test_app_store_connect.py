from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from core.errors import Invalid
from crawlers.items import Answer, Ask, Page
from crawlers.outcomes import Outcome
from crawlers.sites import with_query
from crawlers.spiders.app_store_connect import SOURCE, claims, refused, signed, starts
from tests.crawlers.contracts.app_store_connect import CONTRACT, PATH, PRIVATE_KEY, REFUSED, RESPONSE, listed, review
from tests.sites import Reply, as_json

APP = "https://appstoreconnect.apple.com/apps/123456789"
API = f"https://api.appstoreconnect.apple.com{PATH}"
FIRST_PAGE = with_query(API, sort="-createdDate", limit=200, include="response")


def read(reply: Reply) -> Page:
    return SOURCE.read(Answer(FIRST_PAGE, str(reply.body).encode()))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (APP, APP),
        (f"{APP}/distribution/activity/ios/ratingsResponses", APP),
        (f"{FIRST_PAGE}&cursor=3", APP),
        ("https://apps.apple.com/us/app/acme-gym/id123456789", None),
        ("https://appstoreconnect.apple.com/apps", None),
    ],
)
def test_an_app_is_recognised_by_its_number(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_a_pass_begins_with_the_newest_and_their_answers() -> None:
    assert starts(APP, None) == [FIRST_PAGE]
    assert starts("https://apps.apple.com/us/app/acme-gym/id123456789", None) == [FIRST_PAGE]
    with pytest.raises(Invalid, match=r"appstoreconnect\.apple\.com"):
        starts("https://example.org/", None)


def test_a_review_is_read_with_its_stars_author_time_and_answer() -> None:
    (mention,) = read(listed([review(1, "Well done", answered=True)])).mentions

    assert (mention.native_id, mention.text) == (
        "appstoreconnect:00000028-b08c-0014-729e-000000000001",
        "Acme\n\nWell done",
    )
    assert (mention.rating, mention.worst, mention.best) == (2, 1, 5)
    assert (mention.author, mention.published_at) == ("user1", datetime(2026, 9, 27, 16, 10, 34, tzinfo=UTC))
    assert mention.answer == "Thank you"


def test_an_answer_that_waits_to_be_published_is_not_public() -> None:
    waiting: dict[str, Any] = {**RESPONSE, "attributes": {**RESPONSE["attributes"], "state": "PENDING_PUBLISH"}}

    (mention,) = read(as_json({"data": [review(1, "one", answered=True)], "included": [waiting]})).mentions

    assert mention.answer is None


def test_the_next_page_is_where_the_answer_says() -> None:
    assert read(listed([review(1, "one")], "AB.12")).next_url == f"{API}?cursor=AB.12&limit=200&include=response"
    assert read(listed([review(1, "one")])).next_url is None


def test_a_request_is_signed_with_a_token_that_lives_less_than_twenty_minutes() -> None:
    ask = signed(Ask(FIRST_PAGE), CONTRACT.keys)

    token = ask.headers["Authorization"].removeprefix("Bearer ")
    said = jwt.decode(token, PRIVATE_KEY.public_key(), algorithms=["ES256"], audience="appstoreconnect-v1")
    assert jwt.get_unverified_header(token) == {"alg": "ES256", "kid": "2X9R4HXF34", "typ": "JWT"}
    assert said["iss"] == CONTRACT.keys["app_store_connect_issuer"]
    assert 0 < said["exp"] - said["iat"] < 20 * 60
    assert ask.url == FIRST_PAGE


def test_a_private_key_on_one_line_is_one_too() -> None:
    one_line = CONTRACT.keys["app_store_connect_private_key"].replace("\n", "\\n")

    assert (
        "Authorization" in signed(Ask(FIRST_PAGE), {**CONTRACT.keys, "app_store_connect_private_key": one_line}).headers
    )


@pytest.mark.parametrize("pem", ["", "secret", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"])
def test_a_private_key_that_is_none_signs_nothing(pem: str) -> None:
    assert signed(Ask(FIRST_PAGE), {**CONTRACT.keys, "app_store_connect_private_key": pem}) == Ask(FIRST_PAGE)


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(401, Outcome.NEEDS_KEY), (403, Outcome.BLOCKED), (404, Outcome.GONE), (429, Outcome.RATE_LIMITED)],
)
def test_apples_errors_have_their_names(status: int, outcome: Outcome) -> None:
    said = refused(Answer(FIRST_PAGE, str(as_json(REFUSED).body).encode(), status=status))

    assert said
    assert said.outcome == outcome


def test_a_good_answer_is_no_error() -> None:
    assert refused(Answer(FIRST_PAGE, b"{}")) is None


@pytest.mark.parametrize("value", [None, [], {"data": None}, {"data": {"id": "1"}}, {"errors": []}])
def test_what_lists_no_reviews_is_not_its_shape(value: Any) -> None:
    assert not read(as_json(value)).is_recognised


def test_one_broken_review_does_not_hide_the_others() -> None:
    broken = {"id": "7", "attributes": {"rating": {}, "body": []}, "relationships": 7}

    page = read(as_json({"data": [broken, review(1, "one")], "included": [7, {"id": []}], "links": []}))

    assert (len(page.mentions), page.dropped) == (1, 1)
