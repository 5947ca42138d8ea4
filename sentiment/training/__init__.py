"""Making the labeller: the only part of the project that loads torch, and the serving path never imports it."""

from collections.abc import Callable
from pathlib import Path

from core.errors import ModelUnavailable
from sentiment.manifest import Manifest


def train(
    config_path: Path,
    data_dir: Path,
    encoder_dir: Path,
    out_dir: Path,
    *,
    left_out: str = "",
    resume: bool = True,
    progress: Callable[[float], None] = lambda _: None,
) -> Path:
    """Train a checkpoint; see `sentiment.training.loop.train`. ModelUnavailable where torch is not installed."""
    try:
        from sentiment.training import loop  # noqa: PLC0415 - torch takes seconds, and may not be installed
    except ImportError as error:
        raise _missing(error) from error
    return loop.train(config_path, data_dir, encoder_dir, out_dir, left_out=left_out, resume=resume, progress=progress)


def export(checkpoint_dir: Path, out_dir: Path) -> Manifest:
    """Make the shipped folder of a checkpoint; see `sentiment.training.shipping.export`. ModelUnavailable likewise."""
    try:
        from sentiment.training import shipping  # noqa: PLC0415
    except ImportError as error:
        raise _missing(error) from error
    return shipping.export(checkpoint_dir, out_dir)


def _missing(error: ImportError) -> ModelUnavailable:
    return ModelUnavailable(f"training needs {error.name or error}: pip install afterword[train]")
