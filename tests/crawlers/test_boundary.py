"""What a feed may reach: its own site, and no address of the inner network that nobody allowed."""

import socket
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from core.errors import UnknownSource
from crawlers.addresses import is_public, literal
from crawlers.connections import Gate
from crawlers.losses import Private
from crawlers.outcomes import Outcome
from crawlers.watch import recognise
from tests.crawlers.conftest import Crawls
from tests.sites import Reply, Site, review, review_page

INNER = [
    "0.0.0.1", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "168.63.129.16",
    "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.192", "192.0.2.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1",
    "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b:1::1", "100::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::", "fc00::1", "fd00:ec2::254", "fe80::1",
    "fe80::1%eth0", "ff02::1", "example.org",
]  # fmt: skip
SPELT = ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "127.1", "0x7f000001", "localhost", "[::ffff:127.0.0.1]"]
"""One and the same machine: this one."""


@pytest.mark.parametrize("address", INNER)
def test_an_address_of_the_inner_network_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "77.88.55.242", "100.128.0.1", "172.32.0.1", "2a02:6b8::2:242", "64:ff9b::808:808"]
)
def test_an_address_of_the_open_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("2130706433", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0xA9FEA9FE", "169.254.169.254"),
        ("10.0.0.1.", "10.0.0.1"),
        ("[::1]", "::1"),
        ("example.org", None),
        ("1.2.3.4.example.org", None),
        ("пример.рф", None),
        ("", None),
    ],
)
def test_an_address_is_seen_through_its_spelling(host: str, address: str | None) -> None:
    assert literal(host) == address


def test_a_name_that_means_another_address_the_second_time_is_refused_the_second_time() -> None:
    connected: list[str] = []
    reactor: Any = SimpleNamespace(connectTCP=lambda host, _port: connected.append(host))
    gate = Gate(reactor)

    gate.connectTCP("1.1.1.1", 443)
    with pytest.raises(Private, match=r"169\.254\.169\.254"):
        gate.connectTCP("169.254.169.254", 443)

    assert connected == ["1.1.1.1"]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A port that nobody may so much as connect to."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.setblocking(False)
        yield listening


def test_a_feed_reaches_no_inner_address_that_nobody_allowed(crawls: Crawls, listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    targets = [f"http://{host}:{port}/" for host in SPELT] + ["http://169.254.169.254/latest/meta-data/"]
    feeds = [crawls.feed(target, allows_private=False) for target in targets]

    crawls.crawl(*feeds)

    runs = [run for feed_id in feeds for run in crawls.runs(feed_id)]
    assert [run.outcome for run in runs] == [Outcome.FAILED] * len(targets)
    assert all("--allow-private" in (run.detail or "") for run in runs)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_an_allowance_is_of_one_feed_though_others_read_the_same_site_at_the_same_time(crawls: Crawls) -> None:
    with Site({"/a": review_page([review(1)]), "/b": review_page([review(2)])}) as site:
        allowed = crawls.feed(f"http://localhost:{site.port}/a")
        forbidden = crawls.feed(f"http://localhost:{site.port}/b", allows_private=False)

        crawls.crawl(allowed, forbidden)

    assert [run.outcome for run in crawls.runs(allowed)] == [Outcome.OK]
    assert [run.outcome for run in crawls.runs(forbidden)] == [Outcome.FAILED]
    assert site.times_asked("/b") == 0


def test_a_stand_in_that_somebody_names_is_allowed_thereby(crawls: Crawls) -> None:
    with Site({"/reviews": review_page([review(11)])}) as stand_in:
        feed_id = crawls.feed("https://reviews.example.org/reviews", allows_private=False)

        crawls.crawl(feed_id, base_url=stand_in.url)

    assert [run.outcome for run in crawls.runs(feed_id)] == [Outcome.OK]


def test_a_redirect_into_the_inner_network_is_not_followed(crawls: Crawls, listener: socket.socket) -> None:
    inner = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    with Site({"/away": Reply(status=302, headers={"Location": inner})}) as site:
        feed_id = crawls.feed(f"{site.url}/away")

        crawls.crawl(feed_id)

    (run,) = crawls.runs(feed_id)
    assert run.outcome == Outcome.FAILED
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_an_inner_address_is_not_looked_at_unless_it_is_allowed(crawls: Crawls) -> None:
    with Site({"/": review_page([review(1)])}) as site:
        with pytest.raises(UnknownSource, match="--allow-private"):
            recognise(f"http://localhost:{site.port}/", crawls.settings)
        found = recognise(f"http://localhost:{site.port}/", crawls.settings, allows_private=True)

    assert found.kind == "schema_org"
    assert site.times_asked("/") == 1
