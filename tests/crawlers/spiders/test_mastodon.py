"""Mastodon: which addresses are its, what is read of a post, and whose posts are left alone."""

import json
import runpy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from core.labels import TextKind
from crawlers.items import Answer
from crawlers.outcomes import Outcome
from crawlers.queries import query_of
from crawlers.spiders.mastodon import SOURCE, claims, starts
from tests.crawlers.contracts.mastodon import status

RECORDINGS = Path(__file__).parents[3].parent / "shared" / "recordings"
TIMELINE = "https://mastodon.social/api/v1/timelines/tag/acme?limit=40"


def answer(value: Any, *, status: int = 200, link: str = "", url: str = TIMELINE) -> Answer:
    return Answer(url, json.dumps(value).encode(), {"link": link} if link else {}, status)


@pytest.mark.parametrize(
    "url",
    [
        "https://mastodon.social/tags/acme",
        "https://mastodon.social/tags/Acme/",
        "http://mastodon.social/tags/ACME?x=1#y",
        "https://mastodon.social/web/tags/acme",
        "https://mastodon.social/deck/tags/acme",
        "https://mastodon.social/api/v1/timelines/tag/acme?limit=5",
        "https://Mastodon.Social/tags/%61cme",
    ],
)
def test_every_way_to_write_a_tag_is_one_target(url: str) -> None:
    assert claims(url) == "https://mastodon.social/tags/acme"
    assert claims("https://mastodon.social/tags/acme") == "https://mastodon.social/tags/acme"


def test_an_instance_of_any_name_is_known_by_the_path() -> None:
    assert claims("https://club.example/tags/кофе") == "https://club.example/tags/%D0%BA%D0%BE%D1%84%D0%B5"
    assert claims("https://club.example/tags/%D0%BA%D0%BE%D1%84%D0%B5") == claims("https://club.example/tags/кофе")
    assert claims("http://localhost:3000/tags/hoot") == "http://localhost:3000/tags/hoot"
    assert claims("https://mastodon.social") == claims("https://mastodon.social/explore") == "https://mastodon.social/"


@pytest.mark.parametrize(
    "url",
    [
        "https://blog.example/tags/acme/",
        "https://blog.example/tags/acme-gym",
        "https://blog.example/tag/acme",
        "https://blog.example/",
        "https://mastodon.social/tags/acme.rss",
        "https://mastodon.social/tags/2024",
        "https://mastodon.social/@somebody",
        "https://stackoverflow.com/tags/python",
        "https://forum.example/tags/python",
        "ftp://mastodon.social/tags/acme",
    ],
)
def test_what_is_no_tag_of_an_instance_is_left_to_others(url: str) -> None:
    assert claims(url) is None


@pytest.mark.parametrize("page", ["<div class='app-holder' id='mastodon'>", '<script id="initial-state" type="x">{}'])
def test_a_page_shows_that_it_is_an_instance(page: str) -> None:
    def behind(url: str, body: str = page) -> str | None:
        return SOURCE.found_behind(Answer(url, f"<html><body>{body}".encode()))[0]

    assert behind("https://club.example/tags/acme/") == "https://club.example/tags/acme"
    assert behind("https://club.example/") == "https://club.example/"
    assert behind("https://club.example/@anna") is None
    assert behind("https://club.example/tags/acme/", "<div id='root'>") is None


def test_a_tag_is_one_timeline_and_a_query_is_one_for_each_alternative() -> None:
    query = query_of('"Sunflower Fitness" OR подсолнух* зал OR acme')

    of_instance = starts("https://mastodon.social/", query)
    of_tag = starts("https://mastodon.social/tags/acme", query)

    assert of_tag == [TIMELINE]
    assert of_instance == [
        "https://mastodon.social/api/v1/timelines/tag/sunflowerfitness?limit=40",
        "https://mastodon.social/api/v1/timelines/tag/%D0%BF%D0%BE%D0%B4%D1%81%D0%BE%D0%BB%D0%BD%D1%83%D1%85?limit=40",
        TIMELINE,
    ]


def test_an_instance_without_a_query_and_a_query_without_a_tag_are_told_what_is_missing() -> None:
    with pytest.raises(Invalid, match="--query"):
        starts("https://mastodon.social/", None)
    with pytest.raises(Invalid, match="tags/NAME"):
        starts("https://mastodon.social/", query_of("2024"))
    with pytest.raises(Invalid, match="INSTANCE"):
        starts("acme", query_of("acme"))


def test_a_phrase_is_found_as_one_hashtag_and_only_as_that() -> None:
    query = query_of('"sunflower fitness"')

    assert query
    assert query.matches("Был в #SunflowerFitness")
    assert query.matches("Был в #sunflower_fitness!")
    assert not query.matches("sunflowerfitness.example")
    assert not query.matches("#sunflowerfitnessclub")


def test_a_post_is_read_field_by_field() -> None:
    reply = status(2, "Согласен") | {"in_reply_to_id": status(3, "")["id"]}
    warned = status(3, "Первая строка<br>вторая</p><p>Абзац") | {"spoiler_text": "О зале"}

    page = SOURCE.read(answer([reply, warned]))

    second, first = page.mentions
    assert first.native_id == "https://social.example/users/anna/statuses/3"
    assert first.text == "О зале\n\nПервая строка\nвторая\n\nАбзац #sunflower"
    assert first.url == "https://social.example/@anna/3"
    assert (first.author, first.language, first.kind) == ("anna3", "ru", TextKind.POST)
    assert f"{first.published_at:%Y-%m-%d %H:%M} {first.precision}" == "2026-11-20 09:00 second"
    assert first.rating is first.reply_to is None
    assert second.reply_to == first.native_id


