"""Web servers on loopback that stand in for the sites that are crawled: for the tests, and for the benchmarks."""

import json
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as a site saw it."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float
    """When, in seconds of the monotonic clock."""
    method: str = "GET"
    body: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of a site."""

    body: str | bytes = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    kind: str = "text/html; charset=utf-8"


Answers = Callable[[Asked], Reply] | Reply | str
"""What is behind a path: a function of the request, an answer, or a page."""


def as_json(value: Any, *, status: int = 200, **headers: str) -> Reply:
    """An answer in JSON; an underscore in a header's name stands for a hyphen."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(json.dumps(value, ensure_ascii=False), status, named, "application/json; charset=utf-8")


class Server(ThreadingHTTPServer):
    """Does not mind who goes away in mid-answer."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of mistakes in a page's own code alone."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Site:
    """A site of a few paths; `pages` may be changed while it serves, `asked` is what it was asked, in order."""

    def __init__(self, pages: Mapping[str, Answers] | None = None, *, port: int = 0, delay_s: float = 0) -> None:
        self.pages: dict[str, Answers] = dict(pages or {})
        self.delay_s = delay_s
        self.asked: list[Asked] = []
        self.server = Server(("127.0.0.1", port), self._handler())
        self.port: int = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, asked: Asked) -> Reply:
        """What is at a path; 404 where nothing is."""
        answer = self.pages.get(asked.path, Reply("nothing here", 404))
        if callable(answer):
            answer = answer(asked)
        return Reply(answer) if isinstance(answer, str) else answer

    def times_asked(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked.path == path for asked in self.asked)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                asked = Asked(parts.path, query, dict(self.headers.items()), monotonic(), self.command, body)
                site.asked.append(asked)
                sleep(site.delay_s)
                reply = site.answer(asked)
                body = reply.body.encode() if isinstance(reply.body, str) else reply.body
                self.send_response(reply.status)
                for name, value in {"Content-Type": reply.kind, **reply.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except OSError:  # it had enough
                    self.close_connection = True

            do_POST = do_GET  # noqa: N815 - http.server looks for it by this name

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Keep quiet."""

        return Handler


def review(number: int, **fields: Any) -> dict[str, Any]:
    """A review in schema.org's words."""
    return {
        "@type": "Review",
        "@id": f"https://example.org/reviews/{number}",
        "author": {"@type": "Person", "name": f"Гость {number}"},
        "datePublished": f"2026-{number % 9 + 1:02}-{number % 27 + 1:02}",
        "reviewBody": f"Отзыв номер {number}: в зале чисто.",
        "reviewRating": {"@type": "Rating", "ratingValue": number % 5 + 1, "bestRating": 5, "worstRating": 1},
        **fields,
    }


def review_page(reviews: Sequence[Mapping[str, Any]], *, next_url: str | None = None, title: str = "Отзывы") -> str:
    """A page of reviews: JSON-LD, with a link to the page after it."""
    data = {"@context": "https://schema.org", "@type": "LocalBusiness", "name": title, "review": list(reviews)}
    link = f'<link rel="next" href="{next_url}">' if next_url else ""
    script = json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
    return (
        f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>{title}</title>{link}'
        f'<script type="application/ld+json">{script}</script></head><body><h1>{title}</h1></body></html>'
    )


def paged(reviews: Sequence[Mapping[str, Any]], *, size: int = 20) -> Callable[[Asked], Reply]:
    """Reviews on pages of a size, `?page=2` and so on, each linked from the one before."""

    def page(asked: Asked) -> Reply:
        number = int(asked.query.get("page", "1"))
        some = reviews[(number - 1) * size : number * size]
        following = f"{asked.path}?page={number + 1}" if number * size < len(reviews) else None
        return Reply(review_page(some, next_url=following))

    return page


@contextmanager
def sites(*all_pages: Mapping[str, Answers]) -> Iterator[list[Site]]:
    """Several sites at once, each on its own port."""
    opened = [Site(pages).__enter__() for pages in all_pages]
    try:
        yield opened
    finally:
        for site in opened:
            site.__exit__(None, None, None)
