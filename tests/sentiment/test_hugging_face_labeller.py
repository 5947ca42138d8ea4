"""Models of the Hugging Face kind, wrapped: how their outputs are read, and a tiny one end to end."""

import json
from pathlib import Path

import pytest

import sentiment
from core.errors import ModelUnavailable
from sentiment import runtime
from sentiment.huggingface import classes_of
from sentiment.texts import asked


@pytest.mark.parametrize(
    ("names", "classes"),
    [
        (["1 star", "2 stars", "3 stars", "4 stars", "5 stars"], (2, 2, 2, 1, 0)),
        (["Very Negative", "Negative", "Neutral", "Positive", "Very Positive"], (2, 2, 2, 1, 0)),
        (["negative", "neutral", "positive"], (2, 1, 0)),
        (["promoter", "passive", "detractor"], (0, 1, 2)),
        (["NEGATIVE", "POSITIVE"], (2, 0)),
    ],
)
def test_outputs_are_read_by_their_names(names: list[str], classes: tuple[int, ...]) -> None:
    assert classes_of(dict(enumerate(names))) == classes


@pytest.mark.parametrize("names", [["LABEL_0", "LABEL_1", "LABEL_2"], ["joy", "anger"], ["positive"], ["1", "2", "3"]])
def test_outputs_of_unknown_names_are_refused(names: list[str]) -> None:
    with pytest.raises(ModelUnavailable, match="id2label"):
        classes_of(dict(enumerate(names)))


@pytest.mark.parametrize(
    ("meanings", "classes"),
    [
        ({"LABEL_0": "detractor", "LABEL_1": "passive", "LABEL_2": "promoter"}, (2, 1, 0)),
        ({"LABEL_0": "Positive", "LABEL_1": "neutral", "LABEL_2": "NEGATIVE"}, (0, 1, 2)),
        ({"LABEL_0": "1 star", "LABEL_1": "4 stars", "LABEL_2": "5 stars"}, (2, 1, 0)),
    ],
)
def test_outputs_without_names_are_read_by_the_mapping(meanings: dict[str, str], classes: tuple[int, ...]) -> None:
    assert classes_of({k: f"LABEL_{k}" for k in range(3)}, meanings) == classes


def test_the_mapping_wins_over_the_names_of_the_model() -> None:
    assert classes_of({0: "positive", 1: "negative"}, {"positive": "detractor", "negative": "promoter"}) == (2, 0)


def test_a_mapping_of_an_output_that_is_not_there_is_refused() -> None:
    with pytest.raises(ModelUnavailable, match=r"names LABEL_7: the model's outputs are LABEL_0, LABEL_1"):
        classes_of({0: "LABEL_0", 1: "LABEL_1"}, {"LABEL_0": "promoter", "LABEL_1": "detractor", "LABEL_7": "passive"})


@pytest.mark.parametrize("meanings", [{"LABEL_0": "promoter"}, {"LABEL_0": "promoter", "LABEL_1": "angry"}])
def test_a_mapping_that_leaves_an_output_untold_is_refused(meanings: dict[str, str]) -> None:
    with pytest.raises(ModelUnavailable, match="AFTERWORD_MODEL_LABELS"):
        classes_of({0: "LABEL_0", 1: "LABEL_1"}, meanings)


def test_a_missing_package_is_said_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(package: str) -> None:
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(runtime.importlib, "import_module", absent)

    with pytest.raises(ModelUnavailable, match=r"pip install afterword\[train\]"):
        sentiment.load("somebody/some-model")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model of two layers, eight wide, that has learned nothing."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    torch.manual_seed(5)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "good", "bad", "##s", "плохо"]
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    transformers.BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        id2label={0: "negative", 1: "neutral", 2: "positive"}, label2id={"negative": 0, "neutral": 1, "positive": 2},
    )  # fmt: skip
    transformers.BertForSequenceClassification(config).save_pretrained(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_local_folder_labels_texts(folder: Path) -> None:
    labeller = sentiment.load(str(folder), threads=1)

    opinions = labeller.score(["good", "bad bad", "", "good"])

    assert sum(opinions[0].probabilities) == pytest.approx(1)
    assert opinions[0] == opinions[3]
    assert opinions[2].opinion == 0
    assert labeller.score([asked("bad?", "good")])[0].probabilities == opinions[0].probabilities
    assert labeller.version == sentiment.load(str(folder)).version


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_folder_without_safetensors_is_refused(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")

    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        sentiment.load(str(folder))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
def test_a_folder_with_unnamed_outputs_is_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}
    (folder / "config.json").write_text(json.dumps(config))

    with pytest.raises(ModelUnavailable, match="label 0"):
        sentiment.load(str(folder))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning", "ignore::UserWarning")
def test_unnamed_outputs_are_mapped_and_another_mapping_is_another_version(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {"0": "LABEL_0", "1": "LABEL_1", "2": "LABEL_2"}
    (folder / "config.json").write_text(json.dumps(config))
    names = {"LABEL_0": "1 star", "LABEL_1": "4 stars", "LABEL_2": "5 stars"}
    turned = {"LABEL_0": "promoter", "LABEL_1": "passive", "LABEL_2": "detractor"}

    one = sentiment.load(str(folder), meanings=names, threads=1)
    other = sentiment.load(str(folder), meanings=turned, threads=1)

    (told,), (turned_round,) = one.score(["good bad"]), other.score(["good bad"])
    assert told.probabilities == turned_round.probabilities[::-1]
    assert one.version != other.version
