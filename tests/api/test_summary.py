"""The report in plain words: what is said, and what is not when it cannot be known."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest

from api import words
from api.correction import Correction
from api.month_chart import month_chart
from api.reports import GapReport, ReportMeta
from api.since import Since
from api.summary import moves, summary
from api.words import Language
from core.counts import Counts, SegmentCounts, Voices
from metrics.platforms import platforms_each
from metrics.report import Driver, GapRow, report
from tests.builders import NOW

GOOD, BAD, MIDDLING = Counts(600, 200, 200), Counts(200, 200, 600), Counts(400, 300, 300)
NAMES = {"location": {"center": "Center"}, "channel": {"maps": "Maps"}, "topic": {}}
EN, RU = words.of(Language.EN), words.of(Language.RU)


def counted(survey: Counts, social: Counts, **segment: str | None) -> SegmentCounts:
    voices = Voices(rated=social)
    return SegmentCounts(segment, survey, social, public=voices, unsuspected=voices)


def told_of(total: SegmentCounts, rows: Iterable[SegmentCounts] = (), by: Sequence[str] = ("location",)) -> GapReport:
    meta = ReportMeta(
        brand="oak",
        by=tuple(by),
        location=None,
        channel=None,
        start=None,
        end=None,
        generated_at=NOW,
        language=Language.EN,
        labellers=(),
        correction=Correction({}, {}),
    )
    return GapReport(report(list(rows)), report([total])[0], meta)


def first(total: SegmentCounts, say: words.Words = EN) -> str:
    return spaced(summary(told_of(total), "Oak", NAMES, say)[0])


def spaced(sentence: str) -> str:
    return " ".join(sentence.split())


def test_a_real_difference_is_told_in_points_and_called_real() -> None:
    total = counted(GOOD, BAD)

    assert first(total) == (
        "Customers give Oak 40 points in the survey and −40 in public, 80 points less (73 to 87). "
        "The difference is real."
    )
    assert first(total, RU) == (
        "Oak: в опросе 40 пунктов, а в публичных отзывах −40 — на 80 пунктов ниже (от 73 до 87). Разница настоящая."
    )


def test_a_better_public_is_told_as_more_and_never_with_a_minus() -> None:
    sentence = first(counted(BAD, GOOD))

    assert "80 points more (73 to 87)" in sentence


def test_what_may_be_chance_is_not_called_real_and_says_what_would_have_shown() -> None:
    sentence = first(counted(Counts(40, 30, 30), Counts(38, 30, 32)))

    assert "may be chance" in sentence
    assert "real" not in sentence
    assert "a true difference of" in sentence


@pytest.mark.parametrize(
    ("survey", "social", "start"),
    [
        (Counts(), Counts(), "Nobody has spoken about Oak"),
        (GOOD, Counts(), "In the survey customers give Oak 40 points"),
        (Counts(), GOOD, "In public customers give Oak 40 points"),
        (GOOD, Counts(0, 0, 3), "Too few have spoken about Oak"),
    ],
)
def test_a_side_that_is_missing_is_said_to_be_missing(survey: Counts, social: Counts, start: str) -> None:
    assert first(counted(survey, social)).startswith(start)
    assert first(counted(survey, social), RU)


def test_a_location_is_told_with_what_its_public_writes_about() -> None:
    topics = [("changing rooms", "раздевалки", 0.65), ("showers", "душ", 0.5), ("prices", "цены", 0.4)]
    drivers = tuple(Driver(en, {"en": en, "ru": ru}, share, 0.0, ()) for en, ru, share in topics)
    found = told_of(counted(GOOD, MIDDLING), [counted(GOOD, BAD, location="center"), counted(GOOD, GOOD, location="b")])
    found = replace(found, rows=[replace(found.rows[0], drivers=drivers), found.rows[1]])

    said, russian = (list(map(spaced, summary(found, "Oak", NAMES, say))) for say in (EN, RU))

    [center] = [sentence for sentence in said if sentence.startswith("At Center")]
    assert "40 points in the survey and −40 in public" in center
    assert center.endswith("They write about changing rooms (65% of complaints), showers (50%) and prices (40%).")
    [center] = [sentence for sentence in russian if sentence.startswith("Center")]
    assert center.endswith("Публично пишут на темы: раздевалки (65 % жалоб), душ (50 %) и цены (40 %).")


def test_rows_are_counted_by_what_can_be_said_of_them() -> None:
    rows = [
        *(counted(GOOD, BAD, location=f"bad {at}") for at in range(2)),
        *(counted(GOOD, GOOD, location=f"same {at}") for at in range(20)),
        counted(GOOD, Counts(0, 0, 2), location="few"),
    ]

    said, russian = (list(map(spaced, summary(told_of(counted(GOOD, GOOD), rows), "Oak", NAMES, s))) for s in (EN, RU))

    assert (
        "22 locations can be compared: 2 worse in public, 20 without an evident difference. "
        "Too few voices for a verdict: 1 more."
    ) in said
    assert (
        "Сравнить можно 22 точки: публично хуже — 2, разница не видна — 20. Слишком мало голосов для вывода — ещё 1."
    ) in russian


def test_a_month_is_called_as_one_speaks_of_it() -> None:
    rows = [counted(GOOD, GOOD, month="2026-09"), counted(GOOD, BAD, month="2026-10")]

    said, russian = (summary(told_of(counted(GOOD, GOOD), rows, ["month"]), "Oak", NAMES, say) for say in (EN, RU))

    assert any(sentence.startswith("In October 2026 customers gave") for sentence in said)
    assert any(sentence.startswith("В октябре 2026 в опросе было") for sentence in russian)


def test_suspects_are_spoken_of_only_where_there_are_any() -> None:
    clean = counted(GOOD, BAD)
    doubted = replace(clean, unsuspected=Voices(rated=Counts(200, 200, 300)))

    with_none, with_some = (" ".join(summary(told_of(total), "Oak", NAMES, EN)) for total in (clean, doubted))

    assert "copies" not in with_none
    assert "copies or bursts of new accounts: 300 voices. Without them the public side is −14 points" in spaced(
        with_some
    )


def test_platforms_that_disagree_are_told_apart() -> None:
    [found] = platforms_each([{"maps": BAD, "forum": GOOD}])
    told = told_of(counted(GOOD, GOOD), [counted(GOOD, MIDDLING, location="center")])
    told = replace(told, rows=[replace(told.rows[0], platforms=found)])

    said = list(map(spaced, summary(told, "Oak", NAMES, EN)))

    assert (
        "Center: the platforms disagree. On forum customers give 40 points, on Maps −40; "
        "the average is nobody’s opinion."
    ) in said


def months(*public: Counts) -> list[GapRow]:
    return report([counted(GOOD, social, month=f"2026-{at:02d}") for at, social in enumerate(public, 1)])


def test_a_change_that_is_evident_is_told_and_drawn_with_an_arrow() -> None:
    rows = months(GOOD, BAD)

    said = list(map(spaced, moves(rows, EN)))
    chart = month_chart(rows, EN)

    assert said[0].startswith("In February 2026 public opinion fell by 80 points (73 to 87)")
    assert chart is not None
    assert [mark.social and mark.social.arrow for mark in chart.months] == [None, "▼ 80"]
    assert [mark.survey and mark.survey.arrow for mark in chart.months] == [None, None]


def test_a_change_that_chance_explains_is_neither_told_nor_drawn() -> None:
    rows = months(Counts(12, 5, 8), Counts(8, 5, 12))

    chart = month_chart(rows, EN)

    assert moves(rows, EN) == []
    assert chart is not None
    assert not any(mark.gap_arrow or (mark.social and mark.social.arrow) for mark in chart.months)


def test_only_the_newest_month_s_change_is_in_short() -> None:
    since = Since(months(GOOD, BAD, BAD), None)

    said = summary(told_of(counted(GOOD, BAD)), "Oak", NAMES, EN, moved=since)

    assert len(moves(since.months, EN)) == 2
    assert not any("month before" in sentence for sentence in said)


def test_no_line_is_drawn_over_a_month_without_anybody() -> None:
    rows = report([counted(GOOD, GOOD, month=month) for month in ("2026-01", "2026-02", "2026-05")])

    chart = month_chart(rows, EN)

    assert chart is not None
    assert [(step.x1, step.x2) for step in chart.social] == [(16.67, 50.0)]


def test_one_month_is_no_course_of_time() -> None:
    assert month_chart(months(GOOD), EN) is None


@pytest.mark.parametrize(
    ("value", "english", "russian"),
    [
        (46.2, "46 points", "46 пунктов"),
        (1, "1 point", "1 пункт"),
        (-1.2, "−1 point", "−1 пункт"),
        (-22, "−22 points", "−22 пункта"),
        (0.3, "0 points", "0 пунктов"),
    ],
)
def test_points_agree_with_their_number(value: float, english: str, russian: str) -> None:
    assert (spaced(EN.score(value)), spaced(RU.score(value))) == (english, russian)


@pytest.mark.parametrize(("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a и b"), (list("abc"), "a, b и c")])
def test_several_are_listed_as_one(items: list[str], text: str) -> None:
    assert RU.listed(items) == text
