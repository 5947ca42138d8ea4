"""Sums of tally rows of one segment, on their way to becoming its counts."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.counts import Counts, SegmentCounts, Voices
from core.labels import Side, TextKind

KINDS = {kind.value: kind for kind in TextKind}
NOTHING = (0.0,) * 3
Sums = Sequence[float]


class SegmentSums:
    """What was added up of one segment so far, in plain numbers: a large chain has ten thousands of these."""

    def __init__(self) -> None:
        self._survey: Sums = NOTHING
        self._social: Sums = NOTHING
        self._fused: Sums = NOTHING
        self._mentions = self._rated = 0.0
        self._said: dict[str, tuple[Sums, Sums]] = {}
        self._doubted: list[tuple[str, Sums]] = []

    def add(self, side: str, kind: str, suspect: bool, *sums: Any) -> None:  # noqa: FBT001 - a row of a query
        """Add the sums of one group of rows, in the order of `store.contributions.EVIDENCE`."""
        if side == Side.SURVEY:
            self._survey = _added(self._survey, sums[2:5])
            return
        self._social = _added(self._social, sums[2:5])
        self._mentions += sums[0]
        self._rated += sums[5]
        if suspect:
            self._doubted.append((kind, sums[6:]))
        else:
            self._hear(kind, sums[6:])

    def _hear(self, kind: str, evidence: Sums) -> None:
        self._fused = _added(self._fused, evidence[:3])
        said, chances = self._said.get(kind, (NOTHING, NOTHING))
        if any(evidence[3:6]):
            self._said[kind] = _added(said, evidence[3:6]), _added(chances, evidence[6:])

    def _voices(self) -> Voices:
        said = {KINDS[kind]: Counts(*sums) for kind, (sums, _) in self._said.items()}
        chances = {KINDS[kind]: Counts(*sums) for kind, (_, sums) in self._said.items()}
        return Voices(Counts(*self._fused), said, chances)

    def counts(self, segment: Mapping[str, str | None]) -> SegmentCounts:
        """The counts of the segment of this name. Nothing can be added afterwards."""
        trusted = public = self._voices()
        for kind, evidence in self._doubted:
            self._hear(kind, evidence)
        if self._doubted:
            public = self._voices()
        counted, heard = Counts(*map(int, self._survey)), Counts(*map(int, self._social))
        numbers = {"mentions": int(self._mentions), "by_rating": int(self._rated)}
        return SegmentCounts(segment, counted, heard, **numbers, public=public, unsuspected=trusted)


def _added(one: Sums, other: Sums) -> tuple[float, ...]:
    a, b, c = one
    d, e, f = other
    return a + d, b + e, c + f
