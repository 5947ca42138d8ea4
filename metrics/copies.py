"""Which texts are copies of which: signatures find the candidates, the exact share of common shingles decides.

A shingle is five characters in a row of the normalised text. Two texts are alike where their sets of shingles have a
Jaccard coefficient of at least .6. Candidates come from MinHash signatures cut into bands (Leskovec, Rajaraman and
Ullman, Mining of Massive Datasets, chapter 3); what they miss is measured in `benchmarks/screening.py`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

SHINGLE = 5
ALIKE = 0.6
SHORTEST = 40
"""Normalised characters below which a text is nobody's copy: a thousand people write "All is great, thank you!"."""

BANDS, ROWS = 20, 5
PERMUTATIONS = BANDS * ROWS
"""With four rows texts that merely speak of the same thing would be compared, more often the more there are: work
would grow with the square of the mentions. More bands would find little more, and each is a row of an index that is
written in no order: what screening costs once there are a million of them."""

MOST_A_BAND = 64
"""Originals that a band holds; a band that more would share tells nothing, and a copy has others."""

SEED = 5

_GAPS = re.compile(r"[\W_]+")

Band = int
"""A signed 32-bit hash of a band's number and its values: texts that meet by chance are told apart by their sets."""


def normalised(text: str) -> str:
    """Letters and digits in one case with single blanks between them, `ё` as `е`: what edits for show leave alone."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return _GAPS.sub(" ", plain).strip()


def shingles(text: str) -> frozenset[str]:
    """The shingles of a text as it was written; none where it is too short to be a copy."""
    plain = normalised(text)
    if len(plain) < SHORTEST:
        return frozenset()
    return frozenset(plain[start : start + SHINGLE] for start in range(len(plain) - SHINGLE + 1))


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of shingles that two texts have in common, in [0, 1]; 0 where either has none."""
    common = len(one & other)
    return common / (len(one) + len(other) - common) if common else 0.0


def alike(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two texts are near-duplicates. Sets of too different a size need no comparison."""
    fewer, more = sorted((len(one), len(other)))
    return fewer >= ALIKE * more and jaccard(one, other) >= ALIKE


def bands(texts: Sequence[frozenset[str]]) -> list[tuple[Band, ...]]:
    """The 20 bands of each text's signature, in the order given; none for a text without shingles.

    Texts of Jaccard s share a given band with probability s^5. The version of rensa's algorithm is hashed along, so
    signatures of different versions never meet.
    """
    known = [place for place, text in enumerate(texts) if text]
    found: list[tuple[Band, ...]] = [()] * len(texts)
    if known:
        matrix = RMinHash.digest_matrix_from_token_sets([texts[place] for place in known], PERMUTATIONS, SEED)
        values = np.array(matrix.to_rows(), dtype=np.uint64).reshape(len(known), BANDS, ROWS)
        for place, row in zip(known, _hashed(values).tolist(), strict=True):
            found[place] = tuple(row)
    return found


def _hashed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.int64]:
    """One number a band, by the steps of splitmix64 (Steele, Lea and Flood 2014); overflow is meant."""
    mixed = np.arange(BANDS, dtype=np.uint64) + np.uint64(BANDS * RMinHash.ALGORITHM_VERSION)
    mixed = np.broadcast_to(mixed, values.shape[:2])
    for row in range(ROWS):
        mixed = (mixed ^ values[:, :, row]) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(27)
    return mixed.view(np.int64) >> 32


@dataclass(frozen=True, slots=True)
class Text:
    """A mention as far as copies are concerned; `bands` may be left out of one that is only compared with."""

    id: int
    place: int | None
    published_at: datetime
    shingles: frozenset[str]
    bands: tuple[Band, ...] = ()

    @property
    def rank(self) -> tuple[bool, datetime, int]:
        """Of two copies the lesser is the original: one that names its place, then the earlier, then the first kept."""
        return self.place is None, self.published_at, self.id

    def meets(self, other: "Text") -> bool:
        """Whether both may speak of one place: the same, or one of them names none."""
        return self.place == other.place or self.place is None or other.place is None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a page of texts.

    `original_of` names the original of every text of the page (None: it is one itself), and of earlier originals that
    are copies now. `families` are, for each text of the page, the originals alike it, wherever they are said.
    `shelved` are bands of new originals to be remembered.
    """

    original_of: dict[int, int | None] = field(default_factory=dict)
    families: dict[int, list[int]] = field(default_factory=dict)
    shelved: list[tuple[Band, int]] = field(default_factory=list)


def sharing(bands: Iterable[Band], held: Mapping[Band, Sequence[int]]) -> dict[int, None]:
    """Ids that are held under any of these bands, each once, in their order: to be compared with the bands' text."""
    return dict.fromkeys(known for band in bands if band in held for known in held[band])


def settle(page: Sequence[Text], earlier: Mapping[int, Text], held: Mapping[Band, Sequence[int]]) -> Settled:
    """Tell originals from copies: a text is a copy of the least-ranked original alike it that may be of its place.

    `earlier` are originals by id, `held` the originals under each band. Copies are compared with originals alone, so
    they are no chains: each is alike its own original. The outcome does not depend on how texts are dealt into pages,
    if copies of an original that became a copy itself are settled again.
    """
    settled = Settled()
    originals, shelved = dict(earlier), dict[Band, list[int]]()
    for text in sorted(page, key=lambda text: text.rank):
        known = sharing(text.bands, held) | sharing(text.bands, shelved)
        near = [originals[one] for one in known if one in originals and alike(originals[one].shingles, text.shingles)]
        settled.families[text.id] = [one.id for one in near]
        rivals = [one for one in near if one.meets(text)]
        first = min(rivals, key=lambda one: one.rank, default=text)
        if first.rank < text.rank:
            settled.original_of[text.id] = first.id
            continue
        settled.original_of[text.id] = None
        settled.original_of.update((rival.id, text.id) for rival in rivals)
        for rival in rivals:
            del originals[rival.id]
        originals[text.id] = text
        for band in text.bands:
            shelf = shelved.setdefault(band, [])
            if len(shelf) + len(held.get(band, ())) < MOST_A_BAND:
                shelf.append(text.id)
    settled.shelved.extend((band, one) for band, shelf in shelved.items() for one in shelf)
    return settled
