"""Discovered terms: what some texts say oftener than others."""

import random

from hypothesis import given
from hypothesis import strategies as st

from metrics.lemmas import lemmas
from metrics.terms import FEWEST_TEXTS, grams, terms

WORDS = ("зал", "тренер", "цена", "музыка", "вода", "йога", "бассейн", "расписание", "штанга", "парковка")
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=6), max_size=12)


def texts(number: int, planted: str, every: int, seed: int) -> list[list[str]]:
    chance = random.Random(seed)  # noqa: S311 - texts of a test
    return [
        [*chance.sample(WORDS, k=4), *(lemmas(planted) if every and at % every == 0 else [])] for at in range(number)
    ]


def test_a_planted_reason_comes_first_with_the_texts_that_give_it() -> None:
    here = texts(30, "прорвало трубу", 3, seed=1)
    elsewhere = texts(300, "прорвало трубу", 60, seed=2)

    first = terms(here, elsewhere)[0]

    assert first.term in {"прорвать", "труба", "прорвать труба"}
    assert first.q < 0.05
    assert first.here_share == 10 / 30 > first.elsewhere_share
    assert first.texts == tuple(range(0, 30, 3))


def test_texts_that_do_not_differ_have_no_certain_term() -> None:
    found = [terms(texts(40, "", 0, seed), texts(400, "", 0, seed + 100)) for seed in range(20)]

    assert sum(any(term.q < 0.10 for term in one) for one in found) <= 3


def test_what_a_topic_covers_is_left_out() -> None:
    here, elsewhere = texts(30, "грибок", 2, seed=3), texts(100, "", 0, seed=4)

    found = terms(here, elsewhere, covered=lambda term: "грибок" in term)

    assert all("грибок" not in term.term for term in found)


def test_two_texts_make_no_term() -> None:
    here = [["грибок"]] * (FEWEST_TEXTS - 1) + [["зал"]] * 10

    assert all(term.term != "грибок" for term in terms(here, [["зал"]] * 50))


def test_nothing_comes_of_nothing() -> None:
    assert terms([], [["зал"]]) == []
    assert terms([["зал"]] * 5, []) == []
    assert terms([[], [], []], [["зал"]]) == []


def test_a_stop_word_is_no_term_but_a_negation_stays_in_a_pair() -> None:
    found = list(grams(["фен", "не", "работать", "и", "это"]))

    assert found == ["фен", "работать", "не работать"]


@given(TEXTS, TEXTS)
def test_terms_are_ordered_and_their_numbers_are_those_of_the_texts(
    here: list[list[str]], elsewhere: list[list[str]]
) -> None:
    found = terms(here, elsewhere)

    assert [term.z for term in found] == sorted((term.z for term in found), reverse=True)
    for term in found:
        assert term.here_share == len(term.texts) / len(here)
        assert term.texts == tuple(at for at, text in enumerate(here) if term.term in set(grams(text)))
        assert term.z > 0
        assert 0 <= term.q <= 1


@given(TEXTS, TEXTS)
def test_more_of_the_same_makes_a_term_surer(here: list[list[str]], elsewhere: list[list[str]]) -> None:
    once = {term.term: term.z for term in terms(here, elsewhere, prior_texts=1e-9)}
    thrice = {term.term: term.z for term in terms(here * 3, elsewhere * 3, prior_texts=1e-9)}

    assert all(thrice[term] > z for term, z in once.items() if z > 1e-6)
