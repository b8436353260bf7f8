"""Opens model files in ONNX Runtime; the only file that imports it."""

from pathlib import Path
from typing import Any

from fer_wire.device.precisions import CPU, GPU_PROVIDERS, TENSORRT
from fer_wire.int8 import IN_FLOAT32, int8_saturates
from fer_wire.manifest import Variant
from fer_wire.onnx_runtime import load_onnx_runtime

from fer_agent.errors import ModelError
from fer_agent.inference import libraries, providers
from fer_agent.settings import EmotionSettings

ENGINES = "engines"
"""Folder of TensorRT's engines in the state folder."""

ERRORS_ONLY = 3


def runtime() -> Any:
    """The module onnxruntime; raises ModelError if it is not installed."""
    try:
        return load_onnx_runtime()
    except ImportError as error:
        raise ModelError(
            f"ONNX Runtime is not installed ({error}); pip install 'fer-agent[cpu]', with a GPU 'fer-agent[tensorrt]', "
            "or on a Jetson the onnxruntime-gpu of its JetPack."
        ) from error


def opened(path: Path, variant: Variant, task: str, settings: EmotionSettings, engines: Path) -> Any:
    """An InferenceSession on the first provider that works; raises ModelError when the file does not load."""
    ort = runtime()
    options = ort.SessionOptions()
    options.intra_op_num_threads = settings.threads
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = ERRORS_ONLY
    # Threads that spin while they wait would burn a core between two frames.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    names = providers.to_ask_for(settings.providers, ort.get_available_providers())
    if any(name in GPU_PROVIDERS for name in names):
        libraries.load(ort)
    if names == [CPU] and int8_saturates():
        options.add_session_config_entry(*IN_FLOAT32)
    version = ort.__version__
    folder = providers.engine_folder(engines, variant.sha256, version) if TENSORRT in names else engines
    asked = [providers.with_options(name, variant.precision, version, folder, task) for name in names]
    try:
        return ort.InferenceSession(str(path), options, providers=asked)
    except Exception as error:
        raise ModelError(f"{path} does not load in ONNX Runtime {version} ({error}); export it again.") from error
