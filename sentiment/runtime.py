"""The doors to what computes: OpenVINO, closed to its telemetry (imported plainly it would report home), and torch."""

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, cast

from core.errors import ModelUnavailable


def quietly(package: str) -> ModuleType:
    """`openvino` or `nncf`, imported so that it finds no telemetry package and falls back on its own stub.

    They send an event while they are imported and offer no setting against that, only a file in the user's home.
    """
    cast("dict[str, ModuleType | None]", sys.modules).setdefault("openvino_telemetry", None)
    return importlib.import_module(package)


MOST_STREAMS = 4
"""Batches that are computed at a time, however many cores there are: each takes up to 60 MB."""


def compiled(body: Path, threads: int | None) -> Any:
    """An IR file compiled for so many cores of the processor, by default all; up to `MOST_STREAMS` batches at a time.

    Computes in fp32 what is not quantised. OpenVINO's default, bf16 where a processor has it, would save a sixth of the
    time, but four texts in a hundred would change their class, and macro-F1 falls by 0.007.
    """
    properties: dict[str, Any] = {"INFERENCE_PRECISION_HINT": "f32"}
    properties["NUM_STREAMS"] = min(threads or os.cpu_count() or 1, MOST_STREAMS)
    if threads is not None:
        properties["INFERENCE_NUM_THREADS"] = threads
    try:
        return quietly("openvino").Core().compile_model(body, "CPU", properties)
    except RuntimeError as error:
        msg = f"the labeller's {body} cannot be loaded: {error}"
        raise ModelUnavailable(msg) from error


def imported(module: str) -> Any:
    """`torch`, `transformers` or what needs them; ModelUnavailable with the remedy where they are not installed."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        msg = f"a model other than the shipped one needs {error.name or module}: pip install afterword[train]"
        raise ModelUnavailable(msg) from error


def torch_device(torch: Any) -> tuple[str, Any]:
    """Where torch computes and in what precision: a CUDA GPU in bf16, else the processor in fp32."""
    return ("cuda", torch.bfloat16) if torch.cuda.is_available() else ("cpu", torch.float32)
