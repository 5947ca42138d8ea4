from datetime import UTC, datetime
from typing import Any

import pytest

from core.errors import Invalid
from crawlers.items import Answer, Page
from crawlers.spiders.vl_ru import SOURCE, asked, claims, starts
from tests.crawlers.contracts.vl_ru import COMMENTS, NEWEST, REPLY, THREAD, comment, listed
from tests.sites import Reply, as_json

COMPANY = "https://www.vl.ru/acme-gym"
FIRST_PAGE = f"https://www.vl.ru{THREAD}?theme=company&moderatorMode=1"
SECOND_PAGE = f"https://www.vl.ru{COMMENTS}?theme=company&moderatorMode=1&before=13704297"


def read(reply: Reply, url: str = FIRST_PAGE) -> Page:
    return SOURCE.read(Answer(url, str(reply.body).encode()))


@pytest.mark.parametrize(
    ("url", "target"),
    [
        (COMPANY, COMPANY),
        ("https://vl.ru/acme-gym/?utm_source=x", COMPANY),
        ("https://m.vl.ru/acme-gym", COMPANY),
        ("https://www.vl.ru/baza-mayk.ru", "https://www.vl.ru/baza-mayk.ru"),
        (FIRST_PAGE, COMPANY),
        ("https://www.vl.ru/", None),
        ("https://www.vl.ru/afisha", None),
        ("https://www.vl.ru/primorskij-kraj/restaurants", None),
        ("https://example.org/acme-gym", None),
    ],
)
def test_a_company_is_recognised_by_its_short_name(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_a_pass_begins_with_the_companys_comments() -> None:
    assert starts(COMPANY, None) == [FIRST_PAGE]
    with pytest.raises(Invalid, match=r"vl\.ru/acme-gym"):
        starts("https://www.vl.ru/", None)


def test_it_is_asked_as_the_sites_own_pages_ask() -> None:
    assert asked(FIRST_PAGE).headers["X-Requested-With"] == "XMLHttpRequest"


def test_a_review_is_read_with_its_author_and_time() -> None:
    (mention,) = read(listed([comment(1, "Чисто")])).mentions

    assert (mention.native_id, mention.text, mention.author) == ("vlru:13704299", "Чисто", "Гость 1")
    assert mention.published_at == datetime.fromtimestamp(NEWEST - 3600, UTC)


@pytest.mark.parametrize(("value", "rating"), [("0.8", 0.8), ("0,6", 0.6), ("1", 1), ("0", 0), ("", None), ("4", None)])
def test_a_rating_between_0_and_1_stays_so(value: str, rating: float | None) -> None:
    html = comment(2, "Чисто").replace('data-value="0.6"', f'data-value="{value}"')

    (mention,) = read(listed([html])).mentions

    assert (mention.rating, mention.worst, mention.best) == (rating, 0, 1)


def test_paragraphs_stay_apart_and_the_label_goes() -> None:
    texts = '<p class="comment-text">Комментарий: Чисто.<br>Тихо.</p><p class="comment-text">Советую.</p>'

    (mention,) = read(listed([f'<li comment="1" data-timestamp="{NEWEST}">{texts}</li>'])).mentions

    assert mention.text == "Чисто.\nТихо.\n\nСоветую."


def test_replies_are_left_out_and_counted_beside_and_within() -> None:
    within = comment(1, "отзыв").replace("</li>", f"<ul>{REPLY}</ul></li>")

    for comments in ([comment(1, "отзыв"), REPLY], [within]):
        page = read(listed(comments))
        assert ([mention.text for mention in page.mentions], page.dropped) == (["отзыв"], 1)


def test_the_best_shown_once_more_on_top_are_not_taken_for_new_ones() -> None:
    best = f'<div class="best-comments"><ul>{comment(900, "давний")}</ul></div>'
    body = as_json({"data": {"content": f'{best}<ul id="CommentsList">{comment(1, "отзыв")}</ul>'}})

    assert [mention.text for mention in read(body).mentions] == ["отзыв"]


def test_a_page_that_runs_old_to_new_is_read_newest_first() -> None:
    page = read(listed([comment(3, "третий"), comment(2, "второй"), comment(1, "первый")]))

    assert [mention.text for mention in page.mentions] == ["первый", "второй", "третий"]


def test_the_next_page_is_what_came_before_the_last_comment() -> None:
    first = read(listed([comment(1, "отзыв")], 13_704_297, threadId=1822))
    second = read(listed([comment(1, "отзыв")], 13_704_295), SECOND_PAGE)

    assert first.next_url == SECOND_PAGE
    assert second.next_url == SECOND_PAGE.replace("13704297", "13704295")


def test_an_empty_list_ends() -> None:
    page = read(listed([], 13_704_297), SECOND_PAGE)

    assert (page.is_recognised, page.mentions, page.next_url) == (True, (), None)


def test_content_without_a_data_around_it_is_read() -> None:
    assert len(read(as_json({"content": comment(1, "отзыв"), "threadId": 1822})).mentions) == 1


@pytest.mark.parametrize(
    "value", [None, [], {"data": {}}, {"data": {"content": None}}, {"content": "<div class='x'>Отзывы</div>"}]
)
def test_what_lists_no_comments_is_not_its_shape(value: Any) -> None:
    assert not read(as_json(value)).is_recognised


def test_comments_that_nobody_can_read_are_a_changed_layout() -> None:
    assert read(listed(['<li comment="1"><p class="text">Чисто</p></li>'])).problem


def test_a_control_character_in_one_comment_does_not_lose_the_page() -> None:
    page = read(listed([comment(1, "отзыв"), comment(2, "с\x00нулём\x1b")]))

    assert [mention.text for mention in page.mentions] == ["отзыв", "снулём"]


def test_one_broken_comment_does_not_hide_the_others() -> None:
    page = read(listed(['<li comment="" data-timestamp="x"></li>', "<li comment='2'><b><p>", comment(1, "отзыв")]))

    assert [mention.text for mention in page.mentions] == ["отзыв"]
