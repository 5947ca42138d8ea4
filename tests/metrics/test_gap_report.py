import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.counts import Counts, SegmentCounts, Voices
from metrics.gaps import Verdict
from metrics.report import GapRow, report

ALIKE, WORSE, BETTER = Counts(50, 30, 20), Counts(20, 30, 50), Counts(90, 8, 2)
counts = st.builds(Counts, st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))


def row_of(social: Counts, survey: Counts = ALIKE) -> SegmentCounts:
    return SegmentCounts({"location": "center"}, survey, social)


def only(rows: list[GapRow]) -> GapRow:
    (row,) = rows
    return row


@pytest.mark.parametrize(
    ("social", "verdict"),
    [
        (WORSE, Verdict.WORSE_IN_PUBLIC),
        (BETTER, Verdict.BETTER_IN_PUBLIC),
        (ALIKE, Verdict.NO_EVIDENCE),
        (Counts(0, 0, 9), Verdict.TOO_FEW),
        (Counts(), Verdict.TOO_FEW),
    ],
)
def test_a_row_says_how_the_public_differs(social: Counts, verdict: Verdict) -> None:
    assert only(report([row_of(social)])).verdict == verdict


def test_ten_voices_are_enough_to_be_heard() -> None:
    assert only(report([row_of(Counts(0, 0, 10))])).verdict == Verdict.WORSE_IN_PUBLIC


def test_few_voices_still_have_an_estimate_but_no_q() -> None:
    row = only(report([row_of(Counts(0, 0, 9))]))

    assert row.gap is not None
    assert row.gap.q is None


def test_a_side_that_nobody_spoke_on_has_no_numbers() -> None:
    row = only(report([row_of(Counts())]))

    assert (row.social, row.uncorrected_nps, row.gap, row.excess, row.rating_share) == (None,) * 5


def test_what_is_not_counted_here_is_passed_through() -> None:
    row = only(report([SegmentCounts({"month": "2026-10"}, ALIKE, WORSE, mentions=130, by_rating=71)]))

    assert (row.segment, row.voices, row.mentions, row.by_rating) == ({"month": "2026-10"}, 100, 130, 71)
    assert row.rating_share == pytest.approx(0.71)
    assert row.uncorrected_nps == pytest.approx(-30)
    assert row.drivers == ()


def test_no_segments_are_an_empty_report() -> None:
    assert report([]) == []


def test_one_tested_row_is_decided_by_its_interval() -> None:
    row = only(report([row_of(Counts(38, 30, 35))]))

    assert row.gap is not None
    assert row.gap.q == row.gap.p


def test_a_borderline_gap_among_many_without_one_is_no_evidence() -> None:
    borderline = row_of(Counts(35, 32, 33))
    alone = only(report([borderline]))
    among_many = report([borderline, *[row_of(ALIKE)] * 50])[0]

    assert alone.verdict == Verdict.WORSE_IN_PUBLIC
    assert among_many.verdict == Verdict.NO_EVIDENCE
    assert among_many.gap is not None
    assert among_many.gap.q is not None
    assert among_many.gap.q > 0.10


def test_among_many_true_gaps_no_verdict_contradicts_its_interval() -> None:
    not_shown = row_of(Counts(40, 29, 31))
    row = report([not_shown, *[row_of(WORSE)] * 50])[0]

    assert row.gap is not None
    assert row.gap.q is not None
    assert row.gap.q < 0.10 < 2 * row.gap.p
    assert row.verdict == Verdict.NO_EVIDENCE


def test_rows_with_too_few_voices_do_not_dilute_the_others() -> None:
    tested = row_of(Counts(35, 32, 33))

    alone, among_tiny = report([tested])[0], report([tested, *[row_of(Counts(3, 2, 1))] * 50])[0]

    assert alone == among_tiny


def test_the_excess_compares_a_segment_with_the_rest_of_its_brand() -> None:
    segments = [row_of(WORSE), row_of(ALIKE), row_of(ALIKE)]
    total = SegmentCounts({}, ALIKE + ALIKE + ALIKE, WORSE + ALIKE + ALIKE)

    worse, usual, _ = report(segments, total)

    assert worse.excess is not None
    assert worse.excess.value == pytest.approx(-60)
    assert worse.excess.high < 0
    assert usual.excess is not None
    assert usual.excess.value == pytest.approx(30)


def test_without_a_rest_to_compare_with_there_is_no_excess() -> None:
    segment = row_of(WORSE)

    assert only(report([segment])).excess is None
    assert only(report([segment], total=segment)).excess is None
    assert only(report([row_of(Counts(0, 0, 9))], SegmentCounts({}, ALIKE + ALIKE, WORSE))).excess is None


