"""Both sides month by month as a drawing: where every mark lies, and which changes are more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from api.words import Words
from core.months import month_after
from metrics.change import Change
from metrics.nps import Nps
from metrics.report import GapRow

MONTHS_DRAWN = 24
HEIGHT = 200
"""Of the drawing, in pixels: 100 lies at its top, -100 at its foot."""
LABELS, LABELS_NARROW = 12, 4
EDGE = 15
"""Per cent of the width in which a word written around a place may stick out."""


@dataclass(frozen=True, slots=True)
class Point:
    """One side's estimate of a month: its place and those of its limits in pixels from the top.

    `arrow` is ▲ or ▼ with points where it moved by more than chance; None where it did not.
    """

    y: float
    top: float
    height: float
    arrow: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """A line from one month to the next: x in per cent of the width, y in pixels."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class MonthMark:
    """One month: x in per cent of the width; whether its name is written in a wide and in a narrow drawing."""

    row: GapRow
    name: str
    x: float
    survey: Point | None
    social: Point | None
    gap_arrow: str | None
    is_named: bool
    is_named_narrow: bool

    @property
    def anchor(self) -> str:
        """Which end of a long word stands at x, that it stays within the drawing."""
        return "start" if self.x < EDGE else "end" if self.x > 100 - EDGE else "middle"


@dataclass(frozen=True, slots=True)
class MonthChart:
    """The drawing: months in order, and lines between those that follow each other."""

    months: list[MonthMark]
    survey: list[Step]
    social: list[Step]


def month_chart(rows: Sequence[GapRow], say: Words) -> MonthChart | None:
    """The newest `MONTHS_DRAWN` months; None with fewer than two, of which nothing can be seen."""
    shown = rows[-MONTHS_DRAWN:]
    if len(shown) < 2:  # noqa: PLR2004 - a pair
        return None
    marks = [_mark(at, row, len(shown), say) for at, row in enumerate(shown)]
    return MonthChart(
        marks,
        _steps([(mark, mark.survey) for mark in marks]),
        _steps([(mark, mark.social) for mark in marks]),
    )


def _mark(at: int, row: GapRow, number: int, say: Words) -> MonthMark:
    change = row.change
    from_last = number - 1 - at
    return MonthMark(
        row=row,
        name=say.month(row.segment["month"] or ""),
        x=round(100 * (at + 0.5) / number, 2),
        survey=_point(row.survey, change.survey if change else None, say),
        social=_point(row.social, change.social if change else None, say),
        gap_arrow=_arrow(change.gap if change else None, say),
        is_named=from_last % -(-number // LABELS) == 0,
        is_named_narrow=from_last % -(-number // LABELS_NARROW) == 0,
    )


def _point(nps: Nps | None, change: Change | None, say: Words) -> Point | None:
    if nps is None:
        return None
    y, top, foot = (round((100 - value) / 200 * HEIGHT, 1) for value in (nps.value, nps.high, nps.low))
    return Point(y, top, round(foot - top, 1), _arrow(change, say))


def _arrow(change: Change | None, say: Words) -> str | None:
    """The change where it is evident: one that chance explains is not drawn as one."""
    if change is None or not change.is_evident:
        return None
    return f"{'▼' if change.value < 0 else '▲'} {say.plain(abs(change.value))}"


def _steps(marks: Sequence[tuple[MonthMark, Point | None]]) -> list[Step]:
    """Lines between neighbours; none over a month that is missing."""
    return [
        Step(one.x, start.y, other.x, end.y)
        for (one, start), (other, end) in pairwise(marks)
        if start and end and other.row.segment["month"] == month_after(one.row.segment["month"] or "")
    ]
