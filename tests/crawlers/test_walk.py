from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crawlers.items import CrawledMention
from crawlers.source import Absence
from crawlers.walk import Walk

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TIMES = {"began": NOW.isoformat(), "ended": NOW.isoformat()}
DONE = {"complete": True, "whole_on": "2026-10-30", **TIMES}


def walked(
    cursor: dict[str, Any], pages: int, *, known: set[int], cut_after: int | None = None
) -> tuple[list[int], Any]:
    """Walk over pages 1..pages, some of which hold nothing new; the pages read, and the cursor that is left."""
    walk, read, place = Walk(cursor, NOW, clock=lambda: NOW), [], "1"
    while True:
        number = int(place)
        read.append(number)
        following = str(number + 1) if number < pages else None
        step = walk.step(place, following, holds_news=number not in known, own={})
        cursor = step.cursor
        if step.next_url is None or len(read) == cut_after:
            return read, cursor
        place = step.next_url


def test_the_first_pass_goes_to_the_end_whatever_is_known() -> None:
    read, cursor = walked({}, 5, known={1, 2, 3, 4, 5})

    assert (read, cursor) == ([1, 2, 3, 4, 5], {"complete": True, "whole_on": "2026-11-01", **TIMES})


def test_a_later_pass_stops_where_all_is_known() -> None:
    read, cursor = walked(DONE, 5, known={3, 4, 5})

    assert (read, cursor) == ([1, 2, 3], DONE)


def test_a_pass_that_was_cut_off_is_not_complete() -> None:
    _, cursor = walked({}, 5, known=set(), cut_after=3)

    assert cursor == {"complete": False, "at": "3", "since": NOW.isoformat()}


def test_after_a_cut_the_newest_pages_are_read_and_then_the_rest() -> None:
    read, cursor = walked({"complete": False, "at": "3"}, 6, known={1, 2, 3})

    assert read == [1, 3, 4, 5, 6]
    assert cursor["complete"] is True


def test_every_week_a_pass_goes_to_the_end() -> None:
    read, cursor = walked({"complete": True, "whole_on": "2026-10-01"}, 4, known={1, 2, 3, 4})

    assert (read, cursor["whole_on"]) == ([1, 2, 3, 4], "2026-11-01")


def test_a_link_back_is_the_end() -> None:
    walk = Walk({}, NOW, clock=lambda: NOW)

    walk.step("1", "2", holds_news=True, own={})
    step = walk.step("2", "1", holds_news=True, own={})

    assert (step.next_url, step.cursor["complete"]) == (None, True)


def test_what_the_first_page_says_of_itself_is_remembered_to_the_end() -> None:
    walk = Walk({}, NOW, clock=lambda: NOW)

    walk.step("1", "2", holds_news=True, own={"etag": "one"})
    step = walk.step("2", None, holds_news=True, own={"etag": "two"})

    assert step.cursor["etag"] == "one"


@given(
    st.integers(1, 12),
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3)), max_size=8),
)
def test_cut_anywhere_and_grown_meanwhile_every_review_is_read(pages: int, cuts: list[tuple[int, int]]) -> None:
    reviews = list(range(pages * 2))  # the newest first, two a page
    kept: set[int] = set()
    cursor: dict[str, Any] = {}

    for cut_after, new in [*cuts, (10_000, 0), (10_000, 0)]:
        reviews = [len(reviews) + n for n in range(new)] + reviews
        walk, place, read = Walk(cursor, NOW, clock=lambda: NOW), "1", 0
        while True:
            number = int(place)
            page = reviews[number * 2 - 2 : number * 2]
            holds_news = not kept.issuperset(page)
            kept.update(page)
            following = str(number + 1) if number * 2 < len(reviews) else None
            step = walk.step(place, following, holds_news=holds_news, own={})
            cursor, read = step.cursor, read + 1
            if step.next_url is None or read == cut_after:
                break
            place = step.next_url

    assert kept == set(reviews)


def test_where_the_page_of_the_cut_is_gone_the_newest_lead_on_to_the_end() -> None:
    walk = Walk({"complete": False, "at": "9", "since": NOW.isoformat()}, NOW, clock=lambda: NOW)
    jump = walk.step("1", "2", holds_news=False, own={})

    step = walk.without_backlog()

    assert (jump.next_url, step.next_url) == ("9", "2")
    assert walk.step("2", None, holds_news=False, own={}).cursor == DONE | {"whole_on": "2026-11-01"}


def test_a_page_that_is_none_of_the_sources_is_the_end_only_if_it_is_so_twice() -> None:
    walk = Walk({}, NOW, clock=lambda: NOW)
    walk.step("1", "2", holds_news=True, own={})
    first = walk.doubt("2")
    again = Walk(first.cursor, NOW, clock=lambda: NOW)
    again.step("1", "2", holds_news=False, own={})

    second = again.doubt("2")

    assert (first.cursor["complete"], first.cursor["at"]) == (False, "1")
    assert second.cursor["complete"] is True


def test_dates_without_a_clock_prove_nothing_of_what_is_absent() -> None:
    said = CrawledMention(native_id="1", text="x", published_at=NOW, precision="day")
    walk = Walk({}, NOW, Absence.WITHIN_WINDOW)

    assert walk.step("1", None, holds_news=True, own={}, mentions=[said]).gone is None
