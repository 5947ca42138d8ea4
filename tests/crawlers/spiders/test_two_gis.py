from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Invalid
from crawlers.items import Answer, Ask, Page
from crawlers.outcomes import Outcome
from crawlers.sites import in_query
from crawlers.spiders.two_gis import SOURCE, claims, refused, signed, starts
from tests.crawlers.contracts.two_gis import ANSWER, HIDDEN, OF_ANOTHER_SITE, PATH, listed, review
from tests.sites import Reply, as_json

FIRM = "https://2gis.ru/firm/70000001012345678"
API = f"https://public-api.reviews.2gis.com{PATH}"
FIRST_PAGE = f"{API}?limit=50&sort_by=date_created"


def read(reply: Reply) -> Page:
    return SOURCE.read(Answer(FIRST_PAGE, str(reply.body).encode()))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (FIRM, FIRM),
        ("https://2gis.ru/vladivostok/firm/70000001012345678", FIRM),
        ("https://2gis.ru/vladivostok/firm/70000001012345678/tab/reviews?m=131.9%2C43.1%2F16", FIRM),
        ("https://2gis.ru/moscow/search/gym/firm/70000001012345678/37.6%2C55.7", FIRM),
        ("https://m.2gis.ru/reviews/70000001012345678/review/18900001", FIRM),
        ("https://2gis.kz/almaty/firm/70000001012345678/", FIRM),
        (f"{API}?key=x", FIRM),
        ("https://2gis.ru/vladivostok/geo/70000001012345678", None),
        ("https://2gis.ru/vladivostok", None),
        ("https://not2gis.ru/firm/70000001012345678", None),
    ],
)
def test_a_branch_is_recognised_by_its_number_alone(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_a_pass_begins_with_the_branchs_newest_reviews() -> None:
    (start,) = starts(FIRM, None)

    assert start.startswith(f"{API}?limit=50&")
    assert (in_query(start, "sort_by"), in_query(start, "key")) == ("date_created", "")
    with pytest.raises(Invalid, match=r"2gis\.ru/firm"):
        starts("https://2gis.ru/vladivostok", None)


def test_the_key_goes_into_the_request_and_not_into_the_pages_address() -> None:
    assert signed(Ask(FIRST_PAGE), {"two_gis": " web-key\n"}).url == f"{FIRST_PAGE}&key=web-key"


def test_a_review_is_read_with_its_stars_author_time_and_answer() -> None:
    (mention,) = read(listed([review(1, "Чисто.\n\nТихо.", official_answer=ANSWER)])).mentions

    assert (mention.native_id, mention.text) == ("twogis:18899999", "Чисто.\n\nТихо.")
    assert (mention.rating, mention.worst, mention.best) == (2, 1, 5)
    assert (mention.author, mention.answer) == ("Гость 1", "Спасибо")
    assert mention.published_at == datetime(2026, 9, 27, 4, 26, 44, tzinfo=UTC)


def test_a_review_that_comes_from_another_site_is_left_out_and_counted() -> None:
    page = read(listed([OF_ANOTHER_SITE, review(1, "отзыв")]))

    assert [mention.text for mention in page.mentions] == ["отзыв"]
    assert (page.dropped, page.problem) == (1, None)


def test_a_page_of_nothing_but_another_sites_reviews_is_no_changed_layout() -> None:
    page = read(listed([OF_ANOTHER_SITE], "2018"))

    assert (page.mentions, page.dropped, page.problem) == ((), 1, None)
    assert page.next_url


def test_a_review_that_is_hidden_is_one_that_was_removed() -> None:
    page = read(listed([HIDDEN, review(1, "отзыв")]))

    assert page.removed == (f"twogis:{HIDDEN['id']}",)
    assert len(page.mentions) == 1


def test_the_next_page_is_where_the_link_says_on_the_host_that_was_asked() -> None:
    page = read(listed([review(1, "отзыв")], "2018-10-05T15%3A28%3A51.0%2B07%3A00"))

    following = str(page.next_url)
    assert following.startswith(f"{API}?")
    assert in_query(following, "offset_date") == "2018-10-05T15:28:51.0+07:00"


def test_a_key_in_the_link_is_not_kept() -> None:
    reply = as_json({"meta": {"next_link": f"{API}?key=secret&offset=50&url=x"}, "reviews": [review(1, "отзыв")]})

    assert read(reply).next_url == f"{FIRST_PAGE}&offset=50"


def test_totals_end_nothing() -> None:
    reply = as_json({"meta": {"total_count": 0, "next_link": f"{API}?offset=50"}, "reviews": [review(1, "отзыв")]})

    assert read(reply).next_url
    assert read(listed([review(1, "отзыв")])).next_url is None


@pytest.mark.parametrize(
    ("status", "meta", "outcome"),
    [
        (403, {"code": 403, "error": {"type": "apiKeyIsBlocked", "message": "blocked"}}, Outcome.NEEDS_KEY),
        (200, {"code": 403, "error": {"type": "apiKeyIsBlocked", "message": "blocked"}}, Outcome.NEEDS_KEY),
        (200, {"code": 404, "error": {"type": "notFound", "message": "no such branch"}}, Outcome.GONE),
        (403, {}, Outcome.BLOCKED),
        (200, {"code": 429}, Outcome.RATE_LIMITED),
    ],
)
def test_an_error_has_its_name_whatever_the_status(status: int, meta: Any, outcome: Outcome) -> None:
    said = refused(Answer(FIRST_PAGE, str(as_json({"meta": meta}).body).encode(), status=status))

    assert said
    assert said.outcome == outcome


def test_a_good_answer_is_no_error() -> None:
    assert refused(Answer(FIRST_PAGE, str(listed([]).body).encode())) is None
    assert refused(Answer(FIRST_PAGE, b"[]")) is None


@pytest.mark.parametrize("value", [None, [], {"reviews": None}, {"reviews": {}}, {"meta": []}])
def test_what_lists_no_reviews_is_not_its_shape(value: Any) -> None:
    assert not read(as_json(value)).is_recognised


def test_one_broken_review_does_not_hide_the_others() -> None:
    broken: list[Any] = [{"id": []}, {"id": "7", "user": 7, "official_answer": [], "rating": "ten"}]

    page = read(listed([*broken, review(1, "отзыв")]))

    assert (len(page.mentions), page.dropped) == (1, 2)
