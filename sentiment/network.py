"""What the labellers of our own network share: texts in rounds of similar length, logits to opinions."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from core.confidence import is_familiar
from sentiment.labeller import NOTHING_TO_READ, Opinion
from sentiment.languages import identify
from sentiment.manifest import Agreement, Confusion, Manifest
from sentiment.scores import class_shares, opinion_chances
from sentiment.texts import answer_of, clean, has_letters
from sentiment.tokens import read_tokens

TOKENS_A_BATCH = 1_024
"""Tokens of one batch, padding included: what bounds the memory of inference. Fewer would read the weights too often,
more would leave the processor's cache: 1,024 measured best of 512 to 4,096."""

WIDTH_STEP = 16
"""Batches are padded to a multiple of so many tokens: kernels that work in such steps then compute a text alike in
any batch, to the last bit; padded just to the longest text, three in a hundred differ in the third decimal or more."""

TEXTS_A_ROUND = 256
"""Texts that are tokenised together: what bounds the memory of everything else. Texts are put in rounds by their
characters, so that a round has tokens for batches of similar length and is small enough to be read ahead."""

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts of similar length for the network."""

    rows: NDArray[np.int64]
    """Which texts they are: [rows]."""
    ids: NDArray[np.int64]
    """Token numbers, 0 for padding: [rows, width]."""
    mask: NDArray[np.int64]
    """1 for a token, 0 for padding: [rows, width]."""


class NetworkLabeller(ABC):
    """Opinions of one network, whatever computes it; safe to share between threads if `infer` is."""

    tokens_a_batch = TOKENS_A_BATCH
    texts_a_round = TEXTS_A_ROUND

    def __init__(self, manifest: Manifest, tokenizer: Tokenizer) -> None:
        self._manifest, self._tokenizer = manifest, tokenizer
        self.version = manifest.version

    @property
    def confusions(self) -> Mapping[str, Confusion]:
        """How texts of each kind were labelled when held back from training; see `Manifest.confusion_by_kind`."""
        return self._manifest.confusion_by_kind

    @property
    def error_model(self) -> Mapping[str, Mapping[str, Agreement]]:
        """How its errors vary from source to source; see `Manifest.error_model`. {} where nobody measured it."""
        return self._manifest.error_model

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion per text, in order; equal texts are scored once. [] for []."""
        return each_once(texts, self._score)

    def _score(self, readable: Sequence[str]) -> list[Opinion]:
        answers = [answer_of(text) for text in readable]
        with ThreadPoolExecutor(1) as aside:
            told = aside.submit(lambda: [identify(text) for text in answers])
            logits = self.logits(readable)
        languages = told.result()
        return opinions(logits, self._manifest, languages, map(is_familiar, answers, languages))

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Raw outputs [texts, 6] of cleaned texts: `sentiment.scores` says what they mean."""
        return self.infer(self.batches(texts), len(texts))

    def batches(self, texts: Sequence[str]) -> Iterator[Batch]:
        """Every text in some batch, the next round being tokenised while this one's batches are in use."""
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        rounds = [order[start : start + self.texts_a_round] for start in range(0, len(order), self.texts_a_round)]
        for part, tokens in zip(rounds, ahead(lambda part: self._tokens(texts, part), rounds), strict=True):
            widths = [min(-(-len(ids) // WIDTH_STEP) * WIDTH_STEP, self._manifest.max_length) for ids in tokens]
            for rows in batches(widths, self.tokens_a_batch):
                ids, mask = _padded([tokens[row] for row in rows], widths[rows[0]])
                yield Batch(np.take(part, rows), ids, mask)

    @abstractmethod
    def infer(self, batches: Iterator[Batch], n: int) -> NDArray[np.float32]:
        """Logits [n, 6], row by row of what the batches name."""

    def _tokens(self, texts: Sequence[str], rows: Sequence[int]) -> list[list[int]]:
        return read_tokens(
            self._tokenizer, [texts[row] for row in rows], self._manifest.max_length, self._manifest.tail
        )


def each_once(texts: Sequence[str], score: Callable[[Sequence[str]], list[Opinion]]) -> list[Opinion]:
    """One opinion per text, in order: `score` gets the cleaned texts that have something to read, each once."""
    cleaned = [clean(text) for text in texts]
    readable = [text for text in dict.fromkeys(cleaned) if has_letters(text)]
    said = dict(zip(readable, score(readable), strict=True))
    return [said.get(text, NOTHING_TO_READ) for text in cleaned]


def opinions(
    logits: NDArray[np.float32],
    manifest: Manifest,
    languages: Sequence[str | None],
    familiar: Iterable[bool] = repeat(True),
) -> list[Opinion]:
    """What the logits [texts, 6] mean, by the temperatures and the threshold of the manifest."""
    shares = class_shares(logits, manifest.temperature).tolist()
    chances = opinion_chances(logits, manifest.opinion_temperature).tolist()
    return [
        Opinion(promoter, passive, detractor, chance, language, manifest.opinion_threshold, learned)
        for (promoter, passive, detractor), chance, language, learned in zip(
            shares, chances, languages, familiar, strict=False
        )
    ]


def batches(lengths: Sequence[int], tokens: int = TOKENS_A_BATCH) -> Iterator[NDArray[np.int64]]:
    """Row numbers in batches of similar length, longest first, each at most `tokens` when padded, or one row."""
    order = np.argsort(-np.asarray(lengths, np.int64), kind="stable")
    start = 0
    while start < len(order):
        rows = order[start : start + max(1, tokens // max(1, lengths[order[start]]))]
        yield rows
        start += len(rows)


def ahead(function: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
    """`function` of each item, in order, that of the next computed in a thread while the current one is in use.

    At most two results are held at a time.
    """
    following: Future[Result] | None = None
    with ThreadPoolExecutor(1) as thread:
        for item in items:
            current, following = following, thread.submit(function, item)
            if current is not None:
                yield current.result()
        if following is not None:
            yield following.result()


def _padded(tokens: Sequence[Sequence[int]], width: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Token numbers and mask, both [rows, width]."""
    mask = np.arange(width) < np.array([len(ids) for ids in tokens])[:, None]
    ids = np.zeros(mask.shape, np.int64)
    ids[mask] = np.concatenate([np.asarray(row, np.int64) for row in tokens])
    return ids, mask.astype(np.int64)
