"""What a hostile server sends: each way to make a crawl run for ever, run out of memory, or go astray."""

import gzip
import itertools
import string
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from time import sleep

import brotli
from backports import zstd

from crawlers.outcomes import Outcome
from tests.rogues import Sends, answer
from tests.sites import review, review_page

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
AWAY = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: "
PAGE = review_page([review(1)]).encode()
MANY = 1_000_000
DEEP = 100_000


@dataclass(frozen=True, slots=True)
class Hostility:
    """What is sent, to a feed of which kind, and what must come of it, with a piece of its words."""

    sends: Sends
    outcome: Outcome
    words: str
    kind: str = "schema_org"


def failed(sends: Sends, words: str) -> Hostility:
    return Hostility(sends, Outcome.FAILED, words)


def unread(make: Callable[[], bytes], words: str = "more tags and brackets", *, kind: str = "schema_org") -> Hostility:
    return Hostility(lambda _path: iter([answer(make())]), Outcome.LAYOUT_CHANGED, words, kind)


def read(sends: Sends, *, kind: str = "schema_org") -> Hostility:
    return Hostility(sends, Outcome.OK, "", kind)


def raw(*pieces: bytes) -> Sends:
    return lambda _path: iter(pieces)


def endless(start: bytes, piece: bytes, *, every_s: float = 0) -> Sends:
    def sends(_path: str) -> Iterator[bytes]:
        yield start
        for _ in itertools.count():
            yield piece
            sleep(every_s)

    return sends


def packed(pack: Callable[[], bytes], encoding: str) -> Hostility:
    made = cache(pack)
    words = "times over" if encoding.count(",") > 1 else "once it is unpacked"
    return failed(lambda _path: iter([answer(made(), f"Content-Encoding: {encoding}")]), words)


def nothing() -> bytes:
    return bytes(100 * MANY)


def ten_gigabytes() -> bytes:
    """Less than 10 MB that are 10 GB of nothing."""
    return gzip.compress(nothing(), 9) * 100


def fifty_layers() -> bytes:
    body = PAGE
    for _ in range(50):
        body = gzip.compress(body, 1)
    return body


def leads_to(link: str) -> Sends:
    """A page with a review, whose next page is somewhere else entirely."""
    return raw(answer(PAGE.replace(b"</head>", f'<link rel="next" href="{link}"></head>'.encode())))


def hops(path: str) -> Iterator[bytes]:
    number = int(path.strip("/") or 0)
    yield AWAY + f"/{number + 1}\r\n\r\n".encode() if number < 1000 else answer(PAGE)


def cookies(path: str) -> Iterator[bytes]:
    """Twenty pages, each with all the cookies that fit into its head."""
    page = int(path.rpartition("=")[2]) if "=" in path else 1
    flood = [f"Set-Cookie: c{page}x{n}={'v' * 100}; Path=/" for n in range(1500)]
    following = f"/?page={page + 1}" if page < 20 else None
    yield answer(review_page([review(page)], next_url=following).encode(), *flood)


def rss(entities: str, text: str) -> Sends:
    head = f'<?xml version="1.0"?><!DOCTYPE rss [{entities}]><rss version="2.0"><channel><title>x</title>'
    item = f"<item><guid>1</guid><description>it says {text}</description></item></channel></rss>"
    return raw(answer((head + item).encode(), kind="application/rss+xml"))


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
JSON_LD = b'<html><script type="application/ld+json">%s</script></html>'
JSON_FEED = b'{"version":"https://jsonfeed.org/version/1","items":[%s{}]}'
REVIEWED = b'<%s vocab="http://schema.org/" typeof="Review" property="review">x'
ITEM = b'<div itemscope itemtype="http://schema.org/Review" itemprop="review">x'

SLOW: dict[str, Hostility] = {
    "drip": failed(endless(OK + b"\r\n", b"a", every_s=0.1), "in time"),
    "drip of a head": failed(endless(b"HTTP/1.1 200 OK\r\nX: ", b"a", every_s=0.1), "in time"),
    "silence": failed(endless(b"", b"", every_s=0.1), "in time"),
    "silence after a head": failed(endless(OK + b"Content-Length: 1000\r\n\r\n", b"", every_s=0.1), "in time"),
}
"""What takes as long as one waits for it."""

