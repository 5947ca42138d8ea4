"""Since when: the newest month against the one before it, on both sides, and what of it comes from the mix."""

from dataclasses import dataclass
from typing import Any

from api.correction import Correction
from api.who_speaks import decomposition
from core.counts import SegmentCounts
from metrics.decomposition import Decomposition, decompose
from metrics.report import GapRow, report
from metrics.rows import as_plain
from store.database import ReadSession
from store.models import Brand
from store.queries import Slice
from store.segments import segments


@dataclass(frozen=True, slots=True)
class Since:
    """Every month of a part of a brand with its change, and the newest change of the public side by location."""

    months: list[GapRow]
    newest: Decomposition | None

    def as_plain(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "months": [as_plain(row) for row in self.months],
            "newest_by_location": None if self.newest is None else decomposition(self.newest, self._moved()),
        }

    def _moved(self) -> float | None:
        """The newest change of the public side, in points, as the months show it."""
        change = self.months[-1].change if self.months else None
        return change.social.value if change and change.social else None


def since(session: ReadSession, brand: Brand, part: Slice, correct: Correction) -> Since:
    """The months of one part of a brand."""
    rows = segments(session, brand, ("month",), part)
    months = report(rows, estimate=correct.estimate)
    return Since(months, _newest(segments(session, brand, ("month", "location"), part), months, correct))


def _newest(cells: list[SegmentCounts], months: list[GapRow], correct: Correction) -> Decomposition | None:
    """The last change of the public side, by location; None where it has none."""
    spoken = [row for row in months if row.social]
    if len(spoken) < 2 or spoken[-1].change is None or spoken[-1].change.social is None:  # noqa: PLR2004 - a pair
        return None
    before, after = ([cell for cell in cells if cell.segment["month"] == row.segment["month"]] for row in spoken[-2:])
    sides = [
        dict(zip((cell.segment["location"] for cell in side), correct.estimate([c.public for c in side]), strict=True))
        for side in (before, after)
    ]
    return decompose(*sides)
