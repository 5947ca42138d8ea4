from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.items import Answer, Page
from crawlers.spiders.schema_org import SOURCE, page_of
from tests.sites import review, review_page

PAGES = Path(__file__).parent / "pages"
SCRIPT = '<script type="application/ld+json">'
ADDRESS = "https://example.org/club?page=1"


def read(name: str) -> Page:
    return page_of(Answer(ADDRESS, (PAGES / name).read_bytes(), {"content-type": "text/html"}))


def page(*reviews: object, at: str = ADDRESS) -> Page:
    return page_of(Answer(at, review_page(list(reviews)).encode()))  # type: ignore[arg-type]


def test_a_review_nested_in_a_business_is_read_with_all_it_says() -> None:
    first = read("nested.html").mentions[0]

    assert (first.native_id, first.author, first.language) == ("https://example.org/club#review-901", "Ольга П.", "ru")
    assert (first.rating, first.best, first.worst) == (4.5, 5, 1)
    assert (first.published_at, first.precision) == (datetime(2023, 1, 4, 12, 30, tzinfo=UTC), "second")
    assert first.text == "Чисто & тихо.\n\nДуш\nгорячий."
    assert (first.answer, first.url) == ("Спасибо!", "https://example.org/club#review-901")


def test_a_russian_date_is_a_day_and_a_percentage_has_its_own_scale() -> None:
    second = read("nested.html").mentions[1]

    assert (second.published_at, second.precision) == (datetime(2023, 1, 4, tzinfo=UTC), "day")
    assert (second.rating, second.best, second.worst) == (80, 100, 0)
    assert second.text == "Тренер опоздал."


def test_the_anonymous_have_no_author_and_a_passers_by_comment_is_no_answer() -> None:
    second = read("nested.html").mentions[1]

    assert second.author is None
    assert second.answer is None


def test_a_rating_without_text_is_kept_on_the_scale_from_0_to_1() -> None:
    third = read("nested.html").mentions[2]

    assert (third.text, third.rating, third.best, third.worst) == ("", 0.8, 1, 0)
    assert (third.native_id, third.precision) == ("903", "year")


def test_a_rating_outside_its_scale_is_dropped_and_its_text_kept() -> None:
    found = read("nested.html")

    assert (found.mentions[3].text, found.mentions[3].rating) == ("Вода холодная.", None)
    assert found.dropped_ratings == 1


def test_a_review_without_text_and_rating_is_dropped_and_counted() -> None:
    found = read("nested.html")

    assert (len(found.mentions), found.dropped) == (4, 1)


def test_the_next_page_and_the_title_are_the_pages_own() -> None:
    found = read("nested.html")

    assert found.next_url == "https://example.org/club?page=2"
    assert found.title == "Клуб «Подсолнух» — отзывы"


def test_a_single_review_that_is_an_object_without_a_type_is_read() -> None:
    (only,) = read("single.html").mentions

    assert (only.text, only.author, only.rating) == ("Удобно.", "Лев", 4)


def test_the_address_of_what_is_reviewed_is_no_identity() -> None:
    (only,) = read("single.html").mentions

    assert "example.org" not in only.native_id


def test_references_in_a_graph_stand_for_what_they_name() -> None:
    first, second = read("graph.html").mentions

    assert (first.author, first.rating, first.text) == ("Анна", 5, "Первый.")
    assert (second.author, second.rating, second.text) == ("Анна", None, "Второй.")


@pytest.mark.parametrize("address", ["https://example.org/biz", "https://example.org/", "https://example.org/club-12"])
def test_an_address_of_what_is_reviewed_is_no_identity_even_if_one_review_alone_has_it(address: str) -> None:
    only = {**review(1), "@id": None, "url": address}

    [mention] = page(only, at="https://example.org/club-12/reviews").mentions

    assert "example.org" not in mention.native_id


def test_a_place_on_the_page_is_an_identity_without_the_page() -> None:
    by_fragment = page(review(1, **{"@id": "#review-901"}), at="https://example.org/club?page=2")
    by_address = page(review(1, **{"@id": "https://example.org/club?page=1#review-901"}))

    assert by_fragment.mentions[0].native_id == by_address.mentions[0].native_id == "#review-901"


