"""Telegram: channels by their addresses, posts of all kinds, and what stands in place of a preview."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawlers.items import Answer, Page
from crawlers.outcomes import Outcome
from crawlers.spiders.telegram import SOURCE, claims
from tests.crawlers.contracts.telegram import post, preview

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "recordings" / "telegram_preview"
TARGET = "https://t.me/s/acme_gym"


def read(document: str, url: str = TARGET) -> Page:
    return SOURCE.read(Answer(url, document.encode()))


def a_post(inner: str, *, kind: str = "") -> str:
    meta = '<a class="tgme_widget_message_date"><time datetime="2026-10-05T10:00:00+03:00"></time></a>'
    return f'<div class="tgme_widget_message js-widget_message {kind}" data-post="Acme_Gym/7">{inner}{meta}</div>'


def said(text: str) -> str:
    return f'<div class="tgme_widget_message_text js-message_text" dir="auto">{text}</div>'


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://t.me/acme_gym", TARGET),
        ("https://t.me/s/acme_gym?before=100", TARGET),
        ("http://www.telegram.me/acme_gym/15?single", TARGET),
        ("https://telegram.dog/s/acme_gym/15", TARGET),
        ("https://acme_gym.t.me/", TARGET),
        ("https://t.me/joinchat/AAAAA", None),
        ("https://t.me/+AbCdEf", None),
        ("https://t.me/c/1234567/8", None),
        ("https://t.me/addstickers/acme", None),
        ("https://t.me/s/", None),
        ("https://t.me/", None),
        ("https://example.org/acme_gym", None),
    ],
)
def test_a_channel_is_recognised_by_its_name(url: str, target: str | None) -> None:
    assert claims(url) == target
    assert target is None or claims(target) == target


def test_a_page_that_runs_old_to_new_is_listed_newest_first() -> None:
    page = read(preview(post(3, "старый") + post(4, "новый")))

    assert [mention.text for mention in page.mentions] == ["новый", "старый"]


def test_the_next_page_is_before_the_oldest_post() -> None:
    link = '<a href="/s/acme_gym?before=3" class="tme_messages_more js-messages_more" data-before="3"></a>'

    assert read(preview(post(3, "a") + post(9, "b"), link)).next_url == f"{TARGET}?before=3"
    assert read(preview(post(5, "a") + post(9, "b")), f"{TARGET}?before=30").next_url == f"{TARGET}?before=5"
    assert read(preview(post(1, "the first"))).next_url is None


def test_a_post_keeps_its_paragraphs_emoji_and_words_that_are_bold_in_part() -> None:
    text = (
        '<b>С</b>кидка в <a href="https://acme.example">зале</a>!<br/><br/>Ждём <tg-emoji><i class="emoji" '
        'style="x"><b>🎉</b></i></tg-emoji><br>\n   всех<blockquote>«цитата»</blockquote>&lt;3'
    )

    (mention,) = read(preview(a_post(said(text)))).mentions

    assert mention.text == "Скидка в зале!\n\nЖдём 🎉\nвсех\n«цитата»\n<3"


def test_a_post_has_its_id_link_and_time() -> None:
    (mention,) = read(preview(a_post(said("text")))).mentions

    assert (mention.native_id, mention.url) == ("tg:acme_gym/7", "https://t.me/Acme_Gym/7")
    assert (mention.published_at, mention.precision) == (datetime(2026, 10, 5, 7, tzinfo=UTC), "second")


def test_the_length_of_a_video_is_not_its_time() -> None:
    (mention,) = read(preview(a_post('<time class="message_video_duration">0:29</time>' + said("text")))).mentions

    assert mention.published_at == datetime(2026, 10, 5, 7, tzinfo=UTC)


def test_a_post_is_its_signers_its_first_authors_or_the_channels() -> None:
    signed = '<span class="tgme_widget_message_from_author" dir="auto">Anna</span>'
    forwarded = (
        '<div class="tgme_widget_message_forwarded_from">Forwarded from <a class='
        '"tgme_widget_message_forwarded_from_name" href="https://t.me/other/1"><span>Other</span></a></div>'
    )
    posts = [a_post(said("text") + more) for more in (signed, forwarded + signed, "")]

    authors = [read(preview(one)).mentions[0].author for one in posts]

    assert authors == ["Anna", "Other", "acme_gym"]


def test_what_a_post_replies_to_is_linked_and_not_its_text() -> None:
    quoted = (
        '<a class="tgme_widget_message_reply" href="https://t.me/Acme_Gym/5"><div class="tgme_widget_message_text '
        'js-message_reply_text">the quoted words</div></a>'
    )

    (mention,) = read(preview(a_post(quoted + said("own words")))).mentions

    assert (mention.text, mention.reply_to) == ("own words", "tg:acme_gym/5")


def test_a_poll_is_its_question() -> None:
    poll = '<div class="tgme_widget_message_poll"><div class="tgme_widget_message_poll_question">Как зал?</div></div>'

    (mention,) = read(preview(a_post(poll))).mentions

    assert mention.text == "Как зал?"


def test_a_picture_without_words_is_counted_and_a_notice_is_no_post() -> None:
    page = read(
        preview(a_post('<a class="tgme_widget_message_photo_wrap"></a>') + a_post(said("x"), kind="service_message"))
    )

    assert (page.mentions, page.dropped, page.is_recognised) == ((), 1, True)


def test_an_empty_preview_is_recognised() -> None:
    page = read(preview(""))

    assert (page.is_recognised, page.mentions, page.refused, page.next_url) == (True, (), None, None)


@pytest.mark.parametrize(
    ("inner", "outcome"),
    [
        (
            '<div class="tgme_page_title">Acme</div><div class="tgme_page_extra">12 345 subscribers</div>',
            Outcome.BLOCKED,
        ),
        ('<div class="tgme_page_icon"></div>you can contact @acme_gym right away', Outcome.GONE),
    ],
)
def test_a_redirect_to_the_channel_itself_means_that_there_is_no_preview(inner: str, outcome: Outcome) -> None:
    page = read(f'<html><body><div class="tgme_page">{inner}</div></body></html>', "https://t.me/acme_gym")

    assert page.refused
    assert page.refused.outcome == outcome
    assert page.is_recognised is False


@pytest.mark.parametrize("document", ["", "<html><body>An application</body></html>", '{"a": 1}', "\x00", "<" * 999])
def test_any_other_page_is_another_layout(document: str) -> None:
    page = read(document)

    assert (page.is_recognised, page.refused) == (False, None)


def test_one_bad_post_does_not_hide_the_others() -> None:
    bad = "".join(f'<div class="tgme_widget_message" data-post="{name}">x</div>' for name in ("nothing", "a/²", "/7"))
    deep = "<div>" * 3000

    page = read(preview(bad + post(3, "well") + a_post(said(deep))))

    assert "well" in [mention.text for mention in page.mentions]


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
@pytest.mark.parametrize(
    ("name", "native_id", "begins", "author"),
    [
        ("message_text", "tg:topwar_official/70991", "Неопознанный летающий объект замечен", "topwar_official"),
        ("message_poll", "tg:it_begin/488", "Как лучше?", "it_begin"),
        (
            "message_media_photo_and_video",
            "tg:anna_news/46908",
            "Ночью над Белгородом сбили 3 беспилотника\n\n",
            "anna_news",
        ),
        ("message_with_from_author", "tg:channel/4", "test", "🅰️rkadiy Ivanov"),
    ],
)
def test_every_recorded_post_is_read(name: str, native_id: str, begins: str, author: str) -> None:
    (mention,) = SOURCE.read(Answer(TARGET, (RECORDINGS / f"{name}.html").read_bytes())).mentions

    assert (mention.native_id, mention.author) == (native_id, author)
    assert mention.text.startswith(begins)
    assert mention.published_at
    assert mention.published_at.year == 2023


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
def test_all_four_of_four_recorded_pieces_make_one_page() -> None:
    document = "".join(path.read_text(encoding="utf-8") for path in sorted(RECORDINGS.glob("*.html")))

    assert len(read(preview(document)).mentions) == 4
