"""Which network addresses are public: a feed reaches no other unless somebody allowed it. Pure; resolves nothing."""

import socket
from ipaddress import IPv4Address, ip_address, ip_network

INNER = tuple(
    ip_network(block)
    for block in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "168.63.129.16/32",  # where Azure's machines are told about themselves
        "::/96", "::ffff:0:0/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        "5f00::/16", "fc00::/7", "fe80::/9", "ff00::/8",
    )
)  # fmt: skip
"""Written out, since what `ipaddress` calls global differs between releases of Python.

Private, shared (carrier-grade NAT), loopback, link-local, multicast, reserved and unspecified ones, those of examples
and of clouds' own services; and IPv6 that only wraps IPv4 (mapped, 6to4, Teredo), which no public site needs.
"""
TRANSLATED = ip_network("64:ff9b::/96")
"""IPv4 as networks without it reach it (NAT64): the last four bytes count."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the open internet; false for whatever is no address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if found in TRANSLATED:
        found = IPv4Address(int(found) & 0xFFFFFFFF)
    return not any(found in block for block in INNER)


def literal(host: str) -> str | None:
    """The IP address that a host name spells: `2130706433`, `0x7f.1` and `0177.0.0.1` too; none for a name."""
    bare = host.strip("[]").rstrip(".")
    try:
        return str(ip_address(bare))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(bare))
    except (OSError, UnicodeError):
        return None
