"""All sources, in the order in which a page is offered to them: CLI, API, docs and tests list them from here.

Adding one: copy the nearest neighbour in `spiders/`; its file is found there.
"""

import pkgutil
from importlib import import_module

from core.errors import UnknownSource
from crawlers import spiders
from crawlers.source import Source, Tier

FIRST = ("feed", "woocommerce", "schema_org")
"""A page that these read is theirs, whatever software of a known kind made it.

But for a shop's: the page of a product states five of its reviews, and the shop's API has all.
"""


def _all() -> list[Source]:
    names = [module.name for module in pkgutil.iter_modules(spiders.__path__)]
    modules = [import_module(f"{spiders.__name__}.{name}") for name in names]
    return sorted((module.SOURCE for module in modules), key=lambda source: (_turn(source.kind), source.kind))


def _turn(kind: str) -> int:
    return FIRST.index(kind) if kind in FIRST else len(FIRST)


SOURCES: dict[str, Source] = {source.kind: source for source in _all()}


def supported() -> str:
    """What is supported, in words, for the message about what is not."""
    return "; ".join(f"{source.title} ({kind})" for kind, source in SOURCES.items())


def source_of(kind: str) -> Source:
    """The source of this name; raises UnknownSource with the names that there are."""
    if kind not in SOURCES:
        msg = f"there is no source {kind!r}: choose from {', '.join(sorted(SOURCES))}"
        raise UnknownSource(msg)
    return SOURCES[kind]


def require_switched_on(source: Source, grey: frozenset[str]) -> None:
    """Raise UnknownSource where a source is grey and nobody has switched it on."""
    if source.tier is Tier.GREY and source.kind not in grey:
        msg = (
            f"{source.kind} is off: {source.terms}. Whoever answers for that switches it on with "
            f"AFTERWORD_GREY_SOURCES={source.kind}; an export can be imported instead (`afterword import mentions`)"
        )
        raise UnknownSource(msg)
