"""ONNX Runtime as our programs load it: it tells its makers nothing."""

import importlib
import os
from typing import Any

SILENCE = {"ORT_DISABLE_TELEMETRY": "1"}
"""The environment in which it reports nothing; it looks once, when it is loaded.

Without it the wheels for Linux have sent events of sessions, models and errors to Microsoft since 1.29, and keep what
they could not send in the user's cache (https://github.com/microsoft/onnxruntime/pull/27379).
"""


def load_onnx_runtime() -> Any:
    """The module onnxruntime, silent; raises ImportError when it is not installed."""
    os.environ.update(SILENCE)
    return importlib.import_module("onnxruntime")
