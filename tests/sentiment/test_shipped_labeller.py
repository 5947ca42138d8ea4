"""The shipped labeller: what it says of plain texts, and that it says the same whatever stands beside them."""

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import sentiment
from core.errors import ModelUnavailable
from core.labels import Label
from sentiment.shipped import WEIGHTS, ShippedLabeller
from sentiment.texts import RAW_LIMIT, asked

PLAIN = [
    ("Отличный сервис, всем рекомендую! Обязательно придём ещё.", Label.PROMOTER, "ru"),
    ("В раздевалке грязно, персонал хамит, деньги не вернули.", Label.DETRACTOR, "ru"),
    ("Только до пятницы скидка 30% на абонементы! Запись по телефону.", Label.UNKNOWN, "ru"),
    ("Wonderful stay, the staff were lovely and everything was spotless!", Label.PROMOTER, "en"),
    ("The room was filthy and the staff were rude. Avoid this place.", Label.DETRACTOR, "en"),
    ("Win two tickets! Follow us and repost to enter the giveaway.", Label.UNKNOWN, "en"),
]


@pytest.fixture(scope="module")
def labeller() -> ShippedLabeller:
    return ShippedLabeller(threads=1)


def test_the_language_of_an_answer_is_its_own_not_that_of_the_question(labeller: ShippedLabeller) -> None:
    asked_in_english, asked_in_russian = labeller.score(
        [
            asked("What should we change?", "Побольше парковки у входа, пожалуйста"),
            asked("Что нам изменить?", "Nothing, everything was fine"),
        ]
    )

    assert (asked_in_english.language, asked_in_russian.language) == ("ru", "en")


@pytest.mark.parametrize(("text", "label", "language"), PLAIN)
def test_praise_complaint_and_advert_are_told_apart(
    labeller: ShippedLabeller, text: str, label: Label, language: str
) -> None:
    (opinion,) = labeller.score([text])

    assert (opinion.label, opinion.language) == (label, language)


def test_the_three_probabilities_sum_to_one(labeller: ShippedLabeller) -> None:
    opinions = labeller.score([text for text, _, _ in PLAIN])

    assert [sum(opinion.probabilities) for opinion in opinions] == pytest.approx([1] * len(PLAIN))


def test_a_text_is_labelled_the_same_in_any_company_to_the_last_bit(labeller: ShippedLabeller) -> None:
    plain = [text for text, _, _ in PLAIN]
    texts = plain + [f"{a} {b}" for a in plain for b in plain] + [text * 9 for text in plain]
    alone = [labeller.score([text])[0] for text in texts]
    order = sorted(range(len(texts)), key=lambda k: texts[k][::-1])

    together = labeller.score([texts[k] for k in order])

    assert together == [alone[k] for k in order]


def test_two_threads_get_what_one_gets(labeller: ShippedLabeller) -> None:
    texts = [text for text, _, _ in PLAIN]
    alone = labeller.score(texts)

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(labeller.score, [texts, texts[::-1]] * 4))

    assert answers == [alone, alone[::-1]] * 4


