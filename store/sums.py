"""Sums of tally rows by segment, on their way to becoming its counts: in columns, since chains have ten thousands."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.counts import Counts, SegmentCounts, Voices
from core.labels import TextKind
from store.contributions import EVIDENCE

Array = NDArray[np.float64]
Rows = Sequence[Sequence[Any]]
Key = tuple[Any, ...]

KINDS = {kind.value: kind for kind in TextKind}
SHARES, MENTIONS, RATED, FUSED, SAID, CHANCES = slice(2, 5), 0, 5, slice(6, 9), slice(9, 12), slice(12, 15)
"""Where `store.contributions.EVIDENCE` has them."""
WIDTH = len(EVIDENCE)


class SegmentSums:
    """What was summed of every segment, from rows that begin with its key."""

    def __init__(self, survey: Rows, social: Rows, width: int) -> None:
        """Survey rows go on with the three counts, public ones with kind, whether suspect, and all evidence."""
        self._places: dict[Key, int] = {}
        at, counts = self._columns(survey, width, SHARES.stop - SHARES.start)
        heard, evidence = self._columns(social, width, WIDTH)
        self._survey = self._summed(at, counts)
        evidence = _whole(evidence)
        self._evidence = self._summed(heard, evidence)
        suspect = np.array([bool(row[width + 1]) for row in social], bool)
        kinds = np.array([row[width] for row in social])
        self._sure = self._voices(heard[~suspect], evidence[~suspect], kinds[~suspect])
        self._all = self._voices(heard, evidence, kinds) if suspect.any() else self._sure

    def _columns(self, rows: Rows, width: int, columns: int) -> tuple[NDArray[np.intp], Array]:
        """The segment [n] of each row, and its numbers [n, columns]: the last ones."""
        places = [self._places.setdefault(tuple(row[:width]), len(self._places)) for row in rows]
        numbers = np.array([row[-columns:] for row in rows], np.float64)
        return np.array(places, np.intp), numbers.reshape(len(rows), columns)

    def _summed(self, places: NDArray[np.intp], numbers: Array) -> Array:
        """Sums [segments, columns]."""
        n = len(self._places)
        return np.stack([np.bincount(places, column, n) for column in numbers.T], axis=-1)

    def _voices(self, places: NDArray[np.intp], evidence: Array, kinds: NDArray[Any]) -> list[Voices]:
        """The evidence of each segment, in their order."""
        fused = self._summed(places, evidence)[:, FUSED].tolist()
        said: list[dict[TextKind, Counts]] = [{} for _ in fused]
        chances: list[dict[TextKind, Counts]] = [{} for _ in fused]
        for kind in np.unique(kinds):
            of_kind = self._summed(places[kinds == kind], evidence[kinds == kind])
            some = np.flatnonzero(of_kind[:, SAID].any(axis=1))
            columns = (some.tolist(), of_kind[some, SAID].tolist(), of_kind[some, CHANCES].tolist())
            for at, labels, sums in zip(*columns, strict=True):
                said[at][KINDS[kind]], chances[at][KINDS[kind]] = Counts(*labels), Counts(*sums)
        return [Voices(Counts(*one), *others) for one, *others in zip(fused, said, chances, strict=True)]

    @property
    def segments(self) -> list[Key]:
        """The keys of all segments, in the order of `counts`."""
        return list(self._places)

    def counts(self, segments: Sequence[Mapping[str, str | None]]) -> list[SegmentCounts]:
        """The counts of all segments, by these names."""
        social = self._evidence
        columns = (self._survey, social[:, SHARES], social[:, MENTIONS], social[:, RATED])
        rows = zip(segments, *(column.astype(int).tolist() for column in columns), self._all, self._sure, strict=True)
        return [
            SegmentCounts(segment, Counts(*on_site), Counts(*public), mentions, rated, voices, sure)
            for segment, on_site, public, mentions, rated, voices, sure in rows
        ]


def _whole(evidence: Array) -> Array:
    """Sums of probabilities without what rounding leaves of them where nobody is left: they are added and taken off."""
    evidence = np.maximum(evidence, 0)
    evidence[evidence[:, RATED] == 0, FUSED] = 0
    evidence[evidence[:, SAID].sum(axis=1) == 0, CHANCES] = 0
    return evidence
