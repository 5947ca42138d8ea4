import asyncio
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy.settings import Settings as ScrapySettings

from crawlers.items import Answer, CrawledMention, Page
from crawlers.outcomes import Outcome, Seen, Verdict, refusal, verdict
from crawlers.progress import untold
from crawlers.sources import SOURCES
from crawlers.spider import SourceSpider
from crawlers.storage import Work
from store.mentions import Kept

WORK = Work(
    feed_id=1, run_id=1, channel_id=1, location_id=None, kind="schema_org", target="http://e.org/", base_url=None,
    query="",    allows_private=False, renders=False, keys={}, keys_problem=None,
    cursor={}, timezone="UTC", had_mentions=False,
)  # fmt: skip


def seen(**facts: Any) -> Seen:
    return Seen(**{"had_mentions": False, **facts})


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        ({"mentions": 3, "added": 3}, Outcome.OK),
        ({"mentions": 3, "changed": 1}, Outcome.OK),
        ({"mentions": 3}, Outcome.NOTHING_NEW),
        ({"is_unmodified": True, "had_mentions": True}, Outcome.NOTHING_NEW),
        ({"had_mentions": True}, Outcome.EMPTY_UNEXPECTEDLY),
        ({"had_mentions": True, "problem": "broken"}, Outcome.LAYOUT_CHANGED),
        ({"is_recognised": True}, Outcome.NOTHING_NEW),
        ({}, Outcome.LAYOUT_CHANGED),
        ({"mentions": 3, "added": 3, "closed": 1}, Outcome.OK),
        ({"filtered": 3, "closed": 2}, Outcome.BLOCKED),
        ({"mentions": 3, "added": 3, "is_repeating": True}, Outcome.REPEATING_PAGES),
        ({"mentions": 3, "added": 3, "failure": Verdict(Outcome.GONE, "HTTP 404")}, Outcome.GONE),
    ],
)
def test_what_a_crawl_saw_has_one_name(facts: dict[str, Any], outcome: Outcome) -> None:
    assert verdict(seen(**facts)).outcome == outcome


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(404, "gone"), (410, "gone"), (401, "blocked"), (403, "blocked"), (429, "rate_limited"), (500, "failed")],
)
def test_a_status_names_its_outcome(status: int, outcome: str) -> None:
    wrong = refusal(status, b"")

    assert wrong
    assert wrong.outcome == outcome


def test_a_good_status_and_an_unchanged_page_are_no_refusal() -> None:
    assert refusal(200, b"") is None
    assert refusal(304, b"") is None


def test_a_crawl_ends_at_the_most_pages_and_says_so() -> None:
    spider = SourceSpider(source=SOURCES["schema_org"], work=WORK, storage=None, seen=seen(), tell=untold)  # type: ignore[arg-type]
    asked: list[Any] = []
    spider.settings = ScrapySettings({"PAGES_A_CRAWL": 2})
    spider.crawler = SimpleNamespace(crawling=True, engine=SimpleNamespace(crawl=asked.append))  # type: ignore[assignment]
    page = Page(url="http://e.org/", mentions=(CrawledMention(native_id="1", text="x"),))

    for number in (2, 3):
        there = replace(page, next_url=f"http://e.org/?page={number}")
        spider.step_after(there, Kept(added=1))
        asyncio.run(spider.go_on(there, Kept(added=1)))

    end = verdict(spider.seen)
    assert [request.url for request in asked] == ["http://e.org/?page=2"]
    assert end.outcome == Outcome.OK
    assert end.detail
    assert "the next one goes on" in end.detail


@pytest.mark.parametrize("kind", SOURCES)
def test_every_source_says_what_it_is_and_reads_anything(kind: str) -> None:
    source = SOURCES[kind]

    assert source.kind == kind
    assert all((source.title, source.target, source.terms, source.fields, source.limits, source.tested))
    for body in (b"", b"\x00\xff\xfe", b"<html>", b"{}", b"[]", b"null", b"[" * 5000, b"<a>" * 5000):
        assert source.read(Answer("https://example.org/", body)).mentions == ()


@pytest.mark.parametrize(("kind", "address"), [(s.kind, url) for s in SOURCES.values() for url in s.addresses])
def test_every_source_recognises_its_own_addresses_and_no_other_source_does(kind: str, address: str) -> None:
    claimed = {source.kind: target for source in SOURCES.values() if (target := source.claims(address))}

    assert list(claimed) == [kind]
    assert SOURCES[kind].claims(claimed[kind]) == claimed[kind]


def test_what_people_wrote_is_not_in_a_repr() -> None:
    mention = CrawledMention(native_id="1", text="секрет", author="Иван", answer="ответ")

    assert not any(word in repr(Page(url="u", mentions=(mention,))) for word in ("секрет", "Иван", "ответ"))
