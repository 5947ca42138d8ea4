"""Every source in five acts; all of them are crawled by one process from one stand-in."""

import importlib
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from crawlers.outcomes import Outcome
from crawlers.sources import SOURCES
from store.models import CrawlRun, MentionVersion
from tests.crawlers.conftest import Crawls
from tests.crawlers.contracts.contract import Act, Contract
from tests.sites import Site

FILES = sorted(path.stem for path in (Path(__file__).parent / "contracts").glob("*.py") if path.stem != "contract")
CONTRACTS: dict[str, Contract] = {
    kind: importlib.import_module(f"tests.crawlers.contracts.{kind}").CONTRACT for kind in FILES
}
every_source = pytest.mark.parametrize("kind", CONTRACTS)


@dataclass
class Played:
    """What was there after each act: texts that count, and texts that are marked removed."""

    feeds: dict[str, int]
    runs: dict[tuple[str, Act], CrawlRun] = field(default_factory=dict)
    there: dict[tuple[str, Act], list[str]] = field(default_factory=dict)
    removed: dict[tuple[str, Act], list[str]] = field(default_factory=dict)
    versions: int = 0

    def note(self, act: Act, crawls: Crawls) -> None:
        for kind, feed_id in self.feeds.items():
            mentions = crawls.mentions(feed_id)
            self.runs[kind, act] = crawls.runs(feed_id)[-1]
            self.there[kind, act] = sorted(mention.text for mention in mentions if mention.removed_at is None)
            self.removed[kind, act] = sorted(mention.text for mention in mentions if mention.removed_at)


@pytest.fixture(scope="module")
def played(crawls: Crawls) -> Played:
    keys = {name: SecretStr(value) for contract in CONTRACTS.values() for name, value in contract.keys.items()}
    grey = frozenset(CONTRACTS)
    crawls.settings = crawls.settings.model_copy(update={"key": keys, "grey_sources": grey})
    feeds = {}
    for kind, contract in CONTRACTS.items():
        target = SOURCES[kind].claims(contract.target) or contract.target
        feeds[kind] = crawls.feed(target, kind, query=contract.query, allows_private=False)
    found = Played(feeds)
    with Site() as site:
        for act in Act:
            routes = [contract.routes(act) for contract in CONTRACTS.values()]
            site.pages = {path: answers for route in routes for path, answers in route.items()}
            assert all(site.pages[path] == route[path] for route in routes for path in route), (
                "two sources share a path"
            )
            crawls.crawl(*feeds.values(), base_url=site.url)
            found.note(act, crawls)
    with crawls.db.read() as session:
        found.versions = session.scalar(sa.select(sa.func.count()).select_from(MentionVersion)) or 0
    return found


def test_every_source_has_a_contract() -> None:
    assert set(CONTRACTS) == set(SOURCES)


@every_source
def test_all_pages_are_kept_once(kind: str, played: Played) -> None:
    assert (played.runs[kind, Act.FIRST].outcome, played.runs[kind, Act.FIRST].detail) == (Outcome.OK, None)
    assert played.there[kind, Act.FIRST] == sorted(CONTRACTS[kind].first)


@every_source
def test_what_is_new_edited_and_deleted_is_noticed(kind: str, played: Played) -> None:
    assert played.runs[kind, Act.SECOND].outcome == Outcome.OK
    assert played.there[kind, Act.SECOND] == sorted(CONTRACTS[kind].second)
    assert played.removed[kind, Act.SECOND] == sorted(CONTRACTS[kind].removed)


@every_source
def test_nothing_where_there_was_something_is_no_success_and_loses_nothing(kind: str, played: Played) -> None:
    assert played.runs[kind, Act.EMPTY].outcome == CONTRACTS[kind].empty
    assert played.there[kind, Act.EMPTY] == sorted(CONTRACTS[kind].second)


@every_source
def test_an_error_body_has_its_name(kind: str, played: Played) -> None:
    run = played.runs[kind, Act.ERROR]

    assert (run.outcome, run.pages) == (CONTRACTS[kind].error, 0)
    assert run.detail
    assert not any(secret in run.detail for secret in CONTRACTS[kind].keys.values())


@every_source
def test_a_changed_layout_is_called_one(kind: str, played: Played) -> None:
    assert played.runs[kind, Act.CHANGED].outcome == Outcome.LAYOUT_CHANGED
    assert played.there[kind, Act.CHANGED] == sorted(CONTRACTS[kind].second)


def test_what_an_edit_replaced_is_kept(played: Played) -> None:
    assert played.versions >= len(CONTRACTS)


@every_source
def test_no_key_is_kept_in_a_cursor_or_an_address(kind: str, played: Played, crawls: Crawls) -> None:
    feed = crawls.get(played.feeds[kind])
    kept = f"{feed.cursor} {feed.target} {[mention.url for mention in crawls.mentions(feed.id)]}"

    assert not any(secret in kept for secret in CONTRACTS[kind].keys.values())
