"""Every thing that may be reviewed, and every way in which a site may say so in schema.org's words."""

import json
from datetime import UTC, datetime

import pytest

from crawlers.items import Answer, Page
from crawlers.spiders.schema_org import page_of
from tests.sites import review, review_page

ADDRESS = "https://example.org/club?page=1"
SCRIPT = '<script type="application/ld+json">'


def stated(value: object, *, at: str = ADDRESS) -> Page:
    """The page that states a value in one block of JSON-LD."""
    return page_of(Answer(at, f"{SCRIPT}{json.dumps(value, ensure_ascii=False)}</script>".encode()))


THINGS = (
    *("Product", "LocalBusiness", "Organization", "Hotel", "Restaurant", "Course", "SoftwareApplication"),
    *("MobileApplication", "Movie", "Book", "Recipe"),
)


@pytest.mark.parametrize("kind", THINGS)
@pytest.mark.parametrize("is_list", [True, False], ids=["list", "object"])
def test_reviews_of_any_thing_are_read_one_or_many(kind: str, *, is_list: bool) -> None:
    one = {"@type": "Review", "author": "Ян", "reviewBody": "Отлично."}

    found = stated({"@type": kind, "name": "Нечто", "review": [one, {**one, "author": "Ева"}] if is_list else one})

    assert [mention.author for mention in found.mentions] == (["Ян", "Ева"] if is_list else ["Ян"])


def test_reviews_that_stand_alone_or_in_a_list_of_blocks_are_read() -> None:
    alone = {"@context": "http://schema.org", "@type": "Review", "reviewBody": "Сам по себе."}
    item = {"@type": "ListItem", "position": 1, "item": {"@type": "UserReview", "description": "В списке."}}

    found = stated([alone, {"@type": "ItemList", "itemListElement": [item]}])

    assert [mention.text for mention in found.mentions] == ["Сам по себе.", "В списке."]


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Анна", "Анна"),
        ({"@type": "Person", "name": "Анна"}, "Анна"),
        ([{"@type": "Person", "name": ["Анна", "Anna"]}], "Анна"),
        ({"@type": "Person", "givenName": "Анна", "familyName": "П."}, "Анна П."),
        ({"@type": "Person", "name": ""}, None),
        ({"@type": "Person", "name": None, "alternateName": "anna_p"}, "anna_p"),
        (None, None),
        ({"@type": "Person", "name": {"@value": "Анна", "@language": "ru"}}, "Анна"),
    ],
)
def test_an_author_is_a_name_or_a_person(author: object, name: str | None) -> None:
    (mention,) = stated({"@type": "Review", "reviewBody": "Да.", "author": author}).mentions

    assert mention.author == name


@pytest.mark.parametrize(
    "fields",
    [
        {"reviewBody": "Слова."},
        {"description": "Слова."},
        {"reviewBody": "", "description": "<p>Слова.</p>"},
        {"reviewBody": ["Слова."]},
        {"text": "Слова."},
        {"name": "Слова."},
    ],
)
def test_the_words_are_where_a_site_puts_them(fields: dict[str, object]) -> None:
    (mention,) = stated({"@type": "Review", **fields}).mentions

    assert mention.text == "Слова."


@pytest.mark.parametrize(
    ("date", "at", "precision"),
    [
        ("04.01.2023", datetime(2023, 1, 4, tzinfo=UTC), "day"),
        ("2023-01-04", datetime(2023, 1, 4, tzinfo=UTC), "day"),
        ("2023-01-04T15:30:00+03:00", datetime(2023, 1, 4, 12, 30, tzinfo=UTC), "second"),
        ("2023-01-04T15:30:00Z", datetime(2023, 1, 4, 15, 30, tzinfo=UTC), "second"),
        ("2023-01-04 15:30", datetime(2023, 1, 4, 15, 30, tzinfo=UTC), "day"),
        ("2023-01", datetime(2023, 1, 1, tzinfo=UTC), "month"),
        (1672831800, datetime(2023, 1, 4, 11, 30, tzinfo=UTC), "second"),
        ("4 января 2023", datetime(2023, 1, 4, tzinfo=UTC), "day"),
        ("когда-то", None, "second"),
    ],
)
def test_a_date_is_read_however_it_is_written(date: object, at: datetime | None, precision: str) -> None:
    (mention,) = stated({"@type": "Review", "reviewBody": "Да.", "datePublished": date}).mentions

    assert (mention.published_at, mention.precision) == (at, precision)


