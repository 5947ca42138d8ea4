"""What a brand is called: phrases, alternatives and exclusions, as a search for sources and a test of texts.

    "sunflower fitness" OR подсолнух* -семечки -"sunflower oil"

Words side by side must all be there, in any order; OR (or `|`) separates alternatives; what follows a minus must not be
there, whichever alternative is; `*` at a word's end stands for any ending. Case, ё/е, hyphens and kinds of apostrophes
make no difference, and only whole words count, so that homonyms and parts of other words stay out. A phrase is found as
one hashtag too: #sunflowerfitness.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

from core.errors import Invalid

LONGEST_QUERY = 500
QUOTES = str.maketrans(dict.fromkeys("“”„«»＂", '"'))
"""What word processors and Russian keyboards put around a phrase."""
APOSTROPHES = str.maketrans(dict.fromkeys("’‘ʼ`´", "'") | {"ё": "е"})
SPLITS = re.compile(r"[\s\-\u2010-\u2015]+")
TOKEN = re.compile(r'(?P<minus>-?)(?:"(?P<phrase>[^"]*)"|(?P<bar>\|)|(?P<word>[^\s"|]+))')


@dataclass(frozen=True)
class Query:
    """A parsed query."""

    text: str
    """As it was written."""
    alternatives: tuple[tuple[str, ...], ...]
    """Each is the words and phrases that must all be there."""
    excluded: tuple[str, ...]

    @cached_property
    def _patterns(self) -> tuple[list[list[re.Pattern[str]]], list[re.Pattern[str]]]:
        wanted = [[_pattern(term) for term in terms] for terms in self.alternatives]
        return wanted, [_pattern(term) for term in self.excluded]

    def matches(self, text: str) -> bool:
        """Whether a text is about the brand."""
        folded = _folded(text)
        wanted, unwanted = self._patterns
        if any(pattern.search(folded) for pattern in unwanted):
            return False
        return any(all(pattern.search(folded) for pattern in terms) for terms in wanted)

    @property
    def searches(self) -> list[str]:
        """One search an alternative, phrases in quotes, without exclusions and stars: what any search box takes."""
        return [" ".join(_quoted(term.rstrip("*")) for term in terms) for terms in self.alternatives]


def query_of(text: str) -> Query | None:
    """The query; none for a blank. Raises Invalid where nothing is asked for, or it is not understood."""
    if not text.strip():
        return None
    if problem := _problem(text):
        msg = f"the query {text[:80]!r} {problem}"
        raise Invalid(msg)
    alternatives: list[list[str]] = [[]]
    excluded: list[str] = []
    for match in TOKEN.finditer(text.translate(QUOTES)):
        term = " ".join((match["phrase"] if match["phrase"] is not None else match["word"] or "").split())
        is_word = match["phrase"] is None
        if match["bar"] or (is_word and term in {"OR", "ИЛИ"}):
            alternatives.append([])
        elif re.search(r"\w", term) and not (is_word and term == "AND"):
            (excluded if match["minus"] else alternatives[-1]).append(term)
    wanted = tuple(tuple(terms) for terms in alternatives if terms)
    if not wanted:
        msg = f'the query {text[:80]!r} asks for nothing: give a word or a "phrase", such as "acme gym" OR acmefit'
        raise Invalid(msg)
    return Query(text, wanted, tuple(excluded))


def _problem(text: str) -> str | None:
    """What is not understood of a query: taken literally it would match nothing, and nobody would see why."""
    plain = text.translate(QUOTES)
    if len(text) > LONGEST_QUERY:
        return f"has {len(text)} characters; at most {LONGEST_QUERY} are taken"
    if plain.count('"') % 2:
        return "has a phrase that is not closed"
    if re.search(r"[()]", re.sub(r'"[^"]*"', "", plain)):
        return "has parentheses: write each alternative out, as in: acme gym OR acmefit gym"
    return None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().translate(APOSTROPHES)


def _pattern(term: str) -> re.Pattern[str]:
    is_open = term.endswith("*")
    # What holds no letter is no word: between other such it would have a regular expression try every division of dots.
    words = [re.escape(word) for word in SPLITS.split(_folded(term.rstrip("*"))) if re.search(r"\w", word)]
    # Any run of what is no letter may stand between the words of a phrase: "sunflower-fitness", #sunflower fitness.
    wanted = r"\W+".join(words)
    if len(words) > 1:
        wanted = rf"(?:{wanted}|(?<=#){'_?'.join(words)})"
    return re.compile(r"(?<!\w)" + wanted + ("" if is_open else r"(?!\w)"))


def _quoted(term: str) -> str:
    return f'"{term}"' if " " in term else term
