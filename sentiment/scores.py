"""What the network's six logits mean: five star levels make the three classes, the sixth is being an opinion."""

import numpy as np
from numpy.typing import NDArray

LOGITS = 6
STARS = slice(0, 5)
OPINION = 5

_CLASS_OF_STAR = np.array([[0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 1, 0], [1, 0, 0]], np.float64)
"""Promoter, passive, detractor of one star to five: the field's 9-10, 7-8 and 0-6 of ten."""


def class_shares(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float64]:
    """P(promoter), P(passive), P(detractor) [texts, 3] out of logits [texts, 6]; rows sum to 1."""
    stars = logits[:, STARS].astype(np.float64) / temperature
    shares = np.exp(stars - stars.max(axis=1, keepdims=True))
    classes: NDArray[np.float64] = (shares / shares.sum(axis=1, keepdims=True)) @ _CLASS_OF_STAR
    return classes


def opinion_chances(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float64]:
    """P(the text is a first-hand opinion) [texts] out of logits [texts, 6]."""
    chances: NDArray[np.float64] = 1 / (1 + np.exp(-logits[:, OPINION].astype(np.float64) / temperature))
    return chances
