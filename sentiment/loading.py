"""Load a labeller by its name: the shipped one, a checkpoint of ours, or any sequence-classification model."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from sentiment.labeller import Labeller
from sentiment.training.checkpoints import STORY

SHIPPED = "shipped"


def load(
    name: str = SHIPPED, *, threads: int | None = None, meanings: Mapping[str, str] = MappingProxyType({})
) -> Labeller:
    """The labeller of a name: `shipped`, a local folder, or a hub id of a sequence-classification model.

    A folder that `afterword model train` wrote is our own network in full precision, or in bf16 on a GPU.
    `meanings` renames the outputs of any other model, as in {"LABEL_0": "detractor"}; see `classes_of`.

    `threads` bounds the cores that one call of `score` uses, by default all of them; on a machine shared by several
    workers one thread each is fastest. Raises ModelUnavailable naming the file or package that is missing.
    """
    # imported when asked for: each brings a runtime of its own, and the others may not be installed
    if name == SHIPPED:
        from sentiment.shipped import ShippedLabeller  # noqa: PLC0415

        return ShippedLabeller(threads=threads)
    if (Path(name) / STORY).is_file():
        from sentiment.checkpoint import CheckpointLabeller  # noqa: PLC0415

        return CheckpointLabeller(Path(name), threads=threads)
    from sentiment.huggingface import HuggingFaceLabeller  # noqa: PLC0415

    return HuggingFaceLabeller(name, threads=threads, meanings=meanings)
