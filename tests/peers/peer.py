"""Real servers on loopback that crawls are tried on, each started by its script: a WordPress and an Isso."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen

import pytest

SCRIPTS = Path(__file__).parent
CANNOT_BE_INSTALLED = 75
STARTS_WITHIN_S = 400
"""Packages of a fresh machine included, on a bad day of its mirror."""
ENDS_WITHIN_S = 30
PHP = "/usr/bin/php"


class Peer:
    """A server in a folder of its own, which goes with it; its processes are one group, to be stopped and killed."""

    script: str
    kind: str

    def __init__(self) -> None:
        # Not pytest's folder: the address of a Unix socket in it may be too long.
        self.folder = Path(tempfile.mkdtemp(prefix="peer-"))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            shutil.rmtree(self.folder)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.end(signal.SIGKILL)
        shutil.rmtree(self.folder)

    def start(self) -> None:
        """Start it, or start it again; skips the test where its packages cannot be installed."""
        said = self.folder / "said"
        command = [SCRIPTS / self.script, self.folder, str(self.port)]
        with said.open("w") as errors:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
                env={**os.environ, "PYTHON": sys.executable},
            )  # fmt: skip
        assert self.process.stdout
        late = threading.Timer(STARTS_WITHIN_S, self.send, [signal.SIGKILL])
        late.start()
        word = self.process.stdout.readline().strip()
        late.cancel()
        if word == "ready":
            return
        status = self.end(signal.SIGKILL)
        if status == CANNOT_BE_INSTALLED:
            pytest.skip(said.read_text())
        msg = f"{self.script} ended with {status}: {said.read_text()}"
        raise RuntimeError(msg)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to all of its processes."""
        with suppress(ProcessLookupError):  # it may have ended by itself
            os.killpg(self.process.pid, number)

    def end(self, number: signal.Signals) -> int:
        """End it by a signal; its exit status."""
        self.send(number)
        try:
            status = self.process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.send(signal.SIGKILL)
            status = self.process.wait()
        self.send(signal.SIGKILL)  # whatever of the group is left
        assert self.process.stdout
        self.process.stdout.close()
        return status


class WordPress(Peer):
    """A WordPress with a post for each thread; what its people do is done by its own functions."""

    script, kind = "wordpress.sh", "wordpress"
    now = datetime(2026, 9, 1, 12)  # noqa: DTZ001 - the site's own time is UTC

    def do(self, *steps: Sequence[Any]) -> list[Any]:
        """What people do there, one step after another; what became of each."""
        done = subprocess.run(
            [PHP, self.folder / "site" / "peer.php"], input=json.dumps(steps), capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return list(json.loads(done.stdout))

    def open(self, name: str) -> str:
        """A new thread; the address of its page."""
        ((self.post, address),) = self.do(["publish", name])
        return str(address)

    def target(self, _name: str) -> str:
        """Where the comments of the newest thread are."""
        return f"{self.url}/wp-json/wp/v2/comments?post={self.post}"

    def write(self, *texts: str) -> list[int]:
        """Comments one a minute; their ids."""
        steps = []
        for number, text in enumerate(texts):
            self.now += timedelta(minutes=1)
            steps.append(["write", self.post, f"Гость {number}", text, f"{self.now:%Y-%m-%d %H:%M:%S}"])
        return self.do(*steps)

    def edit(self, comment: int, text: str) -> None:
        """Say something else instead."""
        assert self.do(["edit", comment, text]) == [1]

    def delete(self, comment: int) -> None:
        """Take it away for good."""
        assert self.do(["delete", comment]) == [True]


class Isso(Peer):
    """An Isso; a thread is the path of a page."""

    script, kind = "isso.sh", "isso"

    def __init__(self) -> None:
        super().__init__()
        self.uri = "/"
        self.cookies: dict[int, str] = {}

    def ask(self, method: str, path: str, value: Any = None, cookie: str = "") -> tuple[Any, str]:
        """One request of a browser: the answer, and the cookie that comes with it."""
        headers = {"Content-Type": "application/json"} | ({"Cookie": cookie} if cookie else {})
        body = None if value is None else json.dumps(value).encode()
        asked = Request(self.url + path, body, headers, method=method)  # noqa: S310 - it is on loopback
        with urlopen(asked, timeout=20) as answer:  # noqa: S310
            return json.load(answer), str(answer.headers["Set-Cookie"]).partition(";")[0]

    def open(self, name: str) -> str:
        """A new thread; the address of its page, were there one."""
        self.uri = f"/{name}/"
        return self.url + self.uri

    def target(self, name: str) -> str:
        """Where the comments of a thread are."""
        return f"{self.url}/?uri=/{name}/"

    def write(self, *texts: str, parent: int | None = None) -> list[int]:
        """Comments one after another; their ids."""
        return [self._write(f"Гость {number}", text, parent) for number, text in enumerate(texts)]

    def _write(self, author: str, text: str, parent: int | None) -> int:
        value = {"author": author, "text": text, "title": self.uri, "parent": parent}
        written, cookie = self.ask("POST", f"/new?uri={self.uri}", value)
        self.cookies[written["id"]] = cookie
        return int(written["id"])

    def edit(self, comment: int, text: str) -> None:
        """Say something else instead."""
        value = {"text": text, "author": "Гость", "website": None}
        self.cookies[comment] = self.ask("PUT", f"/id/{comment}", value, self.cookies[comment])[1]

    def delete(self, comment: int) -> None:
        """Take it away: for good, or but for its place where it was answered."""
        self.ask("DELETE", f"/id/{comment}", cookie=self.cookies[comment])
