"""Pages whose reviews are put in by JavaScript, read through Chromium; and what a page's programs may not do."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from time import monotonic

import psutil
import pytest

from crawlers.crawl import crawl_feeds
from crawlers.outcomes import Outcome
from crawlers.rendering import lacking
from crawlers.watch import recognise
from store.models import CrawlRun
from tests.crawlers.conftest import Crawls
from tests.sites import Answers, Asked, Reply, Site, as_json, review

BROWSER = pytest.mark.skipif(lacking() is not None, reason="no browser: `make test-slow` brings one")
"""With the extra `browser` and Chromium."""

READS = """
const wanted = new URLSearchParams(location.search).get("page") || "1";
fetch("/api/reviews?page=" + wanted).then(answer => answer.json()).then(found => {
  const data = document.createElement("script");
  data.type = "application/ld+json";
  data.textContent = JSON.stringify({"@context": "https://schema.org", "@type": "Gym", review: found.reviews});
  document.head.append(data);
  if (found.next) document.head.insertAdjacentHTML("beforeend", `<link rel="next" href="?page=${found.next}">`);
});
"""


def page(script: str) -> str:
    return f"<!doctype html><html><head><title>Club</title></head><body><p>One moment…</p><script>{script}</script>"


def reviews(asked: Asked) -> Reply:
    number = int(asked.query.get("page", "1"))
    return as_json(
        {"reviews": [review(2 * number), review(2 * number + 1)], "next": number + 1 if number < 3 else None}
    )


@BROWSER
@pytest.mark.slow
def test_reviews_that_javascript_puts_into_a_page_are_read(crawls: Crawls) -> None:
    with Site({"/plain": page(READS), "/club": page(READS), "/api/reviews": reviews}) as site:
        plain, through_browser = crawls.feed(f"{site.url}/plain"), crawls.feed(f"{site.url}/club", renders=True)
        crawls.crawl(plain, through_browser)
        found = recognise(f"{site.url}/club", crawls.settings, allows_private=True, renders=True)

    (without,), (run,) = crawls.runs(plain), crawls.runs(through_browser)
    agents = {value for asked in site.asked for name, value in asked.headers.items() if name.lower() == "user-agent"}
    assert without.outcome == Outcome.LAYOUT_CHANGED
    assert (run.outcome, run.pages, run.added) == (Outcome.OK, 3, 6)
    assert (found.kind, found.title) == ("schema_org", "Club")
    assert agents == {crawls.settings.user_agent}


def goes_astray(port: int) -> str:
    """A program that tries every way to another place that a browser has, and then shows its reviews."""
    other = f"127.0.0.1:{port}"
    return f"""
    const tries = [
      () => fetch("http://{other}/fetch", {{mode: "no-cors"}}),
      () => fetch("http://localhost:{port}/name", {{mode: "no-cors"}}),
      () => fetch("http://2130706433:{port}/number", {{mode: "no-cors"}}),
      () => fetch("/leads-away", {{mode: "no-cors"}}),
      () => fetch("/forbidden"),
      () => fetch("http://169.254.169.254/latest/meta-data/"),
      () => fetch("file:///etc/passwd"),
      () => new WebSocket("ws://{other}/socket"),
      () => new EventSource("http://{other}/events"),
      () => new WebTransport("https://{other}/transport"),
      () => navigator.sendBeacon("http://{other}/beacon", "x"),
      () => navigator.serviceWorker.register("/worker.js"),
      () => new Worker(URL.createObjectURL(new Blob(["fetch('http://{other}/worker')"]))),
      () => window.open("http://{other}/window"),
      () => {{ new Image().src = "/own.png"; new Image().src = "http://{other}/image.png"; }},
      () => document.body.insertAdjacentHTML("beforeend", `<iframe src="http://{other}/frame"></iframe>
        <link rel="preconnect" href="http://{other}"><link rel="prefetch" href="http://{other}/prefetch">
        <object data="http://{other}/object"></object><video src="http://{other}/film"></video>`),
      () => {{
        const servers = [{{urls: "stun:{other}"}},
          {{urls: ["turn:{other}", "turn:{other}?transport=tcp"], username: "u", credential: "p"}}];
        const peer = new RTCPeerConnection({{iceServers: servers}});
        peer.createDataChannel("x");
        peer.createOffer().then(offer => peer.setLocalDescription(offer));
      }},
    ];
    for (const one of tries) try {{ Promise.resolve(one()).catch(() => null); }} catch (error) {{ }}
    {READS}
    """


@dataclass(frozen=True)
class Strayed:
    """A crawl through the browser of pages that mean ill."""

    runs: dict[str, CrawlRun]
    site: Site
    arrived: list[str]
    """What came to another port of this machine, by TCP and UDP."""
    wall_s: float


@pytest.fixture(scope="module")
def strayed(crawls: Crawls) -> Iterator[Strayed]:
    with ExitStack() as opened:
        tcp = opened.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = tcp.getsockname()[1]
        udp = opened.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("127.0.0.1", port))
        away = Reply(status=302, headers={"Location": f"http://127.0.0.1:{port}/redirect"})
        pages: dict[str, Answers] = {
            "/robots.txt": "User-agent: *\nDisallow: /forbidden\n",
            "/astray": page(goes_astray(port)),
            "/api/reviews": reviews,
            "/leads-away": away,
            "/forbidden": page(READS),
            "/leaves": page(f"location.href = 'http://127.0.0.1:{port}/left';"),
            "/loops": page("while (true) {}"),
            "/grows": page("const wide = 'x'.repeat(1e6); for (let n = 0; n < 30; n++) document.body.append(wide);"),
            "/saved": Reply(b"x" * 1000, headers={"Content-Disposition": "attachment"}, kind="application/zip"),
        }
        site = opened.enter_context(Site(pages))
        feeds = {
            path: crawls.feed(site.url + path, renders=True)
            for path in pages
            if path not in {"/robots.txt", "/api/reviews"}
        }
        feeds["inner"] = crawls.feed(f"http://localhost:{site.port}/astray", renders=True, allows_private=False)
        feeds["nobody"] = crawls.feed("http://127.0.0.1:1/", renders=True)
        began_at = monotonic()
        crawl_feeds(crawls.settings.model_copy(update={"crawl_timeout_s": 20.0}), list(feeds.values()))
        wall_s = monotonic() - began_at
        yield Strayed(
            {name: crawls.runs(feed_id)[0] for name, feed_id in feeds.items()}, site, _arrived(tcp, udp), wall_s
        )


def _arrived(tcp: socket.socket, udp: socket.socket) -> list[str]:
    found = []
    for listening, take in ((tcp, lambda: str(tcp.accept()[1])), (udp, lambda: str(udp.recv(100)))):
        listening.setblocking(False)
        try:
            found.append(take())
        except BlockingIOError:
            continue
    return found


@BROWSER
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "outcome", "words"),
    [
        ("/astray", Outcome.OK, ""),
        ("/leads-away", Outcome.FAILED, "ERR_NAME_NOT_RESOLVED"),
        ("/forbidden", Outcome.FORBIDDEN_BY_ROBOTS, "robots.txt forbids"),
        ("/leaves", Outcome.FAILED, "another site"),
        ("/loops", Outcome.FAILED, "not ready within"),
        ("/grows", Outcome.FAILED, "larger than is read"),
        ("/saved", Outcome.FAILED, "a file to be saved"),
        ("inner", Outcome.FAILED, "--allow-private"),
        ("nobody", Outcome.FAILED, "refused"),
    ],
)
def test_a_page_that_means_ill_ends_in_a_named_outcome(strayed: Strayed, name: str, outcome: str, words: str) -> None:
    run = strayed.runs[name]

    assert run.outcome == outcome, f"{run.outcome}: {run.detail}"
    assert words in (run.detail or ""), run.detail


@BROWSER
@pytest.mark.slow
def test_no_program_of_a_page_reaches_another_place(strayed: Strayed) -> None:
    asked = {one.path for one in strayed.site.asked}

    assert strayed.arrived == []
    assert "/leads-away" in asked
    assert asked.isdisjoint({"/forbidden", "/own.png", "/worker.js"})


@BROWSER
@pytest.mark.slow
def test_nothing_of_a_browser_is_left_behind_and_it_ends_in_time(strayed: Strayed) -> None:
    left = [child.name() for child in psutil.Process().children(recursive=True)]

    assert [name for name in left if "chrom" in name or name == "node"] == []
    assert strayed.wall_s < 180


def test_a_feed_that_needs_a_browser_says_what_is_missing(crawls: Crawls, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    feed_id = crawls.feed("http://127.0.0.1:2/", renders=True)

    crawls.crawl(feed_id)

    (run,) = crawls.runs(feed_id)
    assert run.outcome == Outcome.FAILED
    assert "its pages need a browser: install" in (run.detail or "")