def test_equal_texts_are_scored_once(labeller: ShippedLabeller, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    scores = labeller.logits
    monkeypatch.setattr(labeller, "logits", lambda texts: asked.append(len(texts)) or scores(texts))

    opinions = labeller.score(["Отлично!", "Ужасно.", "Отлично!", " Отлично!\n"])

    assert asked == [2]
    assert opinions[0] == opinions[2] == opinions[3]


def test_no_texts_are_no_opinions(labeller: ShippedLabeller) -> None:
    assert labeller.score([]) == []


@pytest.mark.parametrize(
    "text", ["", " \n\t ", "👍👍🔥", "👍" * 10_000, "5/5", "...", "\x00\x07", "<br/><p></p>", "\ud800", "\u202e\u202d"]
)
def test_a_text_without_letters_is_unknown(labeller: ShippedLabeller, text: str) -> None:
    (opinion,) = labeller.score([text])

    assert (opinion.label, opinion.language) == (Label.UNKNOWN, None)
    assert opinion.low_confidence


def test_tags_and_control_characters_change_nothing(labeller: ShippedLabeller) -> None:
    plain, marked = labeller.score(["Room was dirty & cold", "<p>Room was\x00 <b>dirty</b>\n&amp; cold</p>\u200b"])

    assert marked == plain


def test_a_megabyte_costs_no_more_than_its_head(labeller: ShippedLabeller) -> None:
    text = "Очень грязно и очень дорого. "

    long, head = labeller.score([text * 40_000, (text * 40_000)[:RAW_LIMIT]])

    assert long == head
    assert long.label is Label.DETRACTOR


def test_a_megabyte_without_a_blank_is_read_too(labeller: ShippedLabeller) -> None:
    (opinion,) = labeller.score(["ужасно" * 100_000])

    assert sum(opinion.probabilities) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("الخدمة كانت سيئة جدا ولن أعود إلى هذا الفندق", "ar"),
        ("השירות היה נורא ולא אחזור לעולם", "he"),
        ("\u202bהשירות היה נורא ולא אחזור לעולם\u202c", "he"),
        ("服务很好，房间很干净，下次还会来", "zh"),
        ("მომსახურება იყო ძალიან ცუდი და ოთახი ბინძური", "ka"),
        ("A szolgáltatás nagyon rossz volt, soha többé nem megyek ide", "hu"),
        ("Khách sạn rất đẹp, nhân viên thân thiện nhưng phòng hơi nhỏ", "vi"),
        ("Hotelnya bagus sekali, pelayanannya ramah dan kamarnya bersih", "id"),
    ],
)
def test_a_language_or_script_never_learned_is_labelled_with_low_confidence(
    labeller: ShippedLabeller, text: str, language: str
) -> None:
    (opinion,) = labeller.score([text])

    assert (opinion.language, opinion.low_confidence) == (language, True)
    assert opinion.label in Label
    assert sum(opinion.probabilities) == pytest.approx(1)


def test_plain_praise_and_complaint_are_confident(labeller: ShippedLabeller) -> None:
    opinions = labeller.score([PLAIN[k][0] for k in (0, 1, 3, 4)])

    assert not any(opinion.low_confidence for opinion in opinions)


def test_the_version_follows_from_the_weights(labeller: ShippedLabeller) -> None:
    again = sentiment.load()

    assert again.version == labeller.version
    assert labeller.version.startswith("afterword-")


@pytest.mark.parametrize(
    "name", ["body.bin", "body.xml", "embeddings.safetensors", "tokenizer.json.gz", "labeller.json"]
)
@pytest.mark.parametrize("damage", ["missing", "cut", "one byte"])
def test_a_damaged_file_is_named(tmp_path: Path, name: str, damage: str) -> None:
    folder = tmp_path / "weights"
    folder.mkdir()
    for file in WEIGHTS.iterdir():
        (folder / file.name).symlink_to(file)
    (folder / name).unlink()
    content = bytearray((WEIGHTS / name).read_bytes())
    content[len(content) // 2] ^= 0xFF
    if damage != "missing":
        (folder / name).write_bytes(content if damage == "one byte" else content[:1_000])

    with pytest.raises(ModelUnavailable, match=name):
        ShippedLabeller(folder)


def test_weights_that_a_tampered_manifest_vouches_for_are_still_named(tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(WEIGHTS, folder, ignore=lambda _, names: [name for name in names if name != "labeller.json"])
    manifest = (folder / "labeller.json").read_text(encoding="utf-8")
    start = manifest.index('"sha256"')
    (folder / "labeller.json").write_text(manifest[:start] + '"sha256": {}\n}\n', encoding="utf-8")

    with pytest.raises(ModelUnavailable, match=r"tokenizer\.json\.gz"):
        ShippedLabeller(folder)


def test_serving_loads_no_training_package_and_no_telemetry() -> None:
    unwanted = ("torch", "transformers", "nncf", "scipy", "sklearn", "openvino_telemetry")
    labelling = "import sys, sentiment; sentiment.load().score(['Отлично'])"
    script = f"{labelling}; print([name for name in {unwanted} if sys.modules.get(name)])"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads the peak of memory where Linux tells it")
def test_memory_is_bounded_whatever_comes_in() -> None:
    script = """
import re, sentiment
sentiment.load(threads=2).score([f"{k} очень грязно и очень дорого " * 20_000 for k in range(64)])
print(int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) // 1024)
"""

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert int(done.stdout) < 800  # MiB


def test_the_weights_stay_small() -> None:
    size = sum(file.stat().st_size for file in WEIGHTS.iterdir())

    assert size <= 45_000_000