def test_a_voice_heard_in_two_segments_does_not_make_the_rest_negative() -> None:
    total = SegmentCounts({}, ALIKE + ALIKE, Counts(15, 60, 80))

    assert only(report([row_of(WORSE)], total)).excess is not None


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=12))
def test_q_keeps_the_order_of_p_and_is_never_less(sides: list[tuple[Counts, Counts]]) -> None:
    rows = report([row_of(social, survey) for survey, social in sides])

    tested = sorted((row.gap.p, row.gap.q) for row in rows if row.gap and row.gap.q is not None)
    assert all(p <= q <= 1 for p, q in tested)
    assert all(later[1] >= earlier[1] for earlier, later in pairwise(tested))


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(counts, counts), min_size=1, max_size=8))
def test_a_verdict_has_the_sign_of_its_interval(sides: list[tuple[Counts, Counts]]) -> None:
    for row in report([row_of(social, survey) for survey, social in sides]):
        if row.verdict == Verdict.WORSE_IN_PUBLIC:
            assert row.gap is not None
            assert row.gap.high < 0
        if row.verdict == Verdict.BETTER_IN_PUBLIC:
            assert row.gap is not None
            assert row.gap.low > 0


def test_five_hundred_locations_over_a_year_take_less_than_two_seconds_on_a_busy_machine() -> None:
    rng = np.random.default_rng(1)
    tables = rng.multinomial(40, (0.5, 0.3, 0.2), size=(6000, 2)).tolist()
    rows = [SegmentCounts({"cell": str(at)}, Counts(*a), Counts(*b)) for at, (a, b) in enumerate(tables)]
    total = SegmentCounts({}, sum((row.survey for row in rows), Counts()), sum((row.social for row in rows), Counts()))

    started = time.process_time()
    found = report(rows, total)

    assert len(found) == 6000
    assert time.process_time() - started < 2


def in_month(month: str, social: Counts, location: str = "center") -> SegmentCounts:
    return SegmentCounts({"location": location, "month": month}, ALIKE, social)


def test_a_month_is_compared_with_the_one_before_it_in_the_same_place() -> None:
    before, after, elsewhere = report(
        [in_month("2026-09", BETTER), in_month("2026-10", WORSE), in_month("2026-10", ALIKE, "north")]
    )

    assert before.change is not None
    assert before.change.social is None
    assert after.change is not None
    assert after.change.social is not None
    assert after.change.social.value == pytest.approx(-118)
    assert after.change.social.is_evident
    assert after.change.survey is not None
    assert not after.change.survey.is_evident
    assert elsewhere.change is not None
    assert elsewhere.change.social is None


def test_a_month_that_nobody_spoke_in_breaks_the_series() -> None:
    _, after = report([in_month("2025-12", BETTER), in_month("2026-02", WORSE)])
    _, next_year = report([in_month("2025-12", BETTER), in_month("2026-01", WORSE)])

    assert after.change is not None
    assert after.change.social is None
    assert next_year.change is not None
    assert next_year.change.social is not None


def doubted(trusted: Counts, suspects: Counts) -> SegmentCounts:
    public = Voices(rated=trusted + suspects)
    return SegmentCounts({}, ALIKE, trusted + suspects, public=public, unsuspected=Voices(rated=trusted))


@settings(deadline=None, max_examples=40)
@given(suspects=counts)
def test_adding_suspects_never_changes_the_figure_without_them(suspects: Counts) -> None:
    alone, beside = only(report([doubted(WORSE, Counts())])), only(report([doubted(WORSE, suspects)]))

    assert beside.unsuspected == alone.unsuspected
    assert beside.voices == 100 + suspects.n


def test_without_suspects_a_verdict_may_be_another() -> None:
    row = only(report([doubted(ALIKE, Counts(0, 0, 300))]))

    assert (row.verdict, row.unsuspected.verdict) == (Verdict.WORSE_IN_PUBLIC, Verdict.NO_EVIDENCE)


@settings(deadline=None, max_examples=40)
@given(one=counts.filter(lambda c: c.n > 0), other=counts.filter(lambda c: c.n > 0))
def test_the_gap_of_exchanged_sides_is_the_opposite_one(one: Counts, other: Counts) -> None:
    there, back = only(report([row_of(other, one)])).gap, only(report([row_of(one, other)])).gap

    assert there is not None
    assert back is not None
    assert (there.value, there.low, there.high) == pytest.approx((-back.value, -back.high, -back.low), abs=1e-6)
    assert there.p == pytest.approx(back.p, abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(one=counts.filter(lambda c: c.n >= 5), other=counts.filter(lambda c: c.n >= 5))
def test_twice_the_voices_are_surer(one: Counts, other: Counts) -> None:
    once, twice = (only(report([row_of(*sides)])).gap for sides in ((other, one), (other + other, one + one)))

    assert once is not None
    assert twice is not None
    assert twice.value == pytest.approx(once.value)
    assert twice.high - twice.low < once.high - once.low


def test_a_small_segment_of_a_large_brand_is_compared_with_the_brand() -> None:
    large = SegmentCounts({}, Counts(5000, 3000, 2000), Counts(5000, 3000, 2000))

    found = only(report([row_of(WORSE)], large))

    assert found.excess is not None
    assert found.excess.value == pytest.approx(-60, abs=1)
