"""Texts reach the labeller as it saw them in training, whatever they looked like."""

from hypothesis import given
from hypothesis import strategies as st

from sentiment.texts import CLEAN_LIMIT, clean, has_letters


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
