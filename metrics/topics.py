"""What a text speaks of, by the aspect dictionary: words and phrases to topics, and the stages these belong to."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from core.topics import STAGE
from metrics.aspects import Dictionary
from metrics.lemmas import KNOWN_TYPES, RUSSIAN, clauses, language_of, lemma

SLACK = 2
"""So many other words may stand between the words of a phrase."""

Atoms = tuple[str, ...]
"""Words of patterns that one word of a text is: its lemma, its form, its beginnings."""


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A pattern that is looked for: groups of words side by side, the groups near each other in any order."""

    topic: str
    excludes: bool
    groups: tuple[Atoms, ...]
    reach: int
    needs: frozenset[str]

    def found(self, at: int, words: Sequence[Atoms]) -> frozenset[int]:
        """Positions of its words where the first of them is at this one; none where it is not."""
        if self.reach == 1:
            return frozenset((at,))
        places: set[int] = set()
        for group in self.groups:
            begins = _first(group, words, at, at + self.reach)
            if begins is None:
                return frozenset()
            places.update(range(begins, begins + len(group)))
        return frozenset(places) if at in places else frozenset()


def _first(group: Atoms, words: Sequence[Atoms], start: int, end: int) -> int | None:
    """Where in `[start, end)` these stand side by side first."""
    for at in range(start, min(end, len(words)) - len(group) + 1):
        if all(atom in words[at + k] for k, atom in enumerate(group)):
            return at
    return None


@dataclass(frozen=True, slots=True)
class _Index:
    """The patterns that a text is read by: from a word to its atoms, from an atom to the phrases that begin with it."""

    atoms: Callable[[str], Atoms]
    phrases: dict[str, list[_Phrase]]


def topics_of(text: str, language: str | None, dictionary: Dictionary) -> frozenset[str]:
    """Keys of the topics that a text speaks of, with `stage:...` for each stage that these belong to; often none.

    Cyrillic words are read by the dictionary's Russian patterns, others by those of the text's language (ISO 639-1;
    English if None): a language of which the dictionary has no patterns has no topics, as false friends would be.
    """
    index = _index(dictionary, language_of("a", language))
    found: set[str] = set()
    for words in clauses(text):
        found |= _topics_of_clause(words, index)
    stages = (dictionary.topics[key].stage for key in found)
    return frozenset(found | {f"{STAGE}{stage}" for stage in stages if stage})


def _topics_of_clause(words: Sequence[str], index: _Index) -> set[str]:
    atoms = [index.atoms(word) for word in words]
    present = frozenset(atom for here in atoms for atom in here)
    hits: list[tuple[str, frozenset[int]]] = []
    excluded: dict[str, set[int]] = {}
    for at, here in enumerate(atoms):
        for phrase in (phrase for atom in here for phrase in index.phrases[atom] if phrase.needs <= present):
            places = phrase.found(at, atoms)
            if places and phrase.excludes:
                excluded.setdefault(phrase.topic, set()).update(places)
            elif places:
                hits.append((phrase.topic, places))
    return {topic for topic, places in hits if not places & excluded.get(topic, frozenset())}


@lru_cache(maxsize=64)
def _index(dictionary: Dictionary, latin: str) -> _Index:
    """The patterns for texts whose Latin words are of this language."""
    phrases: dict[str, list[_Phrase]] = {}
    for phrase in _phrases(dictionary, latin):
        for atom in {atom for group in phrase.groups for atom in group}:
            phrases.setdefault(atom, [])
        for atom in {group[0] for group in phrase.groups}:
            phrases[atom].append(phrase)
    return _Index(lru_cache(maxsize=KNOWN_TYPES)(_reader(phrases.keys(), latin)), phrases)


def _phrases(dictionary: Dictionary, latin: str) -> Iterator[_Phrase]:
    for topic in dictionary.topics.values():
        for code in (RUSSIAN, latin):
            for told, excludes in ((topic.lemmas, False), (topic.exclusions, True)):
                for pattern in told.get(code, ()):
                    yield _phrase(topic.key, pattern, latin, excludes=excludes)


def _phrase(topic: str, pattern: str, latin: str, *, excludes: bool) -> _Phrase:
    groups = tuple(tuple(_atom(part, latin) for part in group.split("_")) for group in pattern.split())
    slack = SLACK if len(groups) > 1 else 0
    needs = frozenset(atom for group in groups for atom in group)
    return _Phrase(topic, excludes, groups, reach=sum(map(len, groups)) + slack, needs=needs)


def _atom(part: str, latin: str) -> str:
    """A word of a pattern, lemmatised as the words of a text are; what has a sign of its own stays as written."""
    return part if part[0] == "=" or part[-1] == "*" else lemma(part, language_of(part, latin))


def _reader(known: Collection[str], latin: str) -> Callable[[str], Atoms]:
    lengths = sorted({len(atom) - 1 for atom in known if atom[-1] == "*"})

    def atoms(word: str) -> Atoms:
        beginnings = (f"{word[:length]}*" for length in lengths if length <= len(word))
        parts = dict.fromkeys([lemma(word, language_of(word, latin)), f"={word}", *beginnings])
        return tuple(part for part in parts if part in known)

    return atoms
