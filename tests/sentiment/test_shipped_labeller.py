"""The shipped labeller: what it says of plain texts, and that it says the same whatever stands beside them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import sentiment
from core.errors import ModelUnavailable
from core.labels import Label
from sentiment.shipped import WEIGHTS, ShippedLabeller, batches
from sentiment.texts import RAW_LIMIT

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


@pytest.mark.parametrize(("text", "label", "language"), PLAIN)
def test_praise_complaint_and_advert_are_told_apart(
    labeller: ShippedLabeller, text: str, label: Label, language: str
) -> None:
    (opinion,) = labeller.score([text])

    assert (opinion.label, opinion.language) == (label, language)


def test_the_three_probabilities_sum_to_one(labeller: ShippedLabeller) -> None:
    opinions = labeller.score([text for text, _, _ in PLAIN])

    assert [sum(opinion.probabilities) for opinion in opinions] == pytest.approx([1] * len(PLAIN))


def test_a_text_is_labelled_the_same_in_any_company(labeller: ShippedLabeller) -> None:
    plain = [text for text, _, _ in PLAIN]
    texts = plain + [f"{a} {b}" for a in plain for b in plain] + [text * 9 for text in plain]
    alone = [labeller.score([text])[0] for text in texts]
    order = sorted(range(len(texts)), key=lambda k: texts[k][::-1])

    together = labeller.score([texts[k] for k in order])

    for k, opinion in zip(order, together, strict=True):
        assert opinion.label is alone[k].label
        assert opinion.probabilities == pytest.approx(alone[k].probabilities, abs=1e-6)
        assert opinion.opinion == pytest.approx(alone[k].opinion, abs=1e-6)


def test_equal_texts_are_scored_once(labeller: ShippedLabeller, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    scores = labeller.logits
    monkeypatch.setattr(labeller, "logits", lambda texts: asked.append(len(texts)) or scores(texts))

    opinions = labeller.score(["Отлично!", "Ужасно.", "Отлично!", " Отлично!\n"])

    assert asked == [2]
    assert opinions[0] == opinions[2] == opinions[3]


def test_no_texts_are_no_opinions(labeller: ShippedLabeller) -> None:
    assert labeller.score([]) == []


@pytest.mark.parametrize("text", ["", " \n\t ", "👍👍🔥", "5/5", "...", "\x00\x07", "<br/><p></p>", "\ud800"])
def test_a_text_without_letters_is_unknown(labeller: ShippedLabeller, text: str) -> None:
    (opinion,) = labeller.score([text])

    assert opinion.label is Label.UNKNOWN
    assert opinion.language is None


def test_tags_and_control_characters_change_nothing(labeller: ShippedLabeller) -> None:
    plain, marked = labeller.score(["Room was dirty & cold", "<p>Room was\x00 <b>dirty</b>\n&amp; cold</p>\u200b"])

    assert marked == plain


def test_a_megabyte_costs_no_more_than_its_head(labeller: ShippedLabeller) -> None:
    text = "Очень грязно и очень дорого. "

    long, head = labeller.score([text * 40_000, (text * 40_000)[:RAW_LIMIT]])

    assert long == head
    assert long.label is Label.DETRACTOR


def test_a_batch_holds_rows_of_similar_length_within_its_budget() -> None:
    lengths = [1, 90, 17] + [128] * 70 + [3] * 2_000

    rows = list(batches(lengths, tokens=4_096))

    assert sorted(row for part in rows for row in part) == list(range(len(lengths)))
    assert all(len(part) * max(lengths[row] for row in part) <= 4_096 for part in rows)


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


def test_the_weights_stay_small() -> None:
    size = sum(file.stat().st_size for file in WEIGHTS.iterdir())

    assert size <= 32_000_000
