"""The shipped labeller: packed embeddings in numpy, the rest of the network int8 in OpenVINO, no torch."""

import gzip
import math
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from core.errors import ModelUnavailable
from sentiment.embeddings import WordEmbeddings
from sentiment.labeller import NOTHING_TO_READ, Opinion
from sentiment.languages import identify, prepare
from sentiment.manifest import Confusion, Manifest, read_manifest
from sentiment.runtime import compiled, quietly
from sentiment.texts import clean, has_letters

WEIGHTS = Path(__file__).parent / "weights"

TOKENS_A_BATCH = 4_096
"""Tokens of one batch, padding included: what bounds the memory of inference."""

WIDTH_STEP = 16
"""Batches are padded to a multiple of so many tokens: kernels that work in such steps then compute a text alike in
any batch, to the last bit; padded just to the longest text, three in a hundred differ in the third decimal or more."""

TEXTS_A_ROUND = 4_096
"""Texts that are tokenised, sorted by length and scored together: what bounds the memory of everything else."""


class ShippedLabeller:
    """Opinions from a folder that `sentiment.training.export` wrote; safe to share between threads."""

    def __init__(self, folder: Path = WEIGHTS, *, threads: int | None = None) -> None:
        """Load the weights; ModelUnavailable names the file that is missing or corrupt."""
        prepare()
        self._manifest = read_manifest(folder)
        self.version = self._manifest.version
        self._tokenizer = _tokenizer(folder / "tokenizer.json.gz", self._manifest.max_length)
        self._words = _words(folder / "embeddings.safetensors")
        self._queue = quietly("openvino").AsyncInferQueue(compiled(folder / "body.xml", threads))
        self._lock = threading.Lock()

    @property
    def confusions(self) -> Mapping[str, Confusion]:
        """How texts of each kind were labelled when held back from training; see `Manifest.confusion_by_kind`."""
        return self._manifest.confusion_by_kind

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion per text, in order; equal texts are scored once. [] for []."""
        cleaned = [clean(text) for text in texts]
        readable = [text for text in dict.fromkeys(cleaned) if has_letters(text)]
        opinions = {
            text: opinion(row, self._manifest, identify(text))
            for text, row in zip(readable, self.logits(readable), strict=True)
        }
        return [opinions.get(text, NOTHING_TO_READ) for text in cleaned]

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Raw outputs [texts, 4] of cleaned texts, before temperature: promoter, passive, detractor, opinion."""
        logits = np.zeros((len(texts), 4), np.float32)
        for start in range(0, len(texts), TEXTS_A_ROUND):
            stop = start + TEXTS_A_ROUND
            encodings = self._tokenizer.encode_batch_fast(list(texts[start:stop]))
            self._infer([encoding.ids for encoding in encodings], logits[start:stop])
        return logits

    def _infer(self, tokens: list[list[int]], out: NDArray[np.float32]) -> None:
        """Fill `out` [texts, 4], a batch of similar lengths at a time, while the next is being looked up."""
        with self._lock:
            self._queue.set_callback(lambda request, rows: out.__setitem__(rows, request.get_output_tensor().data))
            widths = [min(-(-len(ids) // WIDTH_STEP) * WIDTH_STEP, self._manifest.max_length) for ids in tokens]
            for rows in batches(widths):
                mask = _mask([len(tokens[row]) for row in rows], widths[rows[0]])
                ids = np.zeros(mask.shape, np.int64)
                ids[mask == 1] = np.concatenate([tokens[row] for row in rows])
                self._queue.start_async({"inputs_embeds": self._words[ids], "attention_mask": mask}, rows)
            self._queue.wait_all()


def opinion(logits: NDArray[np.float32], manifest: Manifest, language: str | None = None) -> Opinion:
    """What the four logits of one text mean, by the temperatures and the threshold of the manifest."""
    classes = logits[:3].astype(np.float64) / manifest.temperature
    shares = np.exp(classes - classes.max())
    promoter, passive, detractor = (shares / shares.sum()).tolist()
    return Opinion(
        promoter=promoter,
        passive=passive,
        detractor=detractor,
        opinion=1 / (1 + math.exp(-float(logits[3]) / manifest.opinion_temperature)),
        language=language,
        threshold=manifest.opinion_threshold,
    )


def batches(lengths: Sequence[int], tokens: int = TOKENS_A_BATCH) -> Iterator[NDArray[np.int64]]:
    """Row numbers in batches of similar length, longest first, each at most `tokens` when padded, or one row."""
    order = np.argsort(-np.asarray(lengths, np.int64), kind="stable")
    start = 0
    while start < len(order):
        rows = order[start : start + max(1, tokens // max(1, lengths[order[start]]))]
        yield rows
        start += len(rows)


def _mask(lengths: Sequence[int], width: int) -> NDArray[np.int64]:
    """1 for each token, then 0 for padding: [rows, width]."""
    return (np.arange(width) < np.asarray(lengths)[:, None]).astype(np.int64)


def _tokenizer(path: Path, max_length: int) -> Tokenizer:
    try:
        tokenizer = Tokenizer.from_buffer(gzip.decompress(path.read_bytes()))
    except (OSError, ValueError) as error:
        msg = f"the labeller's {path} cannot be read ({error}): install the package again, or export again"
        raise ModelUnavailable(msg) from error
    tokenizer.enable_truncation(max_length)
    tokenizer.no_padding()
    return tokenizer


def _words(path: Path) -> WordEmbeddings:
    try:
        tensors = load_file(path)
        return WordEmbeddings(tensors["codes"], tensors["scales"])
    except (OSError, KeyError, SafetensorError) as error:
        msg = f"the labeller's {path} cannot be read ({error}): install the package again, or export again"
        raise ModelUnavailable(msg) from error
