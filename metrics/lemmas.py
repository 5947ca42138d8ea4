"""Words of a text in their dictionary form: pymorphy3 for Cyrillic, simplemma for Latin letters, each type once."""

import re
from functools import lru_cache
from typing import Any

READ = 20_000
"""Characters that are read of a text: what is longer is no review."""

LONGEST_WORD = 40
"""Longer runs of letters are no words: they keep their form and do not fill the cache."""

KNOWN_TYPES = 200_000
"""Word types whose lemma is kept, some 40 MB: a year of a large chain's reviews has about half as many."""

ENGLISH, RUSSIAN = "en", "ru"
LATIN = frozenset({"cs", "da", "de", "en", "es", "et", "fi", "fr", "hu", "id", "it", "lt", "lv", "nl", "pl", "pt", "ro",
                   "sk", "sl", "sv", "tr"})  # fmt: skip
"""Languages in Latin letters that are lemmatised by their own word list; any other is taken for English."""

_CLAUSE = re.compile(r"[.!?;…\n\r()]+")
_WORD = re.compile(r"[^\W_]+")


def clauses(text: str) -> list[list[str]]:
    """Words in lower case, ё written as е, by clause; [] for none. Only the first `READ` characters are read."""
    folded = text[:READ].lower().replace("ё", "е")
    found = (_WORD.findall(clause) for clause in _CLAUSE.split(folded))
    return [words for words in found if words]


def language_of(word: str, language: str | None) -> str:
    """Whose word it is: Cyrillic letters are read as Russian, any others as the text's language, English if unknown."""
    if "\u0400" <= word[0] <= "\u052f":
        return RUSSIAN
    code = (language or ENGLISH).lower()[:2]
    return code if code in LATIN else ENGLISH


@lru_cache(maxsize=KNOWN_TYPES)
def lemma(word: str, language: str) -> str:
    """The dictionary form of a word in lower case, ё written as е; the word itself where it has none."""
    if len(word) > LONGEST_WORD or word.isdigit():
        return word
    found = _russian(word) if language == RUSSIAN else _latin(word, language)
    return str(found).lower().replace("ё", "е")


def lemmas(text: str, language: str | None = None) -> list[str]:
    """Dictionary forms of a text's words, in order; [] for none. `language` is an ISO 639-1 code."""
    return [lemma(word, language_of(word, language)) for words in clauses(text) for word in words]


def _latin(word: str, language: str) -> Any:
    from simplemma import lemmatize  # noqa: PLC0415 - see `_morphology`

    return lemmatize(word, lang=language)


def _russian(word: str) -> Any:
    return _morphology().parse(word)[0].normal_form


@lru_cache(maxsize=1)
def _morphology() -> Any:
    """Loaded at the first Russian word, as it takes 0.2 s: a command that reads no text does not wait for it."""
    import pymorphy3  # noqa: PLC0415 - see above

    return pymorphy3.MorphAnalyzer()
