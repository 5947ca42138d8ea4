"""What an address is of, told by the address alone: nothing is fetched, so that the web process may ask too."""

from core.errors import Invalid, UnknownSource
from crawlers.addresses import is_public, literal
from crawlers.refused import refusal_of
from crawlers.sites import clean_address, split
from crawlers.source import Source
from crawlers.sources import SOURCES

INNER_NAMES = ("localhost", ".localhost", ".local", ".internal", ".home.arpa")
"""Names that are never of the open internet, whatever they resolve to."""


def claimed(address: str) -> tuple[Source, str] | None:
    """The source whose address it is, and its target; none where only the page would tell, or it is no address."""
    for source in SOURCES.values() if split(address) else ():
        if target := source.claims(address):
            return source, target
    return None


def target_of(source: Source, url: str) -> str:
    """What a feed of a known kind reads: the source's own target, or the address as it is.

    Raises Invalid for what cannot be crawled, and UnknownSource for what is refused whatever it answers.
    """
    address = clean_address(url)
    target = source.claims(address)
    if target is None:
        require_not_refused(address)
    return target or address


def require_not_refused(address: str) -> None:
    """Raise UnknownSource, with the reason and the lawful way, for what is refused whatever it answers."""
    if reason := refusal_of(address):
        msg = f"{address}: {reason}"
        raise UnknownSource(msg)


def require_public_name(address: str) -> None:
    """Raise Invalid where an address names this machine or the inner network; a name is resolved when it is crawled."""
    parts = split(address)
    host = ((parts.hostname if parts else None) or "").rstrip(".")
    number = literal(host)
    if host == "localhost" or host.endswith(INNER_NAMES) or (number is not None and not is_public(number)):
        msg = f"{address[:200]}: an address of this machine or of the inner network is added by `afterword watch` alone"
        raise Invalid(msg)
