"""What an address is of, by the address alone; and which addresses nobody may ask for from afar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import AfterwordError, Invalid, UnknownSource
from crawlers.sources import SOURCES, source_of
from crawlers.targets import claimed, require_public_name, target_of

EXAMPLES = [(kind, address) for kind, source in SOURCES.items() for address in source.addresses]


def is_taken(address: str) -> bool:
    try:
        require_public_name(address)
    except Invalid:
        return False
    return True


@pytest.mark.parametrize(("kind", "address"), EXAMPLES)
def test_every_example_of_a_source_is_its_own_and_no_other_s(kind: str, address: str) -> None:
    found = claimed(address)

    assert found
    assert found[0].kind == kind
    assert [other for other, source in SOURCES.items() if source.claims(address)] == [kind]


@pytest.mark.parametrize(("kind", "address"), EXAMPLES)
def test_a_target_is_the_target_of_itself(kind: str, address: str) -> None:
    found = claimed(address)

    assert found
    assert SOURCES[kind].claims(found[1]) == found[1]


@pytest.mark.parametrize("address", ["https://example.org/reviews", "https://example.org/feed.xml", "nonsense", ""])
def test_where_only_the_page_tells_nothing_is_claimed(address: str) -> None:
    assert claimed(address) is None


def test_a_feed_of_a_known_kind_takes_the_source_s_own_target() -> None:
    assert target_of(source_of("telegram"), "https://t.me/acme/15") == claimed("https://t.me/acme")[1]  # type: ignore[index]
    assert target_of(source_of("schema_org"), "HTTPS://Example.ORG") == "https://example.org/"


def test_what_is_refused_is_refused_to_every_kind() -> None:
    with pytest.raises(UnknownSource, match=r"otzovik\.com .* import"):
        target_of(source_of("schema_org"), "https://otzovik.com/reviews/acme/")


@pytest.mark.parametrize(
    "host",
    [
        "localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0.1.2.3",
        "10.0.0.5", "192.168.1.1", "172.16.0.1", "100.64.0.1", "169.254.169.254", "[::1]", "[fd00::1]", "[fe80::1]",
        "[::ffff:127.0.0.1]", "printer.local", "vault.internal", "nas.home.arpa", "224.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
def test_a_name_of_the_inner_network_is_not_taken_from_afar(host: str) -> None:
    with pytest.raises(Invalid, match="afterword watch"):
        require_public_name(f"http://{host}:8000/reviews")


@pytest.mark.parametrize(
    "host", ["example.org", "93.184.216.34", "[2606:2800:220:1::1]", "local.example.org", "локал.рф"]
)
def test_a_public_name_is_taken(host: str) -> None:
    assert is_taken(f"https://{host}/reviews")


@given(st.text(max_size=80))
def test_any_words_are_claimed_by_one_source_or_by_none(words: str) -> None:
    for address in (words, f"https://{words}", f"https://www.youtube.com/{words}", f"https://t.me/{words}"):
        claimed(address)
        for kind in ("schema_org", "youtube"):
            try:
                target_of(source_of(kind), address)
            except AfterwordError as error:
                assert str(error)  # noqa: PT017 - most of them are refused, in words