def numbered(first: int, *reviews: int) -> list[dict[str, object]]:
    return [review(n, **{"@id": f"#review-{place}"}) for place, n in enumerate(reviews, first)]


def ids(*reviews: object, at: str = ADDRESS) -> list[str]:
    return [mention.native_id for mention in page(*reviews, at=at).mentions]


@pytest.mark.parametrize("first", [0, 1])
def test_a_count_of_the_places_on_each_page_is_no_identity(first: int) -> None:
    page_1, page_2 = numbered(first, 7, 8), numbered(first, 9)

    found = ids(*page_1) + ids(*page_2, at="https://example.org/club?page=2")

    assert len(set(found)) == 3
    assert not any("#" in native_id for native_id in found)


def test_a_count_that_goes_on_from_page_to_page_is_no_identity() -> None:
    before = ids(*numbered(21, 7, 8, 9), at="https://example.org/club?page=2")
    after_a_new_one = ids(*numbered(21, 6, 7, 8), at="https://example.org/club?page=2")

    assert after_a_new_one[1:] == before[:2]


def test_numbers_that_are_no_count_are_identities() -> None:
    found = [review(n, **{"@id": f"#comment-{n}"}) for n in (7, 8, 12)]

    assert ids(*found) == ["#comment-7", "#comment-8", "#comment-12"]


def test_microdata_is_read_like_json_ld() -> None:
    found = read("microdata.html")
    first, second = found.mentions

    assert (first.native_id, first.author, first.text) == (
        "https://example.org/r/7",
        "Инна",
        "Первый абзац.\n\nВторой.",
    )
    assert (first.rating, first.best, first.worst) == (7, 10, 1)
    assert (second.author, second.text, second.published_at) == ("Пётр", "Тесно.", datetime(2024, 4, 30, tzinfo=UTC))
    assert found.next_url == "https://example.org/club?page=2"


def test_rdfa_is_read_like_json_ld() -> None:
    (only,) = read("rdfa.html").mentions

    assert (only.author, only.rating, only.text) == ("Ира", 4, "Светло.")
    assert only.published_at == datetime(2024, 5, 1, tzinfo=UTC)


def test_broken_blocks_are_mended_and_a_hopeless_one_hides_no_other() -> None:
    found = read("broken.html")

    assert [mention.native_id for mention in found.mentions] == ["b1", "b2", "b3"]
    assert found.mentions[1].text == "С переводом\nстроки и табуляцией."
    assert found.problem
    assert "block 3 of 4 is broken" in found.problem


def test_an_address_that_all_reviews_share_is_no_identity_and_equal_reviews_are_all_kept() -> None:
    ids = [mention.native_id for mention in read("same_url.html").mentions]

    assert len(set(ids)) == 3
    assert not any("example.org" in native_id for native_id in ids)


def test_equal_reviews_with_their_own_ids_are_both_kept() -> None:
    same = {"author": "Ян", "reviewBody": "Хорошо.", "datePublished": "2024-01-01", "reviewRating": 5}

    found = page(review(1, **same), review(2, **same))

    assert len({mention.native_id for mention in found.mentions}) == 2


def test_a_review_without_an_id_has_the_same_identity_on_the_next_crawl() -> None:
    nameless = {**review(1), "@id": None}

    before, after = page(nameless), page(review(2), nameless)

    assert before.mentions[0].native_id == after.mentions[1].native_id


def test_a_review_that_two_syntaxes_state_is_one() -> None:
    texts = [mention.text for mention in read("two_syntaxes.html").mentions]

    assert len(texts) == 2
    assert {text.split()[0] for text in texts} == {"Всё", "Шумно."}


def test_a_link_header_names_the_next_page_where_the_page_does_not() -> None:
    answer = Answer(ADDRESS, review_page([review(1)]).encode(), {"link": '</a>; rel="prev", </b?page=2>; rel="next"'})

    assert page_of(answer).next_url == "https://example.org/b?page=2"


