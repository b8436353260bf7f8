"""ONNX Runtime's execution providers and their options by its version, as fer-agent asks for them."""

from __future__ import annotations

import re
from pathlib import Path

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
TENSORRT = "TensorrtExecutionProvider"

TENSORRT_OPTIONS = (
    ((1, 8), {
        "trt_max_workspace_size": str(256 * 1024 * 1024),
        "trt_engine_cache_enable": "1",
        "trt_force_sequential_engine_build": "1",
    }),
    ((1, 15), {"trt_timing_cache_enable": "1"}),
)  # fmt: skip
"""Options, and the version of ONNX Runtime that introduced them; older versions refuse them."""

TENSORRT_PRECISION_OPTIONS = {
    "fp32": {},
    "fp16": {"trt_fp16_enable": "1"},
    "int8": {"trt_int8_enable": "1", "trt_fp16_enable": "1"},
}


def chain(provider: str, precision: str, version: str, engines: Path) -> list[tuple[str, dict[str, str]]]:
    """The providers to ask for: this one, with the options that this version knows, and its fallbacks."""
    if provider == CPU:
        return [(CPU, {})]
    if provider == CUDA:
        return [(CUDA, {}), (CPU, {})]
    options = {"trt_engine_cache_path": str(engines), **TENSORRT_PRECISION_OPTIONS[precision]}
    for since, known in TENSORRT_OPTIONS:
        if _numbers(version) >= since:
            options.update(known)
    return [(TENSORRT, options), (CUDA, {}), (CPU, {})]


def _numbers(version: str) -> tuple[int, int]:
    match = re.match(r"(\d+)\.(\d+)", version)
    return (int(match[1]), int(match[2])) if match else (0, 0)
