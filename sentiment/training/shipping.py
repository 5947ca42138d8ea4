"""A checkpoint -> the folder that is shipped: four-bit embeddings, an int8 body, and how its scores are to be read."""

import gzip
import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import structlog
import torch
from numpy.typing import NDArray
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from core.labels import CLASSES
from sentiment.embeddings import pack
from sentiment.manifest import Manifest, digest, write_manifest
from sentiment.network import opinions
from sentiment.runtime import quietly
from sentiment.scores import LOGITS, class_shares, opinion_chances
from sentiment.shipped import ShippedLabeller
from sentiment.tokens import read_tokens, untruncated
from sentiment.training import calibration
from sentiment.training import model as models
from sentiment.training.checkpoints import CALIBRATION, HELD_BACK, STORY
from sentiment.training.configuration import Shape
from sentiment.training.corpus import Example, read_examples
from sentiment.training.loop import logits_of, padded

MOST_LOST = 0.01
"""Macro-F1 that static int8 may cost against fp32 on held-back texts; beyond it, only the weights are quantised."""

nncf = quietly("nncf")
ov = quietly("openvino")
log = structlog.get_logger(__name__)


def export(checkpoint_dir: Path, out_dir: Path) -> Manifest:
    """Write the folder that `ShippedLabeller` loads from a folder that `train` wrote, and return its manifest.

    The body is quantised statically to int8 on some training texts; temperature, threshold and confusion counts are
    measured through the very files that are shipped, on the texts that training held back. The same readings are put
    beside the checkpoint, which torch may then serve in full precision.
    """
    body, words = models.from_checkpoint(checkpoint_dir)
    told = json.loads((checkpoint_dir / STORY).read_text(encoding="utf-8"))
    held = read_examples(checkpoint_dir / HELD_BACK)
    tokenizer = untruncated(Tokenizer.from_file(str(checkpoint_dir / "tokenizer.json")))
    shape = Shape(told["layers"], told["max_length"], told["tail"])
    exact = logits_of(body, words, tokenizer, [row.text for row in held], shape)[:, :LOGITS]
    models.cut_polarity(body)
    out_dir.mkdir(parents=True, exist_ok=True)
    for old in out_dir.iterdir():
        old.unlink()
    packed = pack(words.numpy())
    save_file({"codes": packed.codes, "scales": packed.scales}, out_dir / "embeddings.safetensors")
    (out_dir / "embeddings.safetensors").chmod(0o644)  # safetensors makes it for the owner alone
    _write_tokenizer(checkpoint_dir / "tokenizer.json", out_dir / "tokenizer.json.gz")
    dynamic = _converted(body, told["max_length"])
    dataset = _calibration_set(checkpoint_dir, words, tokenizer, shape)
    manifest = _tried(_static_int8(dynamic, dataset), out_dir, told, held, exact)
    if manifest.measured["macro_f1_fp32"] - manifest.measured["macro_f1"] > MOST_LOST:
        log.warning("static int8 loses too much: quantising the weights alone", **manifest.measured)
        manifest = _tried(nncf.compress_weights(_converted(body, told["max_length"])), out_dir, told, held, exact)
    own = {name: digest(checkpoint_dir / name) for name in ("model.safetensors", "tokenizer.json")}
    write_manifest(replace(manifest, version=f"{manifest.version}-unquantised", sha256=own), checkpoint_dir)
    return manifest


def _tried(
    model: Any, out_dir: Path, told: dict[str, Any], held: Sequence[Example], exact: NDArray[np.float32]
) -> Manifest:
    """Save one form of the body, and the manifest of what was measured through it."""
    _name_evenly(model)
    ov.save_model(model, out_dir / "body.xml", compress_to_fp16=True)
    files = ("body.xml", "body.bin", "embeddings.safetensors", "tokenizer.json.gz")
    sha256 = {name: digest(out_dir / name) for name in files}
    weights = "".join(sha256[name] for name in files)
    blank = Manifest(
        version=f"afterword-{told['layers']}l-{told['trained_on']}-{_short(weights)}",
        classes=tuple(CLASSES),
        max_length=told["max_length"],
        tail=told["tail"],
        temperature=1.0,
        opinion_temperature=1.0,
        opinion_threshold=0.5,
        confusion={},
        measured={},
        sha256=sha256,
    )
    write_manifest(blank, out_dir)
    manifest = _measured(blank, ShippedLabeller(out_dir).logits([row.text for row in held]), held, exact)
    write_manifest(manifest, out_dir)
    return manifest


