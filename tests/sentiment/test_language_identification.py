"""Languages of short texts, where Russian must not turn Bulgarian."""

import pytest

from sentiment.languages import identify


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Отлично", "ru"),
        ("Все очень понравилось, спасибо", "ru"),
        ("Қызмет көрсету жақсы", "kk"),
        ("Дуже сподобалося, дякую їм", "uk"),
        ("The staff were very helpful", "en"),
        ("Das Personal war sehr freundlich", "de"),
        ("Le personnel est très aimable", "fr"),
        ("Świetna obsługa", "pl"),
        ("お店の人が親切でした", "ja"),
    ],
)
def test_a_few_words_tell_the_language(text: str, language: str) -> None:
    assert identify(text) == language


@pytest.mark.parametrize("text", ["", "5", "👍👍", "ok", "12:30 !!"])
def test_too_little_text_tells_none(text: str) -> None:
    assert identify(text) is None


def test_the_customers_languages_can_be_said() -> None:
    text = "Много добра храна, препоръчвам"

    assert identify(text, familiar=("bg", "en")) == "bg"
