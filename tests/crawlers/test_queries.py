"""What a brand is called, as a test of texts: what is about it comes in, homonyms stay out, and that is counted."""

import string
from time import monotonic

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.errors import Invalid
from crawlers.outcomes import Outcome
from crawlers.queries import LONGEST_QUERY, Query, query_of
from tests.crawlers.conftest import Crawls
from tests.sites import Site, paged, review

BRAND = '"sunflower fitness" OR подсолнух* -семечки -"sunflower oil"'
WORDS = st.text(string.ascii_lowercase, min_size=1, max_size=8).filter(lambda word: word not in {"or", "and"})


def asked(text: str) -> Query:
    found = query_of(text)
    assert found
    return found


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (BRAND, "Sunflower Fitness is great"),
        (BRAND, "I go to sunflower-fitness, and to #SunflowerFitness"),
        (BRAND, "В Подсолнухе новый бассейн"),
        (BRAND, "были в «Подсолнухах»"),
        ("acme gym", "The gym of ACME"),  # words in any order
        ("acme | acmefit", "acmefit!"),
        ("acme ИЛИ зенит", "Зенит — чемпион"),
        ("Ёлка", "елка"),
        ("елка", "ЁЛКА"),
        ("елка", "е\u0308лка"),  # a letter and its dots as two characters
        ("coca-cola", "Coca Cola, Coca‑Cola, #cocacola"),
        ('"coca cola"', "coca-cola"),
        ("T-Mobile", "t mobile"),
        ("C++", "we write C++, mostly"),
        ("AT&T", "at&t again"),
        ("McDonald's", "Lunch at McDonald’s"),
        ("Straße", "STRASSE"),
        ("ａｃｍｅ", "acme"),
        ("@acme", "thanks, @acme!"),
        ("acme AND gym", "a gym by acme"),
        ("“acme gym”", "an acme gym"),
        ("«acme gym»", "an acme gym"),
        ('"OR"', "either or"),  # a word where it is quoted
        ("почт*", "на почте"),
        ("东京", "东京 很好"),
    ],
)
def test_what_is_about_the_brand_comes_in(query: str, text: str) -> None:
    assert asked(query).matches(text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (BRAND, "sunflower oil for fitness"),
        (BRAND, "fitness of a sunflower"),
        (BRAND, "подсолнух и семечки"),
        (BRAND, "Sunflower Fitness sells sunflower oil"),  # what is excluded counts whichever alternative is there
        ("acme", "acmeology"),
        ("acme", "macme"),
        ("acme", "acme_gym"),  # an underscore is part of a name
        ("acme gym", "acme"),
        ('"acme gym"', "gym acme"),
        ('"acme gym"', "acmegym"),  # one word only as a hashtag
        ("зенит*", "азенит"),
        ("орёл -птица", "Орел — хищная ПТИЦА"),
        ("acme -gym -oil", "acme oil"),
        ("a.c", "abc"),  # no regular expression
        ("ac?e", "acne"),
        ("[a-z]", "acme"),
        ("acme", ""),
    ],
)
def test_homonyms_and_parts_of_other_words_stay_out(query: str, text: str) -> None:
    assert not asked(query).matches(text)


@pytest.mark.parametrize(
    ("query", "searches"),
    [
        (BRAND, ['"sunflower fitness"', "подсолнух"]),
        ("acme gym -oil", ["acme gym"]),
        ("acme OR OR gym OR", ["acme", "gym"]),
        ("| acme", ["acme"]),
        ("«acme gym» fit*", ['"acme gym" fit']),
    ],
)
def test_a_source_is_searched_once_an_alternative_without_what_only_a_test_knows(
    query: str, searches: list[str]
) -> None:
    assert asked(query).searches == searches


