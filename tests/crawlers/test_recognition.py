from pathlib import Path

import pytest
from scrapy.exceptions import DownloadConnectionRefusedError
from twisted.python.failure import Failure

from core.errors import UnknownSource
from crawlers.items import Answer
from crawlers.probe import Finding, ProbeSpider, finding_of
from crawlers.sources import SOURCES
from crawlers.watch import Recognised, recognise
from tests.crawlers.conftest import Crawls
from tests.sites import Site, review, review_page

PAGES = Path(__file__).parent / "pages"


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("nested.html", "schema_org"),
        ("single.html", "schema_org"),
        ("graph.html", "schema_org"),
        ("microdata.html", "schema_org"),
        ("rdfa.html", "schema_org"),
        ("rss.xml", "feed"),
        ("atom.xml", "feed"),
        ("feed.json", "feed"),
    ],
)
def test_a_page_is_recognised_by_what_it_holds(page: str, kind: str) -> None:
    assert finding_of(Answer("https://example.org/", (PAGES / page).read_bytes())).kind == kind


def test_a_page_without_reviews_lists_what_is_supported() -> None:
    finding = finding_of(Answer("https://example.org/", b"<html>Tariffs</html>"))

    assert finding.kind is None
    assert finding.error
    assert all(kind in finding.error for kind in SOURCES)


def test_a_page_that_offers_a_feed_says_which() -> None:
    html = b'<html><link rel="alternate" type="application/rss+xml" href="/feed.xml"><p>Blog</html>'

    assert "https://example.org/feed.xml" in str(finding_of(Answer("https://example.org/blog", html)).error)


def test_a_page_with_broken_json_says_which_block_and_why() -> None:
    html = b'<script type="application/ld+json">{"@type": "Review",</script>'

    error = str(finding_of(Answer("https://example.org/", html)).error)

    assert "block 1 of 1 is broken" in error
    assert "line 1 column" in error


def test_an_address_is_fetched_once_and_recognised(crawls: Crawls) -> None:
    with Site({"/club": review_page([review(1)], title="Клуб")}) as site:
        found = recognise(f"{site.url}/club#reviews", crawls.settings, allows_private=True)

        assert found == Recognised("schema_org", f"{site.url}/club", "Клуб", f"127.0.0.1-{site.port}")
        assert site.times_asked("/club") == 1


def test_a_page_that_robots_forbids_is_not_fetched(crawls: Crawls) -> None:
    with Site({"/": review_page([review(1)]), "/robots.txt": "User-agent: *\nDisallow: /"}) as site:
        with pytest.raises(UnknownSource, match=r"robots\.txt of the site forbids"):
            recognise(site.url, crawls.settings, allows_private=True)

        assert site.times_asked("/") == 0


def test_a_refused_connection_says_so() -> None:
    findings: list[Finding] = []

    ProbeSpider(start_url="http://127.0.0.1:1/", findings=findings).lost(Failure(DownloadConnectionRefusedError("x")))

    assert findings == [Finding(error="the page cannot be fetched: the connection was refused")]


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "example.org", "", "http://", "javascript:alert(1)", "http://[::1"]
)
def test_what_is_no_web_address_is_refused(crawls: Crawls, url: str) -> None:
    with pytest.raises(UnknownSource, match="http://"):
        recognise(url, crawls.settings, allows_private=True)
