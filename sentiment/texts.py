"""What of a text the labeller reads: tags, addresses and control characters gone, blanks single, the head only."""

import html
import re

RAW_LIMIT = 20_000
"""Characters looked at; what follows is cut before any other work, so that a megabyte costs no more than a page."""

QUESTION_LIMIT = 200
"""Characters of a survey's question that are read beside its answer."""

CLEAN_LIMIT, CLEAN_TAIL = 2_400, 700
"""Characters kept, and how many of them are the end of a longer text: more than the labeller's tokens ever need."""

_TAG = re.compile(r"<[/!]?[a-zA-Z][^<>]{0,1000}>")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_NAME = re.compile(r"(?<![\w@])@\w+")
_ASKED = re.compile(r"Q: (?P<question>.+?) A: (?P<answer>.+)", re.DOTALL)
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufffd\ud800-\udfff]+")


def clean(text: str) -> str:
    """The text as the labeller was trained to see it: `http` for any address, `@user` for any name, one line.

    At most `CLEAN_LIMIT` characters, of a longer text its head and its tail; empty where nothing but tags, blanks and
    control characters was there.
    """
    text = html.unescape(_TAG.sub(" ", text[:RAW_LIMIT]))
    text = _NAME.sub("@user", _ADDRESS.sub("http", text))
    text = _BLANKS.sub(" ", text).strip()
    return text if len(text) <= CLEAN_LIMIT else f"{text[: CLEAN_LIMIT - CLEAN_TAIL - 1]} {text[-CLEAN_TAIL:]}"


def has_letters(text: str) -> bool:
    """Whether there is anything to read: figures, marks and emoji alone are no text."""
    return any(character.isalpha() for character in text)


def asked(question: str | None, answer: str) -> str:
    """An answer as the labeller reads it, beside the survey's question: "nothing" may be praise or blame.

    The answer alone where no question is known, and where it has nothing to read: a question is nobody's opinion.
    """
    question = clean(question or "")[:QUESTION_LIMIT].replace("<", " ").strip()  # no tag that begins in it goes on
    return f"Q: {question} A: {answer}" if has_letters(question) and has_letters(clean(answer)) else answer


def answer_of(text: str) -> str:
    """The answer in what `asked` made; any other text as it is."""
    found = _ASKED.fullmatch(text)
    return found["answer"] if found else text
