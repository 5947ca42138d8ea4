"""Sums of tally rows of one segment, on their way to becoming its counts."""

from collections.abc import Mapping
from typing import Any

from core.counts import Counts, SegmentCounts, Voices
from core.labels import Side, TextKind


class SegmentSums:
    """What was added up of one segment so far, side by side."""

    def __init__(self) -> None:
        self._survey = self._social = Counts()
        self._mentions = self._rated = 0
        self._doubted, self._trusted = Voices(), Voices()

    def add(self, side: Side, kind: TextKind, suspect: bool, *sums: Any) -> None:  # noqa: FBT001 - a row of a query
        """Add the sums of one group of rows, in the order of `store.contributions.EVIDENCE`."""
        mentions, _, promoters, passives, detractors, rated, *evidence = sums
        counted = Counts(int(promoters), int(passives), int(detractors))
        if side is Side.SURVEY:
            self._survey += counted
            return
        self._social += counted
        self._mentions += int(mentions)
        self._rated += int(rated)
        fused, said, chances = (Counts(*evidence[at : at + 3]) for at in (0, 3, 6))
        voices = Voices(fused, {kind: said}, {kind: chances}) if said.n else Voices(fused)
        if suspect:
            self._doubted += voices
        else:
            self._trusted += voices

    def counts(self, segment: Mapping[str, str | None]) -> SegmentCounts:
        """The counts of the segment of this name."""
        return SegmentCounts(
            segment,
            self._survey,
            self._social,
            mentions=self._mentions,
            by_rating=self._rated,
            public=self._trusted + self._doubted if self._doubted.n else self._trusted,
            unsuspected=self._trusted,
        )
