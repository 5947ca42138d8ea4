"""The gap report: every segment with both sides, the gap, what may be said of it, and how it moved."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.counts import Counts, SegmentCounts, Voices
from core.months import month_after
from metrics.change import Change, changes, gap_changes
from metrics.gaps import Gap, Verdict, gap_each, minimal_detectable_gap, verdict_of
from metrics.intervals import mover_bounds
from metrics.nps import Nps, net_points, nps_each
from metrics.platforms import Platforms

Estimate = Callable[[Sequence[Voices]], list[Nps | None]]
"""What the public thinks by its voices, in their order; None where there are none."""

SMALL_SHARE = 0.01
"""Of a segment with at most this share of the brand on both sides, the brand itself stands for the rest."""


@dataclass(frozen=True, slots=True)
class Excess:
    """By how many points a segment's gap exceeds that of the rest of its brand, with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Driver:
    """A topic that parts the two sides: its share in [0, 1] of each, and ids of mentions that show it.

    `topic` is its key in the dictionary, `names` what people call it in Russian and in English.
    """

    topic: str
    names: Mapping[str, str]
    public_share: float
    survey_share: float
    evidence: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unsuspected:
    """The same segment without suspect voices: its public side, its gap and what could be said then."""

    social: Nps | None
    voices: int
    gap: Gap | None
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class RowChange:
    """How a month differs from the one before it, on each side and in the gap; None where that month has no figure."""

    survey: Change | None
    social: Change | None
    gap: Change | None


@dataclass(frozen=True, slots=True)
class GapRow:
    """One row of the gap report.

    A side that nobody spoke on is None and so is the gap then; `excess` is None without a rest to compare with, or
    with fewer than `MIN_VOICES` on any of the four sides. `social` is corrected for the labeller's errors,
    `uncorrected_nps` is plain counting, in points. `detectable` is the smallest true gap that such counts would show
    with a chance of 80 %. `change` is told of months, `shrunk` and `platforms` of locations.
    """

    segment: Mapping[str, str | None]
    survey: Nps | None
    social: Nps | None
    voices: int
    mentions: int
    by_rating: int
    uncorrected_nps: float | None
    gap: Gap | None
    excess: Excess | None
    verdict: Verdict
    unsuspected: Unsuspected
    detectable: float | None
    change: RowChange | None = None
    shrunk: Nps | None = None
    platforms: Platforms | None = None
    drivers: tuple[Driver, ...] = ()

    @property
    def rating_share(self) -> float | None:
        """The share in [0, 1] of voices that were counted by their stars; None without voices."""
        return self.by_rating / self.voices if self.voices else None


@dataclass(frozen=True, slots=True)
class _Compared:
    """The public side of every row, its gap to the survey and what may be said of it."""

    socials: Sequence[Nps | None]
    gaps: list[Gap | None]
    verdicts: list[Verdict]


def report(
    rows: Sequence[SegmentCounts], total: SegmentCounts | None = None, *, estimate: Estimate | None = None
) -> list[GapRow]:
    """The gap report: one row a segment, in the order given; [] for none.

    `q` is Benjamini and Hochberg's over the rows with at least `MIN_VOICES` on both sides. A verdict needs q < .10
    *and* a 95 % interval without zero, so that no row is called worse whose interval says otherwise; with one tested
    row q = p and the interval alone decides. `total` is the brand's own row, which contains the segments: without it
    there is no `excess`. Without an `estimate` the public side is counted plainly.
    """
    surveys = nps_each([row.survey for row in rows])
    found = _compared(surveys, _estimates([row.public for row in rows], [row.social for row in rows], estimate))
    sure = _without_suspects(rows, surveys, found, estimate)
    excesses = _excesses(rows, found.gaps, total, estimate) if total else [None] * len(rows)
    moved = _changes(rows, surveys, found) if rows and "month" in rows[0].segment else [None] * len(rows)
    columns = zip(rows, surveys, found.socials, found.gaps, found.verdicts, excesses, sure, moved, strict=True)
    return [
        GapRow(
            segment=row.segment,
            survey=survey,
            social=social,
            voices=row.voices,
            mentions=row.mentions,
            by_rating=row.by_rating,
            uncorrected_nps=net_points(row.social),
            gap=gap,
            excess=excess,
            verdict=verdict,
            unsuspected=unsuspected,
            detectable=minimal_detectable_gap(survey, social) if survey and social else None,
            change=change,
        )
        for row, survey, social, gap, verdict, excess, unsuspected, change in columns
    ]


