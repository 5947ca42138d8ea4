"""Who speaks: the public as if it had the survey's mix, and what of a gap or a change comes from the mix alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot
from typing import Any

from api.correction import Correction
from core.counts import SegmentCounts
from metrics.decomposition import Component, Decomposition, decompose
from metrics.gaps import Gap, gap
from metrics.intervals import CONFIDENCE, normal_quantile
from metrics.nps import Nps, nps_each
from metrics.raking import Raked, rake, weighted_voices
from metrics.rows import SHARE_DIGITS, interval, level, points, tested
from store.database import ReadSession
from store.models import Brand
from store.queries import Slice
from store.segments import segments

DIMENSIONS = ("location", "month", "channel")
PARTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class WhoSpeaks:
    """The public side in the survey's mix, and the gap split into mix and rate, by each dimension that tells."""

    social: Nps | None
    gap: Gap | None
    raked: Raked | None
    decompositions: Mapping[str, Decomposition]
    shown: float | None
    """The gap of the whole, in points, which the decompositions are of."""

    def as_plain(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "raked": None if self.social is None or self.raked is None else _raked(self.social, self.gap, self.raked),
            "decompositions": {by: decomposition(one, self.shown) for by, one in self.decompositions.items()},
        }


def who_speaks(session: ReadSession, brand: Brand, part: Slice, total: SegmentCounts, correct: Correction) -> WhoSpeaks:
    """Who speaks on both sides of one part of a brand."""
    cells = segments(session, brand, DIMENSIONS, part)
    raked = rake(_numbers(cells, _public_n), _numbers(cells, _survey_n), DIMENSIONS)
    [survey], [whole], social = nps_each([total.survey]), correct.estimate([total.public]), None
    if raked:
        voices = weighted_voices({_cell(row): row.public for row in cells}, raked)
        [social] = correct.estimate([voices])
    both = gap(survey, social) if survey and social else None
    shown = whole.value - survey.value if survey and whole else None
    splits = _decompositions(session, brand, part, correct)
    return WhoSpeaks(social, both, raked, {by: _with_residual(one, whole) for by, one in splits.items()}, shown)


def _with_residual(found: Decomposition, whole: Nps | None) -> Decomposition:
    """With a rate that holds the residual of the whole: all segments share it, so that it does not average out."""
    rate, reach = found.rate, normal_quantile(CONFIDENCE) * (whole.residual if whole else 0.0)
    low, high = hypot(rate.value - rate.low, reach), hypot(rate.high - rate.value, reach)
    return replace(found, rate=Component(rate.value, rate.value - low, rate.value + high))


def _cell(row: SegmentCounts) -> tuple[str | None, ...]:
    return tuple(row.segment[name] for name in DIMENSIONS)


def _numbers(
    rows: Sequence[SegmentCounts], number: Callable[[SegmentCounts], float]
) -> dict[tuple[str | None, ...], float]:
    return {_cell(row): number(row) for row in rows}


def _public_n(row: SegmentCounts) -> float:
    return row.public.n


def _survey_n(row: SegmentCounts) -> float:
    return row.survey.n


def _decompositions(session: ReadSession, brand: Brand, part: Slice, correct: Correction) -> dict[str, Decomposition]:
    """The gap by each dimension of which both sides know more than one value."""
    found = {}
    for by in DIMENSIONS:
        rows = segments(session, brand, (by,), part)
        split = _split(by, rows, correct)
        if split is not None and len(split.parts) - len(split.one_sided) > 1:
            found[by] = split
    return found


def _split(by: str, rows: Sequence[SegmentCounts], correct: Correction) -> Decomposition | None:
    names = [row.segment[by] for row in rows]
    surveys, socials = nps_each([row.survey for row in rows]), correct.estimate([row.public for row in rows])
    return decompose(dict(zip(names, surveys, strict=True)), dict(zip(names, socials, strict=True)))


def decomposition(found: Decomposition, shown: float | None = None) -> dict[str, Any]:
    """A decomposition, ready for JSON: the segments that add most first.

    `shown` is the difference that a report shows. Where estimates are corrected, those of segments need not add up to
    it: what is missing is `estimation`.
    """
    ordered = sorted(found.parts, key=lambda one: -abs(one.rate + one.mix))
    return {
        "value": points(found.value),
        "rate": interval(found.rate),
        "mix": interval(found.mix),
        "estimation": points(None if shown is None else shown - found.value),
        "parts": [
            {
                "segment": one.segment,
                "share_before": round(one.share_before, SHARE_DIGITS),
                "share_after": round(one.share_after, SHARE_DIGITS),
                "rate": points(one.rate),
                "mix": points(one.mix),
            }
            for one in ordered[:PARTS_SHOWN]
        ],
        "segments": len(found.parts),
        "one_sided": len(found.one_sided),
    }


def _raked(social: Nps, both: Gap | None, raked: Raked) -> dict[str, Any]:
    return {
        "social": level(social),
        "gap": None if both is None else tested(both),
        "dimensions": list(raked.dimensions),
        "effective_voices": round(raked.effective_n, 1),
        "largest_weight": round(raked.largest, 2),
        "unmatched": round(raked.unmatched, SHARE_DIGITS),
        "unheard": round(raked.unheard, SHARE_DIGITS),
        "converged": raked.converged,
    }
