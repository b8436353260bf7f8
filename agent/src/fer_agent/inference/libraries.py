"""Loads CUDA, cuDNN and TensorRT where they came as wheels: ONNX Runtime's providers find there only what is loaded.

On a Jetson they are the system's own, which are found without this. It follows ONNX Runtime 1.31's and TensorRT 10's
wheels, and was not run on a GPU yet.
"""

import contextlib
import ctypes
import importlib
import io
import logging
from pathlib import Path
from typing import Any

log = logging.getLogger(__name__)

TENSORRT_LIBS = "tensorrt_libs"
"""The module of NVIDIA's wheel that holds the libraries; importing it loads them."""

PROVIDER = ("libonnxruntime_providers_shared.so", "libonnxruntime_providers_tensorrt.so")
"""In ONNX Runtime's folder capi; the second one needs the first."""


def load(ort: Any) -> None:
    """Load what is there, before a session is opened; what is missing is left to the system."""
    preload = getattr(ort, "preload_dlls", None)
    if preload is not None:  # since ONNX Runtime 1.21
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            preload()
        log.debug("CUDA and cuDNN: %s", " ".join(said.getvalue().split()) or "loaded")
    try:
        importlib.import_module(TENSORRT_LIBS)
    except (ImportError, OSError) as error:
        log.debug("TensorRT's wheel: %s", error)


def missing(ort: Any) -> str:
    """Why TensorRT's provider cannot be loaded: mostly a library's name; empty when it can."""
    load(ort)
    folder = Path(ort.__file__).parent / "capi"
    try:
        for name in PROVIDER:
            ctypes.CDLL(str(folder / name), ctypes.RTLD_GLOBAL)
    except OSError as error:
        return str(error)
    return ""
