import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from core.errors import Invalid
from crawlers.items import Answer, Page
from crawlers.outcomes import Outcome
from crawlers.spiders.google_play import SOURCE, asked, claims, starts
from tests.crawlers.contracts.google_play import envelope, row
from tests.sites import Reply

RECORDED = Path(__file__).parents[3].parent / "shared" / "recordings" / "google_play" / "translate-initial.txt"
STORE = "https://play.google.com/store/apps/details"
API = "https://play.google.com/_/PlayStoreUi/data/batchexecute"
FIRST_PAGE = f"{API}?hl=en&gl=us&id=org.acme.gym"


def read(reply: Reply | bytes) -> Page:
    return SOURCE.read(Answer(FIRST_PAGE, reply if isinstance(reply, bytes) else str(reply.body).encode()))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (f"{STORE}?id=org.acme.gym", f"{STORE}?id=org.acme.gym"),
        (f"{STORE}?hl=ru&id=org.acme.gym&gl=RU&pcampaignid=web", f"{STORE}?id=org.acme.gym&hl=ru&gl=RU"),
        (f"{STORE}?id=org.acme.gym&hl=%22%3E", f"{STORE}?id=org.acme.gym"),
        (f"{STORE}?id=%22%5D%5D", None),
        ("https://play.google.com/store/apps/developer?id=org.acme.gym", None),
        ("https://example.org/store/apps/details?id=org.acme.gym", None),
    ],
)
def test_an_app_is_recognised_with_its_language_and_country(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_a_pass_begins_with_the_newest_in_the_apps_language() -> None:
    assert starts(f"{STORE}?id=org.acme.gym", None) == [FIRST_PAGE]
    assert starts(f"{STORE}?id=org.acme.gym&hl=ru&gl=RU", None) == [f"{API}?hl=ru&gl=RU&id=org.acme.gym"]
    with pytest.raises(Invalid, match=r"play\.google\.com"):
        starts("https://example.org/", None)


def test_the_app_and_the_token_go_into_the_body_and_not_into_the_address() -> None:
    ask = asked(f"{FIRST_PAGE}&token=CtgBIs8B%3D%3D")

    ((method, what, *_),) = json.loads(parse_qs(ask.body)["f.req"][0])[0]
    assert (ask.url, ask.method, method) == (f"{API}?hl=en&gl=us", "POST", "UsvDTd")
    assert json.loads(what) == [None, None, [2, 2, [150, None, "CtgBIs8B=="], None, []], ["org.acme.gym", 7]]


def test_a_review_is_read_with_its_stars_author_time_address_and_answer() -> None:
    (mention,) = read(envelope([[row(1, "Well done", "Thank you")], None])).mentions

    assert (mention.native_id, mention.text) == ("googleplay:017452fc-0001", "Well done")
    assert (mention.rating, mention.worst, mention.best) == (2, 1, 5)
    assert (mention.author, mention.answer) == ("user1", "Thank you")
    assert mention.published_at == datetime.fromtimestamp(1_790_000_000 - 3600, UTC)
    assert mention.url == f"{STORE}?id=org.acme.gym&reviewId=017452fc-0001"


@pytest.mark.parametrize("tail", [[[None, "CtgBIs8B=="]], [[None, "CtgBIs8B=="], None]])
def test_the_next_page_goes_by_its_token_in_either_form_of_the_answer(tail: list[Any]) -> None:
    page = read(envelope([[row(1, "one")], *tail]))

    assert page.next_url == f"{FIRST_PAGE}&token=CtgBIs8B%3D%3D"


@pytest.mark.parametrize("payload", [[[row(1, "one")]], [[row(1, "one")], None], [[row(1, "one")], [None, []]]])
def test_without_a_token_it_ends(payload: list[Any]) -> None:
    assert read(envelope(payload)).next_url is None


def test_an_answer_in_chunks_behind_their_lengths_is_read() -> None:
    whole = str(envelope([[row(1, "[one]")], None]).body).partition("\n\n")[2]
    first, *others = json.loads(whole)
    chunks = "".join(f"{len(one)}\n{one}\n" for one in (json.dumps([first]), json.dumps(others)))

    assert len(read(f")]}}'\n\n{chunks}".encode()).mentions) == 1


@pytest.mark.parametrize("payload", [[], [None, None], [[], None]])
def test_an_app_without_reviews_is_a_page_of_nothing(payload: list[Any]) -> None:
    page = read(envelope(payload))

    assert (page.is_recognised, page.mentions, page.problem) == (True, (), None)


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        ([5], Outcome.GONE),
        ([3], Outcome.FAILED),
        ([5, None, [["type.googleapis.com/com.google.play.gateway.proto.PlayGatewayError"]]], Outcome.RATE_LIMITED),
    ],
)
def test_an_error_in_a_good_answer_has_its_name(error: Any, outcome: Outcome) -> None:
    said = read(envelope(None, error)).refused

    assert said
    assert said.outcome == outcome


@pytest.mark.parametrize(
    "body", [b"", b"null", b")]}'\n\n[]", b")]}'\n\n[[1]]", b')]}\'\n\n[["wrb.fr","UsvDTd","{', b"<html>", b"[" * 9000]
)
def test_what_is_no_batch_of_reviews_is_not_its_shape(body: bytes) -> None:
    assert not read(body).is_recognised


@pytest.mark.parametrize("payload", [{"reviews": []}, ["reviews"], [{}]])
def test_another_payload_is_not_its_shape(payload: Any) -> None:
    assert not read(envelope(payload)).is_recognised


def test_one_broken_review_does_not_hide_the_others() -> None:
    page = read(envelope([[None, [], ["id"], row(1, "one"), {"id": 1}], None]))

    assert (len(page.mentions), page.dropped) == (1, 4)


def test_rows_that_nobody_can_read_are_a_changed_layout() -> None:
    assert read(envelope([[[1, 2, 3]], None])).problem


@pytest.mark.skipif(not RECORDED.is_file(), reason="no recordings here")
def test_every_review_of_the_recorded_answer_is_read() -> None:
    page = read(RECORDED.read_bytes())

    assert len(page.mentions) == 150
    assert page.dropped == 0
    assert sum(mention.answer is not None for mention in page.mentions) == 42
    assert all(mention.text and mention.published_at for mention in page.mentions)
    assert sum(mention.author is None for mention in page.mentions) == 2  # "A Google user"
    assert {mention.rating for mention in page.mentions} == {1, 2, 3, 4, 5}
    assert page.next_url
