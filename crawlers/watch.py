"""Recognise the source behind a public address."""

import json
from dataclasses import dataclass

from core.errors import Invalid, UnknownSource
from core.settings import Settings
from crawlers.job import Job, done_in_child
from crawlers.numbering import first_page, is_numbered
from crawlers.probe import Finding
from crawlers.sites import clean_address, rebased, site_of, site_slug
from crawlers.sources import require_switched_on
from crawlers.targets import claimed, require_not_refused


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a feed for an address is made of."""

    kind: str
    target: str
    title: str
    """What the page calls itself; the site where it does not."""
    suggested_channel: str


def recognise(
    url: str,
    settings: Settings,
    *,
    base_url: str | None = None,
    allows_private: bool = False,
    renders: bool = False,
) -> Recognised:
    """The source behind an address: first by the address itself, then by fetching it once, by the rules of a crawl.

    Raises UnknownSource with the reason: no http(s) address, robots.txt, no answer, no page, or a page that no source
    reads; the last lists what is supported. `base_url` stands in for the address's site.
    """
    try:
        address = clean_address(url)
        fetched = first_page(rebased(address, base_url))
    except Invalid as error:
        raise UnknownSource(str(error)) from error
    channel = site_slug(address)
    if found := claimed(address):
        source, target = found
        require_switched_on(source, settings.grey_sources)
        return Recognised(source.kind, target, channel, channel)
    require_not_refused(address)
    allows_private |= base_url is not None
    job = Job(settings, probe_url=fetched, allows_private=allows_private, renders=renders)
    finding = Finding(**json.loads(done_in_child(job)))
    if finding.kind is None:
        msg = f"{address}: {finding.error}"
        raise UnknownSource(msg)
    target = rebased(finding.target, site_of(address)) if base_url else finding.target
    target = address if is_numbered(address) else target
    return Recognised(finding.kind, target, finding.title or channel, channel)