@pytest.mark.parametrize("text", ["", "  \n\t"])
def test_a_blank_is_no_query(text: str) -> None:
    assert query_of(text) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('"acme', "a phrase that is not closed"),
        ("«acme", "a phrase that is not closed"),
        ("-acme", "asks for nothing"),
        ("OR", "asks for nothing"),
        ("- * | ...", "asks for nothing"),
        ('""', "asks for nothing"),
        ("x" * (LONGEST_QUERY + 1), "at most 500"),
        ("(acme OR acmefit) gym", "has parentheses"),
    ],
)
def test_what_is_not_understood_is_refused_in_words(text: str, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        query_of(text)


def test_parentheses_within_a_phrase_are_only_signs() -> None:
    assert asked('"acme (gym)"').matches("acme (gym)")


def test_a_hostile_text_costs_no_time() -> None:
    hostile = [
        '"' + ". " * 100 + 'a"',
        '"a' + " a" * 200 + '"',
        "a " * 200,
        "*" * 300 + "a",
        "-" * 300 + "a b",
        "a*" * 200,
    ]

    started = monotonic()
    for text in hostile:
        asked(text).matches("." * 20_000 + "b " * 10_000 + "a." * 199)

    assert monotonic() - started < 2


@given(st.text(max_size=600), st.text(max_size=200))
def test_any_words_are_a_query_or_none_or_refused(query: str, text: str) -> None:
    try:
        found = query_of(query)
    except Invalid as error:
        assert str(error).startswith("the query ")  # noqa: PT017 - many are refused, all in these words
        return

    assert found is None or found.matches(text) in {True, False}
    assert found is None or all(found.searches)


@given(st.lists(WORDS, min_size=1, max_size=5), st.lists(WORDS, min_size=1, max_size=5))
def test_each_alternative_is_enough_and_an_exclusion_is_final(words: list[str], others: list[str]) -> None:
    query = asked(f'"{" ".join(words)}" OR {" ".join(others)}')

    texts = [f"Oh, {'-'.join(words).upper()}!", " and ".join(reversed(others))]

    assert all(query.matches(text) for text in texts)
    assert not any(asked(f"{query.text} -{words[0]} -{others[0]}").matches(text) for text in texts)


@given(WORDS, WORDS, WORDS)
def test_a_word_within_another_is_not_it(word: str, before: str, after: str) -> None:
    assume(word not in {before + word, word + after})

    query = asked(word)

    assert not any(query.matches(text) for text in (before + word, word + after, before + word + after) if text != word)
    assert asked(f"{word}*").matches(word + after)


@given(st.text(alphabet="аеёиоуыэюяЁЕ", min_size=1, max_size=12))
def test_case_and_yo_make_no_difference(word: str) -> None:
    assert asked(word).matches(word.swapcase().replace("ё", "е").replace("Ё", "Е"))
    assert asked(word.replace("ё", "е").replace("Ё", "Е")).matches(word)


def test_what_is_left_out_is_counted_on_the_run_and_is_no_failure(crawls: Crawls) -> None:
    texts = ["Подсолнух лучше всех", "масло и семечки, подсолнух", "Подсолнухи закрылись", "про погоду"]
    pages = paged([review(n, reviewBody=text) for n, text in enumerate(texts)], size=2)
    with Site({"/all": pages}) as site:
        wanted, nothing = (crawls.feed(f"{site.url}/all", query=query) for query in (BRAND, "acme"))
        for _ in range(2):
            crawls.crawl(wanted, nothing)

    first, again = crawls.runs(wanted)
    assert [mention.text for mention in crawls.mentions(wanted)] == [texts[0], texts[2]]
    assert (first.outcome, first.seen, first.filtered, first.added) == (Outcome.OK, 2, 2, 2)
    assert (again.outcome, again.added) == (Outcome.NOTHING_NEW, 0)
    ends = [(run.outcome, run.seen, run.filtered) for run in crawls.runs(nothing)]
    assert ends == [(Outcome.NOTHING_NEW, 0, 4), (Outcome.NOTHING_NEW, 0, 2)]  # the second pass reads the newest page
    assert crawls.mentions(nothing) == []
