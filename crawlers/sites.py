"""Addresses: which of them belong to one site, and how a stand-in takes a site's place."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, urldefrag, urlencode, urljoin, urlsplit

import idna

from core.errors import Invalid

PORTS = {"http": 80, "https": 443}
LONGEST_ADDRESS = 2000
LONGEST_NUMBER = 10
LINK = re.compile(r"<([^<>]*)>([^<]*)")
REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s;,]*))", re.IGNORECASE)
LONGEST_LINKS = 8_000
"""Characters of a Link header that are looked at."""


def split(url: str) -> SplitResult | None:
    """The parts of an http(s) address with a host and a valid port; none for anything else."""
    try:
        parts = urlsplit(url.strip())
        valid = parts.scheme in PORTS and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return None
    return parts if valid else None


def clean_address(url: str) -> str:
    """An address as it is watched: no fragment, a path at least `/`; raises Invalid where it cannot be crawled."""
    parts = split(url)
    if parts is None:
        msg = f"{url[:200]!r} is no public address: give one that begins with http:// or https://"
        raise Invalid(msg)
    if parts.username or parts.password:
        msg = "an address with a name or password in it is not crawled: only public pages are"
        raise Invalid(msg)
    if len(url) > LONGEST_ADDRESS:
        msg = f"the address has {len(url)} characters; at most {LONGEST_ADDRESS} are taken"
        raise Invalid(msg)
    netloc = parts.netloc.lower() if parts.netloc.isascii() else _ascii_netloc(parts)
    return parts._replace(netloc=netloc, path=parts.path or "/", fragment="").geturl()


def _ascii_netloc(parts: SplitResult) -> str:
    """Host and port as they are asked for: `пример.рф` is `xn--e1afmkfd.xn--p1ai`; raises Invalid for no name."""
    try:
        host = idna.encode(parts.hostname or "", uts46=True).decode()
    except idna.IDNAError as error:
        msg = f"{(parts.hostname or '')[:100]!r} is no name of a site"
        raise Invalid(msg) from error
    return f"{host}:{parts.port}" if parts.port else host


def port_of(parts: SplitResult) -> int:
    """The port, written or not."""
    return parts.port or PORTS[parts.scheme]


def is_same_site(one: str, other: str) -> bool:
    """Whether both have one host and one port; plain http and https on their usual ports are one site."""
    a, b = split(one), split(other)
    if a is None or b is None or a.hostname != b.hostname:
        return False
    usual = all(port_of(parts) == PORTS[parts.scheme] for parts in (a, b))
    return usual or port_of(a) == port_of(b)


def site_slug(url: str) -> str:
    """The site as a channel's slug: `example.org`, or `127.0.0.1-8101` on an unusual port."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").replace(":", "-")
    return host if port_of(parts) == PORTS[parts.scheme] else f"{host}-{port_of(parts)}"


def is_loopback(url: str) -> bool:
    """Whether an address names this very machine: `localhost`, or a literal loopback address."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return host == "localhost" or host.endswith(".localhost") or ip_address(host).is_loopback
    except ValueError:
        return False


def rebased(url: str, base_url: str | None) -> str:
    """The same path on the host of `base_url`, where one is given: how a stand-in takes a site's place."""
    if base_url is None:
        return url
    base = urlsplit(clean_address(base_url))
    return urlsplit(url)._replace(scheme=base.scheme, netloc=base.netloc).geturl()


def linked(page_url: str, link: str) -> str | None:
    """The http(s) address that a link on a page leads to; none for other kinds."""
    try:
        url = urljoin(page_url, link.strip())
    except ValueError:
        return None
    return url if split(url) and len(url) <= LONGEST_ADDRESS else None


def joined(page_url: str, link: str) -> str | None:
    """The page that a link leads to: the same without fragment."""
    url = linked(page_url, link)
    return urldefrag(url).url if url else None


def next_in_header(header: str) -> str | None:
    """The target of `rel=next` in an HTTP Link header (RFC 8288), as written."""
    for target, attributes in LINK.findall(header[:LONGEST_LINKS]):
        relations = (word for match in REL.finditer(attributes) for word in "".join(match.groups("")).lower().split())
        if "next" in relations:
            return str(target)
    return None


def site_of(url: str) -> str:
    """Scheme, host and port of an address, without a path: `https://example.org`."""
    return urljoin(url, "/")[:-1]


def watched_site_of(url: str) -> str:
    """The same as a feed's target names it: by https, but on this machine and on ports of one's own."""
    parts = urlsplit(url)
    scheme = parts.scheme if parts.port or is_loopback(url) else "https"
    return f"{scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def with_query(url: str, **values: str | int | None) -> str:
    """The address with these query parameters set, or taken away where they are none; the others as they are."""
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in values]
    kept += [(name, str(value)) for name, value in values.items() if value is not None]
    return parts._replace(query=urlencode(kept)).geturl()


def in_query(url: str, name: str) -> str:
    """The first value of a query parameter of an address; empty without one."""
    return next((value for key, value in parse_qsl(urlsplit(url).query) if key == name), "")


def number_in_query(url: str, name: str, *, default: int) -> int:
    """The number that a query parameter of an address is; the default where it is none."""
    value = in_query(url, name)
    return int(value) if value.isascii() and value.isdecimal() and len(value) < LONGEST_NUMBER else default


def names_in_query(url: str) -> set[str]:
    """The names of an address's query parameters."""
    return {name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
