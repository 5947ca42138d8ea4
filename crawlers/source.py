"""What a source is: facts for people, and pure functions that know neither Scrapy nor the store.

A file in `spiders/` describes one source and ends with its `SOURCE`; `sources.py` names them all, and the command line,
the API, `docs/data.md` and the contract tests list themselves from there.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from crawlers.items import Answer, Ask, Page
from crawlers.outcomes import Verdict, refusal
from crawlers.queries import Query
from crawlers.reading import UNREADABLE, not_its_shape

Keys = Mapping[str, str]
"""Secrets by their names; never logged, never in an address that is kept."""


class Tier(StrEnum):
    """How openly a source may be read."""

    OPEN = "open"
    """Made for machines, or clearly public: no key."""
    KEY = "key"
    """Its official API, with the user's own key."""
    GREY = "grey"
    """Undocumented: off until a person switches it on (`AFTERWORD_GREY_SOURCES`)."""


class Absence(StrEnum):
    """What it means that a mention is no longer where it was."""

    SAYS_NOTHING = "says nothing"
    """The source shows a selection."""
    WITHIN_WINDOW = "within the window"
    """It is removed if newer and older ones are still listed; old ones fall off the end."""
    ANYWHERE = "anywhere"
    """The list is complete: what a pass to its end did not see is removed."""


@dataclass(frozen=True, slots=True)
class Key:
    """A secret that a source needs."""

    name: str
    """`youtube`: set as AFTERWORD_KEY__YOUTUBE, or kept encrypted by `afterword source key youtube`."""
    words: str
    """What it is and where one gets it."""
    is_needed: bool = True
    """Whether the source answers nothing without it."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """One request that turns keys into a token."""

    url: str
    ask: Callable[[str, Keys], Ask]
    """The request, from the address (or the stand-in's) and the keys."""
    keys: Callable[[Answer], Keys]
    """What its answer adds to the keys; {} where it was refused."""


TOO_DENSE = "the answer has more tags and brackets than are read"


def _nowhere(_url: str) -> str | None:
    return None


def _target_itself(target: str, _query: Query | None) -> Sequence[str]:
    return [target]


def _plainly(url: str) -> Ask:
    return Ask(url)


def _unsigned(ask: Ask, _keys: Keys) -> Ask:
    return ask


def _by_status(answer: Answer) -> Verdict | None:
    return refusal(answer.status, answer.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One source. All functions are pure, and none may raise on what a site sends."""

    kind: str
    """Its name in feeds and commands."""
    title: str
    """What it reads, in words: shown where an address is not recognised."""
    target: str
    """What its target is, in words."""
    tier: Tier
    addresses: tuple[str, ...]
    """Examples of addresses that `watch` recognises as its own."""
    terms: str
    """What its terms and robots.txt say of us, in words."""
    fields: str
    """What it tells of a mention, in words."""
    limits: str
    """How far back and how often it can be read, in words."""
    tested: str
    """What its spider was tried against: shapes that we wrote, recorded answers, a real server."""
    page_of: Callable[[Answer], Page]
    """One answer -> its mentions, newest first where the source lists them by time, and the next page's address."""
    claims: Callable[[str], str | None] = _nowhere
    """The target behind an address that is this source's whatever it answers; none where only the page tells."""
    behind: Callable[[Answer], str | None] | None = None
    """The target that a fetched page shows; without it, its own address where `page_of` recognises the page.

    Raises UnknownSource, with the address to watch instead, where what the page shows lies at another site.
    """
    starts: Callable[[str, Query | None], Sequence[str]] = _target_itself
    """Addresses where a pass begins, for a target and the feed's query; raises Invalid where the query is missing."""
    searches: bool = False
    """Whether `starts` searches by the feed's query."""
    asked: Callable[[str], Ask] = _plainly
    """The request for an address: for sources that are not read by a plain GET."""
    keys: tuple[Key, ...] = ()
    sign_in: SignIn | None = None
    signed: Callable[[Ask, Keys], Ask] = _unsigned
    """The request with its key: in a header where the source takes one there."""
    refused: Callable[[Answer], Verdict | None] = _by_status
    """What a status or an error body says is wrong; none for a good answer and for 304."""
    absence: Absence = Absence.SAYS_NOTHING
    obeys_robots: bool = True
    """False for an official API that is used with a key under terms of its own."""

    def read(self, answer: Answer) -> Page:
        """`page_of`, with whatever a hostile document makes it raise as a page of nothing."""
        if answer.is_dense:
            return not_its_shape(answer, TOO_DENSE)
        try:
            return self.page_of(answer)
        except UNREADABLE as error:
            return not_its_shape(answer, f"the answer cannot be read ({type(error).__name__})")

    def found_behind(self, answer: Answer) -> tuple[str | None, Page]:
        """The target that a fetched page shows, and what was read of it."""
        if self.behind is None or answer.is_dense:
            page = self.read(answer)
            return (answer.url if page.is_recognised else None), page
        try:
            target = self.behind(answer)
        except UNREADABLE:
            target = None
        return target, Page(url=answer.url, is_recognised=target is not None)

    def signs_in(self, keys: Keys) -> bool:
        """Whether there is a token to ask for: not where all its keys are optional and one is not set."""
        return any(key.is_needed for key in self.keys) or all(keys.get(key.name) for key in self.keys)

    def missing_keys(self, keys: Keys) -> list[Key]:
        """The keys that it cannot do without and that are not set."""
        return [key for key in self.keys if key.is_needed and not keys.get(key.name)]


def with_headers(ask: Ask, **headers: str) -> Ask:
    """The request with more headers; an underscore in a name stands for a hyphen."""
    return replace(ask, headers={**ask.headers, **{name.replace("_", "-"): value for name, value in headers.items()}})


def needed(name: str, words: str) -> str:
    """What to do where a key is missing."""
    kept = f"keep it with `afterword source key {name} --brand BRAND`"
    return f"it needs {words}: set AFTERWORD_KEY__{name.upper()}, or {kept}"
