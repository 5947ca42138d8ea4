from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Invalid
from crawlers.items import Answer, Page
from crawlers.outcomes import Outcome
from crawlers.spiders.wildberries import SOURCE, claims, refused, starts
from tests.crawlers.contracts.wildberries import ANSWER, PATH, feedback, listed
from tests.sites import Reply, as_json

PRODUCT = "https://www.wildberries.ru/catalog/123456/feedbacks?imtId=654321"
API = f"https://feedbacks1.wb.ru{PATH}"


def read(reply: Reply) -> Page:
    return SOURCE.read(Answer(API, str(reply.body).encode()))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (PRODUCT, PRODUCT),
        ("https://wildberries.ru/catalog/123456/feedbacks?size=1&imtId=654321#x", PRODUCT),
        ("https://global.wildberries.ru/catalog/123456/feedbacks?imtId=654321", PRODUCT),
        ("https://www.wildberries.ru/catalog/123456/detail.aspx", PRODUCT.partition("?")[0]),
        ("https://feedbacks2.wb.ru/feedbacks/v1/654321", API),
        ("https://www.wildberries.ru/brands/acme", None),
        ("https://example.org/catalog/123456/feedbacks?imtId=654321", None),
    ],
)
def test_a_product_is_recognised(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_both_hosts_are_asked() -> None:
    both = [f"https://feedbacks{number}.wb.ru/feedbacks/v2/654321" for number in (1, 2)]

    assert starts(PRODUCT, None) == both
    assert starts("https://feedbacks2.wb.ru/feedbacks/v1/654321", None) == both


@pytest.mark.parametrize("target", ["https://www.wildberries.ru/catalog/123456/detail.aspx", f"{PRODUCT}x"])
def test_an_address_without_the_number_says_where_to_find_it(target: str) -> None:
    with pytest.raises(Invalid, match="imtId"):
        starts(target, None)


def test_a_review_is_read_with_its_stars_author_time_and_answer() -> None:
    (mention,) = read(listed([feedback(1, "Хорошо", answer=ANSWER)])).mentions

    assert (mention.native_id, mention.text) == ("wildberries:Y33uqc9HV3fzye1o0001", "Хорошо")
    assert (mention.rating, mention.worst, mention.best) == (2, 1, 5)
    assert (mention.author, mention.answer) == ("Гость 1", "Спасибо")
    assert mention.published_at == datetime(2026, 9, 27, 1, 32, 33, tzinfo=UTC)


def test_what_was_good_and_bad_is_part_of_the_text() -> None:
    (mention,) = read(listed([feedback(1, "Хорошо", pros="цвет", cons="швы")])).mentions

    assert mention.text == "Хорошо\n\nДостоинства: цвет\n\nНедостатки: швы"


def test_stars_without_a_text_are_a_review() -> None:
    (mention,) = read(listed([feedback(1, "")])).mentions

    assert (mention.text, mention.rating) == ("", 2)


def test_the_newest_come_first() -> None:
    page = read(listed([feedback(3, "третий"), feedback(1, "первый")]))

    assert [mention.text for mention in page.mentions] == ["первый", "третий"]


@pytest.mark.parametrize("feedbacks", [None, []])
def test_the_host_that_has_none_is_a_page_of_nothing(feedbacks: Any) -> None:
    page = read(listed(feedbacks))

    assert (page.is_recognised, page.mentions, page.problem) == (True, (), None)


@pytest.mark.parametrize("value", [None, [], {}, {"feedbacks": {}}, {"feedbacks": 7}])
def test_what_lists_no_feedback_is_not_its_shape(value: Any) -> None:
    assert not read(as_json(value)).is_recognised


def test_one_broken_feedback_does_not_hide_the_others() -> None:
    broken: list[Any] = [{"id": []}, {"id": "7", "wbUserDetails": 7, "productValuation": 11, "answer": []}]

    page = read(listed([*broken, feedback(1, "Хорошо")]))

    assert (len(page.mentions), page.dropped) == (1, 2)


def test_a_host_without_the_second_version_is_asked_for_the_first() -> None:
    missing = Answer(API, b"", status=404)

    older = SOURCE.read(missing).next_url or ""

    assert refused(missing) is None
    assert older == API.replace("/v2/", "/v1/")
    gone = refused(Answer(older, b"", status=404))
    assert gone
    assert gone.outcome == Outcome.GONE
