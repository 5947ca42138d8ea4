"""Words by which some texts differ from others: reasons that no dictionary foresaw.

Log-odds with an informative Dirichlet prior: B. Monroe, M. Colaresi, K. Quinn, "Fightin' Words", Political Analysis 16
(2008) 372-403, on document frequencies of lemmas and of pairs of neighbours.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.stats import false_discovery_control

from metrics.intervals import Array
from metrics.shares import excess_p_values

PRIOR_TEXTS = 20
"""So many texts of the common usage are added to each side; with 20 to 100 a planted reason is found about as often."""

FEWEST_TEXTS = 3
"""A term of fewer texts is one author's."""

NEGATIONS = frozenset({"не", "нет", "без", "ни", "not", "no", "never", "without"})
"""Stop words that are kept in a pair: "not work" is a reason, "work" is none."""


@dataclass(frozen=True, slots=True)
class Term:
    """A lemma, or two with a space, and how much oftener it is here: `z` in standard deviates, `q` over all terms.

    Shares in [0, 1] are of texts that have it; `texts` are positions of those among the texts here.
    """

    term: str
    z: float
    q: float
    here_share: float
    elsewhere_share: float
    texts: tuple[int, ...]


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Lemmas that carry no reason, Russian and English."""
    listed = (Path(__file__).parent / "dictionary" / "stop_words.txt").read_text(encoding="utf-8")
    return frozenset(word for line in listed.splitlines() if not line.startswith("#") for word in line.split())


def grams(lemmas: Sequence[str]) -> Iterator[str]:
    """Lemmas that may be a reason, and pairs of neighbours, stop words left out; a pair may begin with a negation."""
    stop = stop_words()
    kept = [word for word in lemmas if word in NEGATIONS or (word not in stop and len(word) > 1)]
    yield from (word for word in kept if word not in NEGATIONS and not word.isdigit())
    for first, second in pairwise(kept):
        if second not in NEGATIONS:
            yield f"{first} {second}"


def terms(
    here: Sequence[Sequence[str]],
    elsewhere: Sequence[Sequence[str]],
    *,
    covered: Callable[[str], bool] = lambda _term: False,
    prior_texts: float = PRIOR_TEXTS,
) -> list[Term]:
    """Terms of texts `here` (lemmas of each, in order) that are oftener than `elsewhere`, the surest first; often [].

    Terms of fewer than three texts, and those that are `covered` (by a topic, say), are not shown. `q` is Benjamini
    and Hochberg's of exact p-values (that of z is too small for rare terms) over all terms that could have been shown:
    those in three texts on both sides together. Without texts elsewhere nothing can differ: [].
    """
    if not here or not elsewhere:
        return []
    found, background = _texts_by_term(here), Counter(gram for text in elsewhere for gram in set(grams(text)))
    counts = {term: (len(found.get(term, ())), background[term]) for term in {**found, **background}}
    known = [term for term, both in counts.items() if sum(both) >= FEWEST_TEXTS]
    ours, theirs = np.array([counts[term] for term in known], dtype=np.float64).reshape(-1, 2).T
    z = _deviates(ours, len(here), theirs, len(elsewhere), prior_texts)
    p = excess_p_values(ours, np.full_like(ours, len(here)), theirs, np.full_like(ours, len(elsewhere)))
    q = false_discovery_control(p, method="bh") if known else p
    told = [
        Term(term, deviates, chance, count / len(here), background[term] / len(elsewhere), tuple(found[term]))
        for term, deviates, chance, count in zip(known, z.tolist(), q.tolist(), ours.tolist(), strict=True)
        if count >= FEWEST_TEXTS and deviates > 0 and not covered(term)
    ]
    return sorted(told, key=lambda term: (-term.z, term.term))


def _texts_by_term(texts: Sequence[Sequence[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, text in enumerate(texts):
        for gram in dict.fromkeys(grams(text)):
            found.setdefault(gram, []).append(at)
    return found


def _deviates(ours: Array, here: int, theirs: Array, elsewhere: int, prior_texts: float) -> Array:
    """Monroe's z: the difference of log-odds over its standard error, with the prior's counts added to both sides."""
    prior = prior_texts * (ours + theirs + 0.5) / (here + elsewhere + 1)
    first, second = ours + prior, theirs + prior
    odds = np.log(first / (here + prior_texts - first)) - np.log(second / (elsewhere + prior_texts - second))
    return odds / np.sqrt(1 / first + 1 / second)
