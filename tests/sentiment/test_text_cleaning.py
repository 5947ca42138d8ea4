"""Texts reach the labeller as it saw them in training, whatever they looked like."""

from hypothesis import given
from hypothesis import strategies as st

from sentiment.texts import CLEAN_LIMIT, QUESTION_LIMIT, answer_of, asked, clean, has_letters


def test_tags_entities_and_blanks_are_taken_out() -> None:
    assert clean("<div>Good&nbsp;place,\r\n\t<br>  5 &lt; 6</div>") == "Good place, 5 < 6"


def test_a_smaller_sign_is_no_tag() -> None:
    assert clean("3<5 and a < b") == "3<5 and a < b"


def test_addresses_and_names_are_one_word_each() -> None:
    assert (
        clean("@Bank see https://t.co/XyZ and www.example.org/a?b, a@b.example")
        == "@user see http and http a@b.example"
    )


@given(st.text(max_size=200))
def test_cleaned_text_is_one_bounded_line_of_valid_unicode(text: str) -> None:
    cleaned = clean(text)

    assert len(cleaned) <= CLEAN_LIMIT
    assert len(cleaned.splitlines()) <= 1
    assert cleaned == cleaned.strip()
    assert cleaned.encode().decode() == cleaned


def test_emoji_and_figures_are_no_letters() -> None:
    assert not has_letters("5/5 👍!")
    assert has_letters("ок 👍")


def test_an_answer_stands_beside_its_question() -> None:
    assert asked("<b>What should we change?</b>", "Nothing") == "Q: What should we change? A: Nothing"


def test_without_a_question_or_anything_to_read_an_answer_stands_alone() -> None:
    assert asked(None, "Nothing") == asked(" ? ", "Nothing") == "Nothing"
    assert asked("What should we change?", "10/10 👍") == "10/10 👍"
    assert asked("What should we change?", "&nbsp;<br>") == "&nbsp;<br>"


def test_a_question_that_begins_a_tag_swallows_nothing_of_its_answer() -> None:
    assert clean(asked("Why <b", "we like a > b and")) == "Q: Why b A: we like a > b and"


@given(st.text(max_size=400), st.text(max_size=50))
def test_a_question_is_bounded_and_its_answer_is_found_again(question: str, answer: str) -> None:
    whole = asked(question, answer)

    assert len(whole) <= len(answer) + QUESTION_LIMIT + len("Q:  A: ")
    assert whole == answer or answer_of(whole).endswith(answer)


def test_what_is_no_answer_stays_as_it_is() -> None:
    assert answer_of("Q: is anybody there") == "Q: is anybody there"
