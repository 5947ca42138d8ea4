"""Load a labeller by its name: the shipped one, or any sequence-classification model."""

from sentiment.labeller import Labeller

SHIPPED = "shipped"


def load(name: str = SHIPPED, *, threads: int | None = None) -> Labeller:
    """The labeller of a name: `shipped`, a local folder, or a hub id of a sequence-classification model.

    `threads` bounds the cores that one call of `score` uses, by default all of them; on a machine shared by several
    workers one thread each is fastest. Raises ModelUnavailable naming the file or package that is missing.
    """
    # imported when asked for: each brings a runtime of its own, and the second may not be installed
    if name == SHIPPED:
        from sentiment.shipped import ShippedLabeller  # noqa: PLC0415

        return ShippedLabeller(threads=threads)
    from sentiment.huggingface import HuggingFaceLabeller  # noqa: PLC0415

    return HuggingFaceLabeller(name, threads=threads)
