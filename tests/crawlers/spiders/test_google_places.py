"""Google Places: answers that we wrote in the shapes of its documentation."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Invalid
from crawlers.items import Answer, Ask
from crawlers.outcomes import Outcome
from crawlers.source import Absence
from crawlers.spiders.google_places import SOURCE

PLACE = "ChIJN1t_tDeuEmsRUsoyG83frY4"
TARGET = f"https://www.google.com/maps/place/?q=place_id:{PLACE}"
DETAILS = f"https://places.googleapis.com/v1/places/{PLACE}"
ON_MAPS = (
    "https://www.google.com/maps/place/Acme/@55.7,37.6,17z/data=!4m8!3m7!1s0x46b5:0x1!8m2!3d55.7!4d37.6!16s%2Fg%2F1"
)


def review(number: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "name": f"places/{PLACE}/reviews/ChZDSUhNMG{number}",
        "relativePublishTimeDescription": "a month ago",
        "rating": 5,
        "text": {"text": "Clean and cheap", "languageCode": "en"},
        "originalText": {"text": "Чисто и <недорого>", "languageCode": "ru"},
        "authorAttribution": {"displayName": "Анна П.", "uri": "https://www.google.com/maps/contrib/1/reviews"},
        "publishTime": "2026-10-08T08:22:09.598435Z",
        "googleMapsUri": "https://www.google.com/maps/reviews/data=!4m6!14m5",
        **fields,
    }


def place(*reviews: Any) -> Answer:
    return Answer(DETAILS, json.dumps({"id": PLACE, "reviews": list(reviews)}, ensure_ascii=False).encode())


def error(code: int, state: str, *, reason: str = "") -> Answer:
    said = {"code": code, "message": "as Google says it", "status": state}
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}] if reason else []
    return Answer(DETAILS, json.dumps({"error": {**said, "details": details}}).encode(), status=code)


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (TARGET, TARGET),
        (f"https://maps.google.com/?q=place_id:{PLACE}&hl=ru", TARGET),
        (f"https://www.google.ru/maps/place/?q=place_id%3A{PLACE}", TARGET),
        (f"https://www.google.co.uk/maps/search/?api=1&query=acme&query_place_id={PLACE}", TARGET),
        (f"https://search.google.com/local/writereview?placeid={PLACE}", TARGET),
        (f"{ON_MAPS}!19s{PLACE}?entry=ttu", TARGET),
        (f"https://www.google.com/maps/place/place_id:{PLACE}", TARGET),
        (DETAILS, TARGET),
        (f"https://maps.googleapis.com/maps/api/place/details/json?place_id={PLACE}", TARGET),
        (ON_MAPS, None),
        ("https://www.google.com/maps/search/acme/", None),
        ("https://maps.app.goo.gl/abc", None),
        ("https://places.googleapis.com/v1/places:searchText", None),
        (f"https://example.org/?place_id={PLACE}", None),
    ],
)
def test_a_place_is_recognised_by_its_id_wherever_it_is(address: str, target: str | None) -> None:
    assert SOURCE.claims(address) == target
    assert target is None or SOURCE.claims(target) == target


def test_a_place_is_one_request_with_its_key_and_fields_in_headers() -> None:
    asked = SOURCE.signed(Ask(DETAILS), {"google_places": "secret"})

    assert SOURCE.starts(TARGET, None) == [DETAILS]
    assert (asked.url, asked.headers) == (DETAILS, {"X-Goog-Api-Key": "secret", "X-Goog-FieldMask": "id,reviews"})


def test_a_place_without_an_id_is_not_asked_for() -> None:
    with pytest.raises(Invalid, match="with its id"):
        SOURCE.starts(ON_MAPS, None)


def test_a_review_is_read_as_it_was_written() -> None:
    (mention,) = SOURCE.read(place(review())).mentions

    assert mention.native_id == f"google:places/{PLACE}/reviews/ChZDSUhNMG1"
    assert (mention.text, mention.language) == ("Чисто и <недорого>", "ru")
    assert (mention.rating, mention.worst, mention.best) == (5, 1, 5)
    assert mention.author == "Анна П."
    assert (mention.published_at, mention.precision) == (datetime(2026, 10, 8, 8, 22, 9, tzinfo=UTC), "second")
    assert mention.url == "https://www.google.com/maps/reviews/data=!4m6!14m5"


def test_five_reviews_are_a_selection() -> None:
    page = SOURCE.read(place(*(review(number) for number in range(5))))

    assert len(page.mentions) == 5
    assert page.next_url is None
    assert page.is_selection
    assert SOURCE.absence is Absence.SAYS_NOTHING


def test_a_review_without_a_name_is_told_by_its_content() -> None:
    nameless = review(originalText=None)
    del nameless["name"]

    first, second = SOURCE.read(place(nameless, {**nameless, "rating": 1})).mentions

    assert first.text == "Clean and cheap"
    assert first.native_id != second.native_id
    assert ":" not in first.native_id


def test_stars_without_a_word_are_a_review() -> None:
    (mention,) = SOURCE.read(place({"name": "places/1/reviews/2", "rating": 2})).mentions

    assert (mention.text, mention.rating, mention.author, mention.published_at) == ("", 2, None, None)


def test_a_place_without_reviews_is_empty_and_no_other_layout() -> None:
    page = SOURCE.read(Answer(DETAILS, json.dumps({"id": PLACE}).encode()))

    assert (page.is_recognised, page.mentions, page.problem) == (True, (), None)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error(400, "INVALID_ARGUMENT", reason="API_KEY_INVALID"), Outcome.NEEDS_KEY),
        (error(403, "PERMISSION_DENIED", reason="SERVICE_DISABLED"), Outcome.NEEDS_KEY),
        (error(403, "PERMISSION_DENIED", reason="API_KEY_HTTP_REFERRER_BLOCKED"), Outcome.NEEDS_KEY),
        (error(403, "PERMISSION_DENIED"), Outcome.BLOCKED),
        (error(404, "NOT_FOUND"), Outcome.GONE),
        (error(429, "RESOURCE_EXHAUSTED"), Outcome.RATE_LIMITED),
        (error(400, "INVALID_ARGUMENT"), Outcome.FAILED),
    ],
)
def test_errors_have_names(answer: Answer, outcome: Outcome) -> None:
    verdict = SOURCE.refused(answer)

    assert verdict
    assert verdict.outcome == outcome
    assert verdict.detail


@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"<html>", b"{}", b'{"places": []}', b'{"id": "x", "reviews": {"a": 1}}']
)
def test_another_shape_is_called_one(body: bytes) -> None:
    page = SOURCE.read(Answer(DETAILS, body))

    assert not page.is_recognised
    assert page.problem


def test_rows_that_cannot_be_read_hide_no_others() -> None:
    broken = [None, 7, {}, {"name": [], "rating": "many", "originalText": "x"}, {"name": "n", "googleMapsUri": {}}]

    page = SOURCE.read(place(*broken, review()))

    assert [one.rating for one in page.mentions] == [5]


OLDER = f"https://stand-in.example/maps/api/place/details/json?place_id={PLACE}&fields=place_id%2Creview"


def details(*reviews: Any, **said: Any) -> Answer:
    return Answer(OLDER, json.dumps({"result": {"reviews": list(reviews)}, "status": "OK", **said}).encode())


def test_a_stand_in_without_the_place_is_asked_for_its_older_details() -> None:
    missing = Answer(DETAILS.replace("places.googleapis.com", "stand-in.example"), b"<html>", status=404)

    page = SOURCE.read(missing)

    assert SOURCE.refused(missing) is None
    assert page.next_url == OLDER
    assert SOURCE.signed(Ask(OLDER), {"google_places": "secret"}) == Ask(f"{OLDER}&key=secret")
    gone = SOURCE.refused(Answer(OLDER, b"", status=404))
    assert gone
    assert gone.outcome == Outcome.GONE


def test_older_details_are_read_alike() -> None:
    said = {"author_name": "Anna", "language": "en", "rating": 4, "text": "Clean &amp; cheap", "time": 1358249804}
    before_stars = {"aspects": [{"rating": 3, "type": "quality"}], "author_name": "Oleg", "text": "Fine", "time": 1}

    first, second = SOURCE.read(details(said, before_stars)).mentions

    assert (first.text, first.rating, first.author, first.language) == ("Clean & cheap", 4, "Anna", "en")
    assert first.published_at == datetime(2013, 1, 15, 11, 36, 44, tzinfo=UTC)
    assert (second.text, second.rating) == ("Fine", None)
    assert first.native_id != second.native_id


def test_older_details_without_reviews_are_empty() -> None:
    page = SOURCE.read(details(result={"name": "Acme"}))

    assert (page.is_recognised, page.mentions) == (True, ())


@pytest.mark.parametrize(
    ("state", "outcome"),
    [("REQUEST_DENIED", Outcome.NEEDS_KEY), ("OVER_QUERY_LIMIT", Outcome.RATE_LIMITED), ("NOT_FOUND", Outcome.GONE)],
)
def test_older_errors_have_names(state: str, outcome: Outcome) -> None:
    verdict = SOURCE.refused(Answer(OLDER, json.dumps({"status": state, "error_message": "as Google says"}).encode()))

    assert verdict
    assert (verdict.outcome, verdict.detail) == (outcome, f"Google says {state}: as Google says")
