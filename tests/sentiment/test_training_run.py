"""A labeller of one layer, sixty-four wide, trained for a few steps and shipped: the whole way, in seconds."""

import gzip
import importlib
import json
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

import pytest

from core.errors import Invalid
from sentiment import training
from sentiment.manifest import digest, write_manifest
from sentiment.shipped import ShippedLabeller

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not all(map(find_spec, ("torch", "transformers", "nncf"))), reason="needs afterword[train]"),
    pytest.mark.filterwarnings("ignore"),  # torch, transformers and nncf warn of each other's next releases
]

CONFIGURATION = """
[model]
layers = 1
max_length = 16
tail = 4
[run]
seed = 1
max_length = 12
batch = 8
examples = {examples}
minutes = 5
rate = 1e-3
head_rate = 1e-2
warmup = 0.1
decay = 0.01
star_share = 0.3
opinion_share = 0.5
polarity_share = 0.2
augmented = 0.1
unasked = 0.3
threads = 1
[corpus]
exponent = 0.5
held_back = 0.3
held_back_rows = 100
[[corpus.sources]]
file = "stars"
kind = "review"
labels = "stars"
weight = 1.0
[[corpus.sources]]
file = "tweets"
kind = "post"
labels = "tweets"
weight = 1.0
"""


@pytest.fixture
def shipping() -> ModuleType:
    """Imported when a test needs it, as torch takes seconds."""
    return importlib.import_module("sentiment.training.shipping")


@pytest.fixture
def encoder(tmp_path: Path) -> Path:
    tokenizers, transformers = importlib.import_module("tokenizers"), importlib.import_module("transformers")
    folder = tmp_path / "encoder"
    words = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "good": 4, "bad": 5, "fine": 6, "news": 7}
    tokenizer = tokenizers.Tokenizer(tokenizers.models.WordLevel(words, unk_token="<unk>"))
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=64, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=32, pad_token_id=1,
    )  # fmt: skip
    transformers.BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    words = {"promoter": ("good", 5), "passive": ("fine", 4), "detractor": ("bad", 1)}
    stars = [
        {"text": f"{word} number {k}", "score": score, "scale": "1-5", "nps": nps, "lang": "en"}
        for k in range(60)
        for nps, (word, score) in words.items()
    ]
    tweets = [{"text": f"news number {k}", "label": "neutral", "lang": "en"} for k in range(60)]
    tweets += [{"text": f"bad bad number {k}", "label": "negative", "lang": "en"} for k in range(60)]
    for name, rows in (("stars", stars), ("tweets", tweets)):
        with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.writelines(json.dumps(row) + "\n" for row in rows)
    return folder


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.toml"
    path.write_text(CONFIGURATION.format(examples=1600))
    return path


def test_a_run_is_trained_resumed_exported_and_served(
    tmp_path: Path, config: Path, encoder: Path, data_dir: Path, shipping: ModuleType
) -> None:
    checkpoint, shipped = tmp_path / "checkpoint", tmp_path / "shipped"
    heard: list[float] = []
    resumed: list[float] = []

    training.train(config, data_dir, encoder, checkpoint, progress=heard.append)
    training.train(config, data_dir, encoder, checkpoint, progress=resumed.append)
    manifest = training.export(checkpoint, shipped)

    assert heard == sorted(heard)
    assert heard[-1] == 1
    assert len(resumed) < len(heard)
    labeller = ShippedLabeller(shipped, threads=1)
    assert labeller.version == manifest.version
    good, bad, news = labeller.score(["good number", "bad number", "news number"])
    assert good.promoter > bad.promoter
    assert bad.detractor > good.detractor
    assert news.opinion < min(good.opinion, bad.opinion)
    assert manifest.measured["macro_f1"] >= manifest.measured["macro_f1_fp32"] - shipping.MOST_LOST


def test_a_run_leaves_its_curve_and_what_it_held_back(
    tmp_path: Path, config: Path, encoder: Path, data_dir: Path
) -> None:
    training.train(config, data_dir, encoder, tmp_path / "checkpoint")

    curve = [json.loads(line) for line in (tmp_path / "checkpoint" / "curve.jsonl").read_text().splitlines()]
    assert [row["step"] for row in curve] == sorted(row["step"] for row in curve)
    assert curve[-1]["loss"] < curve[0]["loss"]
    with gzip.open(tmp_path / "checkpoint" / "held_back.jsonl.gz", "rt") as lines:
        held = [json.loads(line) for line in lines]
    assert {row["nps"] for row in held if row["source"] == "stars"} == {"promoter", "passive", "detractor"}
    assert {row["nps"] for row in held if row["text"].startswith("news")} == {None}


