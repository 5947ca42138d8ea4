"""The language of a text, or None where a few words do not tell."""

import math
import threading
from collections.abc import Iterable, Sequence
from functools import lru_cache

from py3langid import langid

FAMILIAR = ("ru", "en", "de", "fr", "es", "it", "pt", "pl", "nl", "tr", "kk", "uk")
"""Expected: on a short text a neighbour of one of these has to be far likelier to be believed."""

KNOWN = (
    *FAMILIAR,
    *("ar", "az", "be", "bg", "cs", "da", "el", "et", "fa", "fi", "he", "hi", "hr", "hu", "id", "ja"),
    *("ka", "ko", "lt", "lv", "ms", "no", "ro", "sk", "sl", "sr", "sv", "sw", "th", "tl", "vi", "zh"),
)
"""All that can be answered; the classifier's hundred languages would find one of their own in any two words."""

READ = 300
"""Characters looked at: a review rarely changes its language, and the walk over letters is the cost."""

_FEWEST_LETTERS = 3
_NEEDED = 0.5
_STRANGER = 0.02  # the prior of a language that is not familiar, against 1
_COMMONEST = {"ru": 6.0, "en": 3.0}  # of words that neighbours share, most are Russian, or English
_LETTERS_OF = {"kk": frozenset("әғқңөұүһ"), "uk": frozenset("їєґ")}  # letters that tell the neighbours apart

_LOADING = threading.Lock()


def prepare() -> None:
    """Load the classifier in the background, while other things are loaded; `identify` waits for it."""
    threading.Thread(target=_identifier, daemon=True).start()


def identify(text: str, familiar: Sequence[str] = FAMILIAR) -> str | None:
    """An ISO 639-1 code out of `KNOWN`; None below three letters, or where no language is half certain.

    `familiar` are the languages that the brand's customers write; others remain possible but need more evidence.
    """
    head = text[:READ]
    if sum(character.isalpha() for character in head) < _FEWEST_LETTERS:
        return None
    letters = set(head.casefold())
    for code, own in _LETTERS_OF.items():
        if code in familiar and letters & own:
            return code
    weighed = {code: share * _prior(code, familiar) for code, share in _shares(head)}
    best = max(weighed, key=lambda code: weighed[code])
    return best if weighed[best] >= _NEEDED * math.fsum(weighed.values()) else None


def _prior(code: str, familiar: Sequence[str]) -> float:
    return _COMMONEST.get(code, 1.0) if code in familiar else _STRANGER


def _shares(text: str) -> Iterable[tuple[str, float]]:
    shares: list[tuple[str, float]] = _identifier().rank(text)
    return shares


def _identifier() -> langid.LanguageIdentifier:
    with _LOADING:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> langid.LanguageIdentifier:
    """Once a process, as it takes half a second of decompression."""
    identifier = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(KNOWN))
    return identifier
