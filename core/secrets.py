"""Secrets that must not be shown: where a text holds one, in any of the ways it may be written, it is put out."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import TextIO
from urllib.parse import quote, quote_plus

HIDDEN = "***"
SHORTEST = 4
"""Characters: of a shorter one every `1` in the logs would go."""
SHORTEST_BEGINNING = 10
"""Characters of a longer secret by which a text that was cut within it is known to hold it."""
TO_ITS_END = r"[^\s&\"'<>]*"
SHORTEST_LINE = 20
"""Of a key of several lines (PEM, JSON) each line so long is a secret of its own."""


class Secrets:
    """Values that are known to be secret; grows while a process learns of more."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self._written: list[str] = []
        self._beginnings: re.Pattern[str] | None = None
        self.add(values)

    def add(self, values: Iterable[str]) -> None:
        """Hide these from now on."""
        written = {form for value in values for form in _written(value)} | set(self._written)
        # The longest first: a secret may be a part of another one.
        self._written = sorted(written, key=len, reverse=True)
        beginnings = {form[:SHORTEST_BEGINNING] for form in written if len(form) > SHORTEST_BEGINNING}
        self._beginnings = re.compile(f"(?:{'|'.join(map(re.escape, beginnings))}){TO_ITS_END}") if beginnings else None

    def hidden_in(self, text: str) -> str:
        """The text without them, and without the beginning of one that the text was cut in."""
        for form in self._written:
            if form in text:
                text = text.replace(form, HIDDEN)
        return self._beginnings.sub(HIDDEN, text) if self._beginnings else text


def _written(value: str) -> Iterator[str]:
    """The ways in which a secret may come up: as it is, in an address, in JSON, in a repr."""
    lines = [line for line in value.splitlines() if len(line) >= SHORTEST_LINE]
    for secret in {value, value.strip(), *lines}:
        if len(secret) >= SHORTEST:
            yield from {
                secret, quote(secret), quote(secret, safe=""), quote_plus(secret), repr(secret)[1:-1],
                json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1],
            }  # fmt: skip


class Discreet:
    """A stream that writes to another one whatever is no secret: what goes through it cannot tell any."""

    def __init__(self, stream: TextIO, secrets: Secrets) -> None:
        self.stream, self.secrets = stream, secrets

    def write(self, text: str) -> int:
        """Write the text without the secrets in it."""
        return self.stream.write(self.secrets.hidden_in(text))

    def flush(self) -> None:
        """Pass on what is held."""
        self.stream.flush()

    def isatty(self) -> bool:
        """Whether a person is looking."""
        return self.stream.isatty()

    def fileno(self) -> int:
        """The descriptor of the stream behind."""
        return self.stream.fileno()
