"""Word embeddings in four bits: sixteen levels to a block of 32 numbers, one fp16 scale each, unpacked row by row.

The encoder comes from weights that were stored so (`q4_0`: the largest number of a block is the code 0 or -8 times the
scale), hence packing the frozen embeddings again loses nothing: measured error 0 in fp16.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 32
_ZERO = 8  # the code of 0: codes 0..15 stand for -8..7


@dataclass(frozen=True, slots=True)
class WordEmbeddings:
    """Packed rows: `codes` uint8 [vocabulary, width / 2], `scales` fp16 [vocabulary, width / 32].

    Of the two numbers in a byte the lower four bits come first.
    """

    codes: NDArray[np.uint8]
    scales: NDArray[np.float16]

    @property
    def width(self) -> int:
        """Numbers of one word."""
        return int(2 * self.codes.shape[1])

    def __getitem__(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Embeddings of token ids of any shape, with `width` as one more axis; each row of these is unpacked once."""
        words, places = np.unique(ids, return_inverse=True)
        levels = _LEVELS[self.codes[words]].reshape(len(words), self.width // BLOCK, BLOCK)
        scaled = levels * self.scales[words].astype(np.float32)[..., None]
        # the encoder's fp16, not more: what it was trained on
        rows: NDArray[np.float32] = scaled.astype(np.float16).astype(np.float32).reshape(len(words), self.width)
        return rows[places.reshape(ids.shape)]


def pack(words: NDArray[np.float32]) -> WordEmbeddings:
    """Pack [vocabulary, width]; the width has to be a multiple of 32. Exact for weights that were `q4_0` before."""
    blocks = words.reshape(-1, BLOCK)
    largest = np.take_along_axis(blocks, np.abs(blocks).argmax(1)[:, None], 1)
    scales = (largest / -_ZERO).astype(np.float16)
    divisors = np.where(scales == 0, 1, scales).astype(np.float32)
    levels = np.clip(np.rint(blocks / divisors) + _ZERO, 0, 15).astype(np.uint8).reshape(len(words), -1)
    return WordEmbeddings(levels[:, 0::2] | (levels[:, 1::2] << 4), scales.reshape(len(words), -1))


_BYTES = np.arange(256)
_LEVELS = np.stack([(_BYTES & 15) - _ZERO, (_BYTES >> 4) - _ZERO], axis=1).astype(np.float32)
"""The two levels that a byte holds."""
