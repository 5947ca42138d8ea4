"""What the public says and the survey does not, and the tone of each stage."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.counts import Counts
from core.topics import ANYTHING
from metrics.aspects import Stage
from metrics.shares import EXACT_UP_TO, wilson_bounds
from metrics.unsaid import Topics, tone_by_stage, unsaid, unsaid_each

SEVERAL = st.integers(0, 40)


def public(**topics: int) -> Topics:
    """Detractors by topic, of a hundred."""
    return {ANYTHING: Counts(detractors=100)} | {name: Counts(detractors=n) for name, n in topics.items()}


def survey(**topics: int) -> Topics:
    """Comments by topic, of a hundred, promoters all."""
    return {ANYTHING: Counts(promoters=100)} | {name: Counts(promoters=n) for name, n in topics.items()}


def test_what_only_the_public_speaks_of_comes_first() -> None:
    found = unsaid(public(changing_rooms=50, staff=20, price=12), survey(staff=30, price=10))

    assert [row.topic for row in found] == ["changing_rooms", "price", "staff"]
    assert [row.is_unsaid for row in found] == [True, False, False]
    assert (found[0].public_share, found[0].survey_share, found[0].difference) == (0.5, 0, 0.5)
    assert (found[0].public_n, found[0].survey_n) == (100, 100)


def test_a_certain_small_topic_comes_before_an_uncertain_large_one() -> None:
    many = {ANYTHING: Counts(detractors=10_000), "smell": Counts(detractors=500)}
    few = {ANYTHING: Counts(detractors=3), "noise": Counts(detractors=1)}

    small, large = unsaid_each([(many, {ANYTHING: Counts(promoters=10_000)}), (few, {ANYTHING: Counts(1, 1, 1)})])

    assert small[0].is_unsaid
    assert not large[0].is_unsaid
    assert large[0].difference > small[0].difference


def test_only_detractors_of_the_public_count_but_any_comment_does() -> None:
    heard = {ANYTHING: Counts(30, 30, 40), "pool": Counts(30, 0, 4)}
    told = {ANYTHING: Counts(50, 30, 20), "pool": Counts(10, 5, 5)}

    row = unsaid(heard, told)[0]

    assert (row.public_share, row.survey_share) == (0.1, 0.2)


def test_without_a_side_nothing_is_unsaid() -> None:
    assert unsaid({}, survey(staff=3)) == []
    assert unsaid(public(staff=3), {}) == []
    assert unsaid({ANYTHING: Counts(promoters=9), "staff": Counts(promoters=9)}, survey(staff=3)) == []
    assert unsaid_each([]) == []


def test_stages_are_no_topics() -> None:
    assert unsaid(public(**{"stage:greeting": 40}), survey()) == []


def test_newcombes_interval_is_that_of_his_paper() -> None:
    """Newcombe 1998, table II (a): 56/70 - 48/80 = .2, method 10: .0524 to .3339."""
    heard = {ANYTHING: Counts(detractors=70), "x": Counts(detractors=56)}
    told = {ANYTHING: Counts(promoters=80), "x": Counts(promoters=48)}

    row = unsaid(heard, told)[0]

    assert (row.low, row.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)


@given(SEVERAL, SEVERAL, SEVERAL, SEVERAL)
def test_the_exact_p_is_fishers_mid_p(x: int, more: int, y: int, others: int) -> None:
    n, m, total = x + more + 1, y + others + 1, x + y
    if x == 0 or total > EXACT_UP_TO:
        return
    chances = [comb(n, k) * comb(m, total - k) / comb(n + m, total) for k in range(total + 1)]
    heard = {ANYTHING: Counts(detractors=n), "x": Counts(detractors=x)}
    told = {ANYTHING: Counts(promoters=m), "x": Counts(promoters=y)}

    p = unsaid(heard, told)[0].p

    assert p == pytest.approx(sum(chances[x + 1 :]) + chances[x] / 2, abs=1e-9)


def test_exact_and_score_p_agree_where_one_gives_way_to_the_other() -> None:
    rows = [(EXACT_UP_TO // 2 + 8, EXACT_UP_TO // 2 - 8 + extra) for extra in (0, 1)]
    p = [
        unsaid(
            {ANYTHING: Counts(detractors=400), "x": Counts(detractors=x)},
            {ANYTHING: Counts(promoters=400), "x": Counts(promoters=y)},
        )[0].p
        for x, y in rows
    ]

    assert p[0] == pytest.approx(p[1], rel=0.45)
    assert p[0] < p[1]


def test_among_segments_without_a_difference_few_are_called_unsaid() -> None:
    chance = np.random.default_rng(7)
    drawn = chance.binomial([[60], [40]], 0.1, size=(300, 2, 20))
    segments = [
        (
            {ANYTHING: Counts(detractors=60)} | {f"t{i}": Counts(detractors=int(n)) for i, n in enumerate(heard)},
            {ANYTHING: Counts(promoters=40)} | {f"t{i}": Counts(promoters=int(n)) for i, n in enumerate(told)},
        )
        for heard, told in drawn
    ]

    found = unsaid_each(segments)

    assert sum(row.is_unsaid for rows in found for row in rows) <= 2


@given(st.integers(1, 10**6), st.floats(0, 1))
def test_wilsons_interval_holds_its_estimate_and_stays_within_zero_and_one(n: int, share: float) -> None:
    x = np.array([round(share * n)], dtype=np.float64)

    low, high = wilson_bounds(x, np.array([float(n)]))

    assert 0 <= low[0] <= x[0] / n + 1e-12
    assert x[0] / n - 1e-12 <= high[0] <= 1


def test_each_stage_has_its_tone_on_both_sides_in_the_order_of_a_visit() -> None:
    told = {"stage:greeting": Counts(9, 0, 1), "stage:service": Counts(5, 0, 5)}
    heard = {"stage:farewell": Counts(0, 0, 4), "stage:greeting": Counts(2, 0, 2), "noise": Counts(0, 0, 9)}

    tones = tone_by_stage(told, heard)

    assert [tone.stage for tone in tones] == [Stage.GREETING, Stage.SERVICE, Stage.FAREWELL]
    assert [tone.survey.value if tone.survey else None for tone in tones] == [80, 0, None]
    assert [tone.social.value if tone.social else None for tone in tones] == [0, None, -100]
