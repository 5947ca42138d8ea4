import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.cutting import cut


@pytest.mark.parametrize(
    ("whole", "longest", "kept"),
    [
        ("хорошо", 4, "хоро"),
        ("ok👨\u200d👩\u200d👧", 5, "ok"),
        ("ok👍🏽", 3, "ok"),
        ("ok❤\ufe0f", 3, "ok"),
        ("окей\u0306", 4, "оке"),
        ("ok🇷🇺🇩🇪", 5, "ok🇷🇺"),
        ("ok🇷🇺🇩🇪", 4, "ok🇷🇺"),
        ("ok\n👍", 3, "ok\n"),
    ],
)
def test_a_character_is_kept_whole_or_not_at_all(whole: str, longest: int, kept: str) -> None:
    assert cut(whole, longest) == kept


def test_a_text_that_fits_is_not_touched() -> None:
    assert cut("👨\u200d👩\u200d👧", 5) == "👨\u200d👩\u200d👧"


def test_marks_without_end_are_no_character() -> None:
    assert len(cut("a" + "\u0301" * 1_000, 500)) == 500


@given(st.text(), st.integers(1, 50))
def test_what_is_cut_is_the_beginning_and_fits(text: str, longest: int) -> None:
    kept = cut(text, longest)

    assert text.startswith(kept)
    assert len(kept) <= longest
