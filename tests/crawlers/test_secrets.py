"""Keys of sources reach no log and no outcome, whatever goes wrong and however much is logged."""

import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest

from core.settings import Settings
from crawlers.crawl import crawl_feeds
from crawlers.sources import SOURCES
from store.identity import secret_of
from store.source_keys import set_source_key
from tests.builders import NOW
from tests.crawlers.conftest import Crawls
from tests.sites import Asked, Reply, Site

KEYED = [source for source in SOURCES.values() if source.keys]
SECRETS = {key.name: f"geheim/{key.name}+1=x&y" for source in KEYED for key in source.keys}
OF_BRAND = "geheim/of the brand"


def down(asked: Asked) -> Reply:
    return Reply(told(asked), 500)


def elsewhere(asked: Asked) -> Reply:
    return Reply(status=302, headers={"Location": f"http://198.51.100.7/{told(asked)}"})


def too_large(_asked: Asked) -> Reply:
    return Reply(b"x" * 10_000_001)


def told(asked: Asked) -> str:
    """All that a request told, as a site may give it back."""
    return quote_plus(json.dumps([asked.path, dict(asked.query), dict(asked.headers), asked.body]))[:900]


class Leaking(Site):
    """A site that fails in one way, whatever it is asked."""

    fails: Callable[[Asked], Reply]

    def answer(self, asked: Asked) -> Reply:
        return Reply("", 404) if asked.path == "/robots.txt" else self.fails(asked)


@pytest.mark.slow
@pytest.mark.skipif(not KEYED, reason="no source takes a key")
def test_no_key_of_any_source_is_shown_by_a_crawl_that_fails(crawls: Crawls, capfd: pytest.CaptureFixture[str]) -> None:
    settings = Settings(
        **{**crawls.settings.model_dump(), "key": SECRETS, "log_level": "DEBUG", "grey_sources": frozenset(SOURCES)},
        _env_file=None,
    )
    with crawls.db.write.begin() as session:
        set_source_key(session, crawls.brand, KEYED[0].keys[0].name, OF_BRAND, secret_of(settings), now=NOW)
    feeds = [crawls.feed(source.claims(source.addresses[0]) or "", source.kind, query="acme") for source in KEYED]
    with Leaking() as site:
        for site.fails in (down, elsewhere, too_large):
            crawl_feeds(settings, feeds, base_url=site.url)

    runs = [run for feed_id in feeds for run in crawls.runs(feed_id)]
    shown = capfd.readouterr().err + "".join(run.detail or "" for run in runs)
    forms = {form for secret in [*SECRETS.values(), OF_BRAND] for form in (secret, quote(secret), quote_plus(secret))}
    assert len(runs) == 3 * len(KEYED)
    assert "download max size" in shown
    assert "***" in shown
    assert [form for form in forms if form in shown] == []
