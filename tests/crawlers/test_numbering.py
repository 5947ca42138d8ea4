from crawlers.items import Answer
from crawlers.numbering import first_page, is_numbered, numbered
from crawlers.outcomes import Outcome
from crawlers.spiders.schema_org import SOURCE
from crawlers.watch import recognise
from tests.crawlers.conftest import Crawls
from tests.sites import Site, paged, review, review_page

TARGET = "https://example.org/reviews/{page}/?sort=new"
READS = numbered(SOURCE, TARGET)


def answer(number: int, *reviews: object, status: int = 200) -> Answer:
    body = review_page(list(reviews)).encode()  # type: ignore[arg-type]
    return Answer(f"http://127.0.0.1:8101/reviews/{number}/?sort=new", body, status=status)


def test_a_pattern_is_told_from_an_address_however_it_is_written() -> None:
    assert is_numbered(TARGET)
    assert is_numbered("https://example.org/?page=%7Bpage%7D")
    assert not is_numbered("https://example.org/?page=2")


def test_a_pattern_begins_at_page_one() -> None:
    assert READS.starts(TARGET, None) == ["https://example.org/reviews/1/?sort=new"]
    assert first_page("https://example.org/reviews") == "https://example.org/reviews"


def test_a_page_leads_to_the_next_number_on_the_site_that_answered() -> None:
    assert READS.read(answer(9, review(1))).next_url == "http://127.0.0.1:8101/reviews/10/?sort=new"


def test_nothing_on_the_first_page_leads_nowhere_and_an_empty_later_page_goes_on() -> None:
    assert READS.read(answer(1)).next_url is None
    assert READS.read(answer(4)).next_url == "http://127.0.0.1:8101/reviews/5/?sort=new"


def test_nothing_behind_the_last_page_is_the_end_and_no_failure() -> None:
    behind = answer(7, status=404)

    assert READS.refused(behind) is None
    assert READS.read(behind).next_url is None


def test_a_first_page_that_is_gone_is_gone() -> None:
    verdict = READS.refused(answer(1, status=404))

    assert verdict
    assert verdict.outcome is Outcome.GONE


def test_a_page_that_another_address_answered_is_not_counted_on_from() -> None:
    elsewhere = Answer("https://example.org/reviews", review_page([review(1)]).encode())

    assert READS.read(elsewhere).next_url is None


def test_a_pattern_is_recognised_by_its_first_page(crawls: Crawls) -> None:
    with Site({"/club": paged([review(1), review(2)], size=1)}) as site:
        found = recognise(site.url + "/club?page={page}", crawls.settings, allows_private=True)

        assert (found.kind, found.target) == ("schema_org", site.url + "/club?page={page}")
        assert [asked.query["page"] for asked in site.asked if asked.path == "/club"] == ["1"]


def test_any_other_target_is_read_by_the_source_itself() -> None:
    assert numbered(SOURCE, "https://example.org/reviews") is SOURCE
