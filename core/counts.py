"""The three numbers from which every NPS follows, and the two sides of one segment."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counts:
    """Promoters, passives and detractors: whole voices when counted, fractions when summed from probabilities."""

    promoters: float = 0
    passives: float = 0
    detractors: float = 0

    @property
    def n(self) -> float:
        """All voices; 0 for the empty case, of which there is no NPS."""
        return self.promoters + self.passives + self.detractors

    def __add__(self, other: "Counts") -> "Counts":
        """Counts of two disjoint groups together: commutative and associative, with `Counts()` as zero."""
        return Counts(
            self.promoters + other.promoters, self.passives + other.passives, self.detractors + other.detractors
        )


@dataclass(frozen=True, slots=True)
class SegmentCounts:
    """What was counted in one segment, named by dimension: `{"location": "center", "month": "2026-10"}`, {} for all.

    `social` counts voices: one author once, duplicates left out. `mentions` is everything that was seen in public,
    `by_rating` how many of the voices were counted by their stars rather than by their text. A segment that belongs to
    no location has None for its name.
    """

    segment: Mapping[str, str | None]
    survey: Counts
    social: Counts
    mentions: int = 0
    by_rating: int = 0

    @property
    def voices(self) -> int:
        """Public voices: whole numbers, since each was counted."""
        return round(self.social.n)
