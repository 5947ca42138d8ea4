from crawlers.outcomes import Outcome
from store.source_keys import set_source_key
from tests.builders import NOW
from tests.crawlers.conftest import Crawls
from tests.sites import Site, review, review_page


def test_keys_that_cannot_be_read_concern_only_the_feeds_that_need_them(crawls: Crawls) -> None:
    with crawls.db.write.begin() as session:
        set_source_key(session, crawls.brand, "youtube", "a key", b"another secret than ours", now=NOW)
    with Site({"/": review_page([review(1)])}) as site:
        page = crawls.feed(f"{site.url}/")
        video = crawls.feed("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "youtube")

        crawls.crawl(page, video, base_url=site.url)

    assert [run.outcome for run in crawls.runs(page)] == [Outcome.OK]
    assert [run.outcome for run in crawls.runs(video)] == [Outcome.NEEDS_KEY]
    assert "AFTERWORD_SECRET_KEY" in (crawls.runs(video)[0].detail or "")