def test_a_script_in_a_reviews_address_is_not_kept() -> None:
    assert page(review(1, url="javascript:alert(1)")).mentions[0].url is None


def test_an_age_is_counted_back_from_the_fetch() -> None:
    html = review_page([review(1, datePublished="2 дня назад"), review(2, datePublished="2024-01-01")]).encode()

    aged, dated = page_of(Answer(ADDRESS, html, fetched_at=datetime(2026, 11, 20, 10, tzinfo=UTC))).mentions

    assert (aged.published_at, aged.precision) == (datetime(2026, 11, 18, tzinfo=UTC), "day")
    assert (aged.is_counted_back, dated.is_counted_back) == (True, False)


def test_a_review_without_an_id_keeps_its_identity_while_it_ages() -> None:
    nameless = {**review(1), "@id": None}
    crawls = [("yesterday", datetime(2026, 11, 20, tzinfo=UTC)), ("2 days ago", datetime(2026, 11, 22, tzinfo=UTC))]

    pages = [
        page_of(Answer(ADDRESS, review_page([{**nameless, "datePublished": said}]).encode(), fetched_at=at))
        for said, at in crawls
    ]

    assert pages[0].mentions[0].native_id == pages[1].mentions[0].native_id


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html>",
        SCRIPT + "[" * 200_000 + "</script>",
        SCRIPT + "x" + "\n" * 300_000 + "x</script>",
        SCRIPT + '{"review":' * 900 + "1" + "}" * 900 + "</script>",
        SCRIPT + '{"@type":"Review","reviewBody":{"a":[[[]]]},"reviewRating":[[],{}]}</script>',
        SCRIPT + '{"@type":"Review","reviewBody":"a","x/@id":[],"about":{"properties":{"@id":[1]}}}</script>',
        SCRIPT + '{"@type":{"x":1},"@id":[],"review":[1,"x",null,[],{"author":{"name":{}}}]}</script>',
        SCRIPT + '{"@type":"Review","reviewBody":"\\ud800\\u0000x","reviewRating":1e999}</script>',
        '<div itemscope itemtype="https://schema.org/Review" itemprop="review">' * 3_000,
        '<div typeof="Review" vocab="https://schema.org/">' * 300,
        "<div>" * 100_000,
    ],
    ids=range(12),
)
def test_a_hostile_shape_is_read_without_a_fault(body: str) -> None:
    found = page_of(Answer(ADDRESS, body.encode()))

    assert all(mention.text.isprintable() or "\n" in mention.text for mention in found.mentions)


@given(st.data())
def test_mutated_pages_never_raise(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(["nested.html", "graph.html", "microdata.html", "broken.html", "rdfa.html"]))
    body = bytearray((PAGES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.integers(0, len(body) - 1))
        length = data.draw(st.integers(0, 40))
        body[at : at + length] = data.draw(
            st.binary(max_size=12) | st.sampled_from([b'"', b"{", b"[", b"\\u0000", b"null"])
        )
        body = body or bytearray(b" ")

    found = SOURCE.read(Answer(ADDRESS, bytes(body), data.draw(st.sampled_from(["", "text/html; charset=koi8-r"]))))

    assert all(mention.text or mention.rating is not None for mention in found.mentions)


WORDS = (
    *("@type", "@id", "@graph", "@value", "author", "name", "reviewBody", "reviewRating", "ratingValue", "bestRating"),
    *("review", "datePublished", "url", "identifier", "comment", "properties", "type"),
)
words = st.text(max_size=20)
nodes = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(WORDS),
            inner | st.just("Review"),
            max_size=5,
        )
    ),
    max_leaves=15,
)


@given(st.lists(nodes, max_size=3))
def test_no_shape_of_json_raises(found: list[object]) -> None:
    kept = page({"@type": "Review", "reviewBody": "есть"}, *found)

    assert all(mention.rating is None or mention.worst <= mention.rating <= mention.best for mention in kept.mentions)
