"""Texts are read ahead in rounds of similar length: nothing is lost, doubled or turned round."""

import threading
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from core.labels import CLASSES
from sentiment.manifest import Manifest
from sentiment.network import Batch, NetworkLabeller, ahead, batches
from sentiment.scores import LOGITS

MANIFEST = Manifest(
    version="counting-1", classes=tuple(CLASSES), max_length=48, tail=16, temperature=1.0, opinion_temperature=1.0,
    opinion_threshold=0.5, confusion={}, measured={}, sha256={},
)  # fmt: skip


class CountingLabeller(NetworkLabeller):
    """A network that says how many tokens it saw and what the first was."""

    texts_a_round = 4
    tokens_a_batch = 64

    def __init__(self) -> None:
        tokenizer = Tokenizer(WordLevel({"?": 0, **{f"w{k}": k for k in range(1, 50)}}, unk_token="?"))
        tokenizer.pre_tokenizer = Whitespace()
        super().__init__(MANIFEST, tokenizer)
        self.shapes: list[tuple[int, ...]] = []

    def infer(self, batches: Iterator[Batch], n: int) -> NDArray[np.float32]:
        logits = np.zeros((n, LOGITS), np.float32)
        for batch in batches:
            self.shapes.append(batch.ids.shape)
            logits[batch.rows, 0] += batch.mask.sum(1)
            logits[batch.rows, 1] += batch.ids[:, 0]
        return logits


def texts(lengths: Sequence[int]) -> list[str]:
    return [" ".join([f"w{k % 49 + 1}", *["w1"] * (length - 1)]) for k, length in enumerate(lengths)]


def test_every_text_gets_the_row_of_its_own_tokens() -> None:
    lengths = [3, 40, 1, 17, 16, 33, 2, 48, 9, 90, 5, 1, 1]

    logits = CountingLabeller().logits(texts(lengths))

    assert logits[:, 0].tolist() == [min(length, 48) for length in lengths]
    assert logits[:, 1].tolist() == [k + 1 for k in range(len(lengths))]


def test_batches_are_padded_in_steps_and_keep_their_budget() -> None:
    labeller = CountingLabeller()

    labeller.logits(texts([3, 40, 1, 17, 16, 33, 2, 48, 9, 90, 5]))

    assert all(width % 16 == 0 and rows * width <= 64 for rows, width in labeller.shapes)


def test_no_texts_are_no_rows() -> None:
    assert CountingLabeller().logits([]).shape == (0, LOGITS)


def test_a_batch_holds_rows_of_similar_length_within_its_budget() -> None:
    lengths = [1, 90, 17] + [128] * 70 + [3] * 2_000

    rows = list(batches(lengths, tokens=4_096))

    assert sorted(row for part in rows for row in part) == list(range(len(lengths)))
    assert all(len(part) * max(lengths[row] for row in part) <= 4_096 for part in rows)


def test_the_next_is_made_while_this_one_is_in_use_and_no_more() -> None:
    made: list[int] = []
    second = threading.Event()

    def make(item: int) -> int:
        made.append(item)
        if item == 1:
            second.set()
        return item * item

    results = ahead(make, range(6))
    first = next(results)
    assert second.wait(timeout=10)
    time.sleep(0.05)

    assert (first, made) == (0, [0, 1])
    assert list(results) == [1, 4, 9, 16, 25]


def test_what_goes_wrong_ahead_is_raised_in_its_turn() -> None:
    results = ahead(lambda item: 6 // item, [3, 0, 1])

    assert next(results) == 2
    with pytest.raises(ZeroDivisionError):
        next(results)
