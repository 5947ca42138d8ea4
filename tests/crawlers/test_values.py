from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.limits import retry_after
from crawlers.moments import counted_back, moment
from crawlers.outcomes import LATEST_RETRY
from crawlers.ratings import Rating, rating_of
from crawlers.sites import is_same_site, linked, next_in_header, rebased, site_slug
from crawlers.texts import ENTITY, TAG, author_of, plain

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("04.01.2023", datetime(2023, 1, 4, tzinfo=UTC), "day"),
        ("4.1.2023 15:30", datetime(2023, 1, 4, 15, 30, tzinfo=UTC), "day"),
        ("2023-01-04", datetime(2023, 1, 4, tzinfo=UTC), "day"),
        ("2023-01-04T15:30:00+03:00", datetime(2023, 1, 4, 12, 30, tzinfo=UTC), "second"),
        ("2023-01-04 15:30:00.123Z", datetime(2023, 1, 4, 15, 30, tzinfo=UTC), "second"),
        ("2023-01-04T15:30", datetime(2023, 1, 4, 15, 30, tzinfo=UTC), "day"),
        ("2023-05", datetime(2023, 5, 1, tzinfo=UTC), "month"),
        ("2023", datetime(2023, 1, 1, tzinfo=UTC), "year"),
        ("5 марта 2023 г.", datetime(2023, 3, 5, tzinfo=UTC), "day"),
        ("March 5, 2023", datetime(2023, 3, 5, tzinfo=UTC), "day"),
        ("12/25/2023", datetime(2023, 12, 25, tzinfo=UTC), "day"),
        ("Wed, 04 Jan 2023 10:00:00 GMT", datetime(2023, 1, 4, 10, tzinfo=UTC), "second"),
        ("1672828200", datetime(2023, 1, 4, 10, 30, tzinfo=UTC), "second"),
        ("1672828200000", datetime(2023, 1, 4, 10, 30, tzinfo=UTC), "second"),
    ],
)
def test_a_date_is_read_with_its_precision(text: str, at: datetime, precision: str) -> None:
    assert moment(text) == (at, precision)


@pytest.mark.parametrize("text", ["", "yesterday", "2023-13-45", "0001-01-01", "31.02.2023", "May", "now", "9" * 14])
def test_what_names_no_day_is_no_date(text: str) -> None:
    assert moment(text) is None


@given(st.text() | st.floats() | st.integers() | st.dates().map(str) | st.datetimes().map(str))
def test_no_date_raises(value: str | float) -> None:
    found = moment(value)

    assert found is None or found[0].tzinfo


@pytest.mark.parametrize(
    ("text", "at", "precision"),
    [
        ("2 days ago", datetime(2026, 10, 30, tzinfo=UTC), "day"),
        ("Вчера", datetime(2026, 10, 31, tzinfo=UTC), "day"),
        ("yesterday at 5 pm", datetime(2026, 10, 31, 17, tzinfo=UTC), "day"),
        ("сегодня, 15:30", datetime(2026, 11, 1, 15, 30, tzinfo=UTC), "day"),
        ("vor 2 Tagen", datetime(2026, 10, 30, tzinfo=UTC), "day"),
        ("il y a 3 jours", datetime(2026, 10, 29, tzinfo=UTC), "day"),
        ("3 недели назад", datetime(2026, 10, 11, tzinfo=UTC), "month"),
        ("5 months ago", datetime(2026, 6, 1, tzinfo=UTC), "month"),
        ("год назад", datetime(2025, 11, 1, tzinfo=UTC), "year"),
        ("2 ч. назад", datetime(2026, 11, 1, 10, tzinfo=UTC), "second"),
        ("an hour ago", datetime(2026, 11, 1, 11, tzinfo=UTC), "second"),
        ("just now", NOW, "second"),
    ],
)
def test_an_age_is_counted_back_from_the_fetch_no_more_precisely_than_it_is_told(
    text: str, at: datetime, precision: str
) -> None:
    assert counted_back(text, NOW) == (at, precision)


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "через 2 дня", "May", "12", "100 years ago", "very long ago", "2 " * 99]
)
def test_what_is_no_age_is_no_date(text: str) -> None:
    assert counted_back(text, NOW) is None


def test_without_a_fetch_there_is_nothing_to_count_from() -> None:
    assert counted_back("2 days ago", None) is None


ages = st.lists(
    st.sampled_from(
        [
            "2",
            "99999999",
            "-1",
            "0.5",
            "ago",
            "days",
            "дня",
            "назад",
            "vor",
            "Tagen",
            "10:00",
            "25:99",
            "5pm",
            "in",
            "日",
            "前",
        ]
    )
)


@given(ages.map(" ".join) | st.text(max_size=40), st.datetimes(timezones=st.just(UTC)))
def test_no_age_raises(text: str, fetched_at: datetime) -> None:
    found = counted_back(text, fetched_at)

    assert found is None or found[0].tzinfo


@pytest.mark.parametrize(
    ("given_value", "best", "worst", "expected"),
    [
        ("4,5", None, None, Rating(4.5, 5, 1)),
        (80, 100, 0, Rating(80, 100, 0)),
        ("80%", None, None, Rating(80, 100, 0)),
        ("4/5", None, None, Rating(4, 5, 1)),
        ("8 из 10", None, None, Rating(8, 10, 1)),
        (0.8, 1, None, Rating(0.8, 1, 0)),
        (0, 5, 0, Rating(0, 5, 0)),
        ("7", "10", "1", Rating(7, 10, 1)),
        (7, None, None, None),
        (0, None, None, None),
        (3, 1, 5, None),
        (float("nan"), None, None, None),
        ("отлично", None, None, None),
        (True, None, None, None),
    ],
)
def test_a_rating_is_kept_on_its_own_scale(
    given_value: object, best: object, worst: object, expected: Rating | None
) -> None:
    assert rating_of(given_value, best, worst) == expected