@pytest.mark.parametrize(
    ("rating", "kept"),
    [
        ({"ratingValue": 0.8, "bestRating": 1, "worstRating": 0}, (0.8, 0, 1)),
        ({"ratingValue": "0.8", "bestRating": "1"}, (0.8, 0, 1)),
        ({"ratingValue": 0, "bestRating": 5, "worstRating": 0}, (0, 0, 5)),
        ({"ratingValue": 4.5}, (4.5, 1, 5)),
        ({"ratingValue": "9,5", "bestRating": "10"}, (9.5, 1, 10)),
        ({"ratingValue": "80%"}, (80, 0, 100)),
        ({"ratingValue": 80, "bestRating": 100, "worstRating": 0}, (80, 0, 100)),
        ({"ratingValue": 7}, (None, 1, 5)),
        ("4", (4, 1, 5)),
        ([{"ratingValue": 2, "reviewAspect": "Service"}, {"ratingValue": 4}], (4, 1, 5)),
    ],
)
def test_a_rating_is_kept_on_the_scale_that_it_is_given_on(
    rating: object, kept: tuple[float | None, float, float]
) -> None:
    (mention,) = stated({"@type": "Review", "reviewBody": "Да.", "reviewRating": rating}).mentions

    assert (mention.rating, mention.worst, mention.best) == kept


@pytest.mark.parametrize(
    "block",
    [
        "null",
        '/* first */ {"@type": "Review", "reviewBody": "Да."} // last',
        '{"@type": "Review", "reviewBody": "Да.", "author": null, "review": null,}',
        '{"@type": "Review", "reviewBody": "Да.\x07\x00"}',
        '<![CDATA[{"@type": "Review", "reviewBody": "Да."}]]>',
        "{&quot;@type&quot;: &quot;Review&quot;, &quot;reviewBody&quot;: &quot;Да.&quot;}",
        '\ufeff{"@type": "Review", "reviewBody": "Да\\."}',
    ],
)
def test_a_broken_block_is_mended_and_nothing_is_nothing(block: str) -> None:
    found = page_of(Answer(ADDRESS, f"{SCRIPT}{block}</script>".encode()))

    assert [mention.text for mention in found.mentions] == ([] if block == "null" else ["Да."])
    assert found.problem is None


def test_a_page_in_another_encoding_is_read() -> None:
    html = review_page([review(1)]).replace("utf-8", "windows-1251").encode("cp1251")

    by_header = page_of(Answer(ADDRESS, html, {"content-type": "text/html; charset=windows-1251"}))
    by_page = page_of(Answer(ADDRESS, html, {"content-type": "text/html"}))

    assert by_header.mentions[0].text == by_page.mentions[0].text == "Отзыв номер 1: в зале чисто."


@pytest.mark.parametrize("encoding", ["koi8-r", "iso-8859-5", "utf-16", "utf-8-sig", "cp866"])
def test_a_page_in_any_encoding_that_it_declares_is_read(encoding: str) -> None:
    html = review_page([review(1)]).replace('charset="utf-8"', f'charset="{encoding}"')

    assert page_of(Answer(ADDRESS, html.encode(encoding))).mentions[0].text == "Отзыв номер 1: в зале чисто."


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "koi8-r"])
def test_a_page_that_declares_no_encoding_is_read_by_its_look(encoding: str) -> None:
    html = review_page([review(1)]).replace('<meta charset="utf-8">', "")

    assert page_of(Answer(ADDRESS, html.encode(encoding))).mentions[0].text == "Отзыв номер 1: в зале чисто."


def test_a_western_page_that_declares_no_encoding_is_read_as_browsers_do() -> None:
    html = review_page([review(1, author="Hélène", reviewBody="Très bien, la façade naïve est là, c’était prévu.")])

    found = page_of(Answer(ADDRESS, html.replace('<meta charset="utf-8">', "").encode("cp1252", "ignore")))

    assert found.mentions[0].text == "Très bien, la façade naïve est là, c’était prévu."


def test_one_broken_letter_does_not_make_a_page_another_encoding() -> None:
    html = review_page([review(1)]).replace('<meta charset="utf-8">', "").encode().replace(b"<h1>", b"<h1>\xff")

    assert page_of(Answer(ADDRESS, html)).mentions[0].text == "Отзыв номер 1: в зале чисто."