def _compared(surveys: Sequence[Nps | None], socials: Sequence[Nps | None]) -> _Compared:
    gaps = gap_each(list(zip(surveys, socials, strict=True)), tested=True)
    return _Compared(socials, gaps, [verdict_of(gap) for gap in gaps])


def _estimates(voices: Sequence[Voices], counted: Sequence[Counts], estimate: Estimate | None) -> Sequence[Nps | None]:
    return estimate(voices) if estimate else nps_each(counted)


def _without_suspects(
    rows: Sequence[SegmentCounts], surveys: Sequence[Nps | None], found: _Compared, estimate: Estimate | None
) -> list[Unsuspected]:
    """The same figures without suspects; they are made anew only where there are any suspects at all."""
    sure = found
    if any(row.unsuspected is not row.public and row.unsuspected != row.public for row in rows):
        voices = [row.unsuspected for row in rows]
        sure = _compared(surveys, _estimates(voices, [plain(one) for one in voices], estimate))
    heard = [row.voices if sure is found else round(row.unsuspected.n) for row in rows]
    return [Unsuspected(*one) for one in zip(sure.socials, heard, sure.gaps, sure.verdicts, strict=True)]


def plain(voices: Voices) -> Counts:
    """Voices counted by ratings and labels alone."""
    return sum(voices.said.values(), voices.rated)


def _excesses(
    rows: Sequence[SegmentCounts], gaps: Sequence[Gap | None], total: SegmentCounts, estimate: Estimate | None
) -> list[Excess | None]:
    """Each segment's gap less that of the rest of the brand, which is independent of it; MOVER of the two intervals."""
    usual = _usual_gaps(rows, total, estimate)
    both = [(own, rest) if own and rest and own.q is not None else None for own, rest in zip(gaps, usual, strict=True)]
    own, rest = (
        np.array([(pair[at].value, pair[at].low, pair[at].high) for pair in both if pair]).reshape(-1, 3).T
        for at in (0, 1)
    )
    low, high = mover_bounds(own[0], (own[1], own[2]), rest[0], (rest[1], rest[2]))
    found = iter(np.stack([own[0] - rest[0], low, high], axis=-1).tolist())
    return [Excess(*next(found)) if pair else None for pair in both]


def _usual_gaps(rows: Sequence[SegmentCounts], total: SegmentCounts, estimate: Estimate | None) -> list[Gap | None]:
    """The gap of the rest of the brand, by segment; None where fewer than `MIN_VOICES` are left on a side."""
    most = SMALL_SHARE * total.survey.n, SMALL_SHARE * total.social.n
    small = [row.survey.n <= most[0] and row.social.n <= most[1] for row in rows]
    rests = [total, *(_rest(total, row) for row, is_small in zip(rows, small, strict=True) if not is_small)]
    surveys = nps_each([rest.survey for rest in rests])
    socials = _estimates([rest.public for rest in rests], [rest.social for rest in rests], estimate)
    gaps = gap_each(list(zip(surveys, socials, strict=True)), tested=True)
    whole, *others = (gap if gap and gap.q is not None else None for gap in gaps)
    found = iter(others)
    return [whole if is_small else next(found) for is_small in small]


def _rest(total: SegmentCounts, part: SegmentCounts) -> SegmentCounts:
    return replace(
        total, survey=total.survey - part.survey, social=total.social - part.social, public=total.public - part.public
    )


def _changes(rows: Sequence[SegmentCounts], surveys: Sequence[Nps | None], found: _Compared) -> list[RowChange | None]:
    """How each row differs from the month before in the same place and channel; a month without anybody breaks that.

    `q` is over all changes of the report.
    """
    series: dict[tuple[str | None, ...], dict[str, int]] = {}
    for at, row in enumerate(rows):
        rest = tuple(value for name, value in row.segment.items() if name != "month")
        series.setdefault(rest, {})[row.segment["month"] or ""] = at
    order = [place for months in series.values() for place in (*_unbroken(months), None)]
    columns = zip(
        changes([None if place is None else surveys[place] for place in order]),
        changes([None if place is None else found.socials[place] for place in order]),
        gap_changes([None if place is None else found.gaps[place] for place in order]),
        strict=True,
    )
    told = {place: RowChange(*change) for place, change in zip(order, columns, strict=True) if place is not None}
    return [told[at] for at, _ in enumerate(rows)]


def _unbroken(months: Mapping[str, int]) -> list[int | None]:
    """The rows of a series from month to month, None for a gap of any length."""
    found: list[int | None] = []
    last = None
    for month in sorted(months):
        if last is not None and month != month_after(last):
            found.append(None)
        found.append(months[month])
        last = month
    return found