def _measured(
    blank: Manifest, logits: NDArray[np.float32], held: Sequence[Example], exact: NDArray[np.float32]
) -> Manifest:
    classed = np.array([row.reading.weight > 0 for row in held])
    truth = np.array([CLASSES.index(row.label) for row in held])
    opinionated = np.array([row.reading.opinion > 0.5 for row in held])  # noqa: PLR2004
    opinion_temperature = calibration.opinion_temperature(logits, opinionated)
    temperature = calibration.temperature(logits[classed], truth[classed])
    said, exactly = class_shares(logits, temperature).argmax(1), class_shares(exact, temperature).argmax(1)
    manifest = replace(
        blank,
        temperature=temperature,
        opinion_temperature=opinion_temperature,
        opinion_threshold=calibration.opinion_threshold(opinion_chances(logits, opinion_temperature), held),
        measured={
            "held_back": len(held),
            "macro_f1": calibration.macro_f1(truth[classed], said[classed]),
            "macro_f1_fp32": calibration.macro_f1(truth[classed], exactly[classed]),
            "agreement_with_fp32": float((said == exactly).mean()),
        },
    )
    told = opinions(logits, manifest, [None] * len(held))
    by_source = calibration.agreements(held, told)
    return replace(manifest, confusion=calibration.confusions(held, told), by_source=by_source)


def _converted(body: models.Body, max_length: int) -> Any:
    """The body as an OpenVINO model of any batch and length, its positions cut to those in use."""
    positions = body.encoder.embeddings.position_embeddings
    positions.weight.data = positions.weight.data[:max_length]
    width = positions.weight.shape[1]
    example = {"inputs_embeds": torch.zeros(2, 8, width), "attention_mask": torch.ones(2, 8, dtype=torch.int64)}
    converted = ov.convert_model(body.eval(), example_input=example)
    converted.reshape({"inputs_embeds": [-1, -1, width], "attention_mask": [-1, -1]})
    return converted


def _name_evenly(model: Any) -> None:
    """Names by order: OpenVINO numbers nodes through the life of the process, and equal weights have one digest."""
    model.set_friendly_name("labeller")
    for number, node in enumerate(model.get_ordered_ops()):
        node.set_friendly_name(f"{node.get_type_name()}_{number}")


def _calibration_set(
    checkpoint_dir: Path, words: torch.Tensor, tokenizer: Tokenizer, shape: Shape
) -> list[dict[str, Any]]:
    texts = [example.text for example in read_examples(checkpoint_dir / CALIBRATION)]
    rows = []
    for ids in read_tokens(tokenizer, texts, shape.max_length, shape.tail):
        embeds, mask = padded([ids], words)
        rows.append({"inputs_embeds": embeds.numpy(), "attention_mask": mask.numpy()})
    return rows


def _static_int8(model: Any, rows: list[dict[str, Any]]) -> Any:
    logging.getLogger("nncf").setLevel(logging.ERROR)
    return nncf.quantize(
        model,
        nncf.Dataset(rows),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(rows),
        fast_bias_correction=True,
    )


def _write_tokenizer(source: Path, target: Path) -> None:
    """Compact and without a time stamp, so that the same tokeniser is the same file."""
    compact = json.dumps(json.loads(source.read_text(encoding="utf-8")), ensure_ascii=False, separators=(",", ":"))
    target.write_bytes(gzip.compress(compact.encode(), compresslevel=9, mtime=0))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