def test_a_run_that_is_resumed_has_each_step_once_in_its_curve(
    tmp_path: Path, config: Path, encoder: Path, data_dir: Path
) -> None:
    training.train(config, data_dir, encoder, tmp_path / "checkpoint")
    training.train(config, data_dir, encoder, tmp_path / "checkpoint")

    steps = [json.loads(line)["step"] for line in (tmp_path / "checkpoint" / "curve.jsonl").read_text().splitlines()]
    assert steps == list(range(0, 200, 25))


def test_training_goes_on_from_the_weights_that_are_shipped(
    tmp_path: Path, config: Path, encoder: Path, data_dir: Path
) -> None:
    """Read back out of eight bits, they say what they said; a run that goes on learns from there and tells so."""
    texts = ["good number 7", "bad number 7", "fine number 7", "news number 7"]
    training.train(config, data_dir, encoder, tmp_path / "checkpoint")
    manifest = training.export(tmp_path / "checkpoint", tmp_path / "shipped")
    config.write_text(CONFIGURATION.format(examples=9))

    training.train(config, data_dir, tmp_path / "shipped", tmp_path / "further")
    training.export(tmp_path / "further", tmp_path / "shipped_further")

    before, after = (ShippedLabeller(tmp_path / name).logits(texts) for name in ("shipped", "shipped_further"))
    assert before == pytest.approx(after, abs=0.2)
    assert json.loads((tmp_path / "further" / "trained.json").read_text())["begun_from"] == manifest.version


@pytest.mark.parametrize(("kept", "same"), [(1.0, True), (0.5, False)])
def test_a_run_may_keep_of_the_weights_that_it_begins_from(
    tmp_path: Path, config: Path, encoder: Path, data_dir: Path, kept: float, *, same: bool
) -> None:
    load = importlib.import_module("safetensors.numpy").load_file
    training.train(config, data_dir, encoder, tmp_path / "checkpoint")
    config.write_text(CONFIGURATION.format(examples=80).replace("threads = 1", f"threads = 1\nkept = {kept}"))

    training.train(config, data_dir, tmp_path / "checkpoint", tmp_path / "further")

    before, after = (load(tmp_path / name / "model.safetensors") for name in ("checkpoint", "further"))
    assert all((before[name] == after[name]).all() for name in before) is same
    told = json.loads((tmp_path / "further" / "trained.json").read_text())
    assert [run["configuration"] for run in told["runs"]] == ["tiny.toml", "tiny.toml"]


def test_a_graph_that_is_none_of_ours_is_refused(tmp_path: Path, config: Path, encoder: Path, data_dir: Path) -> None:
    training.train(config, data_dir, encoder, tmp_path / "checkpoint")
    manifest = training.export(tmp_path / "checkpoint", tmp_path / "shipped")
    body = tmp_path / "shipped" / "body.xml"
    body.write_text(body.read_text().replace("ScaledDotProductAttention", "Somebody"))
    write_manifest(replace(manifest, sha256={**manifest.sha256, "body.xml": digest(body)}), tmp_path / "shipped")

    with pytest.raises(Invalid, match="is not that of a labeller of ours"):
        training.train(config, data_dir, tmp_path / "shipped", tmp_path / "further")


def test_a_domain_can_be_left_out_of_a_run(tmp_path: Path, config: Path, encoder: Path, data_dir: Path) -> None:
    told = config.read_text().replace('file = "stars"', 'file = "stars"\ndomain = "hotel"')
    config.write_text(told.replace("examples = 1600", "examples = 80"))

    training.train(config, data_dir, encoder, tmp_path / "checkpoint", left_out="hotel")

    with gzip.open(tmp_path / "checkpoint" / "held_back.jsonl.gz", "rt") as lines:
        held = [json.loads(line) for line in lines]
    assert sum(row["domain"] == "hotel" for row in held) == 100


def test_where_int8_loses_too_much_the_weights_alone_are_quantised(
    tmp_path: Path,
    config: Path,
    encoder: Path,
    data_dir: Path,
    shipping: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    training.train(config, data_dir, encoder, tmp_path / "checkpoint")
    both = training.export(tmp_path / "checkpoint", tmp_path / "both")
    monkeypatch.setattr(shipping, "MOST_LOST", -1.0)

    weights_alone = training.export(tmp_path / "checkpoint", tmp_path / "weights_alone")

    assert weights_alone.version != both.version
    assert weights_alone.version == ShippedLabeller(tmp_path / "weights_alone").version
    assert "FakeQuantize" in (tmp_path / "both" / "body.xml").read_text()
    assert "FakeQuantize" not in (tmp_path / "weights_alone" / "body.xml").read_text()


def test_equal_weights_are_exported_to_equal_files(tmp_path: Path, config: Path, encoder: Path, data_dir: Path) -> None:
    training.train(config, data_dir, encoder, tmp_path / "checkpoint")

    first = training.export(tmp_path / "checkpoint", tmp_path / "first")
    second = training.export(tmp_path / "checkpoint", tmp_path / "second")

    assert first == second
