"""How a brand's public voices are corrected for the labeller's errors: read once, for every figure of an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.counts import Agreement, Counts, SegmentCounts, Voices
from core.labels import TextKind
from metrics.estimator_choice import FEWEST_GROUPS, rules
from metrics.nps import Nps
from metrics.quantification import Ground, KindRule, brand_level, social_each
from metrics.rows import points
from store.database import ReadSession
from store.labels import agreements, error_model
from store.models import Brand
from store.segments import segments

CORRECTED = "corrected for the labeller's errors"
COUNTED = "plain count: how the labeller errs was never measured"


@dataclass(frozen=True, slots=True)
class Correction:
    """The rule of each kind of text, and the brand's own level of each."""

    rules: Mapping[TextKind, KindRule]
    level: Mapping[TextKind, Counts]

    def estimate(self, voices: Sequence[Voices]) -> list[Nps | None]:
        """What the public thinks by its voices, in their order; None where there are none."""
        return social_each(voices, self.rules, self.level)

    @property
    def name(self) -> str:
        """How the public side is estimated, in words."""
        return COUNTED if all(rule.chosen_on is Ground.NONE for rule in self.rules.values()) else CORRECTED

    def as_plain(self) -> list[dict[str, Any]]:
        """The rules, ready for JSON: what one has to know to audit a corrected figure."""
        return [
            {
                "kind": kind.value,
                "estimator": rule.estimator.value,
                "chosen_on": rule.chosen_on.value,
                "groups": rule.groups,
                "residual": points(rule.residual),
                "errors": {estimator.value: points(error) for estimator, error in rule.errors.items()},
                "confusion": [[round(count, 1) for count in row] for row in rule.matrix],
            }
            for kind, rule in self.rules.items()
        ]


def correction(session: ReadSession, brand: Brand, total: SegmentCounts | None = None) -> Correction:
    """The correction of a brand, by all that is known of it and of its labeller; suspects have no say in it.

    `total` are the brand's counts over all time, where they are at hand.
    """
    own = {kind: _groups(cells) for kind, cells in agreements(session, brand).items()}
    found = rules(own, error_model(session, brand))
    if total is None:
        [total] = segments(session, brand, ())
    return Correction(found, brand_level(total.unsuspected, found))


def _groups(cells: Mapping[str, Agreement]) -> Mapping[str, Agreement]:
    """Rated voices by location, or by location and channel where there are few locations."""
    places: dict[str, Agreement] = {}
    for name, cell in cells.items():
        place = name.partition("/")[0]
        places[place] = places[place] + cell if place in places else cell
    return places if len(places) >= FEWEST_GROUPS else cells
