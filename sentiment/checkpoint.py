"""A checkpoint of ours as a labeller, computed by torch: in full precision, on a GPU in bf16."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.errors import ModelUnavailable
from sentiment.languages import prepare
from sentiment.manifest import FILE, Manifest, read_manifest
from sentiment.network import Batch, NetworkLabeller
from sentiment.runtime import imported, torch_device
from sentiment.scores import LOGITS
from sentiment.tokens import untruncated

TOKENS_A_GPU_BATCH = 65_536
"""Enough to keep a large GPU busy, in about a gigabyte of its memory."""

TEXTS_A_GPU_ROUND = 8_192
"""Enough for such batches of short texts too."""


class CheckpointLabeller(NetworkLabeller):
    """Opinions from a folder that `afterword model train` wrote and `afterword model export` calibrated.

    The weights before quantisation: the reference for those that are shipped, and their path on a GPU. There a text's
    score may differ in the third decimal with the texts beside it. Safe to share between threads.
    """

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        """Load the weights; ModelUnavailable names the file that is missing or corrupt, or the missing package."""
        prepare()
        self._torch, models = imported("torch"), imported("sentiment.training.model")
        if threads is not None:
            self._torch.set_num_threads(threads)
        try:
            super().__init__(_manifest(folder), untruncated(Tokenizer.from_file(str(folder / "tokenizer.json"))))
            body, words = models.from_checkpoint(folder)
        except ModelUnavailable:
            raise
        except Exception as error:  # tokenizers raises nothing narrower; safetensors and torch have kinds of their own
            msg = f"the checkpoint {folder} cannot be loaded: {error}"
            raise ModelUnavailable(msg) from error
        models.cut_polarity(body)
        body.encoder.set_attn_implementation("sdpa")
        self._device, precision = torch_device(self._torch)
        self._body, self._words = body.to(self._device, precision).eval(), words.to(self._device, precision)
        if self._device != "cpu":
            self.tokens_a_batch, self.texts_a_round = TOKENS_A_GPU_BATCH, TEXTS_A_GPU_ROUND

    def infer(self, batches: Iterator[Batch], n: int) -> NDArray[np.float32]:
        """Logits [n, 6]; a GPU computes while the next batch is made ready, and is waited for at the end alone."""
        done: list[tuple[NDArray[np.int64], Any]] = []
        with self._torch.inference_mode():
            for batch in batches:
                ids = self._torch.from_numpy(batch.ids).to(self._device)
                mask = self._torch.from_numpy(batch.mask).to(self._device)
                done.append((batch.rows, self._body(self._words[ids], mask)))
        logits = np.zeros((n, LOGITS), np.float32)
        for rows, part in done:
            logits[rows] = part.float().cpu().numpy()
        return logits


def _manifest(folder: Path) -> Manifest:
    if not (folder / FILE).is_file():
        msg = f"the checkpoint {folder} has no {FILE}, which says how its scores are read: `afterword model export` it"
        raise ModelUnavailable(msg)
    return read_manifest(folder)