def test_an_address_that_is_shown_cut_is_whole_in_the_text() -> None:
    link = (
        '<p>Here: <a href="https://acme.example/very/long"><span class="invisible">https://</span>'
        '<span class="ellipsis">acme.example/very</span><span class="invisible">/long</span></a></p>'
    )

    page = SOURCE.read(answer([status(1, "") | {"content": link}]))

    assert page.mentions[0].text == "Here: https://acme.example/very/long"


@pytest.mark.parametrize("opted_out", [{"noindex": True}, {"indexable": False}, {"discoverable": False}])
def test_who_does_not_want_to_be_found_is_left_out_and_counted(opted_out: dict[str, bool]) -> None:
    page = SOURCE.read(answer([status(1, "a", **opted_out), status(2, "b")]))

    assert [mention.text for mention in page.mentions] == ["b #sunflower"]
    assert (page.filtered, page.dropped) == (1, 0)


def test_an_author_of_whom_nothing_is_known_has_not_opted_out() -> None:
    old = status(1, "a") | {"account": {"acct": "pleroma@old.example"}}

    assert len(SOURCE.read(answer([old])).mentions) == 1


def test_a_reblog_and_what_is_not_public_are_no_opinions() -> None:
    reblog = status(1, "a") | {"reblog": status(9, "b")}
    private = status(2, "c") | {"visibility": "private"}

    page = SOURCE.read(answer([reblog, private]))

    assert (page.mentions, page.filtered, page.is_recognised) == ((), 2, True)


def test_the_next_page_is_the_one_that_the_link_header_names_on_the_host_that_was_asked() -> None:
    link = '<http://inner/api/v1/timelines/tag/acme?max_id=116>; rel="next", <http://inner/?min_id=9>; rel="prev"'
    stand_in = "http://127.0.0.1:8000/api/v1/timelines/tag/acme?limit=40&max_id=119"

    page = SOURCE.read(answer([status(1, "a")], link=link, url=stand_in))

    assert page.next_url == "http://127.0.0.1:8000/api/v1/timelines/tag/acme?limit=40&max_id=116"


def test_a_short_page_without_a_link_is_the_last_and_a_full_one_is_not() -> None:
    many = [status(n, "a") for n in range(40)]

    assert SOURCE.read(answer(many[:39])).next_url is None
    assert SOURCE.read(answer(many)).next_url == f"{TIMELINE}&max_id={many[-1]['id']}"
    assert SOURCE.read(answer([])).is_recognised


@pytest.mark.parametrize("code", [401, 403, 422])
def test_a_closed_instance_says_so(code: int) -> None:
    wrong = SOURCE.refused(answer({"error": "This method requires an authenticated user"}, status=code))

    assert wrong
    assert wrong.outcome is Outcome.BLOCKED
    assert wrong.detail == (
        "the instance shows this tag only to its members (This method requires an authenticated user)"
    )


def test_a_host_that_is_no_instance_is_gone_and_a_good_answer_is_not_refused() -> None:
    assert (wrong := SOURCE.refused(answer("", status=404)))
    assert wrong.outcome is Outcome.GONE
    assert SOURCE.refused(answer([])) is None


@pytest.mark.parametrize(
    "value", [{"error": "Record not found"}, {"statuses": []}, None, "x", [1, None], [{"id": "1"}]]
)
def test_another_layout_is_no_timeline(value: Any) -> None:
    page = SOURCE.read(answer(value))

    assert not page.is_recognised
    assert page.problem


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.sampled_from(sorted(status(1, ""))), children),
    max_leaves=10,
)


@given(JSON)
def test_whatever_a_row_holds_the_others_are_read(row: Any) -> None:
    page = SOURCE.read(answer([row, status(1, "a")]))

    assert "a #sunflower" in [mention.text for mention in page.mentions]


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")
def test_recorded_posts_are_read_but_for_those_of_who_opted_out() -> None:
    interactions = runpy.run_path(str(RECORDINGS / "read_cassette.py"))["interactions"]
    found: dict[str, dict[str, Any]] = {}
    timelines = []
    for path in sorted((RECORDINGS / "mastodon").glob("*.yaml")):
        for method, url, code, headers, text in interactions(str(path)):
            value = json.loads(text)
            if method == "DELETE" or "/instance" in url or "verify_credentials" in url:
                continue
            statuses = value if isinstance(value, list) else [value]
            found |= {one["uri"]: one for one in statuses}
            if isinstance(value, list):
                timelines.append(SOURCE.read(Answer(url, text.encode(), headers, code)))

    page = SOURCE.read(answer(list(found.values())))

    assert len(found) == 4
    assert len(page.mentions) == 3
    assert page.filtered == sum(one["account"]["indexable"] is False for one in found.values()) == 1
    assert sorted(mention.text for mention in page.mentions) == ["#hoot (hashtag toot)", "Toot!", "Toot, finally!"]
    assert [len(timeline.mentions) for timeline in timelines] == [1, 1, 0, 0, 1]
    assert [timeline.next_url is not None for timeline in timelines] == [True, True, False, False, True]
