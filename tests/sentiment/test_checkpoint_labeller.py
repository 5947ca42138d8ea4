"""A folder that training wrote, served by torch: the same network, before it is quantised."""

import importlib
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

import sentiment
from core.errors import ModelUnavailable
from core.labels import CLASSES, Label
from sentiment.checkpoint import CheckpointLabeller
from sentiment.manifest import Manifest, write_manifest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not all(map(find_spec, ("torch", "transformers"))), reason="needs afterword[train]"),
    pytest.mark.filterwarnings("ignore"),  # torch and transformers warn of each other's next releases
]

MANIFEST = Manifest(
    version="afterword-tiny-unquantised", classes=tuple(CLASSES), max_length=16, tail=4, temperature=0.8,
    opinion_temperature=0.9, opinion_threshold=0.4, confusion={}, measured={}, sha256={},
)  # fmt: skip
TEXTS = ["good", "bad bad news", "fine " * 30, "good bad fine news", "news", "bad"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkpoint of one layer, thirty-two wide, that has learned nothing."""
    torch, transformers = importlib.import_module("torch"), importlib.import_module("transformers")
    tokenizers, models = importlib.import_module("tokenizers"), importlib.import_module("sentiment.training.model")
    torch.manual_seed(7)
    words = {"<unk>": 0, "good": 1, "bad": 2, "fine": 3, "news": 4}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=32,
    )  # fmt: skip
    encoder = tmp_path / "encoder"
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(encoder)
    models.save(*models.from_encoder(encoder, 1), tmp_path)
    (tmp_path / "trained.json").write_text(json.dumps({"layers": 1, "max_length": 16, "tail": 4}))
    write_manifest(MANIFEST, tmp_path)
    return tmp_path


def test_a_folder_of_training_is_served_as_it_is(folder: Path) -> None:
    labeller = sentiment.load(str(folder), threads=1)

    assert isinstance(labeller, CheckpointLabeller)
    assert labeller.version == MANIFEST.version
    opinions = labeller.score([*TEXTS, "", "good"])
    assert [sum(opinion.probabilities) for opinion in opinions] == pytest.approx([1] * 8)
    assert opinions[6].label is Label.UNKNOWN
    assert opinions[7] == opinions[0]
    assert {opinion.threshold for opinion in opinions[:6]} == {0.4}


def test_its_logits_are_those_of_the_network(folder: Path) -> None:
    torch, models = importlib.import_module("torch"), importlib.import_module("sentiment.training.model")
    body, words = models.from_checkpoint(folder)

    logits = CheckpointLabeller(folder, threads=1).logits(TEXTS)

    with torch.inference_mode():
        expected = body(words[torch.tensor([[2, 2, 4]])], torch.ones(1, 3, dtype=torch.int64))[0, :6]
        cut = body(words[torch.tensor([[3] * 16])], torch.ones(1, 16, dtype=torch.int64))[0, :6]
    assert np.allclose(logits[1], expected, atol=1e-5)
    assert np.allclose(logits[2], cut, atol=1e-5)


def test_a_text_is_scored_alike_in_any_company(folder: Path) -> None:
    labeller = CheckpointLabeller(folder, threads=1)

    together = labeller.logits(TEXTS)

    assert np.allclose(together, np.concatenate([labeller.logits([text]) for text in TEXTS]), atol=1e-5)


def test_a_checkpoint_that_was_never_exported_is_refused(folder: Path) -> None:
    (folder / "labeller.json").unlink()

    with pytest.raises(ModelUnavailable, match=r"has no labeller\.json.*afterword model export"):
        sentiment.load(str(folder))


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json", "labeller.json"])
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_damaged_checkpoint_is_named(folder: Path, name: str, damage: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).unlink()
    if damage == "cut":
        (folder / name).write_bytes(content[: len(content) // 2])

    with pytest.raises(ModelUnavailable, match=str(folder)):
        sentiment.load(str(folder))
