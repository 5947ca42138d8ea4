"""Topics of texts by the aspect dictionary."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from core.topics import STAGE
from metrics.aspects import FOLDER, Dictionary, Stage, dictionary
from metrics.lemmas import READ, clauses, lemma, lemmas
from metrics.topics import topics_of

SHIPPED = dictionary()


def own(tmp_path: Path, text: str) -> Dictionary:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    return dictionary(path)


def topics(text: str, language: str | None = None, words: Dictionary = SHIPPED) -> set[str]:
    return {topic for topic in topics_of(text, language, words) if not topic.startswith(STAGE)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("В женской раздевалке лужи, половина шкафчиков сломана", {"changing_rooms", "cleanliness", "repairs"}),
        ("Мылась под холодным душем третий день", {"showers"}),
        ("На ресепшене нахамили и послали", {"reception", "attitude"}),
        ("Подняли цену второй раз", {"price"}),
        ("Ждали заказ полтора часа", {"waiting"}),
        ("Курьер привёз помятую коробку", {"delivery", "packaging"}),
        ("Приложение глючит, записаться нельзя", {"app", "booking"}),
        ("Припарковаться негде", {"parking"}),
        ("Верните деньги за абонемент", {"refunds", "membership"}),
        ("Навязали страховку к кредиту", {"pushy_sales", "insurance", "credit"}),
        ("Lockers are broken and the showers stink", {"changing_rooms", "repairs", "showers", "smell"}),
        ("Overcharged twice, still no refund", {"payment", "refunds"}),
        ("The waiter was rude and the soup cold", {"waiters", "attitude", "food"}),
        ("Our flight was delayed and they lost a suitcase", {"flight_delays", "baggage", "waiting"}),
        ("Nobody said hello when we arrived", {"greeting"}),
    ],
)
def test_a_text_has_the_topics_that_a_reader_would_name(text: str, expected: set[str]) -> None:
    assert expected <= topics(text)


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("Честно говоря, всё понравилось", "honesty"),
        ("В соотношении цены и качества лучший", "attitude"),
        ("Душевная компания, были всей семьёй", "showers"),
        ("Стоит отметить отзывчивых людей", "price"),
        ("I can't wait to come back", "waiting"),
        ("Honestly the best in town", "honesty"),
        ("We had a wedding reception here", "reception"),
        ("A business class seat", "classes"),
    ],
)
def test_an_idiom_is_no_topic(text: str, absent: str) -> None:
    assert absent not in topics(text)


def test_any_inflection_and_either_letter_yo_is_the_same_word() -> None:
    forms = ["раздевалка", "раздевалку", "Раздевалками", "РАЗДЕВАЛОК"]

    found = [topics(form) for form in forms]

    assert all("changing_rooms" in one for one in found)
    assert topics("тренажёры") == topics("тренажеры") != set()


def test_words_of_a_phrase_meet_in_either_order_but_not_across_sentences() -> None:
    together = [topics("горячей воды нет"), topics("вода тут не горячая")]
    apart = topics("Кофе был горячим. Вода в озере чистая")

    assert all("showers" in one for one in together)
    assert "showers" not in apart


def test_a_topic_brings_its_stage() -> None:
    found = topics_of("Прощаясь, попросили оценку", "ru", SHIPPED)

    assert f"{STAGE}{Stage.FAREWELL}" in found


def test_a_language_without_patterns_has_no_topics_but_its_russian_words_do() -> None:
    french = topics("Le pain est bon, chat adorable, service", "fr")
    kazakh = topics("Керемет, бірақ парковка жоқ", "kk")

    assert french == set()
    assert "parking" in kazakh


def test_an_own_dictionary_adds_replaces_and_leaves_out(tmp_path: Path) -> None:
    words = own(
        tmp_path,
        """
        [climbing]
        name = {ru = "скалодром", en = "climbing wall"}
        lemmas.ru = ["скалодром"]
        [parking]
        name = {ru = "стоянка", en = "parking"}
        lemmas.en = ["carport"]
        [noise]
        off = true
        """,
    )

    assert topics("Скалодром шумный, парковки нет", "ru", words) == {"climbing"}
    assert "parking" in topics("the carport", "en", words)
    assert words.version != SHIPPED.version


def test_a_dictionary_may_replace_ours_altogether(tmp_path: Path) -> None:
    told = 'replaces_ours = true\n[boats]\nname = {ru = "лодки", en = "boats"}\nlemmas.en = ["boat"]\n'

    words = own(tmp_path, told)

    assert set(words.topics) == {"boats"}


def test_a_name_alone_does_not_change_the_version(tmp_path: Path) -> None:
    told = 'replaces_ours = true\n[boats]\nname = {{ru = "лодки", en = "{}"}}\nlemmas.en = ["{}"]\n'

    named = [own(tmp_path, told.format(name, "boat")).version for name in ("boats", "ships")]
    other = own(tmp_path, told.format("boats", "ship")).version

    assert named[0] == named[1] != other


@pytest.mark.parametrize(
    ("told", "complaint"),
    [
        ("[Boats]\n", "'Boats': key"),
        ('[boats]\nlemmas.en = ["boat"]\n', "'boats': name"),
        ('[boats]\nname = {ru = "л", en = "b"}\n', "'boats': lemmas"),
        ('[boats]\nname = {ru = "л", en = "b"}\nlemmas.en = "boat"\n', r"'boats': lemmas\.en"),
        ('[boats]\nname = {ru = "л", en = "b"}\nlemmas.en = ["bo*at"]\n', r"'boats': lemmas\.en"),
        ('[boats]\nname = {ru = "л", en = "b"}\nlemmas.en = ["boat"]\nstage = "sea"\n', "'boats': stage"),
        ('[boats]\nname = {ru = "л", en = "b"}\nlemmas.en = ["boat"]\nwords = 1\n', "'boats': words"),
        ("boats = 1\n", "'boats': entry"),
        ("[boats]\noff = true\n", "'boats': off has nothing to leave out"),
        ("[parkng]\noff = true\n", "'parkng': off .*did you mean parking"),
        ("replaces_ours = true\n[parking]\noff = true\n", "'parking': off"),
        ("boats = [", "cannot be read"),
    ],
)
def test_a_bad_dictionary_is_refused_by_topic_and_field(tmp_path: Path, told: str, complaint: str) -> None:
    with pytest.raises(Invalid, match=complaint):
        own(tmp_path, told)


def test_no_topic_of_ours_is_defined_twice_and_each_has_both_languages() -> None:
    defined = [
        line.strip("[]\n")
        for path in FOLDER.glob("*.toml")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("[")
    ]

    assert len(defined) == len(set(defined)) == len(SHIPPED.topics)
    assert all(topic.lemmas.get("ru") and topic.lemmas.get("en") for topic in SHIPPED.topics.values())


def test_every_pattern_of_ours_finds_itself() -> None:
    """A pattern whose words its own exclusions take away, or that no text can match, is a line for nothing."""
    missed = [
        f"{topic.key}: {pattern}"
        for topic in SHIPPED.topics.values()
        for code, patterns in topic.lemmas.items()
        for pattern in patterns
        if topic.key not in topics(pattern.replace("_", " ").replace("=", "").replace("*", ""), code)
    ]

    assert missed == []


def test_only_the_beginning_of_an_endless_text_is_read() -> None:
    text = "а " * READ + "раздевалка"

    assert topics(text) == set()
    assert sum(map(len, clauses(text))) <= READ


def test_lemmas_fold_case_and_yo_and_know_the_language() -> None:
    assert lemmas("Ёлки у раздевалок", "ru") == ["елка", "у", "раздевалка"]
    assert lemmas("The lockers", None) == ["the", "locker"]
    assert lemma("x" * 1_000, "en") == "x" * 1_000


@settings(deadline=None)  # the first word of a language loads its word list
@given(st.text(max_size=300), st.sampled_from([None, "ru", "en", "de", "zz", ""]))
def test_any_text_has_topics_of_the_dictionary_alone(text: str, language: str | None) -> None:
    known = set(SHIPPED.topics) | {f"{STAGE}{stage}" for stage in Stage}

    assert topics_of(text, language, SHIPPED) <= known
