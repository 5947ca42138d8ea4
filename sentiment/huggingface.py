"""Any sequence-classification model of the Hugging Face kind as a labeller: a local folder or a hub id."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.errors import ModelUnavailable
from core.labels import CLASSES
from sentiment.labeller import Opinion
from sentiment.languages import identify
from sentiment.network import batches, each_once
from sentiment.runtime import imported, torch_device
from sentiment.texts import answer_of

LONGEST = 256
"""Tokens that are read, or fewer where the model takes fewer: the head of a longer text."""

_CLASS_OF_NAME = {
    "promoter": 0, "positive": 0, "pos": 0, "very positive": 0, "5 stars": 0, "5 star": 0, "5": 0,
    "passive": 1, "neutral": 1, "neu": 1, "4 stars": 1, "4 star": 1, "4": 1,
    "detractor": 2, "negative": 2, "neg": 2, "very negative": 2, "3 stars": 2, "3 star": 2, "3": 2,
    "2 stars": 2, "2 star": 2, "2": 2, "1 star": 2, "1 stars": 2, "1": 2,
}  # fmt: skip
"""What a model calls its outputs -> the index of the class in `core.labels.CLASSES`."""

_OF_FIVE_NAMED = {"very positive": 0, "positive": 1, "neutral": 2, "negative": 2, "very negative": 2}


class HuggingFaceLabeller:
    """Opinions from a model that knows sentiment or stars alone: whatever has letters counts as an opinion."""

    def __init__(
        self, name: str, *, threads: int | None = None, meanings: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Load a folder or hub id, safetensors only, none of its code run; ModelUnavailable says what fails.

        On a CUDA GPU it is computed in bf16. `meanings` is for `classes_of`.
        """
        self._torch, transformers = imported("torch"), imported("transformers")
        if threads is not None:
            self._torch.set_num_threads(threads)
        try:
            self._tokenizer = transformers.AutoTokenizer.from_pretrained(name, trust_remote_code=False)
            self._model = transformers.AutoModelForSequenceClassification.from_pretrained(
                name, trust_remote_code=False, use_safetensors=True
            ).eval()
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            msg = f"the model {name!r} cannot be loaded: {error}"
            raise ModelUnavailable(msg) from error
        self._classes = classes_of(self._model.config.id2label, meanings)
        self._longest = min(LONGEST, self._tokenizer.model_max_length)
        self.version = f"{Path(name).name}-{_digest(self._model, self._classes)}"
        self._device, precision = torch_device(self._torch)
        self._model.to(self._device, precision)

    def score(self, texts: Sequence[str]) -> list[Opinion]:
        """One opinion per text, in order; equal texts are scored once. [] for [].

        Of an answer its question is not read: such models have learned nothing about questions.
        """
        answers = [answer_of(text) for text in texts]
        return each_once(answers, lambda readable: list(map(_opinion, self._shares(readable), readable)))

    def _shares(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Class probabilities [texts, 3]: those of the model's own outputs, added up by class."""
        if not texts:
            return np.zeros((0, len(CLASSES)))
        tokens = self._tokenizer(list(texts), truncation=True, max_length=self._longest)["input_ids"]
        shares = np.zeros((len(texts), len(CLASSES)))
        for rows in batches([len(ids) for ids in tokens]):
            padded = self._tokenizer.pad({"input_ids": [tokens[row] for row in rows]}, return_tensors="pt")
            padded = padded.to(self._device)
            with self._torch.inference_mode():
                outputs = self._model(**padded).logits.float().softmax(-1).cpu().numpy()
            for k, column in enumerate(self._classes):
                shares[rows, column] += outputs[:, k]
        return shares


def classes_of(names: Mapping[int, str], meanings: Mapping[str, str] = MappingProxyType({})) -> tuple[int, ...]:
    """For each output of a model the index of its class, from what the model or `meanings` calls it.

    Two, three or five outputs, called by class (promoter…), sentiment (positive…) or stars (5 stars…). `meanings`
    renames outputs: {"LABEL_0": "1 star"}. Raises ModelUnavailable for other names, and for a renamed output that the
    model has not: a guess would silently turn an NPS round.
    """
    outputs = [str(names[k]) for k in sorted(names, key=int)]
    if strangers := [name for name in meanings if name not in outputs]:
        msg = f"AFTERWORD_MODEL_LABELS names {', '.join(strangers)}: the model's outputs are {', '.join(outputs)}"
        raise ModelUnavailable(msg)
    called = [re.sub(r"[\W_]+", " ", meanings.get(name, name)).strip().casefold() for name in outputs]
    table = _OF_FIVE_NAMED if set(called) == set(_OF_FIVE_NAMED) else _CLASS_OF_NAME
    columns = tuple(table.get(name, -1) for name in called)
    if len(columns) not in {2, 3, 5} or -1 in columns or not {0, 2} <= set(columns):
        msg = (
            f"the model's outputs are called {', '.join(called)}: say in AFTERWORD_MODEL_LABELS, or in its id2label, "
            "which is promoter, passive, detractor; or positive, neutral, negative; or 1 star to 5 stars"
        )
        raise ModelUnavailable(msg)
    return columns


def _opinion(shares: NDArray[np.float64], text: str) -> Opinion:
    promoter, passive, detractor = shares.tolist()
    return Opinion(promoter, passive, detractor, opinion=1.0, language=identify(text))


def _digest(model: Any, classes: tuple[int, ...]) -> str:
    """The same for the same weights whose outputs mean the same, wherever they came from."""
    total = hashlib.sha256(repr(classes).encode())
    for name, tensor in sorted(model.state_dict().items()):
        total.update(name.encode())
        total.update(tensor.detach().float().contiguous().numpy().tobytes())
    return total.hexdigest()[:8]
