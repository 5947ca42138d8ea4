"""The shipped labeller: packed embeddings in numpy, the rest of the network int8 in OpenVINO, no torch."""

import gzip
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from core.errors import ModelUnavailable
from sentiment.embeddings import WordEmbeddings
from sentiment.languages import prepare
from sentiment.manifest import read_manifest
from sentiment.network import Batch, NetworkLabeller
from sentiment.runtime import compiled, quietly
from sentiment.scores import LOGITS
from sentiment.tokens import untruncated

WEIGHTS = Path(__file__).parent / "weights"


class ShippedLabeller(NetworkLabeller):
    """Opinions from a folder that `sentiment.training.export` wrote; safe to share between threads."""

    def __init__(self, folder: Path = WEIGHTS, *, threads: int | None = None) -> None:
        """Load the weights; ModelUnavailable names the file that is missing or corrupt."""
        prepare()
        super().__init__(read_manifest(folder), _tokenizer(folder / "tokenizer.json.gz"))
        self._words = _words(folder / "embeddings.safetensors")
        self._queue = quietly("openvino").AsyncInferQueue(compiled(folder / "body.xml", threads))
        self._lock = threading.Lock()

    def infer(self, batches: Iterator[Batch], n: int) -> NDArray[np.float32]:
        """Logits [n, 6]; the next batch is looked up while others are computed, one a stream of the processor."""
        logits = np.zeros((n, LOGITS), np.float32)
        with self._lock:
            self._queue.set_callback(lambda request, rows: logits.__setitem__(rows, request.get_output_tensor().data))
            try:
                for batch in batches:
                    looked_up = {"inputs_embeds": self._words[batch.ids], "attention_mask": batch.mask}
                    self._queue.start_async(looked_up, batch.rows)
            finally:
                self._queue.wait_all()
        return logits


def _tokenizer(path: Path) -> Tokenizer:
    try:
        return untruncated(Tokenizer.from_buffer(gzip.decompress(path.read_bytes())))
    except (OSError, ValueError) as error:
        msg = f"the labeller's {path} cannot be read ({error}): install the package again, or export again"
        raise ModelUnavailable(msg) from error


def _words(path: Path) -> WordEmbeddings:
    try:
        tensors = load_file(path)
        return WordEmbeddings(tensors["codes"], tensors["scales"])
    except (OSError, KeyError, SafetensorError) as error:
        msg = f"the labeller's {path} cannot be read ({error}): install the package again, or export again"
        raise ModelUnavailable(msg) from error