HOSTILE: dict[str, Hostility] = {
    "flood": failed(endless(OK + b"\r\n", b"a" * 65536), "larger than is read"),
    "flood of chunks": failed(endless(CHUNKED, b"10000\r\n" + b"a" * 65536 + b"\r\n"), "larger than is read"),
    "10 GB as gzip": packed(ten_gigabytes, "gzip"),
    "10 GB as gzip in gzip": packed(lambda: gzip.compress(ten_gigabytes(), 9), "gzip, gzip"),
    "100 MB as deflate": packed(lambda: zlib.compress(nothing(), 9), "deflate"),
    "100 MB as brotli": packed(lambda: brotli.compress(nothing(), quality=1), "br"),
    "10 GB as zstd": packed(lambda: zstd.compress(nothing()) * 100, "zstd"),
    "fifty layers of gzip": packed(fifty_layers, ", ".join(["gzip"] * 50)),
    "garbage as gzip": failed(raw(answer(b"\x00\xff" * 500, "Content-Encoding: gzip")), "BadGzipFile"),
    "a thousand redirects": failed(hops, "redirects again and again"),
    "a header of a megabyte": failed(raw(OK + b"X: " + b"a" * MANY + b"\r\n\r\n"), "headers of the answer"),
    "a header without end": failed(endless(OK + b"X: ", b"a" * 65536), "headers of the answer"),
    "headers without end": failed(endless(OK, b"X-A: b\r\n" * 1000), "headers of the answer"),
    "continue, without end": failed(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000), "headers of the answer"),
    "trailers without end": failed(endless(CHUNKED + b"0\r\n", b"X-A: b\r\n" * 1000), "broke off"),
    "a chunk's name without end": failed(endless(CHUNKED + b"5;", b"a" * 65536), "broke off"),
    "chunks that are none": failed(raw(CHUNKED + b"zzzz\r\n" + PAGE), "broke off"),
    "no HTTP at all": failed(raw(b"\x16\x03\x01" + b"\x00\xff" * 500), "no answer that can be read"),
    "a wrong status line": failed(raw(b"HTTP/9.9.9 OK two hundred\r\n\r\nhello"), "no answer that can be read"),
    "an unknown transfer": failed(raw(OK + b"Transfer-Encoding: magic\r\n\r\n" + PAGE), "no answer that can be read"),
    "a length that is negative": failed(raw(OK + b"Content-Length: -5\r\n\r\n" + PAGE), "no answer that can be read"),
    "two lengths": failed(raw(OK + b"Content-Length: 5\r\nContent-Length: 7\r\n\r\n" + PAGE), "no answer that can"),
    "a length that is too large": failed(raw(OK + b"Content-Length: 9999\r\n\r\n" + PAGE), "broke off"),
    "a length beyond everything": failed(
        raw(OK + b"Content-Length: " + b"9" * 30 + b"\r\n\r\n"), "larger than is read"
    ),
    "a length that is too small": Hostility(
        raw(OK + b"Content-Length: 50\r\n\r\n" + PAGE), Outcome.LAYOUT_CHANGED, "nothing that its spider reads"
    ),
    "a location that is none": failed(raw(AWAY + b"http://[::1\r\n\r\n"), "no answer that can be read"),
    "a location that is a file": failed(raw(AWAY + b"file:///etc/passwd\r\n\r\n"), "HTTP 302"),
    "a location within the network": failed(raw(AWAY + b"http://169.254.169.254/\r\n\r\n"), "another site"),
    "nested tags": unread(lambda: b"<div>" * DEEP, "nothing that its spider reads"),
    "nested RDFa": unread(lambda: (REVIEWED % b"div") * DEEP, "too deep"),
    "a hundred thousand reviews in RDFa": unread(lambda: (REVIEWED % b"p") * DEEP, "too much RDFa"),
    "nested JSON-LD": unread(lambda: JSON_LD % (b'{"@type":"Review","review":' * DEEP), "too deep"),
    "nested microdata": Hostility(lambda _path: iter([answer(ITEM * DEEP)]), Outcome.NOTHING_NEW, "empty so far"),
    "nested arrays": unread(lambda: b"[" * (9 * MANY), kind="feed"),
    "nested objects": unread(lambda: b'{"a":' * MANY, kind="feed"),
    "a million items": unread(lambda: JSON_FEED % (b"{}," * MANY), kind="feed"),
    "a million entries": unread(lambda: b"<rss><channel>" + b"<item/>" * MANY, kind="feed"),
    "a million links": unread(lambda: b"<a href=x>" * (MANY - 10_000)),
    "an entity of a gigabyte": read(rss('<!ENTITY a0 "ha">' + LAUGHS, "&a9;"), kind="feed"),
    "an entity that is a file": read(rss('<!ENTITY a SYSTEM "file:///etc/passwd">', "&a;"), kind="feed"),
    "cookies without end": read(cookies),
    "a way to another port": read(leads_to("http://127.0.0.1:22/")),
    "a way to a file": read(leads_to("file:///etc/passwd")),
    "a way to a cloud's secrets": read(leads_to("http://169.254.169.254/latest/meta-data/")),
}
"""What is over in seconds."""

HEAVY: dict[str, Hostility] = {
    "nested XML": unread(lambda: b"<rss><channel>" + b"<item>" * DEEP, "the XML is broken", kind="feed"),
    "a hundred thousand feeds": unread(
        lambda: b"<link rel=alternate type=application/rss+xml href=x>" * DEEP, "nothing that its spider reads"
    ),
    "five million attributes": unread(
        lambda: (b"<p " + " ".join(string.ascii_lowercase).encode() + b">") * (17 * MANY // 100),
        "nothing that its spider reads",
    ),
    "a tag of a million attributes": failed(
        lambda _path: iter([answer(b"<p " + b"".join(b"a%d " % n for n in range(MANY)) + b">")]),
        "could not be read within 60 s",
    ),
}
"""What costs a minute, or hundreds of megabytes."""
