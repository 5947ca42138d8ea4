"""Bluesky as its own development servers speak it, started on loopback by tests/peers/bluesky.sh."""

import json
import shutil
import subprocess
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from pydantic import SecretStr

from crawlers.crawl import crawl_feeds
from crawlers.outcomes import Outcome
from tests.crawlers.conftest import Crawls

SCRIPT = Path(__file__).parents[1] / "peers" / "bluesky.sh"
WAIT_S = 20
NEWEST = datetime(2026, 11, 20, 12, tzinfo=UTC)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (shutil.which("npm") or shutil.which("apt-get")), reason="no way to get Bluesky's servers"),
]


@dataclass
class Network:
    """The network, and one account on it."""

    process: subprocess.Popen[str]
    pds: str
    appview: str
    did: str = ""
    token: str = ""

    def tell(self, command: str) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{command}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline().strip() == command

    def call(self, method: str, **body: Any) -> Any:
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {self.token}"} if self.token else {}
        )
        request = Request(f"{self.pds}/xrpc/com.atproto.{method}", json.dumps(body).encode(), headers)  # noqa: S310
        with urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310
            return json.loads(answer.read())

    def sign_up(self) -> None:
        account = self.call("server.createAccount", handle="anna.test", email="anna@example.org", password="secret-1")
        self.did, self.token = account["did"], account["accessJwt"]

    def post(self, text: str, *, age_min: int, language: str) -> str:
        said = f"{NEWEST - timedelta(minutes=age_min):%Y-%m-%dT%H:%M:%SZ}"
        record = {"$type": "app.bsky.feed.post", "text": text, "langs": [language], "createdAt": said}
        made = self.call("repo.createRecord", repo=self.did, collection="app.bsky.feed.post", record=record)
        return str(made["uri"])

    def posts(self, word: str, count: int) -> list[str]:
        """So many posts in two languages, newest first; their texts."""
        texts = [f"{word}: отзыв номер {n}" if n % 2 else f"{word}: opinion number {n}" for n in range(count)]
        for n, text in enumerate(texts):
            self.post(text, age_min=n, language="ru" if n % 2 else "en")
        self.until_found(texts[-1], 1)
        return texts

    def delete(self, uri: str) -> None:
        collection, rkey = uri.split("/")[-2:]
        self.call("repo.deleteRecord", repo=self.did, collection=collection, rkey=rkey)

    def until_found(self, text: str, count: int) -> None:
        """Wait until the app view has heard of it."""
        give_up_at = monotonic() + WAIT_S
        found = -1
        while found != count and monotonic() < give_up_at:
            sleep(0.05)
            url = f"{self.appview}/xrpc/app.bsky.feed.searchPosts?limit=100&q={quote(text)}"
            with urlopen(url, timeout=WAIT_S) as answer:  # noqa: S310
                found = len(json.loads(answer.read())["posts"])
        assert found == count


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    with subprocess.Popen([SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line, "the network did not start; its standard error says why"
        places = {name: url.replace("localhost", "127.0.0.1") for name, url in json.loads(line).items()}
        found = Network(process, **places)
        found.sign_up()
        yield found


def counted(crawls: Crawls, feed_id: int) -> Counter[str]:
    return Counter(mention.text for mention in crawls.mentions(feed_id) if mention.removed_at is None)


def test_every_post_in_both_languages_arrives_once(crawls: Crawls, network: Network) -> None:
    texts = network.posts("kofejnya", 230)
    feed_id = crawls.feed("https://bsky.app/", "bluesky", query="kofejnya", allows_private=False)

    crawls.crawl(feed_id, base_url=network.appview)
    crawls.crawl(feed_id, base_url=network.appview)

    first, second = crawls.runs(feed_id)
    mentions = crawls.mentions(feed_id)
    assert (first.outcome, first.detail, second.outcome) == (Outcome.OK, None, Outcome.NOTHING_NEW)
    assert counted(crawls, feed_id) == Counter(texts)
    assert Counter(mention.language for mention in mentions) == {"ru": 115, "en": 115}
    assert mentions[0].published_at == NEWEST
    assert second.pages == 1


def test_an_account_is_read_whole_too(crawls: Crawls, network: Network) -> None:
    texts = network.posts("biblioteka", 130)
    feed_id = crawls.feed("https://bsky.app/profile/anna.test", "bluesky", query="biblioteka", allows_private=False)

    crawls.crawl(feed_id, base_url=network.appview)

    assert crawls.runs(feed_id)[-1].outcome == Outcome.OK
    assert counted(crawls, feed_id) == Counter(texts)


def test_what_is_new_deleted_and_written_anew_is_noticed_on_the_next_crawl(crawls: Crawls, network: Network) -> None:
    uris = {n: network.post(f"sportzal: отзыв {n}", age_min=n, language="ru") for n in range(1, 7)}
    network.until_found("sportzal", 6)
    feed_id = crawls.feed("https://bsky.app/search?q=sportzal", "bluesky", query="sportzal", allows_private=False)
    crawls.crawl(feed_id, base_url=network.appview)
    network.delete(uris[3])
    network.delete(uris[5])
    network.post("sportzal: отзыв 5, исправлен", age_min=5, language="ru")
    network.post("sportzal: a new one", age_min=0, language="en")
    network.until_found("sportzal", 6)

    crawls.crawl(feed_id, base_url=network.appview)

    removed = {mention.text for mention in crawls.mentions(feed_id) if mention.removed_at}
    there = {*(f"sportzal: отзыв {n}" for n in (1, 2, 4, 6)), "sportzal: отзыв 5, исправлен", "sportzal: a new one"}
    assert crawls.runs(feed_id)[-1].outcome == Outcome.OK
    assert counted(crawls, feed_id) == Counter(there)
    assert removed == {"sportzal: отзыв 3", "sportzal: отзыв 5"}


def test_with_an_app_password_it_is_read_through_the_accounts_own_server(crawls: Crawls, network: Network) -> None:
    password = network.call("server.createAppPassword", name="afterword")["password"]
    texts = network.posts("avtoservis", 120)
    feed_id = crawls.feed("https://bsky.app/", "bluesky", query="avtoservis", allows_private=False)

    outcomes = []
    for secret in ("wrong", password):
        keys = {"bluesky_handle": SecretStr("anna.test"), "bluesky_password": SecretStr(secret)}
        crawl_feeds(crawls.settings.model_copy(update={"key": keys}), [feed_id], base_url=network.pds)
        outcomes.append(crawls.runs(feed_id)[-1])

    crawls.crawl(feed_id, base_url=network.pds)
    unsigned = crawls.runs(feed_id)[-1]
    refused, read = outcomes
    assert (refused.outcome, read.outcome, unsigned.outcome) == (Outcome.NEEDS_KEY, Outcome.OK, Outcome.NEEDS_KEY)
    assert "Invalid identifier or password" in (refused.detail or "")
    assert "Authentication Required" in (unsigned.detail or "")
    assert counted(crawls, feed_id) == Counter(texts)


def test_a_network_that_stops_in_mid_crawl_leaves_no_hole(crawls: Crawls, network: Network) -> None:
    texts = network.posts("pekarnya", 350)
    feed_id = crawls.feed("https://bsky.app/", "bluesky", query="pekarnya", allows_private=False)
    slow = crawls.settings.model_copy(update={"crawl_delay_s": 0.5})
    thread = threading.Thread(target=crawl_feeds, args=[slow, [feed_id]], kwargs={"base_url": network.appview})

    thread.start()
    wait_for(lambda: len(crawls.mentions(feed_id)) >= 100)
    network.tell("stop")
    thread.join(WAIT_S)
    kept_before = len(crawls.mentions(feed_id))
    network.tell("start")
    network.post("pekarnya: said meanwhile", age_min=0, language="en")
    network.until_found("pekarnya: said meanwhile", 1)
    crawls.crawl(feed_id, base_url=network.appview)

    stopped, whole = crawls.runs(feed_id)
    assert (stopped.outcome, whole.outcome) == (Outcome.FAILED, Outcome.OK)
    assert 100 <= kept_before < 350
    assert counted(crawls, feed_id) == Counter([*texts, "pekarnya: said meanwhile"])


def wait_for(condition: Callable[[], bool]) -> None:
    give_up_at = monotonic() + WAIT_S
    while not condition() and monotonic() < give_up_at:
        sleep(0.05)
    assert condition()
