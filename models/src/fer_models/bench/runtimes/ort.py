"""ONNX Runtime on the CPU, through CUDA or through TensorRT; only numpy is loaded besides."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from fer_models.bench.job import CPU as ON_CPU
from fer_models.bench.job import GPU as ON_GPU
from fer_models.bench.job import Array, Job, LoadedModel
from fer_models.bench.runtimes.ort_providers import CPU, CUDA, TENSORRT, chain
from fer_models.errors import BenchError

PROVIDERS = {"ort-cpu": CPU, "ort-cuda": CUDA, "ort-tensorrt": TENSORRT}
NAMES = {CPU: "CPU", CUDA: "CUDA", TENSORRT: "TensorRT"}
LOG_ERRORS_ONLY = 3


def load(job: Job, face: Array) -> LoadedModel:
    """The file on the row's provider; raises BenchError when another provider runs it."""
    provider = PROVIDERS[job.runtime]
    _check_offered(provider)
    session = _session(job, provider)
    running = session.get_providers()[0]
    if running != provider:
        raise BenchError(f"ONNX Runtime fell back from {provider} to {running}; check its libraries and the driver")
    (name,) = (each.name for each in session.get_inputs())

    def predict() -> Array:
        return np.concatenate([output.ravel() for output in session.run(None, {name: face})])

    device = ON_CPU if provider == CPU else ON_GPU
    return LoadedModel(predict, {"onnxruntime": onnxruntime.__version__}, device, provider)


def _check_offered(provider: str) -> None:
    offered = onnxruntime.get_available_providers()
    if provider not in offered:
        raise BenchError(
            f"no {NAMES[provider]}: ONNX Runtime {onnxruntime.__version__} here offers {', '.join(offered)}"
        )


def _session(job: Job, provider: str) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = job.threads
    options.inter_op_num_threads = 1
    options.log_severity_level = LOG_ERRORS_ONLY
    if job.session_entry and provider == CPU:
        options.add_session_config_entry(*job.session_entry)
    asked = chain(provider, job.precision, onnxruntime.__version__, Path(job.engines))
    try:
        return onnxruntime.InferenceSession(job.file, options, providers=asked)
    except Exception as error:  # ONNX Runtime's own errors share no base
        raise BenchError(f"ONNX Runtime does not load the file: {error}") from error
