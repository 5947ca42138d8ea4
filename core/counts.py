"""What is counted: the three numbers from which every NPS follows, voices as evidence, the two sides of a segment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.labels import TextKind


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

    def __sub__(self, part: "Counts") -> "Counts":
        """What remains without a part; never below zero, should the part not lie within."""
        return Counts(
            max(self.promoters - part.promoters, 0),
            max(self.passives - part.passives, 0),
            max(self.detractors - part.detractors, 0),
        )


Confusion = tuple[tuple[float, float, float], ...]
"""Counts [true class][label said], both in the order of `core.labels.CLASSES`."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What labels said of a group of texts whose true classes are known; texts that are no opinion are left out.

    `chances` are sums of the labeller's probabilities over the same texts, so `chances.n` is their number.
    """

    confusion: Confusion
    chances: Counts

    @property
    def n(self) -> float:
        """How many texts."""
        return self.true.n

    @property
    def true(self) -> Counts:
        """How many of each class there are."""
        return Counts(*(sum(row) for row in self.confusion))

    @property
    def said(self) -> Counts:
        """How many of each class the labels say there are."""
        return Counts(*(sum(column) for column in zip(*self.confusion, strict=True)))

    def __add__(self, other: "Agreement") -> "Agreement":
        """The agreement of two disjoint groups together: commutative and associative."""
        both = zip(self.confusion, other.confusion, strict=True)
        summed = tuple((a[0] + b[0], a[1] + b[1], a[2] + b[2]) for a, b in both)
        return Agreement(summed, self.chances + other.chances)


@dataclass(frozen=True, slots=True)
class Voices:
    """Public voices as evidence of what the public thinks: those with a rating, and those with a text alone.

    `rated` sums the probabilities of text and rating together. `said` counts labels of the others and `chances` sums
    their probabilities, by kind of text; a kind of which there is none may be missing.
    """

    rated: Counts = Counts()
    said: Mapping[TextKind, Counts] = field(default_factory=dict)
    chances: Mapping[TextKind, Counts] = field(default_factory=dict)

    @property
    def n(self) -> float:
        """All voices."""
        return self.rated.n + sum(said.n for said in self.said.values())

    def __add__(self, other: "Voices") -> "Voices":
        """The voices of two disjoint groups together: commutative and associative, with `Voices()` as zero."""
        return Voices(self.rated + other.rated, _merged(self.said, other.said), _merged(self.chances, other.chances))

    def __sub__(self, part: "Voices") -> "Voices":
        """What remains without a part; nothing of it below zero."""
        return Voices(self.rated - part.rated, _rest(self.said, part.said), _rest(self.chances, part.chances))


def _merged(one: Mapping[TextKind, Counts], other: Mapping[TextKind, Counts]) -> dict[TextKind, Counts]:
    return {kind: one.get(kind, Counts()) + other.get(kind, Counts()) for kind in sorted({*one, *other})}


def _rest(whole: Mapping[TextKind, Counts], part: Mapping[TextKind, Counts]) -> dict[TextKind, Counts]:
    return {kind: counts - part.get(kind, Counts()) for kind, counts in whole.items()}


@dataclass(frozen=True, slots=True)
class SegmentCounts:
    """What was counted in one segment, named by dimension: `{"location": "center", "month": "2026-10"}`, {} for all.

    `social` counts public voices plainly: one author once, duplicates left out, a class by the rating or else by the
    text's label. `public` are the same voices as evidence, `unsuspected` those of them that nothing speaks against.
    `mentions` is everything that was seen in public, `by_rating` how many of the voices have a rating. A segment that
    belongs to no location has None for its name.
    """

    segment: Mapping[str, str | None]
    survey: Counts
    social: Counts
    mentions: int = 0
    by_rating: int = 0
    public: Voices = Voices()
    unsuspected: Voices = Voices()

    @property
    def voices(self) -> int:
        """Public voices: whole numbers, since each was counted."""
        return round(self.social.n)
