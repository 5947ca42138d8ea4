"""The one door to OpenVINO, closed to its telemetry: imported plainly it would report home."""

import importlib
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


def compiled(body: Path, threads: int | None) -> Any:
    """An IR file compiled for the processor; with several threads, one stream each.

    Computes in fp32 what is not quantised, so that machines with and without bf16 give the same labels.
    """
    properties: dict[str, Any] = {"PERFORMANCE_HINT": "THROUGHPUT", "INFERENCE_PRECISION_HINT": "f32"}
    if threads is not None:
        properties |= {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": threads}
    try:
        return quietly("openvino").Core().compile_model(body, "CPU", properties)
    except RuntimeError as error:
        msg = f"the labeller's {body} cannot be loaded: {error}"
        raise ModelUnavailable(msg) from error