values = st.none() | st.text(max_size=8) | st.floats() | st.integers() | st.booleans()


@given(values, values, values)
def test_a_rating_lies_within_its_scale(value: object, best: object, worst: object) -> None:
    rating = rating_of(value, best, worst)

    assert rating is None or rating.worst <= rating.value <= rating.best


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<p>a &amp; b</p><p>c<br>d</p>", "a & b\n\nc\nd"),
        ("&lt;b&gt;x&lt;/b&gt; 2 &lt; 3", "x 2 < 3"),
        ("цена < 5 и > 3", "цена < 5 и > 3"),
        ("a\u200bb\ufeff \x00c\ud800", "ab c"),
        ("один\r\n\r\n\r\nдва", "один\n\nдва"),
        ("👨\u200d👩\u200d👧 ok\u200d", "👨\u200d👩\u200d👧 ok"),
        ("<script>alert(1)</script>текст<style>p{}</style>", "текст"),
        ("<ul><li>раз<li>два</ul><table><tr><td>три</table>", "раз\nдва\n\nтри"),
        ("<!-- было -->стало<!--[if IE]>x<![endif]-->", "стало"),
        ("один\u2028два\u2029три\x85четыре", "один\nдва\n\nтри\nчетыре"),
        ("👍🏽 ❤\ufe0f\u200d🔥 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f 🇷🇺", None),
        ("می\u200cخواهم क्\u200dष", None),
        ("\u202eкот\u202c \u2066x\u2069 a\u2060b \u180ec\x9d", "кот x ab c"),
    ],
)
def test_a_text_is_plain(value: str, expected: str | None) -> None:
    assert plain(value) == (value if expected is None else expected)


@given(st.text(max_size=300))
def test_no_text_raises_and_all_can_be_stored(value: str) -> None:
    assert "\x00" not in plain(value).encode().decode()


PIECES = (
    "<p>",
    "</p>",
    "<b",
    "<!--",
    "&amp;",
    "&lt;",
    "&zwj;",
    "&#13;",
    "👨",
    "🏽",
    "\u200d",
    "\u200b",
    "\u2028",
    "й",
    "ب",
)
pieces = st.lists(st.sampled_from([*PIECES, *"ab<>&;#/ \n\r\t"]), max_size=30).map("".join)


@given(pieces | st.text(max_size=100))
def test_what_is_plain_already_stays_as_it_is(value: str) -> None:
    once = plain(value)

    assert TAG.search(once) or ENTITY.search(once) or plain(once) == once


@pytest.mark.parametrize("name", ["Аноним", "guest", " — ", "Anonymous.", "", "Гость"])
def test_whom_nobody_names_is_nobody(name: str) -> None:
    assert author_of(name) is None


def test_two_ports_are_two_sites_and_two_usual_ports_are_one() -> None:
    assert is_same_site("http://example.org/a", "https://example.org:443/b")
    assert not is_same_site("http://127.0.0.1:8001/", "http://127.0.0.1:8002/")
    assert not is_same_site("http://example.org/", "http://example.org.evil.net/")
    assert not is_same_site("http://example.org/", "file:///etc/passwd")


def test_a_rating_of_a_megabyte_of_blanks_is_read_in_no_time() -> None:
    assert rating_of("5" + " " * 1_000_000 + "x") == Rating(5, 5, 1)


def test_a_channel_is_named_for_its_site() -> None:
    assert site_slug("https://www.example.org/a") == "example.org"
    assert site_slug("http://127.0.0.1:8101/a") == "127.0.0.1-8101"


def test_a_stand_in_takes_scheme_host_and_port() -> None:
    assert rebased("https://example.org/a?b=1", "http://127.0.0.1:9/") == "http://127.0.0.1:9/a?b=1"
    assert rebased("https://example.org/a", None) == "https://example.org/a"


def test_links_that_are_no_web_addresses_lead_nowhere() -> None:
    assert linked("https://example.org/a", "?page=2#x") == "https://example.org/a?page=2#x"
    assert linked("https://example.org/a", "javascript:alert(1)") is None
    assert linked("https://example.org/a", "http://[bad") is None


def test_the_next_page_of_a_link_header_is_found_among_others() -> None:
    assert next_in_header('</a?p=1>; rel="prev", </a?p=3>; rel="last next"; title="x"') == "/a?p=3"
    assert next_in_header('</a>; rel="nextcloud"') is None


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2),
        ("Sun, 01 Nov 2026 12:01:00 GMT", 60),
        ("Sun, 01 Nov 2020 12:00:00 GMT", 0),
        ("9" * 30, LATEST_RETRY.total_seconds()),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after(header, NOW) == seconds


def test_a_retry_in_the_far_future_is_bounded() -> None:
    assert retry_after("Fri, 31 Dec 9999 23:59:59 GMT", NOW) == timedelta(days=30).total_seconds()


def test_a_word_that_is_bold_in_part_stays_one_word() -> None:
    assert (
        plain("<p><b>С</b>бер<i>банк</i> и <a href='/x'>клуб</a>, <em>да</em>!</p><p>ещё</p>")
        == "Сбербанк и клуб, да!\n\nещё"
    )


def test_an_age_with_a_zone_raises_nothing() -> None:
    fetched_at = datetime(2026, 11, 1, tzinfo=UTC)

    found = counted_back("0A0Z", fetched_at)

    assert found is None or found[0] <= fetched_at
