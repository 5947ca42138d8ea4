"""Raw servers on loopback that break every rule of HTTP: what they send is theirs to say, byte by byte."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

Sends = Callable[[str], Iterator[bytes]]
"""A path -> the pieces to send, perhaps without end; a pause within is the sender's own."""
NO_ROBOTS = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Rogue:
    """A server that answers each connection once, with whatever it likes; robots.txt it has none unless it says so."""

    def __init__(self, sends: Sends, *, has_robots: bool = False) -> None:
        self.sends, self.has_robots = sends, has_robots
        self.asked: list[str] = []
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.is_open = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.is_open = False
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                threading.Thread(target=self._answer, args=(connection,), daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (piece := connection.recv(65536)):
                    return
                head += piece
            path = head.split(b" ", 2)[1].decode()
            self.asked.append(path)
            is_robots = path == "/robots.txt" and not self.has_robots
            for piece in [NO_ROBOTS] if is_robots else self.sends(path):
                if not self.is_open:
                    return
                connection.sendall(piece)


def answer(body: bytes, *headers: str, kind: str = "text/html; charset=utf-8") -> bytes:
    """A whole answer by the rules, but for what the headers and the body make of it."""
    lines = ["HTTP/1.1 200 OK", f"Content-Type: {kind}", "Connection: close", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
