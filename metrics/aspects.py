"""The aspect dictionary: topics with the words that speak of them, read from TOML, ours and a brand's own."""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.errors import Invalid

FOLDER = Path(__file__).parent / "dictionary"
RULES = "1"
"""Counted up when the same dictionary would find other topics, so that texts are read again."""

LARGEST = 2_000_000
"""Bytes of a dictionary file."""

WORDS_A_PHRASE = 5
SWITCH = "replaces_ours"
FIELDS = frozenset({"name", "industries", "stage", "lemmas", "except"})
LANGUAGES_OF_NAMES = ("ru", "en")
_KEY = re.compile(r"[a-z][a-z0-9_]{1,39}")
_WORD = r"(?:=[^\W_]+|[^\W_]+\*?)"
_PATTERN = re.compile(f"{_WORD}(?:[ _]{_WORD})*")


class Stage(StrEnum):
    """Where on a customer's way a topic belongs, in the order of the way."""

    CHOICE = "choice"
    BOOKING = "booking"
    GREETING = "greeting"
    WAITING = "waiting"
    SERVICE = "service"
    PLACE = "place"
    CHECKOUT = "checkout"
    FAREWELL = "farewell"
    AFTERCARE = "aftercare"


@dataclass(frozen=True, slots=True)
class Topic:
    """What people speak of, and by which words one knows it.

    A pattern is a lemma (`тренер`), a form as written (`=душем`), the beginning of forms (`раздевал*`), or several of
    them: joined by underscores side by side in this order, with spaces anywhere near each other in one clause.
    """

    key: str
    name: Mapping[str, str]
    industries: tuple[str, ...]
    stage: Stage | None
    lemmas: Mapping[str, tuple[str, ...]]
    exclusions: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, eq=False)
class Dictionary:
    """All topics by their key, and a version that is another one whenever a text could get other topics."""

    topics: Mapping[str, Topic]
    version: str = field(default="")


def dictionary(extra: Path | None = None) -> Dictionary:
    """The dictionary that is shipped, with topics of `extra` added, replaced (same key) or left out (`off = true`).

    With `replaces_ours = true` at its top only `extra` counts. Raises Invalid, naming topic and field, also where a
    topic is left out that there is not: it may be misspelt, and would go on counting.
    """
    shipped = _tables(*sorted(FOLDER.glob("*.toml")))
    own = _tables(extra) if extra else {}
    replaces = own.pop(SWITCH, False)
    if not isinstance(replaces, bool):
        raise Invalid(f"dictionary: {SWITCH} is true or false")  # noqa: EM102, TRY003
    topics = {key: _topic(key, table) for key, table in ({} if replaces else shipped).items()}
    for key, table in own.items():
        if not (isinstance(table, dict) and table.get("off") is True):
            topics[key] = _topic(key, table)
        elif topics.pop(key, None) is None:
            _refuse(key, "off", f"has nothing to leave out: there is no such topic{_meant(key, topics)}")
    return Dictionary(topics, _version(topics))


def _meant(key: str, topics: Mapping[str, Topic]) -> str:
    """The topics that a misspelt one may be."""
    near = get_close_matches(key[:40], topics)
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _tables(*paths: Path) -> dict[str, Any]:
    tables: dict[str, Any] = {}
    for path in paths:
        try:
            if path.stat().st_size > LARGEST:
                _refuse(path.name, "file", f"is larger than {LARGEST:,} bytes")
            tables |= tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
            msg = f"the dictionary {path} cannot be read: {error}"
            raise Invalid(msg) from error
    return tables


def _version(topics: Mapping[str, Topic]) -> str:
    """A hash of what tells topics apart: a new name alone does not make anybody read a text again."""
    told = [(t.key, t.stage, sorted(t.lemmas.items()), sorted(t.exclusions.items())) for t in topics.values()]
    return hashlib.sha256(repr((RULES, sorted(told, key=lambda one: one[0]))).encode()).hexdigest()[:32]


def _refuse(key: str, part: str, expected: str) -> None:
    msg = f"dictionary: topic {key[:60]!r}: {part} {expected}"
    raise Invalid(msg)


def _topic(key: str, table: Any) -> Topic:
    if not _KEY.fullmatch(key):
        _refuse(key, "key", "has 2 to 40 of a-z, 0-9 and _, a letter first")
    if not isinstance(table, dict):
        _refuse(key, "entry", "must be a table")
    for unknown in sorted(table.keys() - FIELDS):
        _refuse(key, unknown[:60], f"is not known: choose from {', '.join(sorted(FIELDS))}")
    lemmas = _patterns(key, "lemmas", table.get("lemmas"))
    if not any(lemmas.values()):
        _refuse(key, "lemmas", "must have at least one word of one language")
    return Topic(
        key=key,
        name=_names(key, table.get("name")),
        industries=_words(key, "industries", table.get("industries", [])),
        stage=_stage(key, table.get("stage")),
        lemmas=lemmas,
        exclusions=_patterns(key, "except", table.get("except", {})),
    )


def _names(key: str, told: Any) -> dict[str, str]:
    if not isinstance(told, dict) or any(not isinstance(told.get(code), str) for code in LANGUAGES_OF_NAMES):
        _refuse(key, "name", "must have name.ru and name.en")
    return {code: " ".join(told[code].split())[:60] for code in LANGUAGES_OF_NAMES}


def _stage(key: str, told: Any) -> Stage | None:
    if told is None:
        return None
    if told not in list(Stage):
        _refuse(key, "stage", f"must be one of {', '.join(Stage)}")
    return Stage(told)


def _words(key: str, part: str, told: Any) -> tuple[str, ...]:
    if not isinstance(told, list) or not all(isinstance(word, str) for word in told):
        _refuse(key, part, "must be a list of words")
    return tuple(told)


def _patterns(key: str, part: str, told: Any) -> dict[str, tuple[str, ...]]:
    if not isinstance(told, dict):
        _refuse(key, part, 'must be given by language, as in lemmas.en = ["locker"]')
    return {
        code: tuple(_pattern(key, f"{part}.{code}", word) for word in _words(key, f"{part}.{code}", listed))
        for code, listed in told.items()
    }


def _pattern(key: str, part: str, told: str) -> str:
    pattern = " ".join(told.lower().replace("ё", "е").split())
    size = len(re.split("[ _]", pattern))
    if not _PATTERN.fullmatch(pattern) or size > WORDS_A_PHRASE:
        _refuse(key, part, f"has {told[:60]!r}, which is not 1 to {WORDS_A_PHRASE} words with spaces or _ between")
    return pattern
