"""Text -> P(promoter, passive, detractor) and whether it is a first-hand opinion at all: `load().score(texts)`."""

from sentiment.labeller import Labeller, Opinion
from sentiment.loading import load

__all__ = ["Labeller", "Opinion", "load"]
