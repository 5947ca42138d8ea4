"""Answers of real services, where they are at hand; they are not part of the project."""

from pathlib import Path

import pytest

from crawlers.items import Answer
from crawlers.probe import finding_of
from crawlers.sources import SOURCES

RECORDINGS = Path(__file__).parents[2].parent / "shared" / "recordings"

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason="no recordings here")


@pytest.mark.parametrize(
    ("name", "kind", "count"),
    [
        ("schema_org/simplyrecipes_1.testhtml", "schema_org", 5),
        ("schema_org/travanto.de.ferienhaus-feinen.html", "schema_org", 6),
        ("schema_org/product.html", None, 0),
        ("schema_org/JSONLD_with_JS_comment.html", None, 0),
        ("schema_org/JSONLD_with_control_characters.html", None, 0),
        ("feeds/DaringFireball.atom", "feed", 48),
        ("feeds/manton.rss", "feed", 10),
        ("feeds/ScriptingNews.json", "feed", 48),
        ("isso/feed.atom", "feed", 3),
        ("wordpress/comments_rss.xml", "feed", 10),
    ],
)
def test_a_recorded_answer_is_recognised_and_read(name: str, kind: str | None, count: int) -> None:
    answer = Answer("https://example.org/", (RECORDINGS / name).read_bytes())

    assert finding_of(answer).kind == kind
    if kind:
        mentions = SOURCES[kind].read(answer).mentions
        assert len({mention.native_id for mention in mentions}) == count
        assert all(mention.text or mention.rating is not None for mention in mentions)
