"""What a labeller is and says."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from core.confidence import is_low_confidence
from core.labels import CLASSES, Label


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one text says: three probabilities that sum to 1, and the probability of being an opinion at all.

    `opinion` is that of a first-hand judgement, as against an advert, a news item or a question; below `threshold`
    the text is left uncounted. `language` is an ISO 639-1 code, None where the text does not tell. `familiar` is
    whether the labeller learned to read texts of such a language and script.
    """

    promoter: float
    passive: float
    detractor: float
    opinion: float
    language: str | None = None
    threshold: float = 0.5
    familiar: bool = True

    @property
    def probabilities(self) -> tuple[float, float, float]:
        """In the order of `core.labels.CLASSES`."""
        return self.promoter, self.passive, self.detractor

    @property
    def label(self) -> Label:
        """The most probable class; UNKNOWN where the text is rather no opinion, or has nothing to read."""
        if self.opinion < self.threshold:
            return Label.UNKNOWN
        return max(zip(self.probabilities, CLASSES, strict=True), key=lambda pair: pair[0])[1]

    @property
    def low_confidence(self) -> bool:
        """Whether to doubt the probabilities: the text is not of a kind that was learned, or no class has one half."""
        return is_low_confidence(self.probabilities, familiar=self.familiar)


NOTHING_TO_READ = Opinion(promoter=1 / 3, passive=1 / 3, detractor=1 / 3, opinion=0.0)
"""What a text without a letter gets: figures, marks, emoji, blanks."""


class Labeller(Protocol):
    """Scores texts. Two labellers with the same weights have the same `version`, others never."""

    @property
    def version(self) -> str:
        """What is stored beside every label, so that a new model relabels."""
        ...

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion per text, in order; [] for []. A text's opinion does not depend on the texts beside it.

        An answer to a survey's question comes as `sentiment.texts.asked` puts it.
        """
        ...
