"""Which feeds ask the same hosts: they are crawled one after another, so that no host is asked twice at once."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from core.errors import Invalid, UnknownSource
from crawlers.numbering import numbered
from crawlers.queries import query_of
from crawlers.sites import rebased
from crawlers.sources import source_of
from store.models import Feed


def hosts_of(feed: Feed, base_url: str | None) -> set[str]:
    """Hosts, with their ports, that a crawl of a feed may ask."""
    addresses = [feed.target]
    try:
        source = numbered(source_of(feed.kind), feed.target)
        addresses += source.starts(feed.target, query_of(feed.query))
        addresses += [source.sign_in.url] if source.sign_in else []
    except (Invalid, UnknownSource):
        pass  # its crawl will say so
    return {urlsplit(rebased(address, base_url)).netloc for address in addresses}


def by_hosts(feeds: Sequence[Feed], base_url: str | None) -> list[list[int]]:
    """The ids of feeds in groups that share no host, each in the order given."""
    groups: list[tuple[set[str], list[int]]] = []
    for feed in feeds:
        hosts = hosts_of(feed, base_url)
        touching = [group for group in groups if group[0] & hosts]
        groups = [group for group in groups if not group[0] & hosts]
        hosts = hosts.union(*(group[0] for group in touching))
        groups.append((hosts, [*(feed_id for _, ids in touching for feed_id in ids), feed.id]))
    return [ids for _, ids in groups]
