import io
from urllib.parse import urlencode

import pytest

from core.secrets import Discreet, Secrets

KEY = "sk/live+é=1&x"


@pytest.mark.parametrize(
    "text",
    [
        f"the key {KEY} was refused",
        f"GET https://example.org/?{urlencode({'key': KEY})}",
        "GET https://example.org/?key=sk/live%2B%C3%A9%3D1%26x",
        '{"key": "sk/live+\\u00e9=1&x"}',
        repr({"key": KEY}),
    ],
)
def test_a_secret_is_not_shown_however_it_is_written(text: str) -> None:
    shown = Secrets([KEY]).hidden_in(text)

    assert "***" in shown
    assert "live" not in shown


def test_the_lines_of_a_key_are_secret_each_for_itself() -> None:
    pem = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49\nAwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----\n"

    shown = Secrets([pem]).hidden_in("cannot read MIGHAgEAMBMGByqGSM49AgEGCCqGSM49 as a key")

    assert shown == "cannot read *** as a key"


def test_a_secret_within_a_secret_leaves_nothing_of_the_longer_one() -> None:
    assert Secrets(["token", "token-of-acme"]).hidden_in("token-of-acme, token") == "***, ***"


def test_what_is_too_short_to_be_a_secret_does_not_garble_everything() -> None:
    assert Secrets(["1", ""]).hidden_in("page 11 of 100") == "page 11 of 100"


def test_a_stream_hides_what_it_learns_of_while_it_is_used() -> None:
    behind = io.StringIO()
    secrets = Secrets()
    stream = Discreet(behind, secrets)

    secrets.add(["hunter22"])
    print("signed in with hunter22", file=stream, flush=True)

    assert behind.getvalue() == "signed in with ***\n"


def test_a_key_that_a_text_was_cut_in_is_hidden_too() -> None:
    secrets = Secrets(["AIzaSyD-0123456789abcdefghijkl"])

    assert (
        secrets.hidden_in("leads to https://x.example/?key=AIzaSyD-012345&p=2, else")
        == "leads to https://x.example/?key=***&p=2, else"
    )
    assert secrets.hidden_in("(the key AIzaSyD-0123") == "(the key ***"
